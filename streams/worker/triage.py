"""Decides critical commands of a long backlog ahead of the order of the log.

A worker decides in the order of the log, so after an outage of ten minutes a critical report would wait for all less urgent ones
before it. While the worker is behind, this service reads ahead to the end of the log, selects critical commands and passes them
to the worker, which decides them before its next batch. When these commands come up in order, their decisions exist already and
they count as redelivered: the first decision of a command counts.

Only the first waiting command of an incident may overtake, so that commands about one incident keep their order.
"""

from collections.abc import Callable, Iterable

import structlog
from aiokafka import ConsumerRecord
from mode import Service

from dispatch.model.answer_commands import RaiseDistress
from dispatch.model.commands import CancelIncident, CloseIncident, Command, ReportIncident
from dispatch.model.vocabulary import Priority
from dispatch.plans.book import PlanBook
from streams import wire
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.topics import INCIDENTS
from streams.worker.agent import CommandWorker

log = structlog.get_logger(__name__)
TICK_S = 0.5
BEHIND_S = 2.0
"""Age of the last batch's oldest command below which nothing overtakes."""
WORTH_READING = 128
"""Backlog of a partition, in commands, above which it is read ahead: two batches."""


class Waiting:
    """The read-ahead of one partition: the incidents seen so far, and the next offset to read."""

    def __init__(self, first: int) -> None:
        self.read_to = first
        self._incidents: set[str] = set()

    def urgent(self, records: Iterable[ConsumerRecord], plans: PlanBook) -> list[ConsumerRecord]:
        """The records that overtake, in the order of the log."""
        ahead: dict[str, ConsumerRecord] = {}
        for record in records:
            self.read_to = record.offset + 1
            try:
                command = wire.decode_incident_command(record.value)
            except wire.Unreadable:
                continue  # dead-lettered when it comes up in order
            if isinstance(command, CancelIncident | CloseIncident):
                ahead.pop(command.incident_id, None)  # the incident has ended: no offers are needed
            elif command.incident_id not in self._incidents and is_urgent(command, plans):
                ahead[command.incident_id] = record
            # Only the first waiting command of an incident may overtake, so commands of one incident keep their order.
            self._incidents.add(command.incident_id)
        return list(ahead.values())


def is_urgent(command: Command, plans: PlanBook) -> bool:
    """Whether the command is a distress call or a critical report; a report without a priority gets that of its plan."""
    if isinstance(command, RaiseDistress):
        return True
    if not isinstance(command, ReportIncident):
        return False
    return (command.priority or plans.plan(command.type).priority) is Priority.CRITICAL


class Triage(Service):
    """Appends urgent records to `CommandWorker.urgent`, which are decided before the next part of the batch."""

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
                log.info("backlog cannot be read ahead", cause=str(trouble))

    async def look(self) -> None:
        """Reads ahead where the worker is behind, unless records found earlier are still undecided.

        Raises:
            LogUnavailable: the backlog could not be read.
        """
        # Caught up: what was read ahead is decided by now.
        if self._worker.behind_s < BEHIND_S:
            self._waiting.clear()
            return
        if self._worker.urgent:
            return
        for partition, (first, end) in (await self._backlogs()).items():
            waiting = self._waiting.get(partition)
            # The worker has passed what was read ahead: begin at its offset.
            if waiting is None or waiting.read_to < first:
                waiting = self._waiting[partition] = Waiting(first)
            async for records in self._reader.read(INCIDENTS.name, {partition: (waiting.read_to, end)}):
                self._worker.urgent += waiting.urgent(records, self._plans())

    async def _backlogs(self) -> dict[int, tuple[int, int]]:
        """For each partition with a long backlog: the worker's offset and the end offset."""
        owned, reached = self._worker.owned(), dict(self._worker.reached)
        known = {partition: offset for partition, offset in reached.items() if partition in owned}
        ends = await self._reader.bounds(INCIDENTS.name, known)
        long = {number: (at, ends[number][1]) for number, at in known.items() if ends[number][1] - at > WORTH_READING}
        for partition in self._waiting.keys() - long.keys():
            # The backlog is short again; the incidents seen in it are decided in order.
            del self._waiting[partition]
        return long
