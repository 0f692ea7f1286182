"""Periodic sweeps of the workers: due timers, and pending claims without a decision.

A due timer becomes a command; the dispatcher decides whether it still has an effect.

All workers sweep the same sorted set. Taking a timer postpones it by 5 s; it is removed when its decision is applied. A sweeper
that crashes in between therefore causes a repeat with the same command id, never a lost deadline.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from mode import Service

from dispatch.deadlines import ATTEMPT_MS, deadline_command
from dispatch.model.commands import PassDeadline
from dispatch.model.vocabulary import DeadlineKind
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
"""At most this many while the worker is behind: commands of timers share the queue with reports."""
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
        self._sent: dict[str, int] = {}
        """Commands that the log has, by id: when they were sent."""

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
        """Sends commands for due timers; returns how many timers were taken."""
        due = await self._store.take_due(_take(self._behind_s()))
        if due:
            # The clock of Redis, by which the timers became due.
            now_ms = await self._store.now_ms()
            commands = _one_expiry_each(self._unsent((deadline_command(timer, now_ms) for timer in due), now_ms))
            await self._publisher.send_commands(commands)
            for command in commands:
                # After the log confirmed them: what failed is sent again.
                self._sent[command.id] = now_ms
                metrics.DEADLINES.labels(kind=command.deadline).inc()
        return len(due)

    def _unsent(self, commands: Iterable[PassDeadline], now_ms: int) -> list[PassDeadline]:
        """Without commands that are in the log already: repeats would only lengthen the queue that they wait in."""
        # Negative: the clock of Redis went back.
        self._sent = {id_: at_ms for id_, at_ms in self._sent.items() if 0 <= now_ms - at_ms <= ATTEMPT_MS}
        return [command for command in commands if command.id not in self._sent]


def _take(behind_s: float) -> int:
    """How many timers are taken at once: fewer the further the worker is behind, so that their commands, which share the queue
    with reports, never come faster than they are decided (DESIGN 279)."""
    if behind_s <= BEHIND_S:
        return TAKE_AT_ONCE
    return max(1, round(TAKE_WHEN_BEHIND * (BEHIND_S / behind_s) ** 2))


def _one_expiry_each(commands: Iterable[PassDeadline]) -> list[PassDeadline]:
    """Of several expired offers of one incident the first: its decision ends them all (`dispatch/incidents/offers.py`)."""
    kept: dict[tuple[str, str], PassDeadline] = {}
    for command in commands:
        of_all = command.deadline is DeadlineKind.OFFER_EXPIRY
        kept.setdefault((command.incident_id, "" if of_all else command.id), command)
    return list(kept.values())


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
