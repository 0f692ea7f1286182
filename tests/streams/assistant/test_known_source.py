"""What is remembered of earlier reports is read back from the log, and nothing that was erased."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dispatch.assistant.hint_kinds import HintKind
from dispatch.assistant.likely_duplicates import DuplicateReason
from dispatch.model.decisions import StatusRecord
from dispatch.model.private_refs import hints_ref, model_hints_ref, report_ref
from streams import wire
from streams.assistant.known_source import KnownSource
from streams.assistant.sealed_records import SealedRecords
from streams.assistant.similar_reports import SimilarReports
from streams.ring import KeyRing, LiveRing
from streams.settings import Settings
from streams.topics import HINTS, INCIDENT_STATUS
from streams.wire import HintPrivate, HintsPrivate, HintsRecord, IncidentPrivate
from tests.streams.assistant.test_hint_writer import FakeLink
from tests.streams.assistant.test_known_reports import KAZAKH, RUSSIAN, known, read, state
from tests.support.api_fakes import DATA_KEY
from tests.support.builders import INCIDENT, NOW_MS

REF = report_ref(INCIDENT)
SEALED = hints_ref(INCIDENT, REF)


@dataclass(frozen=True, kw_only=True)
class Record:
    """As aiokafka gives it."""

    topic: str
    value: bytes | None
    key: bytes | None = None
    partition: int = 0
    offset: int = 0


class Remembered:
    """An assistant that has just started: knows what its source reads."""

    def __init__(self) -> None:
        self.link = FakeLink()
        self.known = known()
        records = SealedRecords(self.link, LiveRing(KeyRing.of_key(DATA_KEY)), again_s=0.0)  # type: ignore[arg-type]
        self.source = KnownSource(Settings(), self.known, records)
        self._similar = SimilarReports(self.known, records)

    async def reads(self, *records: Record) -> None:
        await self.source.take(records)

    async def finds(self, text: str = RUSSIAN) -> dict[str, Sequence[DuplicateReason]]:
        return {one.incident_id: one.reasons for one in await self._similar.to(read(text))}


def seal(link: FakeLink, *hints: tuple[HintKind, dict[str, Any]], ref: str = SEALED) -> None:
    made = tuple(HintPrivate(id=str(number), kind=kind, value=value) for number, (kind, value) in enumerate(hints))
    text = wire.encode(HintsPrivate(language="kk", model="m", version="1", at_ms=NOW_MS, hints=made)).decode()
    link.put(ref, IncidentPrivate(text=text))


PEOPLE_AND_PHONE = (
    (HintKind.PEOPLE, {"count": 3}),
    (HintKind.PHONE, {"text": "8 701 555 12 34", "normal": "+77015551234"}),
)


def hints(**changes: Any) -> Record:
    record = HintsRecord(
        id="1",
        incident_id=INCIDENT,
        source_ref=REF,
        private_ref=SEALED,
        language="kk",
        model="m",
        version="1",
        at_ms=NOW_MS,
        sketch=read(KAZAKH).sketch,
    )
    return Record(topic=HINTS.name, value=wire.encode(replace(record, **changes)))


def status(**changes: Any) -> Record:
    record = StatusRecord(
        incident=state(**changes), decision_id="d", decision_partition=0, decision_offset=0, decided_ms=NOW_MS
    )
    return Record(topic=INCIDENT_STATUS.name, value=wire.encode(record))


async def test_an_earlier_report_is_known_after_a_restart() -> None:
    started = Remembered()
    seal(started.link, *PEOPLE_AND_PHONE)

    await started.reads(status(), hints())

    found = (await started.finds())[INCIDENT]
    assert {DuplicateReason.SAME_PHONE, DuplicateReason.SAME_PEOPLE, DuplicateReason.SAME_PLACE} <= set(found)
    (other,) = (await started.finds(KAZAKH)).values()
    assert DuplicateReason.LIKE_WORDS in other


async def test_the_sketch_alone_counts_where_redis_has_no_values_yet() -> None:
    started = Remembered()

    await started.reads(status(area=None), hints())

    reasons = (await started.finds(KAZAKH))[INCIDENT]
    assert DuplicateReason.LIKE_WORDS in reasons
    assert DuplicateReason.SAME_PHONE not in reasons


async def test_what_was_erased_before_the_start_is_not_read_back() -> None:
    started = Remembered()
    started.link.put(SEALED, None)

    await started.reads(status(), hints())

    assert started.known.texts_of(INCIDENT) == ()


async def test_what_is_erased_later_is_forgotten_before_it_is_named() -> None:
    started = Remembered()
    seal(started.link, *PEOPLE_AND_PHONE)
    await started.reads(status(), hints())
    assert DuplicateReason.SAME_PHONE in (await started.finds())[INCIDENT]
    started.link.put(SEALED, None)

    reasons = (await started.finds()).get(INCIDENT, ())

    assert {DuplicateReason.SAME_PHONE, DuplicateReason.SAME_PEOPLE, DuplicateReason.LIKE_WORDS}.isdisjoint(reasons)
    assert started.known.texts_of(INCIDENT) == ()


async def test_redis_is_waited_for() -> None:
    started = Remembered()
    seal(started.link, *PEOPLE_AND_PHONE)
    started.link.troubles = 3

    await started.reads(status(), hints())

    assert DuplicateReason.SAME_PHONE in (await started.finds())[INCIDENT]


async def test_what_a_model_of_the_deployer_read_is_not_compared() -> None:
    started = Remembered()
    ref = model_hints_ref(INCIDENT, REF)
    seal(started.link, *PEOPLE_AND_PHONE, ref=ref)

    await started.reads(status(), hints(private_ref=ref))

    assert started.known.texts_of(INCIDENT) == ()


async def test_an_incident_that_has_ended_since_is_not_named() -> None:
    started = Remembered()

    await started.reads(status(), hints(), status(merged_into="i-8320e5-" + "1" * 32))

    assert await started.finds() == {}
