"""The one safe shape of a Faust agent, and the task that takes what it feeds.

Faust acks an event whenever an agent raises, commits past unfinished work with `concurrency > 1`, and loses what `take()` holds.
So the agent only puts events into a bounded queue; one task takes all that wait as one batch, has them decided
and acks them in order. Each event ends in exactly one of three ways: done, dead-lettered, or tried again after a wait. Anything
else is a bug and ends the process without an ack; the supervisor starts it again and nothing is lost.
"""

import asyncio
import os
import random
import sys
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import structlog
from mode import Service

from dispatch.ports import NotReady, StoreTrouble
from streams import clock, metrics
from streams.errors import LogUnavailable
from streams.kafka.records import Consumed
from streams.worker.dispatcher import Dispatcher
from streams.worker.watchdog_excuses import StallExcuses

log = structlog.get_logger()
QUEUE_LIMIT = 64
BATCH_BOUND_S = 2.0
"""A batch is given up and tried in smaller parts after this long, so that a rebalance never waits for it."""
SINGLE_BOUND_S = 10.0
BUG_EXIT = 70
STANDSTILL_S = 1.0
"""A command this old was not waiting for the one before it: the worker was away."""
GATHER_S = 0.05
"""Kafka gives what waits in answers of its own size; the first may hold one record."""
TROUBLE_SAID_S = 30.0
"""Longer than the next attempt needs to meet the same trouble: the log is given up after 15 s, Redis after 2 s a call."""
_CAUSE_LABELS: dict[type[Exception], str] = {LogUnavailable: "LogTrouble"}
"""Values of the label `cause` that differ from the class name; alerts and dashboards depend on them."""
REBUILD_SAID_S = 120.0
"""A rebuild that tells nothing for so long hangs."""

Queued = tuple[Any, Any, int]
"""The stream and its event, as Faust gives them, and how often the event's partition had been taken away by then."""


class CommandWorker(Service):
    """Takes what the agent feeds; the only code that acks a command."""

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
        """What is to be decided before the next part, though it stands later in the log (`triage.py`). Nothing here is acked."""
        self._revocations: Counter[int] = Counter()
        self._dispatcher = dispatcher
        self._rebuild = rebuild
        self.owned = owned
        self._batch = batch
        self._limit = batch
        self._was_slow = False
        """Whether the last trouble was a batch too large for its time; after an absence of Redis or Kafka all goes on at once."""
        self._waits = waits or StallExcuses()
        self.reached: dict[int, int] = {}
        """By partition: the first offset that this worker has not done with. Only of partitions of which it had something."""

    @property
    def behind_s(self) -> float:
        """How old the oldest command of the last batch was when it was decided."""
        return self._dispatcher.behind_s

    async def feed(self, stream: Any) -> None:
        """Body of the agent."""
        async for event in stream.noack().events():
            await self.queue.put((stream, event, self._revocations[event.message.partition]))

    def lost(self, partitions: Collection[int]) -> None:
        """They were taken away. What of them waits here is not decided any more, even if they come back: then it is delivered
        again, behind what stands before it in the log."""
        for partition in partitions:
            self._revocations[partition] += 1
            self.reached.pop(partition, None)
        self.urgent = [record for record in self.urgent if record.partition not in partitions]

    def revocations(self, partition: int) -> int:
        """How often it was taken away: two equal answers say that it stayed here in between."""
        return self._revocations[partition]

    @Service.task
    async def _work(self) -> None:
        while not self.should_stop:
            try:
                await self._next_batch()
            except asyncio.CancelledError:
                raise
            except BaseException:  # noqa: BLE001 -- the one place where a bug ends the process instead of an event
                _die()

    async def _next_batch(self) -> None:
        waiting = [await self.queue.get()]
        if _has_waited(waiting[0]) and self.queue.qsize() < self._batch - 1:
            # After a standstill: what waits is decided together as far as it can be, so that the most urgent chooses first.
            await asyncio.sleep(GATHER_S)
        while len(waiting) < self._batch and not self.queue.empty():
            waiting.append(self.queue.get_nowait())
        with metrics.BATCH_SECONDS.time():
            await self._until_done(waiting)
        metrics.BATCH_COMMANDS.observe(len(waiting))

    async def _until_done(self, waiting: list[Queued]) -> None:
        attempt = 0
        while waiting:
            waiting = self._still_ours(waiting)
            part = waiting[: self._limit]
            if not part:
                return
            try:
                await self._handle(part)
            except (StoreTrouble, LogUnavailable, NotReady, TimeoutError) as trouble:
                attempt += 1
                await self._recover(trouble, attempt)
                continue
            attempt = 0
            self._limit = self._next_limit()
            for stream, event, _ in part:
                await stream.ack(event)
                self.reached[event.message.partition] = event.message.offset + 1
            waiting = waiting[len(part) :]

    def _next_limit(self) -> int:
        """After a batch that ended in its time. While the servers are slow it grows by little: a doubled one would fail every
        other time, and what it did by then would be done again."""
        return min(self._batch, self._limit + 1 + self._limit // 8) if self._was_slow else self._batch

    async def _handle(self, part: Sequence[Queued]) -> None:
        """Catching up is not bounded (it may read a long stretch of the log); deciding is."""
        records = [event.message for _, event, _ in part]
        for record in reversed(records):
            self.reached[record.partition] = record.offset
        await self._decide_urgent()
        await self._dispatcher.catch_up(record.partition for record in records)
        async with asyncio.timeout(BATCH_BOUND_S if len(part) > 1 else SINGLE_BOUND_S):
            await self._dispatcher.handle([_Record(record) for record in records])

    async def _decide_urgent(self) -> None:
        """Once: what cannot be decided now comes again in its turn."""
        owned = self.owned()
        waiting = sorted((one for one in self.urgent if one.partition in owned), key=lambda one: one.timestamp)
        records, self.urgent = waiting[: self._limit], waiting[self._limit :]
        if records:
            await self._dispatcher.catch_up(record.partition for record in records)
            async with asyncio.timeout(BATCH_BOUND_S):
                await self._dispatcher.handle(records)
            log.info("urgent commands were decided ahead", count=len(records))

    async def _recover(self, trouble: Exception, attempt: int) -> None:
        cause = type(trouble).__name__
        metrics.RETRIED_BATCHES.labels(cause=_CAUSE_LABELS.get(type(trouble), cause)).inc()
        self._say_wait(trouble)
        log.warning("batch is tried again", cause=cause, detail=str(trouble), attempt=attempt)
        self._limit = max(1, self._limit // 2)
        self._was_slow = isinstance(trouble, TimeoutError)
        if isinstance(trouble, NotReady):
            self._dispatcher.invalidate(range(1024))
            try:
                await self._rebuild()
            except (StoreTrouble, LogUnavailable, NotReady, TimeoutError) as again:
                log.warning("rebuild is tried again", detail=str(again))
        # Jitter, so that workers that met the same trouble do not come back at the same moment.
        await asyncio.sleep(min(2.0, 0.05 * 2 ** min(attempt, 6)) * random.uniform(0.5, 1.0))

    def _say_wait(self, trouble: Exception) -> None:
        """To the watchdog. A batch that did not end in its time is nobody else's fault, as far as we know."""
        at_s, cause = clock.monotonic_s(), type(trouble).__name__
        if isinstance(trouble, TimeoutError):
            self._waits.trying("a batch is retried", at_s=at_s, for_s=TROUBLE_SAID_S)
        else:
            said_s = REBUILD_SAID_S if isinstance(trouble, NotReady) else TROUBLE_SAID_S
            self._waits.excused(cause, at_s=at_s, for_s=said_s)

    def _still_ours(self, waiting: list[Queued]) -> list[Queued]:
        """Events of a partition that was taken away are dropped without an ack: their new owner gets them."""
        owned = self.owned()
        return [
            entry
            for entry in waiting
            if entry[1].message.partition in owned and entry[2] == self._revocations[entry[1].message.partition]
        ]


class _Record:
    """A Faust message with the names the dispatcher and the dead letters use; Faust keeps times in seconds."""

    __slots__ = ("headers", "key", "offset", "partition", "timestamp", "topic", "value")

    def __init__(self, message: Any) -> None:
        self.topic: str = message.topic
        self.partition: int = message.partition
        self.offset: int = message.offset
        self.timestamp: int = round(message.timestamp * 1000)
        self.key: bytes | None = message.key
        self.value: bytes | None = message.value
        headers = message.headers or ()
        self.headers = list(headers.items()) if isinstance(headers, dict) else list(headers)


def _has_waited(queued: Queued) -> bool:
    return bool(clock.now_ms() / 1000 - queued[1].message.timestamp > STANDSTILL_S)


def _die() -> None:
    """A bug: leave without an ack and without tidying up, before anything can be committed past the work."""
    traceback.print_exc()
    sys.stderr.flush()
    os._exit(BUG_EXIT)
