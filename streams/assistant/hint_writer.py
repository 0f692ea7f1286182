"""Reads the text of an incident, and writes what it says: the values sealed to `private`, then the rest to `hints`.

An erasure may overtake it: the text is gone, and the hints about it would bring parts of it back. So the text is looked at again
after the write, at once and once more ten seconds later, and hints about a text that is gone are erased.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from dispatch.assistant.concepts import DETAIL
from dispatch.assistant.hint_kinds import Hint, hint_id
from dispatch.assistant.hints import hints_of
from dispatch.assistant.incident_types import features
from dispatch.model.ids import derived
from dispatch.model.private_refs import hints_ref
from streams import clock, metrics, wire
from streams.assistant.known_reports import similar_hints
from streams.assistant.lane import Lane, Shed, Unread
from streams.assistant.report_reader import ReportReader, TextRead
from streams.assistant.sealed_records import SealedRecords
from streams.assistant.similar_reports import SimilarReports
from streams.assistant.texts_named import NamedText
from streams.errors import GiveUp, IntakeError
from streams.intake.commands import CommandIntake
from streams.ring import LiveRing
from streams.store.redis_client import RedisClient
from streams.tracing import spans
from streams.wire import HintMark, HintPrivate, HintsPrivate, HintsRecord, IncidentPrivate

_log = structlog.get_logger(__name__)


SecondReader = Callable[[NamedText, str, str], None]
"""Takes a text and its language to be read by another model. Never waits and never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """`for_text_s`: before a text that is not in Redis is looked for again, whose record may be on its way. `again_s`: before
    what failed is tried again. `erasure_s`: before the second look at the text."""

    for_text_s: tuple[float, ...] = (0.1, 0.5, 2.0, 5.0)
    again_s: float = 1.0
    erasure_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeHints:
    """What one model read out of one text; `ref`: of the private record that holds the values."""

    ref: str
    language: str
    model: str
    version: str
    hints: tuple[Hint, ...]
    features: Mapping[str, float] = field(default_factory=dict)
    types: Mapping[str, float] = field(default_factory=dict)
    sketch: str | None = None


class TextGone(GiveUp):
    """There is no such text, or no longer, or this process cannot decrypt it."""


class HintWriter:
    """`is_off`: whether all of the assistant's work is switched off now."""

    def __init__(
        self,
        link: RedisClient,
        ring: LiveRing,
        intake: CommandIntake,
        lane: Lane,
        reader: ReportReader,
        is_off: Callable[[], bool],
        pauses: Pauses | None = None,
        *,
        second: SecondReader | None = None,
        similar: SimilarReports | None = None,
    ) -> None:
        """`second`: gets each text once its hints are written. `similar`: says which open incidents a text may tell of."""
        self._intake = intake
        self._lane = lane
        self.reader = reader
        """May be replaced at any time; a text is read by one of them."""
        self._is_off = is_off
        self._pauses = pauses or Pauses()
        self._sealed = SealedRecords(link, ring, self._pauses.again_s)
        self._second = second
        self._similar = similar
        self._later: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)

    async def deal_with(self, named: NamedText) -> None:
        """Reads one text and writes its hints; returns once nothing more is to be done about it."""
        if self._is_off():
            return
        try:
            text = await self._text(named.ref)
            begun_s, start_ns = clock.monotonic_s(), clock.now_ns()
            reader = self.reader
            found = await self._lane.run(named.rank, lambda: reader.read_by_sense(text, named.near))
            metrics.ASSISTANT_SECONDS.observe(clock.monotonic_s() - begun_s)
        except TextGone:
            metrics.ASSISTANT_TEXTS.labels(outcome="gone").inc()
            return
        except (Shed, Unread):
            return
        reading, similar = found.reading, await self._similar_to(named, found)
        made = MadeHints(
            ref=hints_ref(named.incident_id, named.ref),
            language=reading.language.value.value,
            model=reader.model,
            version=reader.version,
            hints=(*hints_of(reading), *similar),
            sketch=found.sketch,
            # Details (a grandmother, a knee) say too much of people for the log, where examples are kept.
            features={
                name: value
                for name, value in features(reading.text, reading.concepts).items()
                if not name.startswith(DETAIL)
            },
            types={one.value: one.probability for one in reading.types_before or reading.types},
        )
        await self.write(named, made)
        metrics.ASSISTANT_TEXTS.labels(outcome="read").inc()
        spans.text_read(named.incident_id, made.ref, start_ns)
        if self._second is not None:
            self._second(named, text, made.language)

    async def _similar_to(self, named: NamedText, found: TextRead) -> tuple[Hint, ...]:
        if self._similar is None:
            return ()
        similar = await self._similar.to(found, incident_id=named.incident_id)
        self._similar.heard(named.incident_id, named.ref, found)
        return tuple(similar_hints(similar))

    async def write(self, named: NamedText, made: MadeHints) -> None:
        """Writes the hints about a text, and erases them again if the text was erased meanwhile. Nothing without hints."""
        if not made.hints:
            return
        private, record = _records(named, made)
        messages = [self._intake.private_message(made.ref, private), self._intake.hints_message(record)]
        while True:
            try:
                await self._intake.send_in_order(messages)
                break
            except IntakeError as error:
                # Kept until Kafka takes it: the offset of its decision is committed only then.
                _log.warning("hints were not written", cause=type(error).__name__)
                await asyncio.sleep(self._pauses.again_s)
        await self._erase_if_gone(named.ref, made.ref)
        later = asyncio.ensure_future(self._erase_later(named.ref, made.ref))
        self._later.add(later)
        later.add_done_callback(self._later.discard)

    async def _text(self, ref: str) -> str:
        for pause_s in (*self._pauses.for_text_s, None):
            sealed = await self._sealed.sealed(ref)
            if sealed is not None:
                record = self._sealed.opened(ref, sealed)
                if record is not None and (text := record.description or record.text):
                    return text
                raise TextGone
            if pause_s is not None:
                await asyncio.sleep(pause_s)
        raise TextGone

    async def _erase_if_gone(self, source_ref: str, ref: str) -> bool:
        """Erases hints about a text that was erased meanwhile. Returns whether it was."""
        if await self._sealed.sealed(source_ref) != b"":
            return False
        while True:
            try:
                await self._intake.erase_private(ref)
            except IntakeError:
                await asyncio.sleep(self._pauses.again_s)
            else:
                return True

    async def _erase_later(self, source_ref: str, ref: str) -> None:
        await asyncio.sleep(self._pauses.erasure_s)
        await self._erase_if_gone(source_ref, ref)


def _records(named: NamedText, made: MadeHints) -> tuple[IncidentPrivate, HintsRecord]:
    at_ms = clock.now_ms()
    hints = tuple(
        HintPrivate(
            id=hint_id(named.ref, f"{made.model} {made.version}", number),
            kind=hint.kind,
            value=hint.value,
            spans=hint.spans,
            probability=hint.probability,
        )
        for number, hint in enumerate(made.hints)
    )
    private = HintsPrivate(
        language=made.language,
        model=made.model,
        version=made.version,
        at_ms=at_ms,
        hints=hints,
        features=made.features,
        types=made.types,
    )
    record = HintsRecord(
        id=str(derived("hints", named.ref, made.model, made.version)),
        incident_id=named.incident_id,
        source_ref=named.ref,
        private_ref=made.ref,
        language=made.language,
        model=made.model,
        version=made.version,
        at_ms=at_ms,
        hints=tuple(HintMark(id=one.id, kind=one.kind, spans=one.spans, probability=one.probability) for one in hints),
        sketch=made.sketch,
    )
    return IncidentPrivate(text=wire.encode(private).decode()), record
