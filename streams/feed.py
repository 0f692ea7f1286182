"""What happens to incidents and offers, as it happens: one tail of `incident-status`, `offers` and `notices` per process.

Every record gets a `Cursor`: how far each partition has come, so that any process can go on from it exactly. The newest 20,000
records are kept; what is older is read from Kafka again. A listener who does not keep up is cut off, never waited for.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from dispatch.decisions import OfferStep
from dispatch.validity import Validity, Verdict
from streams import metrics
from streams.happenings import TOPICS_SHOWN, Cursor, Happening, read
from streams.kafka import clients
from streams.publisher import LogTrouble
from streams.settings import Settings
from streams.topics import OFFERS

__all__ = ["Cursor", "CutOff", "Feed", "Happening", "Listener"]

KEPT = 20_000
WAITING = 1_000
"""Records a listener may be behind before it is cut off."""
REREAD_WITHIN_S = 10.0
VOID_KEPT = 1_000
_log = structlog.get_logger(__name__)


class CutOff(Exception):
    """The listener was too slow, or asked for what is no longer in the log: it must load the state anew."""


class Listener:
    """One live view. Iterate it; it raises CutOff when it fell behind, and ends when the feed does."""

    def __init__(self, feed: "Feed", cursor: Cursor) -> None:
        self.cursor = cursor
        self._feed = feed
        self._queue: asyncio.Queue[Happening | None] = asyncio.Queue()
        self._cut = False

    def offer(self, happening: Happening) -> None:
        if self._queue.qsize() >= self._feed.waiting:
            self._cut = True
        else:
            self._queue.put_nowait(happening)

    def end(self) -> None:
        self._queue.put_nowait(None)

    async def happenings(self) -> AsyncIterator[tuple[Happening, Cursor]]:
        """Each with the cursor from which to go on after it. What the cursor has behind it is left out.

        Raises:
            CutOff: load the state anew.
            LogTrouble: what is older than what is kept could not be read.
        """
        async for happening in self._feed.since(self.cursor):
            yield self._moved(happening)
        while not self._cut:
            waited = await self._queue.get()
            if waited is None:
                return
            if waited.offset >= self.cursor.next_of(waited):
                yield self._moved(waited)
        raise CutOff("too slow")

    def _moved(self, happening: Happening) -> tuple[Happening, Cursor]:
        self.cursor = self.cursor.after(happening)
        return happening, self.cursor


class Feed:
    """`start` returns when the tail stands at the end of both topics; it then follows them until `stop`."""

    def __init__(
        self,
        settings: Settings,
        client_id: str,
        watch: Callable[[Happening], None] | None = None,
        *,
        waiting: int = WAITING,
    ) -> None:
        self.waiting = waiting
        self._settings = settings
        self._client_id = client_id
        self._watch = watch
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self._kept: deque[Happening] = deque(maxlen=KEPT)
        self._listeners: set[Listener] = set()
        self._heads = Cursor((), ())
        self._kept_from = Cursor((), ())
        self._ended = False
        self._validity: dict[int, Validity] = {}
        self._void: dict[tuple[int, int], None] = {}

    async def start(self) -> None:
        parts = await self._partitions()
        consumer = self._consumer = self._new_consumer(self._client_id)
        await consumer.start()
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        for part, end in ends.items():
            consumer.seek(part, end)
        self._heads = self._kept_from = Cursor(
            *(tuple(ends[part] for part in parts if part.topic == topic) for topic in TOPICS_SHOWN)
        )
        self._task = asyncio.ensure_future(self._follow(consumer))

    async def stop(self) -> None:
        self.end_listeners()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._consumer is not None:
            await self._consumer.stop()

    def end_listeners(self) -> None:
        """Live views end by themselves, so that a server that stops need not wait for them."""
        self._ended = True
        for listener in self._listeners:
            listener.end()

    @property
    def heads(self) -> Cursor:
        return self._heads

    @contextlib.contextmanager
    def listening(self, cursor: Cursor | None) -> Iterator[Listener]:
        """A live view from a cursor on, or from now on.

        Raises:
            CutOff: the cursor is of other partitions than the log has.
        """
        if cursor is not None and not cursor.notices:
            cursor = replace(cursor, notices=self._heads.notices)
        if cursor is not None and any(len(cursor.of(topic)) != len(self._heads.of(topic)) for topic in TOPICS_SHOWN):
            raise CutOff("a cursor of another log")
        listener = Listener(self, cursor or self._heads)
        self._listeners.add(listener)
        metrics.LIVE_VIEWS.set(len(self._listeners))
        if self._ended:
            listener.end()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            metrics.LIVE_VIEWS.set(len(self._listeners))

    async def since(self, cursor: Cursor) -> AsyncIterator[Happening]:
        """What stands between a cursor and the present end of the tail; the listener's queue has what comes after."""
        heads = self._heads
        if _is_behind(heads, cursor):  # another process was quicker than this one, or the log is not the one it was
            await self._refuse_beyond(cursor)
        if _is_behind(cursor, self._kept_from):
            async for happening in self._reread(cursor, heads):
                yield happening
            return
        for happening in list(self._kept):
            if cursor.next_of(happening) <= happening.offset < heads.next_of(happening):
                yield happening

    async def _refuse_beyond(self, cursor: Cursor) -> None:
        parts = [TopicPartition(topic, number) for topic in TOPICS_SHOWN for number in range(len(cursor.of(topic)))]
        assert self._consumer is not None, "start() comes first"
        try:
            ends = await self._consumer.end_offsets(parts)
        except (KafkaError, TimeoutError) as error:
            raise LogTrouble(f"live view: {error!r}") from error
        if any(cursor.of(part.topic)[part.partition] > end for part, end in ends.items()):
            raise CutOff("beyond the end of the log")

    async def _reread(self, cursor: Cursor, heads: Cursor) -> AsyncIterator[Happening]:
        consumer = self._new_consumer(f"{self._client_id}-again")
        left = {
            TopicPartition(topic, number): end
            for topic in TOPICS_SHOWN
            for number, (start, end) in enumerate(zip(cursor.of(topic), heads.of(topic), strict=True))
            if start < end
        }
        try:
            await consumer.start()
            consumer.assign(list(left))
            for part in left:
                consumer.seek(part, cursor.of(part.topic)[part.partition])
            while left:
                async with asyncio.timeout(REREAD_WITHIN_S):
                    batches = await consumer.getmany(*left, timeout_ms=200, max_records=1000)
                for happening in read(batches):
                    if happening.offset < heads.next_of(happening):
                        yield self._marked(happening)
                left = {part: end for part, end in left.items() if await consumer.position(part) < end}
        except OffsetOutOfRangeError as error:
            raise CutOff("no longer in the log") from error
        except (KafkaError, TimeoutError) as error:
            raise LogTrouble(f"live view: {error!r}") from error
        finally:
            await consumer.stop()

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            try:
                batches = await consumer.getmany(timeout_ms=1000, max_records=2000)
            except KafkaError as error:
                _log.warning("live view waits for Kafka", cause=type(error).__name__)
                await asyncio.sleep(1)
                continue
            for happening in read(batches):
                self._take(happening)

    def _judge(self, happening: Happening) -> Happening:
        """Known from when this tail began; the notifier knows it all, and people are told by it."""
        if isinstance(happening.record, OfferStep):
            validity = self._validity.setdefault(happening.partition, Validity())
            judgement = validity.judge(happening.record, happening.offset)
            if judgement.verdict is Verdict.VOID:
                metrics.VOID_EVENTS.labels(reason=judgement.reason).inc()
                self._void[happening.partition, happening.offset] = None
                if len(self._void) > VOID_KEPT:
                    del self._void[next(iter(self._void))]
        return self._marked(happening)

    def _marked(self, happening: Happening) -> Happening:
        is_void = happening.topic == OFFERS.name and (happening.partition, happening.offset) in self._void
        return happening._replace(is_void=True) if is_void else happening

    def _take(self, new: Happening) -> None:
        happening = self._judge(new)
        if len(self._kept) == KEPT:
            self._kept_from = self._kept_from.after(self._kept[0])
        self._kept.append(happening)
        self._heads = self._heads.after(happening)
        if self._watch is not None:
            self._watch(happening)
        for listener in self._listeners:
            listener.offer(happening)

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

    def _new_consumer(self, client_id: str) -> AIOKafkaConsumer:
        return clients.async_consumer(self._settings, client_id, auto_offset_reset="none", fetch_max_wait_ms=250)


def _is_behind(one: Cursor, other: Cursor) -> bool:
    """In any partition."""
    return any(a < b for topic in TOPICS_SHOWN for a, b in zip(one.of(topic), other.of(topic), strict=True))
