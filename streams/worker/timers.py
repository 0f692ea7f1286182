"""Periodic sweeps of the workers: due timers, and pending claims without a decision.

A due timer becomes a command; the dispatcher decides whether it still has an effect.

All workers sweep the same sorted set. Taking a timer postpones it by 5 s; it is removed when its decision is applied. A sweeper
that crashes in between therefore causes a repeat with the same command id, never a lost deadline.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from mode import Service

from dispatch.deadlines import deadline_command
from dispatch.ports import NotReady, Store, StoreUnavailable
from streams import metrics
from streams.errors import LogUnavailable
from streams.store import RedisStore
from streams.worker.dispatcher import Dispatcher
from streams.worker.publisher import Publisher

log = structlog.get_logger(__name__)
TICK_S = 0.25
TAKE_AT_ONCE = 256
TAKE_WHEN_BEHIND = 16
"""While the worker is behind: commands of timers share the queue with reports."""
BEHIND_S = 2.0
PENDING_TICK_S = 5.0
PENDING_AGE_MS = 30_000
"""Age at which a claim without a decision is released. Claims of living workers are released earlier, by themselves (DESIGN
89)."""


class TimerSweep(Service):
    """Sends a command for each due timer. `behind_s` is the age of the oldest command in the worker's last batch."""

    def __init__(
        self, *, store: Store, publisher: Publisher, behind_s: Callable[[], float] = lambda: 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._store = store
        self._publisher = publisher
        self._behind_s = behind_s

    @Service.task
    async def _sweep(self) -> None:
        while not self.should_stop:
            try:
                taken = await self.sweep_once()
            except (StoreUnavailable, NotReady, LogUnavailable) as trouble:
                log.warning("timer sweep is retried", cause=type(trouble).__name__)
                taken = 0
            # A full load means that more timers are due.
            await asyncio.sleep(0 if taken == TAKE_AT_ONCE else TICK_S)

    async def sweep_once(self) -> int:
        """Sends commands for due timers; returns how many.

        Takes few timers while the worker is behind, because their commands share the queue with reports.
        """
        due = await self._store.take_due(TAKE_WHEN_BEHIND if self._behind_s() > BEHIND_S else TAKE_AT_ONCE)
        if due:
            # The clock of Redis, by which the timers became due.
            now_ms = await self._store.now_ms()
            await self._publisher.send_commands([deadline_command(timer, now_ms) for timer in due])
            for timer in due:
                metrics.DEADLINES.labels(kind=timer.kind).inc()
        return len(due)


class PendingSweep(Service):
    """Releases claims that a crash left pending without a decision.

    Limited to partitions that this worker owns and has caught up with, and run between two batches, so that claims of a batch in
    progress are never touched.
    """

    def __init__(
        self,
        *,
        store: RedisStore,
        dispatcher: Dispatcher,
        owned: Callable[[], set[int]],
        partition_of: Callable[[str], int],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._store = store
        self._dispatcher = dispatcher
        self._owned = owned
        self._partition_of = partition_of

    @Service.task
    async def _sweep(self) -> None:
        while not self.should_stop:
            await self.sleep(PENDING_TICK_S)
            try:
                await self.sweep_once()
            except (StoreUnavailable, NotReady, LogUnavailable) as trouble:
                log.warning("pending claim sweep is retried", cause=type(trouble).__name__)

    async def sweep_once(self) -> int:
        """Releases claims in owned partitions that have been pending for over 30 s; returns how many."""
        # Outside the lock: a slow broker must not hold up the batches.
        ends = await self._dispatcher.ends(self._owned())
        async with self._dispatcher.between_batches():
            owned = self._owned()
            await self._dispatcher.catch_up_to(
                {partition: end for partition, end in ends.items() if partition in owned}
            )
            holds = await self._store.sweep_pending(PENDING_AGE_MS, lambda zone: self._partition_of(zone) in owned)
            if not holds:
                return 0
            # A decision that is in the log but not applied makes its claims look as if they had none.
            await self._dispatcher.catch_up(owned)
            await self._store.release(holds)
            log.warning("claims without a decision were released", count=len(holds))
            return len(holds)
