"""No record ends the assistant: every consumer of its process leaves what it cannot read, counts it, and reads the next one.

A new consumer of the process belongs into `CONSUMERS`.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from dispatch.assistant.adaptation import Learnt, adapted, learnt
from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.standing import Counted, Standing, figures
from streams import metrics, wire
from streams.assistant.hint_judge import StatusSource
from streams.assistant.known_source import KnownSource
from streams.assistant.learning import Ledger, taken
from streams.assistant.left_records import left_if_unreadable
from streams.assistant.sealed_records import SealedRecords
from streams.assistant.text_source import Progress, TextSource
from streams.errors import LogUnavailable
from streams.readers.assistant_modes import AssistantModes, mode_key
from streams.ring import KeyRing, LiveRing
from streams.settings import Settings
from streams.topics import ASSISTANT, DECISIONS, HINTS, INCIDENT_STATUS
from streams.wire import HintsRecord, JudgementRecord, Mode, ModeRecord
from tests.dispatch.assistant.judged import example, judgement
from tests.streams.assistant.test_hint_writer import FakeLink
from tests.streams.assistant.test_known_reports import known, reported
from tests.streams.assistant.test_known_source import Record, status
from tests.support.api_fakes import DATA_KEY
from tests.support.builders import INCIDENT, NOW_MS

SETTINGS = Settings(kafka="127.0.0.1:1")


class _Judge:
    """Judges a state as often as it can be read; `trouble`: raised for the next ones."""

    def __init__(self, *troubles: Exception) -> None:
        self.judged = 0
        self._troubles = list(troubles)

    async def judge(self, _: object) -> None:
        if self._troubles:
            raise self._troubles.pop(0)
        self.judged += 1


async def by_text_source(*records: Record) -> int:
    async def deal_with(_: object) -> None:
        return

    noted: list[object] = []
    source, progress = TextSource(SETTINGS, deal_with, noted.append), Progress(0)
    for record in records:
        source.take(progress, record)
    assert progress.committable == len(records)
    return len(noted)


async def by_judge(*records: Record) -> int:
    judge = _Judge()
    source = StatusSource(SETTINGS, judge)  # type: ignore[arg-type]
    await source.judge_all([replace(one, key=str(number).encode()) for number, one in enumerate(records)])
    return judge.judged


async def by_learning(*records: Record) -> int:
    ledger = Ledger()
    taken(ledger, records)
    return sum(figures(one).judged for one in ledger.standings.values())


async def by_known_source(*records: Record) -> int:
    reports = known()
    sealed = SealedRecords(FakeLink(), LiveRing(KeyRing.of_key(DATA_KEY)))  # type: ignore[arg-type]
    await KnownSource(SETTINGS, reports, sealed).take(records)
    return len(reports) + len(reports.texts_of(INCIDENT))


async def by_modes(*records: Record) -> int:
    modes = AssistantModes(SETTINGS, "test")
    key = mode_key(HintTask.REPORT, None).encode()
    await modes.take([replace(one, key=one.key or key) for one in records])
    return int(modes.book.mode(HintTask.REPORT) is Mode.OFF)


Take = Callable[..., Awaitable[int]]
HINTS_READ = HintsRecord(
    id="1",
    incident_id=INCIDENT,
    source_ref="r",
    private_ref="incident:other",
    language="kk",
    model="m",
    version="1",
    at_ms=NOW_MS,
)
JUDGED = wire.encode(JudgementRecord(incident_id=INCIDENT, judgement=judgement()))
OFF = wire.encode(ModeRecord(mode=Mode.OFF, by="op-1", at_ms=NOW_MS, task=HintTask.REPORT, language=None))
CONSUMERS: dict[str, tuple[Take, str, bytes | None]] = {
    "texts of decisions": (by_text_source, DECISIONS.name, wire.encode_decision(reported())),
    "judging of states": (by_judge, INCIDENT_STATUS.name, status().value),
    "learning": (by_learning, HINTS.name, JUDGED),
    "earlier reports: states": (by_known_source, INCIDENT_STATUS.name, status().value),
    "modes": (by_modes, ASSISTANT.name, OFF),
}


def _changed(good: bytes, **fields: Any) -> bytes:
    return json.dumps(json.loads(good) | fields).encode()


POISON: dict[str, bytes | None] = {
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "no JSON": b"{",
    "another value": b"[]",
    "null": b"null",
    "an empty record": b"{}",
    "a number too large": b'{"judgement": 1e999}',
    "nested": b"[" * 200_000,
    "of another topic": wire.encode(HINTS_READ),
    "of a time to come": b'{"kind": "not known yet"}',
}


@pytest.mark.parametrize("poison", POISON)
@pytest.mark.parametrize("consumer", CONSUMERS)
async def test_a_record_that_cannot_be_read_is_left_and_the_next_one_is_read(consumer: str, poison: str) -> None:
    take, topic, good = CONSUMERS[consumer]

    read = await take(Record(topic=topic, value=POISON[poison]), Record(topic=topic, value=good, offset=1))

    assert read == 1


async def test_a_state_that_cannot_be_judged_is_left() -> None:
    judge, left = _Judge(KeyError("location"), ValueError("a place")), metrics.ASSISTANT_LEFT
    before = left.labels(topic=INCIDENT_STATUS.name)._value.get()
    source = StatusSource(SETTINGS, judge)  # type: ignore[arg-type]

    await source.judge_all([replace(status(), key=str(number).encode()) for number in range(3)])

    assert judge.judged == 1
    assert left.labels(topic=INCIDENT_STATUS.name)._value.get() == before + 2


@pytest.mark.parametrize(
    "trouble", [LogUnavailable("later"), KafkaConnectionError(), TimeoutError(), ConnectionError()]
)
def test_what_may_succeed_later_is_not_left(trouble: Exception) -> None:
    with pytest.raises(type(trouble)), left_if_unreadable(status()):
        raise trouble


@pytest.mark.parametrize("value", [1e300, -1e300, float("inf")])
def test_a_weight_or_a_feature_that_is_none_ends_no_reading(value: float) -> None:
    taught = [example(number, "storm", storm=0.4, flood=0.5) for number in range(200)]
    told = taught[0].example
    assert told is not None
    poison = replace(taught[0], example=replace(told, features={"smoke": value}))

    assert isinstance(learnt([poison, *taught[1:]]), Learnt | None)
    assert adapted((), {"smoke": value}, {"smoke": {"storm": value}}) == ()
    assert isinstance(learnt(taught, {"smoke": {"storm": value}}), Learnt | None)


def test_a_standing_of_nobody_has_figures() -> None:
    standing = Standing(people={"1a2b3c4d": Counted(judged=0, right=0)})

    assert figures(standing).judged == 0
