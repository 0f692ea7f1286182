"""The Kafka clients of the API on a real broker: intake, positions, feed, single decisions, lag."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from dispatch.model.commands import ReportIncident
from dispatch.model.decisions import OfferStep, StatusRecord
from dispatch.model.ids import incident_id
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import Capability
from streams import clock, wire
from streams.errors import LogUnavailable, OutcomeUnknown, Overloaded
from streams.intake.commands import ANSWER_WITHIN_S, IN_FLIGHT, CommandIntake
from streams.intake.positions import PositionIntake
from streams.kafka import topic_admin
from streams.monitoring.lag_monitor import Monitor
from streams.readers import decisions
from streams.readers.decisions import DecisionReader, runs_of
from streams.readers.feed import Feed
from streams.readers.feed_listener import FeedItem, Listener
from streams.readers.feed_records import FeedCursor, FeedRecord, ResyncRequired
from streams.settings import Settings
from streams.topics import DECISIONS, INCIDENT_STATUS, INCIDENTS, LOCATIONS, OFFERS, PRIVATE
from streams.wire import FixRecord, IncidentPrivate, NoticeRecord
from tests.support.builders import Story, helpers, incident, offer_step
from tests.support.waiting import eventually

KEY = bytes(range(32))


@pytest.fixture
def settings(kafka: str) -> Settings:
    settings = Settings(kafka=kafka, data_key=KEY)
    topic_admin.apply_topics(settings)
    return settings


@pytest.fixture
async def intake(settings: Settings) -> AsyncIterator[CommandIntake]:
    intake = CommandIntake(settings, "test")
    await intake.start()
    yield intake
    await intake.stop()


@pytest.fixture
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, acks="all")
    await producer.start()
    yield producer
    await producer.stop()


def a_report() -> ReportIncident:
    """Remains open in the log that all tests share, so it requires a skill that no volunteer of another test has."""
    key = clock.fresh_id()
    return ReportIncident(
        id=key,
        incident_id=incident_id("8320e5", "op", key),
        by="op",
        sent_ms=1,
        type="flood",
        body_digest="d",
        requirements=(RequirementSpec(capability=Capability.FIELD, skill="generator"),),
    )


async def record_at(settings: Settings, topic: str, partition: int, offset: int) -> Any:
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka)
    await consumer.start()
    try:
        part = TopicPartition(topic, partition)
        consumer.assign([part])
        consumer.seek(part, offset)
        return await asyncio.wait_for(consumer.getone(part), 10)
    finally:
        await consumer.stop()


async def test_a_command_is_in_the_log_when_send_returns(settings: Settings, intake: CommandIntake) -> None:
    command = a_report()

    at = await intake.send_command(command)

    record = await record_at(settings, INCIDENTS.name, at.partition, at.offset)
    assert (record.key, wire.decode_command(record.value)) == (b"8320e5", command)
    headers = dict(record.headers)
    assert (headers["ce_id"], headers["ce_type"]) == (command.id.encode(), b"komek.command.report_incident")


async def test_private_records_are_encrypted_in_the_log(settings: Settings, intake: CommandIntake) -> None:
    at, sealed = await intake.send_private("incident:x", IncidentPrivate(description="canary"))

    record = await record_at(settings, PRIVATE.name, at.partition, at.offset)
    assert record.value == sealed
    assert b"canary" not in record.value
    assert wire.open_sealed(KEY, "incident:x", record.value) == IncidentPrivate(description="canary")
    assert dict(record.headers)["content-type"] == b"application/octet-stream"


async def test_commands_of_one_zone_are_in_the_partition_a_worker_expects(intake: CommandIntake) -> None:
    places = await asyncio.gather(*(intake.send_command(a_report()) for _ in range(20)))

    assert len({place.partition for place in places}) == 1


class Stuck:
    """A producer that never acknowledges."""

    def __init__(self) -> None:
        self.closed = False

    def send(self, *_: Any, **__: Any) -> "Stuck":
        return self

    def add_callback(self, _: Any) -> None: ...

    def add_errback(self, _: Any) -> None: ...

    def partitions_for(self, _: str) -> set[int]:
        return {0}

    def close(self, **_: Any) -> None:
        self.closed = True


async def test_without_an_acknowledgement_the_outcome_is_unknown_within_two_seconds() -> None:
    """The broker never responds, so the timeout of the intake ends the wait."""
    intake = CommandIntake(Settings(kafka="127.0.0.1:9"), "test", lambda *_: Stuck())
    await intake.start()

    with pytest.raises(OutcomeUnknown):
        await intake.send_command(a_report())

    assert ANSWER_WITHIN_S < 2
    assert intake.in_flight == 0
    await intake.stop()


async def test_too_many_commands_in_flight_are_refused_at_once() -> None:
    intake = CommandIntake(Settings(kafka="127.0.0.1:9"), "test", lambda *_: Stuck())
    await intake.start()
    waiting = [asyncio.ensure_future(intake.send_command(a_report())) for _ in range(IN_FLIGHT)]
    await asyncio.sleep(0)

    with pytest.raises(Overloaded):
        await intake.send_command(a_report())

    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(outcome) for outcome in done} == {OutcomeUnknown}
    await intake.stop()


async def test_a_producer_that_confirms_nothing_is_replaced() -> None:
    made: list[Stuck] = []

    def make(*_: Any) -> Stuck:
        made.append(Stuck())
        return made[-1]

    intake = CommandIntake(Settings(kafka="127.0.0.1:9"), "test", make, renew_after_s=0.0)
    await intake.start()

    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await intake.send_command(a_report())
    assert intake._renewal is not None
    await intake._renewal

    assert (len(made), made[0].closed) == (2, True)
    await intake.stop()


async def test_positions_arrive_whole_and_in_their_partitions(settings: Settings) -> None:
    positions = PositionIntake(settings, "test")
    await positions.start()
    tag = clock.fresh_id()
    fixes = [FixRecord(volunteer_id=f"{tag}-{number}", lon=76.9, lat=43.2) for number in range(1000)]

    await positions.send(fixes)
    await positions.stop()

    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka, auto_offset_reset="earliest")
    await consumer.start()
    consumer.subscribe([LOCATIONS.name])
    seen: dict[str, int] = {}
    async with asyncio.timeout(20):
        while len(seen) < 1000:
            for part, records in (await consumer.getmany(timeout_ms=200)).items():
                seen |= {
                    fix.volunteer_id: part.partition
                    for fix in (
                        wire.decode_fix(record.value) for record in records if record.key.startswith(tag.encode())
                    )
                }
    await consumer.stop()
    async with _ordinary(settings) as producer:
        ordinary = await producer.send_and_wait(LOCATIONS.name, b"{}", key=fixes[7].volunteer_id.encode())
    assert seen[fixes[7].volunteer_id] == ordinary.partition


def _ordinary(settings: Settings) -> AIOKafkaProducer:
    return AIOKafkaProducer(bootstrap_servers=settings.kafka)


# The feed.


def status_of(number: int) -> StatusRecord:
    state = replace(incident(), version=number)
    return StatusRecord(
        incident=state, decision_id=f"d-{number}", decision_partition=0, decision_offset=number, decided_ms=number
    )


def step_of(number: int) -> OfferStep:
    return offer_step(
        event_id=f"e-{number}",
        id=f"o-{number}",
        volunteer_id=f"v-{number % 3}",
        at_ms=number,
        expires_ms=number,
        decision_offset=number,
    )


async def publish(producer: AIOKafkaProducer, first: int, count: int) -> None:
    """Publishes statuses and steps alternately, spread over the partitions."""
    for number in range(first, first + count):
        await producer.send_and_wait(INCIDENT_STATUS.name, wire.encode(status_of(number)), key=b"k%d" % number)
        await producer.send_and_wait(OFFERS.name, wire.encode(step_of(number)), key=b"v-%d" % number)


@pytest.fixture
async def live(settings: Settings) -> AsyncIterator[Feed]:
    live = Feed(settings, "test-live")
    await live.start()
    yield live
    await live.stop()


def name_of(happening: FeedRecord) -> str:
    record = happening.record
    assert not isinstance(record, NoticeRecord)
    return f"s{record.decision_offset}" if isinstance(record, StatusRecord) else f"o{record.decision_offset}"


async def gathered(live: Feed, cursor: FeedCursor | None, count: int) -> list[tuple[str, FeedCursor]]:
    found: list[tuple[str, FeedCursor]] = []
    async with asyncio.timeout(20):
        with live.listening(cursor) as listener:
            async for entry, identity in told(listener):
                found.append((name_of(entry.record), FeedCursor.parsed(identity)))
                if len(found) == count:
                    break
    return found


async def told(listener: Listener) -> AsyncIterator[FeedItem]:
    async for batch in listener.batches():
        for one in batch.items:
            yield one


def expected(first: int, count: int) -> set[str]:
    return {f"{kind}{number}" for kind in "so" for number in range(first, first + count)}


async def test_a_listener_gets_every_record_after_its_cursor_once(producer: AIOKafkaProducer, live: Feed) -> None:
    start = live.heads
    await publish(producer, 100, 10)

    found = await gathered(live, start, 20)

    assert {name for name, _ in found} == expected(100, 10)


async def test_a_cursor_resumes_exactly_on_any_process(
    settings: Settings, producer: AIOKafkaProducer, live: Feed
) -> None:
    start = live.heads
    await publish(producer, 200, 10)
    first = await gathered(live, start, 7)
    other = Feed(settings, "test-other", back_ms=0)  # it started later, so it must read the log again
    await other.start()

    rest = await gathered(other, FeedCursor.parsed(str(first[-1][1])), 13)
    await other.stop()

    names = [name for name, _ in first + rest]
    assert (len(names), set(names)) == (20, expected(200, 10))


async def test_records_that_arrive_while_older_ones_are_read_are_not_lost(
    settings: Settings, producer: AIOKafkaProducer, live: Feed
) -> None:
    start = live.heads
    await publish(producer, 300, 5)
    other = Feed(settings, "test-other", back_ms=0)
    await other.start()
    listening = asyncio.ensure_future(gathered(other, start, 20))
    await publish(producer, 305, 5)

    found = await listening
    await other.stop()

    assert {name for name, _ in found} == expected(300, 10)


async def test_a_second_live_offer_of_a_person_is_marked_void(producer: AIOKafkaProducer, live: Feed) -> None:
    start = live.heads
    for number in (10**6, 10**6 + 3):
        step = replace(step_of(number), volunteer_id="one-person")
        await producer.send_and_wait(OFFERS.name, wire.encode(step), key=b"one person")

    async with asyncio.timeout(20):
        for cursor in (start, replace(start, notices=())):
            with live.listening(cursor) as listener:
                seen = [one.entry.record.is_void async for one in limited(listener, 2)]

            assert seen == [False, True]


async def limited(listener: Listener, count: int) -> AsyncIterator[FeedItem]:
    async for one in told(listener):
        yield one
        count -= 1
        if not count:
            return


async def test_a_listener_behind_the_buffer_is_cut_off_and_delays_nobody(
    settings: Settings, producer: AIOKafkaProducer
) -> None:
    live = Feed(settings, "test-slow", kept=6, back_ms=0)
    await live.start()
    with live.listening(None) as listener, live.listening(None) as quick:
        await publish(producer, 400, 1)
        assert (await listener.next(10)) is not None
        following = asyncio.ensure_future(seen_by(quick, 12))
        await publish(producer, 401, 5)
        assert {name_of(one.entry.record) for one in await following} == expected(400, 6)

        with pytest.raises(ResyncRequired):
            async for _ in told(listener):
                pass
    await live.stop()


async def seen_by(listener: Listener, count: int) -> list[FeedItem]:
    async with asyncio.timeout(20):
        return [one async for one in limited(listener, count)]


async def test_one_reader_of_older_records_serves_all_listeners_behind_the_buffer(
    settings: Settings, producer: AIOKafkaProducer, live: Feed
) -> None:
    """Cursors of different ages at once, for a process with a small buffer that read nothing back at its start."""
    cursors = [live.heads]
    for number in range(5):
        await publish(producer, 500 + 4 * number, 4)
        await eventually(lambda: live.heads.distance(cursors[-1]) == 0 and cursors[-1].distance(live.heads) == 8)
        cursors.append(live.heads)
    other = Feed(settings, "test-forgetful", kept=100, back_ms=0)
    await other.start()
    made = len(reading(other))

    found = await asyncio.gather(
        *(gathered(other, cursor, 40 - 8 * number) for number, cursor in enumerate(cursors[:5]))
    )

    assert [{name for name, _ in one} for one in found] == [expected(500 + 4 * n, 20 - 4 * n) for n in range(5)]
    assert [len(one) for one in found] == [40, 32, 24, 16, 8]
    assert (made, len(reading(other))) == (0, 1)
    await other.stop()


def reading(feed: Feed) -> list[object]:
    """The consumers that read the log, without the one at its end."""
    return [consumer for consumer in [feed._older._consumer] if consumer is not None]


async def test_a_listener_too_far_behind_must_load_the_state_again(
    settings: Settings, producer: AIOKafkaProducer, live: Feed
) -> None:
    start = live.heads
    await publish(producer, 600, 10)
    other = Feed(settings, "test-bounded", kept=15, back_ms=0)
    await other.start()

    with pytest.raises(ResyncRequired, match="too far behind"):
        await gathered(other, start, 1)
    await other.stop()


async def test_a_starting_process_serves_returning_listeners_from_memory(
    settings: Settings, producer: AIOKafkaProducer, live: Feed
) -> None:
    start = live.heads
    await publish(producer, 700, 10)
    other = Feed(settings, "test-restarted")
    await other.start()

    found = await gathered(other, start, 20)

    assert {name for name, _ in found} == expected(700, 10)
    assert reading(other) == []
    await other.stop()


async def test_a_cursor_of_another_log_is_refused(live: Feed) -> None:
    with pytest.raises(ResyncRequired), live.listening(FeedCursor((1,), (1,))):
        pass


async def test_a_cursor_beyond_the_log_is_cut_off(live: Feed) -> None:
    """The log was deleted and started empty: the client must load the state again instead of waiting for ever."""
    far = FeedCursor(tuple(10**9 for _ in live.heads.status), live.heads.offers)

    with pytest.raises(ResyncRequired):
        await gathered(live, far, 1)


@pytest.mark.parametrize("text", ["", "_", "1", "1_", "1._2", "a_b", "-1_1", "1_²", "1" * 5000 + "_1"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cursor|offset"):
        FeedCursor.parsed(text)


# Single decisions and lag.


def test_distant_offsets_are_sought_and_close_ones_read_through() -> None:
    assert runs_of([(1, 5), (0, 900), (0, 3), (0, 1), (0, 3)]) == [[(0, 1), (0, 3)], [(0, 900)], [(1, 5)]]


async def test_decisions_are_read_at_their_places(settings: Settings, producer: AIOKafkaProducer) -> None:
    story = Story(people=helpers("v-1", "v-2"))
    story.report()
    story.accept("v-1")
    places = []
    for decision in story.decisions:
        # In the partition of a worker: the tests share one log, and every rebuild reads these records as well.
        value, key = wire.encode_decision(decision), decision.zone.encode()
        # A repeated decision has no effect but takes an offset.
        (*_, at) = [await producer.send_and_wait(DECISIONS.name, value, key=key) for _ in range(4)]
        places.append((at.partition, at.offset))
    reader = DecisionReader(settings, "test-decisions")

    found = await reader.read([*places, (5, 10**6)])
    again = await reader.read(places[1:])
    await reader.stop()

    assert [found[place] for place in places] == story.decisions
    assert list(again) == places[1:]


async def test_an_unavailable_log_is_reported_within_two_seconds() -> None:
    """The broker never responds, so the timeout of the reader ends the wait."""
    reader = DecisionReader(Settings(kafka="127.0.0.1:9"), "test-decisions")

    with pytest.raises(LogUnavailable):
        await reader.read([(0, 1)])

    assert decisions.WITHIN_S < 2
    await reader.stop()


async def test_uncommitted_commands_are_lag_with_an_age(settings: Settings, intake: CommandIntake) -> None:
    monitor = Monitor(settings, "test")
    at = await intake.send_command(a_report())

    await monitor.start()
    await eventually(lambda: monitor.last is not None and monitor.last.lag.get(at.partition, 0) > 0)
    measured = monitor.last
    assert measured is not None
    await monitor.stop()

    assert measured.total_lag >= 1
    assert measured.oldest_ms is not None
    assert measured.oldest_ms <= clock.now_ms() + 1000
    assert measured.workers == 0
    assert (monitor.age_s() or 0) >= 0
