"""Dead letters of incidents on real Kafka and Redis: they alarm until they are replayed or dismissed; a replay keeps every id."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from dispatch.model.vocabulary import OfferState
from streams import clock, wire
from streams.dead_letters import letters as dead_letters
from streams.dead_letters import outcomes
from streams.dead_letters.letters import REPLAY_HEADER, DeadLetter
from streams.dead_letters.outcomes import Dismissal, LetterEnd
from streams.dead_letters.watch import LetterWatch
from streams.kafka import topic_admin
from streams.monitoring.alarm_watch import AlarmWatch
from streams.monitoring.lag_monitor import Measured
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, DECISIONS, INCIDENTS
from tests.support.desk import ZONE, Desk
from tests.support.waiting import eventually

ALARM = "dead_lettered_incident"


class Quiet:
    """`Lag`: measured just now, nothing waits."""

    last: Measured | None = Measured(at_s=0.0, workers=1)
    is_refused = False

    def age_s(self) -> float | None:
        return 0.0


@dataclass
class Operators:
    """What they are alarmed about."""

    watch: AlarmWatch
    letters: LetterWatch

    async def alarmed_of(self) -> tuple[str, ...]:
        told = await self.watch.look()
        return next((alarm.details for alarm in told.alarms if alarm.name == ALARM), ())

    async def until_read(self) -> None:
        await eventually(lambda: self.letters.standing is not None)

    async def until(self, letter: DeadLetter, *, alarmed: bool) -> None:
        async def is_so() -> bool:
            return self.letters.standing is not None and (letter.id in await self.alarmed_of()) is alarmed

        await eventually(is_so)


class UsableKeys:
    is_refused = False
    is_reliable = True
    waiting = 0
    missing: tuple[str, ...] = ()


@pytest.fixture
async def operators(desk: Desk) -> AsyncIterator[Operators]:
    """What earlier tests left standing is dismissed, so that what alarms is this test's."""
    letters = LetterWatch(desk.settings, "test-letters")
    await letters.start()
    made = Operators(
        AlarmWatch(
            link=desk.link, lag=Quiet(), letters=letters, keys=UsableKeys(), ring=UsableKeys(), audit=UsableKeys()
        ),
        letters,
    )
    await made.until_read()
    await asyncio.to_thread(dismiss_all, desk.settings, {letter.id for letter in letters.standing or ()})
    await eventually(lambda: not letters.standing)
    await desk.fresh(DEAD_LETTERS.name)
    yield made
    await letters.stop()


def dismiss_all(settings: Settings, ids: set[str]) -> None:
    left = [letter for letter in dead_letters.read_letters(settings) if letter.id in ids]
    outcomes.dismiss(settings, left, Dismissal.HANDLED, by="test", at_ms=0)


async def buried(desk: Desk, value: bytes) -> DeadLetter:
    """A record that a worker could not read, as a dead letter."""
    headers = wire.headers("command.report_incident", "ce-1", "/test")
    await desk.publisher.producer.send_and_wait(INCIDENTS.name, value, key=ZONE.encode(), headers=headers)
    await desk.dispatcher.handle(await desk.fresh(INCIDENTS.name))
    # Whoever catches up with a partition buries again what other tests left unreadable in its decisions.
    letters = [dead_letters.decode(record.value) for record in await desk.fresh(DEAD_LETTERS.name)]
    (letter,) = [letter for letter in letters if letter.topic == INCIDENTS.name]
    return letter


async def replayed(desk: Desk, letter: DeadLetter) -> list[Any]:
    await asyncio.to_thread(outcomes.replay, desk.settings, [letter], by="op-1", at_ms=clock.now_ms())
    return await desk.fresh(INCIDENTS.name)


async def test_it_alarms_until_it_is_replayed_and_again_when_it_fails_again(desk: Desk, operators: Operators) -> None:
    letter = await buried(desk, b"\xff{no json")
    await operators.until(letter, alarmed=True)

    (record,) = await replayed(desk, letter)

    await operators.until(letter, alarmed=False)
    assert (record.value, record.key, record.partition) == (b"\xff{no json", ZONE.encode(), letter.partition)
    headers = dict(record.headers)
    assert (headers["ce_id"], headers[REPLAY_HEADER]) == (b"ce-1", letter.id.encode())
    await desk.fresh(DEAD_LETTERS.name)
    await desk.dispatcher.handle([record])
    (again,) = [dead_letters.decode(one.value) for one in await desk.fresh(DEAD_LETTERS.name)]
    assert (again.replay_of, again.id != letter.id) == (letter.id, True)
    await operators.until(again, alarmed=True)


async def test_a_dismissal_is_a_record_and_ends_the_alarm(desk: Desk, operators: Operators) -> None:
    letter = await buried(desk, b"rubbish")
    await operators.until(letter, alarmed=True)

    await asyncio.to_thread(
        outcomes.dismiss, desk.settings, [letter], Dismissal.RUBBISH, by="op-1", at_ms=1_795_000_000_000
    )

    await operators.until(letter, alarmed=False)
    (record,) = await desk.fresh(DEAD_LETTERS.name)
    assert dict(record.headers)["ce_type"] == b"komek.dead-letter.settled"
    settled = await asyncio.to_thread(outcomes.read_settled, desk.settings)
    end = settled[letter.id]
    assert (end.how, end.why, end.by, end.at_ms) == (LetterEnd.DISMISSED, "rubbish", "op-1", 1_795_000_000_000)
    assert letter in await asyncio.to_thread(lambda: list(dead_letters.read_letters(desk.settings)))


async def test_who_starts_later_knows_the_same(desk: Desk, operators: Operators) -> None:
    standing, gone = await buried(desk, b"one"), await buried(desk, b"two")
    await replayed(desk, gone)
    await operators.until(standing, alarmed=True)
    await operators.until(gone, alarmed=False)

    late = LetterWatch(desk.settings, "test-late")
    await late.start()
    try:
        await Operators(operators.watch, late).until_read()
        ids = {letter.id for letter in late.standing or ()}
    finally:
        await late.stop()

    assert standing.id in ids
    assert gone.id not in ids


async def test_a_command_that_is_replayed_twice_is_decided_once(desk: Desk) -> None:
    """It had become a dead letter of a worker that could not read it yet; this one can."""
    await desk.people("a", "b")
    report = desk.report()
    (record,) = await desk.send(report)
    letter = dead_letters.letter_of(record, "unknown field")

    copies = [*await replayed(desk, letter), *await replayed(desk, letter)]
    await desk.dispatcher.handle(copies[:1])
    await desk.dispatcher.handle([*copies[1:], record])

    assert len(copies) == 2
    assert {wire.decode_command(copy.value).id for copy in copies} == {report.id}
    assert {dict(copy.headers)["ce_id"] for copy in copies} == {dict(record.headers)["ce_id"]}
    decisions = [wire.decode_decision(one.value) for one in await desk.fresh(DECISIONS.name)]
    assert [decision.cause.command_id for decision in decisions] == [report.id]
    offered = [step for step in await desk.offers() if step.state is OfferState.OFFERED]
    assert len(offered) == len({step.volunteer_id for step in offered})


def test_a_record_that_only_workers_make_does_not_come_back(kafka: str) -> None:
    settings = Settings(kafka=kafka)
    topic_admin.apply_topics(settings)
    letter = DeadLetter(
        id="l",
        topic=DECISIONS.name,
        partition=0,
        offset=0,
        timestamp_ms=0,
        key=None,
        value=None,
        headers=(),
        reason="",
        size_bytes=0,
    )

    with pytest.raises(dead_letters.NotReplayable, match="has its place in the log"):
        dead_letters.replay(settings, [letter])
