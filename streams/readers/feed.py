"""What happens to incidents and offers, as it happens: one tail of `incident-status`, `offers` and `notices` per process.

Every record gets a `FeedCursor`: how far each partition has come, so that any process can go on from it exactly. The newest
records are kept (`feed_buffer.py`), and a process that begins reads those of the last minutes back, so that listeners who come
back are served from memory. What is older is read from Kafka again, by one reader for all who wait for it and within bounds of
records, memory and time. A listener who does not keep up is cut off, never waited for.
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
from streams.readers.feed_records import TOPICS_SHOWN, Arrived, FeedCursor, FeedRecord, happening_of, people_of, read
from streams.settings import Settings
from streams.topics import OFFERS

__all__ = ["Batch", "Feed", "FeedCursor", "FeedItem", "FeedRecord", "Listener", "ResyncRequired"]

KEPT = 20_000
KEPT_BYTES = 96 * 2**20
"""Of memory, as far as it is known beforehand; for the newest records, and as much again while older ones are read."""
BACK_MS = 15 * 60_000
"""A process that begins reads so much back, `KEPT` records at the most."""
BACK_WITHIN_S = 5.0
REREAD_WITHIN_S = 10.0
OLDER_KEPT_S = 30.0
"""What was read again serves those who come a little later."""
AT_ONCE = 32
"""Records that one listener takes before others have their turn."""
READ_AT_ONCE = 100
TURNS = 8
"""Listeners that have their turn in one pass of the event loop."""
PACE_S = 0.000_25
"""For each listener, between two times that they are woken: a thousand are told four times a second, and one at once."""
SLOWEST_PACE_S = 0.5
VOID_KEPT = 1_000
_log = structlog.get_logger(__name__)


class ResyncRequired(GiveUp):
    """The listener was too slow, or asked for what is no longer in the log: it must load the state anew."""


class FeedItem(NamedTuple):
    """A record with the id that the listener may go on from after it."""

    entry: BufferedRecord
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a listener is to look at next, never nothing.

    `ids` None: those of the entries. `common`: the numbers of the first record and behind the last one, where everybody gets just
    these; None where the records or their ids are this listener's own.
    """

    entries: Sequence[BufferedRecord]
    ids: Sequence[str] | None = None
    common: tuple[int, int] | None = None

    @property
    def told(self) -> Iterator[FeedItem]:
        return map(FeedItem, self.entries, self.ids or (entry.after_text for entry in self.entries))


class Listener:
    """One live view: of everything, or with `person` of what may concern a volunteer."""

    def __init__(self, feed: "Feed", cursor: FeedCursor, person: str | None = None) -> None:
        self.cursor = cursor
        self._person = person
        self._feed = feed
        self._buffer: FeedBuffer | None = None
        self._number = 0
        self._is_in_step = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def next(self, within_s: float) -> Batch | None:
        """The next records as soon as there are some; None when there were none for so long, or the feed has ended.

        Raises:
            ResyncRequired: load the state anew.
            LogUnavailable: what is older than what is kept could not be read.
        """
        try:
            async with asyncio.timeout(within_s):
                while True:
                    await self._feed.turns.take()
                    self._woken.clear()
                    if self._is_at_an_end():
                        await self._go_on()
                    batch = self._taken()
                    if batch is not None and batch.entries:
                        return batch
                    if batch is None and not self._is_at_an_end():
                        if self._feed.has_ended:
                            return None
                        await self._woken.wait()
        except TimeoutError:
            return None

    async def batches(self) -> AsyncIterator[Batch]:
        """Until the feed ends. Raises as `next` does."""
        while True:
            batch = await self.next(3600.0)
            if batch is not None:
                yield batch
            elif self._feed.has_ended:
                return

    def _is_at_an_end(self) -> bool:
        """Of a stretch that does not go on: of none, or of one that was read again."""
        return self._buffer is None or (self._buffer is not self._feed.newest and self._number == self._buffer.end)

    async def _go_on(self) -> None:
        if self._buffer is not None:
            self.cursor = self.cursor.joined(self._buffer.heads)
        self._buffer = await self._feed.buffer_for(self.cursor)
        self._number = self._buffer.number_after(self.cursor)

    def _taken(self) -> Batch | None:
        """The next records, perhaps none of them for this listener; None where there are no more."""
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
            batch = self._own(entries)
        self._passed(buffer, until)
        return batch

    def _passed(self, buffer: FeedBuffer, until: int) -> None:
        last = buffer.entry(until - 1).after
        self.cursor = last if self._is_in_step else self.cursor.joined(last)
        self._is_in_step = self._is_in_step or self.cursor == last
        self._number = until

    def _own(self, entries: Sequence[BufferedRecord]) -> Batch:
        """For a listener whose cursor another process gave, in whose order some of these stood before others."""
        told = []
        for entry in entries:
            if entry.offset >= self.cursor.next_of(entry):
                self.cursor = self.cursor.joined(entry.after)
                told.append(FeedItem(entry, str(self.cursor)))
        return Batch(entries=[one.entry for one in told], ids=[one.id for one in told])


class Feed:
    """`start` returns when the last minutes were read and the tail stands at the end; it then follows the log until `stop`."""

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
        self._is_told = True
        self._told_s = 0.0
        self._all_told = 0
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
            _log.warning("live view begins without the last minutes", cause=type(error).__name__)
            starts, arrived = ends, []
        self.newest = FeedBuffer(_cursor_at(starts), most=self._kept, most_bytes=KEPT_BYTES)
        for one in arrived:
            if (happening := happening_of(one)) is not None:
                self.newest.append(self._judged(happening), one.value)
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
        """Live views end by themselves, so that a server that stops need not wait for them."""
        self.has_ended = True
        for listener in self._listeners():
            listener.wake()

    @property
    def heads(self) -> FeedCursor:
        return self.newest.heads

    @contextlib.contextmanager
    def listening(self, cursor: FeedCursor | None, person: str | None = None) -> Iterator[Listener]:
        """A live view from a cursor on, or from now on; of what may concern a person, or of everything.

        Raises:
            ResyncRequired: the cursor is of other partitions than the log has.
        """
        if cursor is not None and not cursor.notices:
            cursor = replace(cursor, notices=self.heads.notices)
        if cursor is not None and any(len(cursor.of(topic)) != len(self.heads.of(topic)) for topic in TOPICS_SHOWN):
            raise ResyncRequired("a cursor of another log")
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
        """Where a listener with this cursor goes on.

        Raises:
            ResyncRequired: it is too far behind, or of another log.
            LogUnavailable: what it needs could not be read.
        """
        if not self.heads.covers(cursor):  # another process was quicker than this one, or the log is not the one it was
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
        """The newest records before these ends, in one order, and where each partition was begun."""
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
            self._older.forget_what_nobody_wants()

    def _judged(self, happening: FeedRecord) -> FeedRecord:
        """Known from where this tail began; the notifier knows it all, and people are told by it."""
        if isinstance(happening.record, OfferStep):
            validity = self._validity.setdefault(happening.partition, Validity())
            judgement = validity.judge(happening.record, happening.offset)
            if judgement.verdict is OfferVerdict.VOID:
                if self._task is not None:  # not of what is read back: it was counted when it came
                    metrics.VOID_EVENTS.labels(reason=judgement.reason).inc()
                self._void[happening.partition, happening.offset] = None
                if len(self._void) > VOID_KEPT:
                    del self._void[next(iter(self._void))]
        return self._marked(happening)

    def _marked(self, happening: FeedRecord) -> FeedRecord:
        is_void = happening.topic == OFFERS.name and (happening.partition, happening.offset) in self._void
        return happening._replace(is_void=True) if is_void else happening

    def take(self, arrived: Arrived) -> None:
        """What is new in the log."""
        found = happening_of(arrived)
        if found is None:
            return
        happening = self._judged(found)
        self.newest.append(happening, arrived.value)
        if self._watch is not None:
            self._watch(happening)
        self._to_wake.update(person for person in people_of(happening) if person in self._of_person)
        if self._is_told:
            self._is_told = False
            loop = asyncio.get_running_loop()
            loop.call_at(self._told_s + min(SLOWEST_PACE_S, PACE_S * len(self._everybodys)), self._tell)

    def _tell(self) -> None:
        """Wakes everybody whom what came since the last time may concern."""
        self._is_told = True
        self._told_s = asyncio.get_running_loop().time()
        woken, self._to_wake = self._to_wake, set()
        if self.newest.end - self._all_told > self._kept // 2:
            # Whom nothing concerned for long goes on to the end, before what they have passed is dropped.
            self._all_told = self.newest.end
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
    """What is older than what is kept: one reader for all who wait for it, and one stretch that they share.

    A stretch has `most` records at the most; who is further behind is told so at once.
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
        """A stretch from the cursor to where the newest records begin.

        Raises:
            ResyncRequired: so much is not read, or is no longer in the log.
            LogUnavailable: Kafka did not give it in time.
        """
        if cursor.distance(newest.start) > self._most:
            raise ResyncRequired("too far behind")
        self._waiting.append(cursor)
        try:
            async with asyncio.timeout(REREAD_WITHIN_S), self._lock:
                if self._buffer is None or not _leads_on(self._buffer, cursor):
                    self._buffer = await self._read(self._common(cursor, newest.start), newest.start)
                    if not _leads_on(self._buffer, cursor):
                        raise ResyncRequired("too far behind")
                self._used_s = clock.monotonic_s()
                return self._buffer
        except OffsetOutOfRangeError as error:
            raise ResyncRequired("no longer in the log") from error
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"live view: {error!r}") from error
        finally:
            self._waiting.remove(cursor)

    def forget_what_nobody_wants(self) -> None:
        if self._buffer is not None and clock.monotonic_s() - self._used_s > OLDER_KEPT_S:
            self._buffer = None

    async def stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()

    def _common(self, cursor: FeedCursor, end: FeedCursor) -> FeedCursor:
        """From where to read for this listener, and for as many of the others as the bound allows."""
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
        stretch = FeedBuffer(_cursor_at(starts | wanted), most=self._most, most_bytes=KEPT_BYTES)
        for arrived in merge(*parts, key=attrgetter("at_ms")):
            if (happening := happening_of(arrived)) is not None:
                stretch.append(self._mark(happening), arrived.value)
        stretch.skip_to(end)
        self._consumer.assign([])
        return stretch


def _leads_on(stretch: FeedBuffer, cursor: FeedCursor) -> bool:
    """Whether whoever reads the stretch from the cursor on comes at least nearer to the newest records."""
    return cursor.covers(stretch.start) and not cursor.covers(stretch.heads)


async def _between(
    consumer: AIOKafkaConsumer, starts: dict[TopicPartition, int], ends: Mapping[TopicPartition, int], most_bytes: int
) -> list[deque[Arrived]]:
    """The records of each partition from its start to its end. `starts` is moved on where the bytes would be too many."""
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
    """Each partition's share of so many records, the newest ones."""
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
