"""The text of an incident is read, and what it says is written: values sealed, the rest in clear; nothing of an erased one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from dispatch.assistant.hint_kinds import HintKind
from dispatch.model.private_refs import hints_ref, report_ref
from dispatch.ports import StoreUnavailable
from streams import redis_keys, wire
from streams.assistant.hint_writer import HintWriter, Pauses
from streams.assistant.lane import Lane
from streams.assistant.report_reader import words_alone
from streams.assistant.texts_named import NamedText
from streams.errors import OutcomeUnknown
from streams.ring import KeyRing, LiveRing
from streams.topics import HINTS, PRIVATE
from streams.wire import IncidentPrivate
from tests.support.api_fakes import DATA_KEY, FakeLog
from tests.support.builders import INCIDENT

TEXT = "Атырау қаласында су басты, үйде 3 адам қалды, телефон 8 701 555 12 34"
REF = report_ref(INCIDENT)
AT_ONCE = Pauses(for_text_s=(0.0, 0.0), again_s=0.0, erasure_s=0.01)
NAMED = NamedText(incident_id=INCIDENT, ref=REF, rank=0)


@pytest.fixture(scope="module", autouse=True)
def tables() -> None:
    """The first reading loads them. On a busy machine it takes longer than a text may."""
    words_alone().read(TEXT)


class FakeLink:
    """Redis with the private records of one test. `trouble`: raised that many times."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.troubles = 0
        self.asked: Callable[[], None] = lambda: None

    def put(self, ref: str, record: IncidentPrivate | None) -> None:
        sealed = b"" if record is None else wire.seal(DATA_KEY, ref, record)
        self.stored[redis_keys.private(ref)] = b"7|" + sealed

    async def run(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        await asyncio.sleep(0)
        if self.troubles:
            self.troubles -= 1
            raise StoreUnavailable
        answers = [self.stored.get(key) for _, key in commands]
        self.asked()
        return answers


async def dealt_with(link: FakeLink, log: FakeLog, *, is_off: bool = False) -> None:
    lane = Lane()
    await lane.start()
    ring = LiveRing(KeyRing.of_key(DATA_KEY))
    writer = HintWriter(link, ring, log, lane, words_alone(), lambda: is_off, AT_ONCE)  # type: ignore[arg-type]
    await writer.deal_with(NAMED)
    await asyncio.sleep(0.05)
    await writer.stop()
    await lane.stop()


def tombstones(log: FakeLog) -> list[str]:
    return [message.key for message in log.messages if message.topic == PRIVATE.name and message.value is None]


async def test_values_are_sealed_and_the_rest_is_written_in_clear() -> None:
    link, log = FakeLink(), FakeLog()
    link.put(REF, IncidentPrivate(description=TEXT))

    await dealt_with(link, log)

    assert log.topics() == [PRIVATE.name, HINTS.name]
    private, plain = log.messages
    assert private.key == hints_ref(INCIDENT, REF)
    record = wire.decode_hints(plain.value)
    assert (record.incident_id, record.source_ref, record.private_ref) == (INCIDENT, REF, private.key)
    assert record.language == "kk"
    assert plain.value is not None
    assert "Атырау" not in plain.value.decode()
    assert "555" not in plain.value.decode()
    opened = log.opened()[private.key]
    assert isinstance(opened, IncidentPrivate)
    hints = wire.decode_hints_text(opened.text or "").hints
    assert [hint.id for hint in hints] == [mark.id for mark in record.hints]
    phone = next(hint for hint in hints if hint.kind is HintKind.PHONE)
    assert phone.value["normal"] == "+77015551234"
    assert TEXT[slice(*phone.spans[0])] == "8 701 555 12 34"


async def test_the_same_text_gives_the_same_ids() -> None:
    link, log = FakeLink(), FakeLog()
    link.put(REF, IncidentPrivate(description=TEXT))

    await dealt_with(link, log)
    await dealt_with(link, log)

    first, second = (wire.decode_hints(one.value) for one in log.messages if one.topic == HINTS.name)
    assert first.id == second.id
    assert [one.id for one in first.hints] == [one.id for one in second.hints]


@pytest.mark.parametrize(
    "record", [None, IncidentPrivate(address="Абай 1"), IncidentPrivate(description=""), IncidentPrivate(text="!!!")]
)
async def test_a_text_that_is_erased_or_says_nothing_has_no_hints(record: IncidentPrivate | None) -> None:
    link, log = FakeLink(), FakeLog()
    link.put(REF, record)

    await dealt_with(link, log)

    assert log.messages == []


async def test_a_text_that_never_comes_is_left() -> None:
    log = FakeLog()

    await dealt_with(FakeLink(), log)

    assert log.messages == []


async def test_a_text_under_another_key_is_left() -> None:
    link, log = FakeLink(), FakeLog()
    sealed = wire.seal(bytes(32), REF, IncidentPrivate(description=TEXT))
    link.stored[redis_keys.private(REF)] = b"7|" + sealed

    await dealt_with(link, log)

    assert log.messages == []


async def test_redis_that_does_not_answer_is_waited_for() -> None:
    link, log = FakeLink(), FakeLog()
    link.put(REF, IncidentPrivate(description=TEXT))
    link.troubles = 3

    await dealt_with(link, log)

    assert HINTS.name in log.topics()


async def test_a_write_that_kafka_does_not_confirm_is_repeated() -> None:
    link, log = FakeLink(), FakeLog()
    link.put(REF, IncidentPrivate(description=TEXT))
    log.trouble = OutcomeUnknown("no answer")
    running = asyncio.ensure_future(dealt_with(link, log))
    await asyncio.sleep(0.05)

    log.trouble = None
    await running

    assert log.topics() == [PRIVATE.name, HINTS.name]


@pytest.mark.parametrize("at_look", [1, 2])
async def test_an_erasure_that_overtakes_the_reading_takes_the_hints_with_it(at_look: int) -> None:
    link, log = FakeLink(), FakeLog()
    link.put(REF, IncidentPrivate(description=TEXT))
    looks = 0

    def asked() -> None:
        nonlocal looks
        looks += 1
        if looks == at_look:
            link.put(REF, None)

    link.asked = asked

    await dealt_with(link, log)

    assert hints_ref(INCIDENT, REF) in tombstones(log)


async def test_when_everything_is_off_nothing_is_read() -> None:
    link, log = FakeLink(), FakeLog()
    link.put(REF, IncidentPrivate(description=TEXT))

    await dealt_with(link, log, is_off=True)

    assert log.messages == []


async def test_what_weights_are_learnt_from_names_concepts_and_no_details() -> None:
    link, log = FakeLink(), FakeLog()
    link.put(REF, IncidentPrivate(description="Үйден түтін шығып жатыр, әжем тізесін ауыртты"))
    await dealt_with(link, log)
    ref = hints_ref(INCIDENT, REF)
    (sealed,) = [one.value for one in log.messages if one.topic == PRIVATE.name and one.key == ref]

    record = wire.open_sealed(KeyRing.of_key(DATA_KEY), ref, sealed or b"")

    assert isinstance(record, IncidentPrivate)
    hints = wire.decode_hints_text(record.text or "")
    assert hints.features
    assert not [name for name in hints.features if name.startswith(".")]
    assert set(hints.types) == {one.value["value"] for one in hints.hints if one.kind is HintKind.TYPE}
