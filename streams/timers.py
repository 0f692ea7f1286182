"""Deadlines that passed become commands. A timer proposes; the dispatcher decides whether it still matters.

Every worker sweeps the same sorted set. A timer taken is put off by 5 s, and is gone only when the decision on it was applied, so a
sweeper that dies in between costs a repeat with the same command id, never a deadline.
"""

import asyncio
from typing import Any

import structlog
from mode import Service

from dispatch.deadlines import deadline_command
from dispatch.ports import NotReady, Store, StoreTrouble
from streams import metrics
from streams.publisher import LogTrouble, Publisher

log = structlog.get_logger()
TICK_S = 0.25
TAKE_AT_ONCE = 256


class TimerSweep(Service):
    def __init__(self, *, store: Store, publisher: Publisher, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._store = store
        self._publisher = publisher

    @Service.task
    async def _sweep(self) -> None:
        while not self.should_stop:
            try:
                taken = await self.sweep_once()
            except (StoreTrouble, NotReady, LogTrouble) as trouble:
                log.warning("timers wait", cause=type(trouble).__name__)
                taken = 0
            await asyncio.sleep(0 if taken == TAKE_AT_ONCE else TICK_S)

    async def sweep_once(self) -> int:
        """Turns timers that are due into commands; returns how many."""
        due = await self._store.take_due(TAKE_AT_ONCE)
        if due:
            now_ms = await self._store.now_ms()
            await self._publisher.send_commands([deadline_command(timer, now_ms) for timer in due])
            for timer in due:
                metrics.DEADLINES.labels(kind=timer.kind).inc()
        return len(due)
