"""Says again how incidents stand, some time after a partition changed hands.

A worker that stood still may, when it goes on, still send what its Kafka client had gathered: old states of incidents, behind the
newer ones of the worker that took over. Readers would notice by `decision_offset`; compaction does not, and would keep the
old state for ever. So whoever takes a partition over sends the newest states of the incidents decided shortly before once more: a
while later, when a short standstill is over, and once more when the longest is, after which the client itself drops what it
had gathered (`kafka.clients.REQUEST_TIMEOUT_MS`).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from mode import Service

from dispatch.model.decisions import Decision, StatusRecord
from dispatch.model.vocabulary import Outcome
from dispatch.ports import NotReady, Store, StoreTrouble
from streams import clock, wire
from streams.errors import LogUnavailable
from streams.kafka.clients import REQUEST_TIMEOUT_MS
from streams.kafka.log_reader import LogReader
from streams.topics import DECISIONS
from streams.worker.dispatcher import Dispatcher
from streams.worker.publisher import Publisher

log = structlog.get_logger()
AFTER_S = (25.0, REQUEST_TIMEOUT_MS / 1000 + 15.0)
BEFORE = 500
"""Decisions before the takeover whose states may still be on their way: more than a client gathers at once."""
TICK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """From which offset of `decisions`, and when by the monotonic clock."""

    first: int
    at_s: float


class StatusRepublisher(Service):
    """Of the partitions this worker owns; between two batches, so that what it says is the newest."""

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
        """`revocations`: how often a partition was taken away, for one may go and come back between two looks."""
        super().__init__()
        self._store = store
        self._publisher = publisher
        self._reader = reader
        self._dispatcher = dispatcher
        self._owned = owned
        self._revocations = revocations
        self._due: dict[int, tuple[Due, ...]] = {}
        self._taken: dict[int, int] = {}
        """How often the partition had been taken away when its takeover was noticed."""

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            await self.sleep(TICK_S)
            try:
                await self._notice_takeovers()
                await self._say_what_is_due()
            except (StoreTrouble, NotReady, LogUnavailable) as trouble:
                log.info("states are said again later", cause=type(trouble).__name__)

    async def _notice_takeovers(self) -> None:
        owned = self._owned()
        for partition in self._due.keys() - owned:
            del self._due[partition]
        for partition in owned:
            revocations = self._revocations(partition)
            if partition in self._due and self._taken[partition] == revocations:
                continue
            unsaid = [due.first for due in self._due.get(partition, ())]
            first = min([max(0, await self._reader.end(DECISIONS.name, partition) - BEFORE), *unsaid])
            now_s = clock.monotonic_s()
            self._due[partition] = tuple(Due(first=first, at_s=now_s + after_s) for after_s in AFTER_S)
            self._taken[partition] = revocations

    async def _say_what_is_due(self) -> None:
        now_s = clock.monotonic_s()
        for partition, waiting in list(self._due.items()):
            if waiting and waiting[0].at_s <= now_s:
                await self.say(partition, waiting[0].first)
                self._due[partition] = waiting[1:]

    async def say(self, partition: int, first: int) -> int:
        """Sends the newest state of each incident decided at or after this offset; returns how many."""
        newest = _Newest()
        behind = await self._gather(partition, first, newest)
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
                # Another version: somebody else decides here by now, and says it.
                if entry.incident is not None and entry.incident.version == decision.version
            ]
            await self._publisher.publish_derived([], states)
        return len(states)

    async def _gather(self, partition: int, first: int, newest: "_Newest") -> int:
        """From there to the end of the log; returns the end."""
        end = await self._reader.end(DECISIONS.name, partition)
        async for records in self._reader.read(DECISIONS.name, {partition: (first, end)}):
            for record in records:
                with suppress(wire.Unreadable):  # told by whoever caught up with it
                    newest.add(record.offset, wire.decode_decision(record.value))
        return end


class _Newest:
    """The last decision of each incident and its offset; the first of a command counts."""

    def __init__(self) -> None:
        self.of: dict[str, tuple[int, Decision]] = {}
        self._commands: set[str] = set()

    def add(self, offset: int, decision: Decision) -> None:
        command = decision.cause.command_id
        if decision.outcome is Outcome.APPLIED and command not in self._commands:
            self.of[decision.incident_id] = (offset, decision)
        self._commands.add(command)
