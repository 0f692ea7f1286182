"""After a standstill the most urgent is decided first, wherever in the waiting log it stands.

A worker decides in the order of the log. Behind an outage of ten minutes that order would let a critical report wait until every
cheaper one before it has been decided. So while the worker is behind, this reads on to the end of the log by itself, picks out
what is critical, and has it decided before the next batch. The ordinary way meets these commands later, finds their decisions and
passes on: the first decision of a command counts, whoever asked for it.

Only what comes first of its incident among all that waits may go ahead, so the orders about one incident keep their order.
"""

from collections.abc import Callable, Iterable

import structlog
from aiokafka import ConsumerRecord
from mode import Service

from dispatch.model.commands import CancelIncident, CloseIncident, Command, RaiseDistress, ReportIncident
from dispatch.model.vocabulary import Priority
from dispatch.plans.book import PlanBook
from streams import wire
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.topics import INCIDENTS
from streams.worker.agent import CommandWorker

log = structlog.get_logger()
TICK_S = 0.5
BEHIND_S = 2.0
"""Of the last batch's oldest command: a worker less far behind is soon through."""
WORTH_READING = 128
"""Commands of a partition that wait: two batches."""


class Waiting:
    """What was read ahead of one partition: the incidents it is about, and how far it was read."""

    def __init__(self, first: int) -> None:
        self.read_to = first
        self._incidents: set[str] = set()

    def urgent(self, records: Iterable[ConsumerRecord], plans: PlanBook) -> list[ConsumerRecord]:
        """Of the next records those that may and should go ahead, in the order of the log."""
        ahead: dict[str, ConsumerRecord] = {}
        for record in records:
            self.read_to = record.offset + 1
            try:
                command = wire.decode_incident_command(record.value)
            except wire.Unreadable:
                continue  # becomes a dead letter in its turn
            if isinstance(command, CancelIncident | CloseIncident):
                ahead.pop(command.incident_id, None)  # over already: nobody need be asked for it
            elif command.incident_id not in self._incidents and is_urgent(command, plans):
                ahead[command.incident_id] = record
            self._incidents.add(command.incident_id)
        return list(ahead.values())


def is_urgent(command: Command, plans: PlanBook) -> bool:
    if isinstance(command, RaiseDistress):
        return True
    if not isinstance(command, ReportIncident):
        return False
    return (command.priority or plans.plan(command.type).priority) is Priority.CRITICAL


class Triage(Service):
    """Puts what is urgent into the hands of the worker, which decides it before the next part of its batch."""

    def __init__(self, *, worker: CommandWorker, reader: LogReader, plans: Callable[[], PlanBook]) -> None:
        super().__init__()
        self._worker = worker
        self._reader = reader
        self._plans = plans
        self._waiting: dict[int, Waiting] = {}

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            await self.sleep(TICK_S)
            try:
                await self.look()
            except LogUnavailable as trouble:
                log.info("nothing goes ahead", cause=str(trouble))

    async def look(self) -> None:
        """Reads on where the worker is behind; not while it still has what was found before.

        Raises:
            LogUnavailable
        """
        if self._worker.behind_s < BEHIND_S:
            self._waiting.clear()
            return
        if self._worker.urgent:
            return
        for partition, (first, end) in (await self._stretches()).items():
            waiting = self._waiting.get(partition)
            if waiting is None or waiting.read_to < first:
                waiting = self._waiting[partition] = Waiting(first)
            async for records in self._reader.read(INCIDENTS.name, {partition: (waiting.read_to, end)}):
                self._worker.urgent += waiting.urgent(records, self._plans())

    async def _stretches(self) -> dict[int, tuple[int, int]]:
        """Of each partition with much to do: from where the worker stands to the end."""
        owned, reached = self._worker.owned(), dict(self._worker.reached)
        known = {partition: offset for partition, offset in reached.items() if partition in owned}
        ends = await self._reader.bounds(INCIDENTS.name, known)
        long = {number: (at, ends[number][1]) for number, at in known.items() if ends[number][1] - at > WORTH_READING}
        for partition in self._waiting.keys() - long.keys():
            del self._waiting[partition]
        return long
