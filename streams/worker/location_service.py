"""Consumer of positions, in a consumer group of its own outside Faust's agents.

A batch is written to Redis, then committed: at least once. Every fix is guarded by its time, so a redelivered batch changes
nothing that a newer fix has set. When Redis or the dead letters are unavailable, the same batch is retried after a backoff. An
unreadable record is dead-lettered; the rest of its batch is processed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

import structlog
from aiokafka import ConsumerRecord
from mode import Service

from dispatch.matching.position_checks import is_vague
from dispatch.model.commands import EnterHazard
from dispatch.ports import NotReady, StoreUnavailable
from streams.kafka import groups
from streams.kafka.batch_consumer import BatchReading
from streams.settings import Settings
from streams.store.people import FixWrite, PeopleStore
from streams.store.place_expiry import extend_places
from streams.store.record_decoders import Rejected, readable_fixes
from streams.topics import LOCATIONS
from streams.worker.hazard_entry import HazardEntries
from streams.worker.unreadable_records import DeadLetter, dead_letter_all

log = structlog.get_logger(__name__)
FIXES_AT_ONCE = 8000
DECODED_AT_ONCE = 1000
"""Fixes decoded while Redis processes those before, so that decoding and Redis do not take turns."""
SWEEP_EVERY_S = 10.0

SendHazardEntries: TypeAlias = Callable[[Sequence[EnterHazard]], Awaitable[None]]
"""Returns after the broker confirmed the commands; raises `LogUnavailable` when that is not certain."""


class LocationService(Service):
    """Writes the newest position of each person to Redis, and drops positions older than KOMEK_POSITION_TTL_S."""

    def __init__(
        self,
        settings: Settings,
        people: PeopleStore,
        *,
        dead_letter: DeadLetter,
        warn: SendHazardEntries | None = None,
        **kwargs: Any,
    ) -> None:
        """`warn` sends commands about people who entered a hazard area; None: no such commands."""
        super().__init__(**kwargs)
        self._people = people
        self._dead_letter = dead_letter
        self._warn = warn
        self._entries = HazardEntries(people)
        self._ttl_ms = settings.position_ttl_s * 1000
        self._consumer = BatchReading(settings, (LOCATIONS.name,), groups.LOCATIONS, FIXES_AT_ONCE)

    @Service.task
    async def _follow(self) -> None:
        await self._consumer.follow(self._take, lambda: self.should_stop)

    @Service.task
    async def _sweep(self) -> None:
        while True:
            await self.sleep(SWEEP_EVERY_S)
            if self.should_stop:
                return
            try:
                await self.sweep_once()
                await extend_places(self._people.link, self.label)
            except (StoreUnavailable, NotReady) as trouble:
                log.info("sweep of old positions is retried", cause=type(trouble).__name__)

    async def sweep_once(self) -> int:
        """Drops all positions older than the limit; returns how many. Raises StoreUnavailable or NotReady."""
        swept = 0
        # In parts: one script call over all old fixes would block Redis.
        while part := await self._people.sweep_fixes(self._ttl_ms):
            swept += part
        return swept

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        rejected: Rejected = []
        taken: list[FixWrite] = []
        doubted: set[FixWrite] = set()
        writing: asyncio.Task[frozenset[FixWrite]] | None = None
        try:
            for at in range(0, len(records), DECODED_AT_ONCE):
                fixes, unreadable = readable_fixes(records[at : at + DECODED_AT_ONCE])
                rejected += unreadable
                taken += fixes
                if writing is not None:
                    doubted |= await writing
                # One write at a time: each uses a connection of its own, and fixes count in the order of the log.
                writing = asyncio.create_task(self._people.put_fixes(fixes))
                # Yield so that the write is sent now and Redis processes it while the next part is decoded.
                await asyncio.sleep(0.0005)
            if writing is not None:
                doubted |= await writing
        finally:
            # On an error the batch is retried; a write that is still under way would race with its own repeat.
            if writing is not None:
                await asyncio.gather(writing, return_exceptions=True)
        # An implausible jump into a hazard area may be real, and a superfluous warning is harmless.
        await self._warn_entrants([fix for fix in taken if fix not in doubted or not is_vague(fix.accuracy_m)])
        # Last: if a dead letter fails, the whole batch is repeated, and the writes before it are idempotent.
        await dead_letter_all(rejected, self._dead_letter)

    async def _warn_entrants(self, fixes: Sequence[FixWrite]) -> None:
        """Runs before the commit: after a crash the batch is redelivered, so that no warning is lost."""
        if self._warn is None:
            return
        if commands := await self._entries.commands(fixes):
            await self._warn(commands)
            # Only after the broker's confirmation: a command that failed is sent again with the next attempt.
            self._entries.remember(commands)
