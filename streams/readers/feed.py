"""The live feed of incidents and offers: one consumer of `incident-status`, `offers` and `notices` per process.

Every record gets a `FeedCursor` with the next offset of each partition, so that any process can resume from it exactly. The
newest records stay in memory (`feed_buffer.py`); a starting process reads those of the last minutes, so that reconnecting
listeners are served from memory. Older records are read from Kafka again, by one reader shared by all waiting listeners and
within limits of records, memory and time. A listener that falls too far behind is disconnected; the feed never waits for it.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from operator import attrgetter
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from dispatch.model.decisions import OfferStep
from dispatch.notices.offer_validity import OfferVerdict, Validity
from streams import clock, metrics
from streams.errors import GiveUp, LogUnavailable
from streams.event_loop import Turns
from streams.kafka import clients
from streams.readers.feed_buffer import BufferedRecord, FeedBuffer, weight_of
from streams.readers.feed_records import TOPICS_SHOWN, Arrived, FeedCursor, FeedRecord, feed_record_of, people_of, read
from streams.settings import Settings
from streams.topics import OFFERS

__all__ = ["Batch", "Feed", "FeedCursor", "FeedItem", "FeedRecord", "Listener", "ResyncRequired"]

KEPT = 20_000
KEPT_BYTES = 96 * 2**20
"""Estimated memory of the newest records; older records that are read again may use as much once more."""
BACK_MS = 15 * 60_000
"""How far back a starting process reads, up to `KEPT` records."""
BACK_WITHIN_S = 5.0
REREAD_WITHIN_S = 10.0
OLDER_KEPT_S = 30.0
"""Older records that were read again stay in memory this long after their last use."""
AT_ONCE = 32
"""Records that one listener takes before other listeners get a turn."""
READ_AT_ONCE = 100
TURNS = 8
"""Listeners resumed per iteration of the event loop."""
PACE_S = 0.000_25
"""Minimum time between two wake-ups, per listener: a thousand listeners are woken four times a second, a single one at once."""
SLOWEST_PACE_S = 0.5
VOID_KEPT = 1_000
_log = structlog.get_logger(__name__)


class ResyncRequired(GiveUp):
    """The listener was too slow, or its cursor is not in the log any more: it must load the state again."""


class FeedItem(NamedTuple):
    """A record, and the cursor from which the listener can resume after it."""

    entry: BufferedRecord
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The next records of a listener, at least one.

    `ids`: a cursor for each record, None for those of the entries. `common`: the half-open range of record numbers when all
    listeners get exactly these records, so that their text can be shared; None when records or ids are specific to this listener.
    """

    entries: Sequence[BufferedRecord]
    ids: Sequence[str] | None = None
    common: tuple[int, int] | None = None

    @property
    def items(self) -> Iterator[FeedItem]:
        """The records, each with the cursor after it."""
        return map(FeedItem, self.entries, self.ids or (entry.after_text for entry in self.entries))


class Listener:
    """One live view: of all records, or with `person` of those that may concern this volunteer."""

    def __init__(self, feed: "Feed", cursor: FeedCursor, person: str | None = None) -> None:
        self.cursor = cursor
        self._person = person
        self._feed = feed
        self._buffer: FeedBuffer | None = None
        self._number = 0
        self._is_in_step = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Makes `next` look for new records."""
        self._woken.set()

    async def next(self, within_s: float) -> Batch | None:
        """The next records as soon as there are any; None after `within_s` without one, or when the feed has ended.

        Raises:
            ResyncRequired: load the state again.
            LogUnavailable: older records could not be read from Kafka.
        """
        try:
            async with asyncio.timeout(within_s):
                while True:
                    await self._feed.turns.take()
                    self._woken.clear()
                    if self._is_exhausted():
                        await self._next_buffer()
                    batch = self._take()
                    if batch is not None and batch.entries:
                        return batch
                    if batch is None and not self._is_exhausted():
                        if self._feed.has_ended:
                            return None
                        await self._woken.wait()
        except TimeoutError:
            return None

    async def batches(self) -> AsyncIterator[Batch]:
        """Yields batches until the feed ends. Raises as `next`."""
        while True:
            batch = await self.next(3600.0)
            if batch is not None:
                yield batch
            elif self._feed.has_ended:
                return

    def _is_exhausted(self) -> bool:
        """Whether the current buffer gets no further records: there is none yet, or it holds older records and is exhausted."""
        return self._buffer is None or (self._buffer is not self._feed.newest and self._number == self._buffer.end)

    async def _next_buffer(self) -> None:
        if self._buffer is not None:
            self.cursor = self.cursor.joined(self._buffer.heads)
        self._buffer = await self._feed.buffer_for(self.cursor)
        self._number = self._buffer.number_after(self.cursor)

    def _take(self) -> Batch | None:
        """The next records, possibly none for this listener; None at the end of the buffer."""
        buffer, since = self._buffer, self._number
        assert buffer is not None
        if since < buffer.first:
            raise ResyncRequired("too slow")
        if since == buffer.end:
            return None
        if self._person is None:
            until = min(buffer.end, since - since % AT_ONCE + AT_ONCE)
            entries = buffer.entries(since, until)
        else:
            until = buffer.end
            entries = [buffer.entry(number) for number in buffer.numbers_of(self._person, since)]
        is_common = self._is_in_step and self._person is None and buffer is self._feed.newest
        batch = Batch(entries=entries, common=(since, until) if is_common else None)
        if not self._is_in_step:
            batch = self._unseen(entries)
        self._advance(buffer, until)
        return batch

    def _advance(self, buffer: FeedBuffer, until: int) -> None:
        last = buffer.entry(until - 1).after
        self.cursor = last if self._is_in_step else self.cursor.joined(last)
        self._is_in_step = self._is_in_step or self.cursor == last
        self._number = until

    def _unseen(self, entries: Sequence[BufferedRecord]) -> Batch:
        """Drops records that the listener has seen. Its cursor came from another process, whose order across partitions
        differs."""
        fresh = []
        for entry in entries:
            if entry.offset >= self.cursor.next_of(entry):
                self.cursor = self.cursor.joined(entry.after)
                fresh.append(FeedItem(entry, str(self.cursor)))
        return Batch(entries=[one.entry for one in fresh], ids=[one.id for one in fresh])


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
        self._older = _Older(settings, f"{client_id}-again", kept, self._marked)
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
        consumer = self._consumer = _new_consumer(self._settings, self._client_id)
        await consumer.start()
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        try:
            async with asyncio.timeout(BACK_WITHIN_S):
                starts, arrived = await self._read_back(consumer, ends)
        except (TimeoutError, KafkaError) as error:
            _log.warning("live view starts without recent records", cause=type(error).__name__)
            starts, arrived = ends, []
        self.newest = FeedBuffer(_cursor_at(starts), most=self._kept, most_bytes=KEPT_BYTES)
        for one in arrived:
            if (record := feed_record_of(one)) is not None:
                self.newest.append(self._judged(record), one.value)
        self.newest.skip_to(_cursor_at(ends))
        for part, end in ends.items():
            consumer.seek(part, end)
        self._task = asyncio.ensure_future(self._follow(consumer))

    async def stop(self) -> None:
        self.end_listeners()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._older.stop()
        if self._consumer is not None:
            await self._consumer.stop()

    def end_listeners(self) -> None:
        """Ends all live views, so that a stopping server does not wait for them."""
        self.has_ended = True
        for listener in self._listeners():
            listener.wake()

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
        if cursor is not None and not cursor.notices:
            cursor = replace(cursor, notices=self.heads.notices)
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
            raise LogUnavailable(f"live view: {error!r}") from error
        if any(cursor.of(part.topic)[part.partition] > end for part, end in ends.items()):
            raise ResyncRequired("beyond the end of the log")

    async def _read_back(
        self, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]
    ) -> tuple[dict[TopicPartition, int], list[Arrived]]:
        """Start offsets per partition, and the newest records from there to `ends`, merged by time."""
        since_ms = clock.now_ms() - self._back_ms
        found = await consumer.offsets_for_times(dict.fromkeys(ends, since_ms))
        recent = {part: found[part].offset if found[part] else end for part, end in ends.items()}
        starts = _newest_of(recent, ends, self._kept)
        return starts, list(merge(*await _between(consumer, starts, ends, KEPT_BYTES), key=attrgetter("at_ms")))

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            try:
                batches = await consumer.getmany(timeout_ms=1000, max_records=2000)
            except KafkaError as error:
                _log.warning("live view waits for Kafka", cause=type(error).__name__)
                await asyncio.sleep(1)
                continue
            for number, arrived in enumerate(read(batches), 1):
                self.take(arrived)
                if number % AT_ONCE == 0:
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


class _Older:
    """Older records: one consumer for all waiting listeners, and one shared buffer of at most `most` records.

    A listener that is further behind gets `ResyncRequired` at once.
    """

    def __init__(self, settings: Settings, client_id: str, most: int, mark: Callable[[FeedRecord], FeedRecord]) -> None:
        self._settings = settings
        self._client_id = client_id
        self._most = most
        self._mark = mark
        self._lock = asyncio.Lock()
        self._waiting: list[FeedCursor] = []
        self._buffer: FeedBuffer | None = None
        self._used_s = 0.0
        self._consumer: AIOKafkaConsumer | None = None

    async def reaching(self, cursor: FeedCursor, newest: FeedBuffer) -> FeedBuffer:
        """A buffer with the records from the cursor to the start of `newest`.

        Raises:
            ResyncRequired: more than `most` records, or some are no longer in the log.
            LogUnavailable: Kafka did not return them in time.
        """
        if cursor.distance(newest.start) > self._most:
            raise ResyncRequired("too far behind")
        self._waiting.append(cursor)
        try:
            async with asyncio.timeout(REREAD_WITHIN_S), self._lock:
                if self._buffer is None or not _leads_forward(self._buffer, cursor):
                    self._buffer = await self._read(self._common_start(cursor, newest.start), newest.start)
                    if not _leads_forward(self._buffer, cursor):
                        raise ResyncRequired("too far behind")
                self._used_s = clock.monotonic_s()
                return self._buffer
        except OffsetOutOfRangeError as error:
            raise ResyncRequired("no longer in the log") from error
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"live view: {error!r}") from error
        finally:
            self._waiting.remove(cursor)

    def drop_unused(self) -> None:
        """Frees the buffer when it was not used for `OLDER_KEPT_S`."""
        if self._buffer is not None and clock.monotonic_s() - self._used_s > OLDER_KEPT_S:
            self._buffer = None

    async def stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()

    def _common_start(self, cursor: FeedCursor, end: FeedCursor) -> FeedCursor:
        """The start cursor for this listener and for as many of the other waiting ones as the limit allows."""
        for other in self._waiting:
            both = cursor.met(other)
            if both.distance(end) <= self._most:
                cursor = both
        return cursor.met(end)

    async def _read(self, start: FeedCursor, end: FeedCursor) -> FeedBuffer:
        if self._consumer is None:
            consumer = _new_consumer(self._settings, self._client_id)
            try:
                await consumer.start()
            except BaseException:
                await consumer.stop()
                raise
            self._consumer = consumer
        starts, ends = _places(start), _places(end)
        wanted = {part: at for part, at in starts.items() if at < ends[part]}
        self._consumer.assign(list(wanted))
        begun = await self._consumer.beginning_offsets(list(wanted))
        if any(at < begun[part] for part, at in wanted.items()):
            raise ResyncRequired("no longer in the log")
        parts = await _between(self._consumer, wanted, ends, KEPT_BYTES)
        buffer = FeedBuffer(_cursor_at(starts | wanted), most=self._most, most_bytes=KEPT_BYTES)
        for arrived in merge(*parts, key=attrgetter("at_ms")):
            if (record := feed_record_of(arrived)) is not None:
                buffer.append(self._mark(record), arrived.value)
        buffer.skip_to(end)
        self._consumer.assign([])
        return buffer


def _leads_forward(buffer: FeedBuffer, cursor: FeedCursor) -> bool:
    """Whether reading the buffer from the cursor brings a listener closer to the newest records."""
    return cursor.covers(buffer.start) and not cursor.covers(buffer.heads)


async def _between(
    consumer: AIOKafkaConsumer, starts: dict[TopicPartition, int], ends: Mapping[TopicPartition, int], most_bytes: int
) -> list[deque[Arrived]]:
    """The records of each partition from its start to its end. Advances `starts` in place where the bytes exceed the limit."""
    found: dict[TopicPartition, deque[Arrived]] = {part: deque() for part in starts}
    left = {part for part, start in starts.items() if start < ends[part]}
    size = 0
    for part in left:
        consumer.seek(part, starts[part])
    while left:
        for part, records in (await consumer.getmany(*left, timeout_ms=200, max_records=READ_AT_ONCE)).items():
            for arrived in read({part: records}):
                if arrived.offset < ends[part]:
                    found[part].append(arrived)
                    size += weight_of(arrived.value)
        while size > most_bytes:
            fullest = max(found, key=lambda part: len(found[part]))
            dropped = found[fullest].popleft()
            starts[fullest] = dropped.offset + 1
            size -= weight_of(dropped.value)
        left = {part for part in left if await consumer.position(part) < ends[part]}
    return list(found.values())


def _newest_of(
    starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int], most: int
) -> dict[TopicPartition, int]:
    """Start offsets that leave the newest `most` records, shared in proportion to the partitions' sizes."""
    total = sum(max(0, ends[part] - start) for part, start in starts.items())
    if total <= most:
        return dict(starts)
    return {part: end - max(0, end - starts[part]) * most // total for part, end in ends.items()}


def _cursor_at(places: Mapping[TopicPartition, int]) -> FeedCursor:
    parts = sorted(places, key=lambda part: part.partition)
    return FeedCursor(*(tuple(places[part] for part in parts if part.topic == topic) for topic in TOPICS_SHOWN))


def _places(cursor: FeedCursor) -> dict[TopicPartition, int]:
    return {TopicPartition(topic, number): at for topic in TOPICS_SHOWN for number, at in enumerate(cursor.of(topic))}


def _new_consumer(settings: Settings, client_id: str) -> AIOKafkaConsumer:
    return clients.async_consumer(settings, client_id, auto_offset_reset="none", fetch_max_wait_ms=250)
