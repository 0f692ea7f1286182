"""What may go ahead of the waiting log, and that going ahead changes nothing but the time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from dispatch.model.answer_commands import AcceptOffer, RaiseDistress
from dispatch.model.commands import CancelIncident, Command, ReportIncident, UpdateIncident
from dispatch.model.ids import incident_id, offer_id
from dispatch.model.vocabulary import Priority
from dispatch.plans.book import load_builtin
from streams import wire
from streams.topics import DECISIONS
from streams.worker import triage
from streams.worker.agent import CommandWorker
from streams.worker.triage import Triage, Waiting
from tests.support.desk import ZONE, Desk, key

PLANS = load_builtin()


@dataclass
class Record:
    offset: int
    value: bytes | None


def read(waiting: Waiting, *commands: Command | bytes) -> list[int]:
    """The offsets of those that go ahead."""
    at = waiting.read_to
    values = [command if isinstance(command, bytes) else wire.encode_command(command) for command in commands]
    records: list[Any] = [Record(at + number, value) for number, value in enumerate(values)]
    return [record.offset for record in waiting.urgent(records, PLANS)]


def report(kind: str = "road.accident", priority: Priority | None = None) -> ReportIncident:
    name = incident_id(ZONE, "op", key())
    return ReportIncident(id=key(), incident_id=name, by="op", sent_ms=0, type=kind, priority=priority, body_digest="")


def about(incident: str, cls: type[Any], **known: Any) -> Any:
    return cls(id=key(), incident_id=incident, by="v-1", sent_ms=0, **known)


def answer(incident: str, cls: type[Any]) -> Any:
    return about(incident, cls, offer_id=offer_id(incident, "r1", "v-1", key()), volunteer_id="v-1")


def test_only_what_is_critical_goes_ahead_by_its_own_priority_or_its_types() -> None:
    critical_by_type = next(name for name, plan in PLANS.plans.items() if plan.priority is Priority.CRITICAL)
    other = next(name for name, plan in PLANS.plans.items() if plan.priority is not Priority.CRITICAL)

    ahead = read(
        Waiting(7),
        report(other),
        report(other, Priority.CRITICAL),
        report(critical_by_type),
        report(critical_by_type, Priority.LOW),
        b"{broken",
    )

    assert ahead == [8, 9]


def test_what_was_over_before_anybody_was_asked_does_not_go_ahead() -> None:
    over, stays = report(priority=Priority.CRITICAL), report(priority=Priority.CRITICAL)

    assert read(Waiting(0), over, stays, about(over.incident_id, CancelIncident)) == [1]


def test_distress_goes_ahead_unless_its_incident_has_orders_before_it() -> None:
    alone, behind = report().incident_id, report().incident_id
    waiting = Waiting(0)

    assert read(waiting, answer(behind, AcceptOffer)) == []
    assert read(waiting, answer(behind, RaiseDistress), answer(alone, RaiseDistress)) == [2]
    assert read(waiting, answer(alone, RaiseDistress)) == []  # once is enough
    assert waiting.read_to == 4


def test_an_order_about_an_incident_never_overtakes_one_before_it() -> None:
    incident = report(priority=Priority.CRITICAL)

    assert read(Waiting(0), about(incident.incident_id, UpdateIncident), incident) == []


def worker(desk: Desk, owned: set[int]) -> CommandWorker:
    async def rebuild() -> None:
        """Redis stays."""

    return CommandWorker(dispatcher=desk.dispatcher, rebuild=rebuild, owned=lambda: owned, batch=8)


class Stream:
    """Of Faust, as much as the worker uses."""

    def __init__(self, records: list[Any]) -> None:
        self._records = records
        self.acked: list[int] = []

    def noack(self) -> "Stream":
        return self

    async def events(self) -> AsyncIterator[Any]:
        for record in self._records:
            yield SimpleNamespace(message=InSeconds(record))

    async def ack(self, event: Any) -> None:
        self.acked.append(event.message.offset)


class InSeconds:
    """A message of Faust's: the time in seconds."""

    def __init__(self, record: Any) -> None:
        self._record = record
        self.timestamp = record.timestamp / 1000

    def __getattr__(self, name: str) -> Any:
        return getattr(self._record, name)


async def decided(desk: Desk) -> list[str]:
    """Ids of the commands, in the order of their decisions."""
    return [wire.decode_decision(record.value).cause.command_id for record in await desk.fresh(DECISIONS.name)]


async def test_a_critical_report_at_the_end_of_the_log_is_decided_before_what_waits_longer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage, "WORTH_READING", 10)
    cheap = [replace(desk.report(), priority=Priority.LOW) for _ in range(20)]
    urgent = replace(desk.report(), priority=Priority.CRITICAL)
    records = await desk.send(*cheap, urgent)
    await decided(desk)
    agent = worker(desk, {records[0].partition})
    service = Triage(worker=agent, reader=desk.reader, plans=lambda: desk.dispatcher.plans)
    stream = Stream(records)
    await agent.feed(stream)

    await agent._next_batch()
    desk.dispatcher.behind_s = 1.0
    await service.look()
    assert agent.urgent == []
    desk.dispatcher.behind_s = 60.0
    await service.look()
    await agent._next_batch()
    await service.look()
    await agent._next_batch()

    ids = [command.id for command in cheap]
    assert await decided(desk) == [*ids[:8], urgent.id, *ids[8:]]
    assert stream.acked == [record.offset for record in records]


async def test_what_was_found_of_a_lost_partition_is_left_to_its_new_owner(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage, "WORTH_READING", 0)
    records = await desk.send(desk.report(), replace(desk.report(), priority=Priority.CRITICAL), desk.report())
    await decided(desk)
    agent = worker(desk, {records[0].partition})
    stream = Stream(records)
    agent.reached[records[0].partition] = records[0].offset
    desk.dispatcher.behind_s = 60.0
    await agent.feed(stream)
    await Triage(worker=agent, reader=desk.reader, plans=lambda: desk.dispatcher.plans).look()
    assert [record.offset for record in agent.urgent] == [records[1].offset]

    agent.lost({records[0].partition})  # and it comes back at once
    await agent._next_batch()

    assert agent.urgent == []
    assert (await decided(desk), stream.acked) == ([], [])
