"""The Faust agent, and the task that processes its events in batches.

Faust acks an event when its agent raises, commits past unfinished work with `concurrency > 1`, and loses the events held by
`take()`. Therefore the agent only puts events into a bounded queue. One task takes all queued events as a batch, has them decided
and acks them in order. Each event is decided, dead-lettered, or retried after a backoff. Any other exception is a bug and ends
the process without an ack; the supervisor restarts it and Kafka redelivers the events.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import structlog
from mode import Service

from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, metrics
from streams.errors import LogUnavailable
from streams.kafka.records import Consumed
from streams.worker.dispatcher import Dispatcher
from streams.worker.watchdog_excuses import StallExcuses

log = structlog.get_logger(__name__)
QUEUE_LIMIT = 64
"""Also the size of a poll: what is queued here is delivered again if the process dies (DESIGN 4)."""
BATCH_BOUND_S = 2.0
"""A batch that takes longer is cancelled and retried in smaller parts, so that a rebalance never waits for it."""
SINGLE_BOUND_S = 10.0
"""The same for a batch of one command."""
BUG_EXIT = 70
"""Exit code after an unexpected exception."""
STANDSTILL_S = 1.0
"""A first command older than this means that the worker was not running: commands are gathered before the batch starts."""
GATHER_S = 0.05
"""How long commands are gathered then; Kafka's first fetch response may hold a single record."""
TROUBLE_EXCUSED_S = 30.0
"""How long the watchdog tolerates a stall after this error. Must exceed the time in which the next attempt fails: 15 s for the
log, 2 s per call for Redis."""
_CAUSE_LABELS: dict[type[Exception], str] = {LogUnavailable: "LogTrouble", StoreUnavailable: "StoreTrouble"}
"""Values of the label `cause` that differ from the class name; alerts and dashboards depend on them."""
REBUILD_EXCUSED_S = 120.0
"""A rebuild without progress for this long counts as hanging."""

Queued = tuple[Any, Any, int]
"""A Faust stream and its event, and the number of revocations of the event's partition at that time."""


class CommandWorker(Service):
    """Processes the queued events; the only code that acks a command."""

    def __init__(
        self,
        *,
        dispatcher: Dispatcher,
        rebuild: Callable[[], Awaitable[None]],
        owned: Callable[[], set[int]],
        batch: int,
        waits: StallExcuses | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.queue: asyncio.Queue[Queued] = asyncio.Queue(QUEUE_LIMIT)
        self.urgent: list[Consumed] = []
        """Records to decide before the next part although they are later in the log (`triage.py`). They are not acked here."""
        self._revocations: Counter[int] = Counter()
        self._dispatcher = dispatcher
        self._rebuild = rebuild
        self.owned = owned
        self._batch = batch
        self._limit = batch
        self._was_slow = False
        """Whether the last failure was a timeout. After other failures the next batch has its full size again."""
        self._waits = waits or StallExcuses()
        self.reached: dict[int, int] = {}
        """By partition: the first offset that is not processed. Only partitions of which a record was taken."""

    @property
    def behind_s(self) -> float:
        """Age of the oldest command of the last batch when it was decided."""
        return self._dispatcher.behind_s

    async def feed(self, stream: Any) -> None:
        """Body of the agent: queues events until the stream ends."""
        # Without `noack` Faust acks an event as soon as the loop asks for the next one, or when the agent raises.
        async for event in stream.noack().events():
            await self.queue.put((stream, event, self._revocations[event.message.partition]))

    def lost(self, partitions: Collection[int]) -> None:
        """Partitions revoked: drop their queued commands, even if the partitions are assigned again at once. Kafka redelivers the
        commands in order (DESIGN 69)."""
        for partition in partitions:
            # A count and not a set: the partition may be assigned again before the queued events are looked at.
            self._revocations[partition] += 1
            self.reached.pop(partition, None)
        self.urgent = [record for record in self.urgent if record.partition not in partitions]

    def revocations(self, partition: int) -> int:
        """Number of revocations of a partition. Two equal values mean that it was owned in between."""
        return self._revocations[partition]

    @Service.task
    async def _work(self) -> None:
        while not self.should_stop:
            try:
                await self._next_batch()
            # The worker is stopping: nothing is acked, so Kafka redelivers what is unfinished.
            except asyncio.CancelledError:
                raise
            except BaseException:  # noqa: BLE001 -- the one place where a bug ends the process instead of an event
                _die()

    async def _next_batch(self) -> None:
        waiting = [await self.queue.get()]
        if _is_overdue(waiting[0]) and self.queue.qsize() < self._batch - 1:
            # The worker is behind: gather commands, so that the most urgent of the batch chooses first (DESIGN 62).
            await asyncio.sleep(GATHER_S)
        while len(waiting) < self._batch and not self.queue.empty():
            waiting.append(self.queue.get_nowait())
        with metrics.BATCH_SECONDS.time():
            await self._until_done(waiting)
        metrics.BATCH_COMMANDS.observe(len(waiting))

    async def _until_done(self, waiting: list[Queued]) -> None:
        attempt = 0
        while waiting:
            # On each attempt: partitions may be revoked while a batch is retried.
            waiting = self._still_ours(waiting)
            part = waiting[: self._limit]
            # All partitions of the batch were revoked.
            if not part:
                return
            try:
                await self._handle(part)
            except (StoreUnavailable, LogUnavailable, NotReady, TimeoutError) as error:
                attempt += 1
                await self._recover(error, attempt)
                continue
            attempt = 0
            self._limit = self._next_limit()
            for stream, event, _ in part:
                await stream.ack(event)
                self.reached[event.message.partition] = event.message.offset + 1
            waiting = waiting[len(part) :]

    def _next_limit(self) -> int:
        """Batch size after a success. After a timeout it grows by an eighth: doubling it makes every other batch time out (DESIGN
        71)."""
        return min(self._batch, self._limit + 1 + self._limit // 8) if self._was_slow else self._batch

    async def _handle(self, part: Sequence[Queued]) -> None:
        """Deciding has a time limit; catching up has none, because it may read a long part of the log."""
        records = [event.message for _, event, _ in part]
        # Reversed, so that the first record of each partition is the last to be set.
        for record in reversed(records):
            self.reached[record.partition] = record.offset
        # Before the batch and in the same task: a second deciding task made batches exceed their time (DESIGN 68).
        await self._decide_urgent()
        await self._dispatcher.catch_up(record.partition for record in records)
        async with asyncio.timeout(BATCH_BOUND_S if len(part) > 1 else SINGLE_BOUND_S):
            await self._dispatcher.handle([_Record(record) for record in records])

    async def _decide_urgent(self) -> None:
        """Decides urgent records, once: a record that fails here comes up in order later."""
        owned = self.owned()
        waiting = sorted((one for one in self.urgent if one.partition in owned), key=lambda one: one.timestamp)
        # Removed before they are decided: a record that fails must not block the batches behind it.
        records, self.urgent = waiting[: self._limit], waiting[self._limit :]
        if records:
            await self._dispatcher.catch_up(record.partition for record in records)
            async with asyncio.timeout(BATCH_BOUND_S):
                await self._dispatcher.handle(records)
            log.info("urgent commands overtook the backlog", count=len(records))

    async def _recover(self, error: Exception, attempt: int) -> None:
        cause = type(error).__name__
        metrics.RETRIED_BATCHES.labels(cause=_CAUSE_LABELS.get(type(error), cause)).inc()
        self._excuse(error)
        log.warning("batch is retried", cause=cause, detail=str(error), attempt=attempt)
        # Halved, so that a slow machine never retries a large batch for ever (DESIGN 4).
        self._limit = max(1, self._limit // 2)
        self._was_slow = isinstance(error, TimeoutError)
        if isinstance(error, NotReady):
            # Redis was emptied or restarted: what was applied in it is not there any more.
            self._dispatcher.invalidate_all()
            try:
                await self._rebuild()
            except (StoreUnavailable, LogUnavailable, NotReady, TimeoutError) as again:
                log.warning("rebuild is retried", detail=str(again))
        # Jitter, so that workers that failed together do not retry together.
        await asyncio.sleep(min(2.0, 0.05 * 2 ** min(attempt, 6)) * random.uniform(0.5, 1.0))

    def _excuse(self, error: Exception) -> None:
        """Reports the wait to the watchdog. A timeout is not fully excused: its cause may be this worker."""
        at_s, cause = clock.monotonic_s(), type(error).__name__
        if isinstance(error, TimeoutError):
            self._waits.trying("a batch is retried", at_s=at_s, for_s=TROUBLE_EXCUSED_S)
        else:
            for_s = REBUILD_EXCUSED_S if isinstance(error, NotReady) else TROUBLE_EXCUSED_S
            self._waits.excused(cause, at_s=at_s, for_s=for_s)

    def _still_ours(self, waiting: list[Queued]) -> list[Queued]:
        """Drops events of revoked partitions without an ack: the new owner gets them."""
        owned = self.owned()
        return [
            entry
            for entry in waiting
            if entry[1].message.partition in owned and entry[2] == self._revocations[entry[1].message.partition]
        ]


class _Record:
    """Adapts a Faust message to `Consumed`; Faust keeps timestamps in seconds."""

    __slots__ = ("headers", "key", "offset", "partition", "timestamp", "topic", "value")

    def __init__(self, message: Any) -> None:
        self.topic: str = message.topic
        self.partition: int = message.partition
        self.offset: int = message.offset
        # Rounded and not truncated: 1.001 s times 1000 may be 1000.999….
        self.timestamp: int = round(message.timestamp * 1000)
        self.key: bytes | None = message.key
        self.value: bytes | None = message.value
        # Faust gives a dict or a list of pairs.
        headers = message.headers or ()
        self.headers = list(headers.items()) if isinstance(headers, dict) else list(headers)


def _is_overdue(queued: Queued) -> bool:
    # By the wall clock: one that is ahead of the log costs GATHER_S per batch and nothing else (DESIGN 62).
    return bool(clock.now_ms() / 1000 - queued[1].message.timestamp > STANDSTILL_S)


def _die() -> None:
    """Ends the process after a bug without an ack or clean-up, so that no offset is committed past unfinished work."""
    # The type and place of the bug only: its message may quote a command.
    log.critical("a bug ends this process", exc_info=True)
    os._exit(BUG_EXIT)
