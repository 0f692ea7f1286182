"""The live feed of incidents and offers: one consumer of `incident-status`, `offers` and `notices` per process.

Every record gets a `FeedCursor` with the next offset of each partition, so that any process can resume from it exactly. The
newest records stay in memory (`feed_buffer.py`); a starting process reads those of the last minutes, so that reconnecting
listeners are served from memory. Older records are read from Kafka again, by one reader shared by all waiting listeners and
within limits of records, memory and time. A listener that falls too far behind is disconnected; the feed never waits for it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from heapq import merge
from operator import attrgetter

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from dispatch.model.decisions import OfferStep
from dispatch.notices.offer_validity import OfferVerdict, Validity
from streams import clock, event_loop, metrics
from streams.errors import LogUnavailable
from streams.event_loop import Turns
from streams.kafka import clients
from streams.kafka.reasons import kafka_reason
from streams.kafka.stopping import cancellations_of_its_own, stop_consumer
from streams.readers.feed_buffer import KEPT_BYTES, FeedBuffer
from streams.readers.feed_consumer import cursor_at, new_consumer, newest_starts, records_between
from streams.readers.feed_listener import AT_ONCE, Listener
from streams.readers.feed_records import (
    TOPICS_SHOWN,
    Arrived,
    FeedCursor,
    FeedRecord,
    ResyncRequired,
    feed_record_of,
    people_of,
    read,
)
from streams.readers.older_records import OlderRecords
from streams.settings import Settings
from streams.topics import OFFERS

KEPT = 20_000
BACK_MS = 15 * 60_000
"""How far back a starting process reads, up to `KEPT` records."""
BACK_WITHIN_S = 5.0
"""Reading back delays a start by at most this; without its result, reconnecting listeners read older records from Kafka."""
TURNS = 8
"""Listeners resumed per iteration of the event loop."""
PACE_S = 0.000_25
"""Minimum time between two wake-ups, per listener: a thousand listeners are woken four times a second, a single one at once."""
SLOWEST_PACE_S = 0.5
"""Upper limit of that time, however many listen."""
VOID_KEPT = 1_000
"""Void steps that are remembered, for records that are read again."""
_log = structlog.get_logger(__name__)


class Feed:
    """`start` returns after reading the last minutes up to the end of the log; a task then follows the log until `stop`."""

    def __init__(
        self,
        settings: Settings,
        client_id: str,
        watch: Callable[[FeedRecord], None] | None = None,
        *,
        kept: int = KEPT,
        back_ms: int = BACK_MS,
    ) -> None:
        self.turns = Turns(TURNS)
        self.newest = FeedBuffer(FeedCursor((), ()), most=kept, most_bytes=KEPT_BYTES)
        self.has_ended = False
        self._settings = settings
        self._client_id = client_id
        self._watch = watch
        self._kept = kept
        self._back_ms = back_ms
        self._older = OlderRecords(settings, f"{client_id}-again", kept, self._marked)
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self._everybodys: set[Listener] = set()
        self._of_person: dict[str, set[Listener]] = {}
        self._to_wake: set[str] = set()
        self._is_idle = True
        self._woken_s = 0.0
        self._all_woken = 0
        self._validity: dict[int, Validity] = {}
        self._void: dict[tuple[int, int], None] = {}

    async def start(self) -> None:
        parts = await self._partitions()
        consumer = self._consumer = new_consumer(self._settings, self._client_id)
        await consumer.start()
        consumer.assign(parts)
        # Fixed first: reading back ends here and following begins here, so no record is skipped or read twice.
        ends = await consumer.end_offsets(parts)
        try:
            async with asyncio.timeout(BACK_WITHIN_S):
                starts, arrived = await self._read_back(consumer, ends)
        except (TimeoutError, KafkaError) as error:
            _log.warning("live view starts without recent records", cause=type(error).__name__)
            starts, arrived = ends, []
        self.newest = FeedBuffer(cursor_at(starts), most=self._kept, most_bytes=KEPT_BYTES)
        for one in arrived:
            if (record := feed_record_of(one)) is not None:
                self.newest.append(self._judged(record), one.value)
        self.newest.skip_to(cursor_at(ends))
        for part, end in ends.items():
            consumer.seek(part, end)
        self._task = asyncio.ensure_future(self._follow(consumer))

    async def stop(self) -> None:
        # Before the task ends, so that no listener waits for a record that cannot come.
        self.end_listeners()
        await event_loop.cancel(self._task)
        await self._older.stop()
        if self._consumer is not None:
            await stop_consumer(self._consumer)

    def end_listeners(self) -> None:
        """Ends all live views, so that a stopping server does not wait for them."""
        self.has_ended = True
        for listener in self._listeners():
            listener.wake()

    def interrupt_listeners(self) -> None:
        """Makes all live views check whether their tokens are still valid."""
        for listener in self._listeners():
            listener.interrupt()

    @property
    def heads(self) -> FeedCursor:
        """The cursor after the newest record."""
        return self.newest.heads

    @contextlib.contextmanager
    def listening(self, cursor: FeedCursor | None, person: str | None = None) -> Iterator[Listener]:
        """Context manager: a live view from a cursor, or from now on; of all records, or of those that may concern a person.

        Raises:
            ResyncRequired: the cursor's partitions differ from those of the log.
        """
        # A cursor that was issued before the topic `notices` existed: it continues there from now on.
        if cursor is not None and not cursor.notices:
            cursor = replace(cursor, notices=self.heads.notices)
        # Another number of partitions: the topics were created anew, and the offsets mean nothing.
        if cursor is not None and any(len(cursor.of(topic)) != len(self.heads.of(topic)) for topic in TOPICS_SHOWN):
            raise ResyncRequired("the cursor belongs to another log")
        listener = Listener(self, cursor or self.heads, person)
        group = self._everybodys if person is None else self._of_person.setdefault(person, set())
        group.add(listener)
        metrics.LIVE_VIEWS.inc()
        try:
            yield listener
        finally:
            metrics.LIVE_VIEWS.dec()
            group.discard(listener)
            if person is not None and not group:
                # Otherwise the dictionary would keep everybody who ever connected.
                self._of_person.pop(person, None)

    async def buffer_for(self, cursor: FeedCursor) -> FeedBuffer:
        """The buffer that holds the records after this cursor.

        Raises:
            ResyncRequired: the cursor is too far behind, or belongs to another log.
            LogUnavailable: older records could not be read from Kafka.
        """
        if not self.heads.covers(cursor):  # another process has read further, or the log was replaced
            await self._refuse_beyond(cursor)
        if cursor.covers(self.newest.start):
            return self.newest
        return await self._older.reaching(cursor, self.newest)

    async def _refuse_beyond(self, cursor: FeedCursor) -> None:
        parts = [TopicPartition(topic, number) for topic in TOPICS_SHOWN for number in range(len(cursor.of(topic)))]
        assert self._consumer is not None, "start() comes first"
        try:
            ends = await self._consumer.end_offsets(parts)
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"live view: {kafka_reason(error)}") from error
        if any(cursor.of(part.topic)[part.partition] > end for part, end in ends.items()):
            raise ResyncRequired("beyond the end of the log")

    async def _read_back(
        self, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]
    ) -> tuple[dict[TopicPartition, int], list[Arrived]]:
        """Start offsets per partition, and the newest records from there to `ends`, merged by time."""
        since_ms = clock.now_ms() - self._back_ms
        found = await consumer.offsets_for_times(dict.fromkeys(ends, since_ms))
        recent = {part: found[part].offset if found[part] else end for part, end in ends.items()}
        starts = newest_starts(recent, ends, self._kept)
        return starts, list(merge(*await records_between(consumer, starts, ends, KEPT_BYTES), key=attrgetter("at_ms")))

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            try:
                with cancellations_of_its_own():
                    batches = await consumer.getmany(timeout_ms=1000, max_records=2000)
            except KafkaError as error:
                _log.warning("live view waits for Kafka", cause=type(error).__name__)
                await asyncio.sleep(1)
                continue
            for number, arrived in enumerate(read(batches), 1):
                self.take(arrived)
                if number % AT_ONCE == 0:
                    # Buffered records are polled without awaiting; without this yield a burst would block intake.
                    await asyncio.sleep(0)
            self._older.drop_unused()

    def _judged(self, record: FeedRecord) -> FeedRecord:
        """Marks void offer steps. Knows steps only since this process started; people are notified by the notifier, which knows
        all."""
        if isinstance(record.record, OfferStep):
            validity = self._validity.setdefault(record.partition, Validity())
            judgement = validity.judge(record.record, record.offset)
            if judgement.verdict is OfferVerdict.VOID:
                if self._task is not None:  # records read at start were counted by an earlier process
                    metrics.VOID_EVENTS.labels(reason=judgement.reason).inc()
                self._void[record.partition, record.offset] = None
                if len(self._void) > VOID_KEPT:
                    del self._void[next(iter(self._void))]
        return self._marked(record)

    def _marked(self, record: FeedRecord) -> FeedRecord:
        is_void = record.topic == OFFERS.name and (record.partition, record.offset) in self._void
        return record._replace(is_void=True) if is_void else record

    def take(self, arrived: Arrived) -> None:
        """Adds a new record and schedules the wake-up of the listeners it may concern."""
        found = feed_record_of(arrived)
        if found is None:
            return
        record = self._judged(found)
        self.newest.append(record, arrived.value)
        if self._watch is not None:
            self._watch(record)
        self._to_wake.update(person for person in people_of(record) if person in self._of_person)
        # One timer for all records until it fires, so a burst wakes each listener once.
        if self._is_idle:
            self._is_idle = False
            loop = asyncio.get_running_loop()
            loop.call_at(self._woken_s + min(SLOWEST_PACE_S, PACE_S * len(self._everybodys)), self._wake_listeners)

    def _wake_listeners(self) -> None:
        """Wakes the listeners that records since the last wake-up may concern."""
        self._is_idle = True
        self._woken_s = asyncio.get_running_loop().time()
        woken, self._to_wake = self._to_wake, set()
        if self.newest.end - self._all_woken > self._kept // 2:
            # Idle listeners advance to the end, before the records at their position are dropped from the buffer.
            self._all_woken = self.newest.end
            woken = set(self._of_person)
        for listener in self._everybodys:
            listener.wake()
        for person in woken:
            for listener in self._of_person.get(person, ()):
                listener.wake()

    def _listeners(self) -> Iterator[Listener]:
        yield from self._everybodys
        for group in self._of_person.values():
            yield from group

    async def _partitions(self) -> list[TopicPartition]:
        # An admin client, because a consumer without an assignment does not know the partitions.
        admin = clients.async_admin(self._settings, self._client_id)
        await admin.start()
        try:
            described = {entry["topic"]: entry for entry in await admin.describe_topics(list(TOPICS_SHOWN))}
        finally:
            await admin.close()
        return [
            TopicPartition(topic, number)
            for topic in TOPICS_SHOWN
            for number in sorted(entry["partition"] for entry in described[topic]["partitions"])
        ]
