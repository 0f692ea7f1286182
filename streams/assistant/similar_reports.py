"""Which open incidents a text may tell of, without what was erased: asked of Redis just before they are named."""

from dispatch.assistant.likely_duplicates import LikelyDuplicate
from dispatch.model.private_refs import hints_ref
from streams import clock
from streams.assistant.known_reports import KnownReports
from streams.assistant.report_reader import TextRead
from streams.assistant.sealed_records import SealedRecords


class SimilarReports:
    """Waits while Redis does not answer. `known` is filled by others as well."""

    def __init__(self, known: KnownReports, records: SealedRecords) -> None:
        self.known = known
        self._records = records

    async def to(
        self, found: TextRead, *, incident_id: str = "", exercise: bool = False
    ) -> tuple[LikelyDuplicate, ...]:
        """The likeliest first. `incident_id`: of the text; empty: it belongs to none yet."""
        while True:
            similar = self.known.similar(
                found.reading, found.sketch, told_ms=clock.now_ms(), incident_id=incident_id, exercise=exercise
            )
            # Each round forgets at least one text, so this ends.
            if not await self._forgot([one.incident_id for one in similar]):
                return similar

    def heard(self, incident_id: str, source_ref: str, found: TextRead) -> None:
        """Adds what a text of an incident says."""
        self.known.heard(incident_id, source_ref, self.known.heard_in(found.reading, found.sketch))

    async def _forgot(self, incidents: list[str]) -> bool:
        """Whether a text of these had been erased; it is forgotten now."""
        texts = [(incident, ref) for incident in incidents for ref in self.known.texts_of(incident)]
        sealed = await self._records.all_sealed([hints_ref(*text) for text in texts])
        erased = [text for text, found in zip(texts, sealed, strict=True) if found == b""]
        for text in erased:
            self.known.forget(*text)
        return bool(erased)
