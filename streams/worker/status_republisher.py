"""Republishes the latest status of incidents after a takeover of their partition.

A worker that resumes after a stall may still send the batches that its Kafka client had buffered: old states, behind the newer
ones of the worker that took over. Readers detect them by `decision_offset`, but compaction would keep the old state for ever. The
new owner of a partition therefore republishes the newest states of recently decided incidents twice: after a short stall, and
after the longest one, when the stalled client has dropped its batches (`kafka.clients.BATCH_LIFETIME_MS`).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from mode import Service

from dispatch.model.decisions import Decision, StatusRecord
from dispatch.model.vocabulary import Outcome
from dispatch.ports import NotReady, Store, StoreUnavailable
from streams import clock, wire
from streams.errors import LogUnavailable
from streams.kafka.clients import BATCH_LIFETIME_MS
from streams.kafka.log_reader import LogReader
from streams.topics import DECISIONS
from streams.worker.dispatcher import Dispatcher
from streams.worker.publisher import Publisher

log = structlog.get_logger(__name__)
AFTER_S = (25.0, BATCH_LIFETIME_MS / 1000 + 15.0)
"""Delays after a takeover."""
BEFORE = 500
"""Decisions before the takeover whose states are republished: more than a client buffers."""
TICK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A pending republication: its first offset in `decisions`, and its time by the monotonic clock."""

    first: int
    at_s: float


class StatusRepublisher(Service):
    """Handles the partitions that this worker owns. Publishes between two batches, so that its states are the newest."""

    def __init__(
        self,
        *,
        store: Store,
        publisher: Publisher,
        reader: LogReader,
        dispatcher: Dispatcher,
        owned: Callable[[], set[int]],
        revocations: Callable[[int], int],
    ) -> None:
        """`revocations` counts the revocations of a partition, which may be revoked and reassigned between two polls."""
        super().__init__()
        self._store = store
        self._publisher = publisher
        self._reader = reader
        self._dispatcher = dispatcher
        self._owned = owned
        self._revocations = revocations
        self._due: dict[int, tuple[Due, ...]] = {}
        self._taken: dict[int, int] = {}
        """Number of revocations of each partition when its takeover was detected."""

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            await self.sleep(TICK_S)
            try:
                await self._detect_takeovers()
                await self._publish_due()
            except (StoreUnavailable, NotReady, LogUnavailable) as trouble:
                log.info("republication of states is retried", cause=type(trouble).__name__)

    async def _detect_takeovers(self) -> None:
        owned = self._owned()
        # The new owner republishes them.
        for partition in self._due.keys() - owned:
            del self._due[partition]
        for partition in owned:
            revocations = self._revocations(partition)
            if partition in self._due and self._taken[partition] == revocations:
                continue
            # Revoked and assigned again before all was republished: the new round begins where the old one did.
            unpublished = [due.first for due in self._due.get(partition, ())]
            first = min([max(0, await self._reader.end(DECISIONS.name, partition) - BEFORE), *unpublished])
            now_s = clock.monotonic_s()
            self._due[partition] = tuple(Due(first=first, at_s=now_s + after_s) for after_s in AFTER_S)
            self._taken[partition] = revocations

    async def _publish_due(self) -> None:
        now_s = clock.monotonic_s()
        for partition, waiting in list(self._due.items()):
            if waiting and waiting[0].at_s <= now_s:
                await self.republish(partition, waiting[0].first)
                self._due[partition] = waiting[1:]

    async def republish(self, partition: int, first: int) -> int:
        """Publishes the newest state of each incident decided at or after this offset; returns how many.

        Raises:
            LogUnavailable, StoreUnavailable, NotReady: some states may have been published; a repeat is harmless.
        """
        newest = _Newest()
        # Most of the log is read without the lock; only what was decided meanwhile is read between two batches.
        behind = await self._gather(partition, first, newest)
        # Nothing may be decided between reading the states and sending them: they must be the newest.
        async with self._dispatcher.between_batches():
            await self._gather(partition, behind, newest)
            _, loaded = await self._store.load([("", incident_id) for incident_id in newest.of])
            states = [
                StatusRecord(
                    incident=entry.incident,
                    decision_id=decision.id,
                    decision_partition=partition,
                    decision_offset=offset,
                    decided_ms=decision.decided_ms,
                )
                for entry, (offset, decision) in zip(loaded, newest.of.values(), strict=True)
                # Another version: a new owner decides here by now and publishes it.
                if entry.incident is not None and entry.incident.version == decision.version
            ]
            await self._publisher.publish_derived([], states)
        return len(states)

    async def _gather(self, partition: int, first: int, newest: "_Newest") -> int:
        """Adds the decisions from `first` to the end of the partition; returns the end offset."""
        end = await self._reader.end(DECISIONS.name, partition)
        async for records in self._reader.read(DECISIONS.name, {partition: (first, end)}):
            for record in records:
                with suppress(wire.Unreadable):  # reported when the partition was caught up
                    newest.add(record.offset, wire.decode_decision(record.value))
        return end


class _Newest:
    """The last applied decision of each incident with its offset; of a command, only the first decision counts."""

    def __init__(self) -> None:
        self.of: dict[str, tuple[int, Decision]] = {}
        self._commands: set[str] = set()

    def add(self, offset: int, decision: Decision) -> None:
        command = decision.cause.command_id
        # Other outcomes leave the state as it was.
        if decision.outcome is Outcome.APPLIED and command not in self._commands:
            self.of[decision.incident_id] = (offset, decision)
        self._commands.add(command)
