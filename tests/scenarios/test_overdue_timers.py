"""Deadlines that passed while no worker ran, a set of timers that was lost, and ticks that come twice."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.deadlines import timers_of
from dispatch.model.commands import PassDeadline, ReportIncident
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import Capability, DeadlineKind, OfferState
from streams import redis_keys, wire
from streams.rebuild.rebuilder import Rebuilder
from streams.store.alarm_facts import AlarmFactsReader
from streams.store.apply import timer_member
from streams.topics import DECISIONS, INCIDENTS
from streams.worker.timers import TimerSweep
from tests.scenarios.test_crashes import WITHIN_S, Start, start
from tests.support.desk import Desk
from tests.support.waiting import eventually

__all__ = ["start"]

pytestmark = pytest.mark.stack
LATE_MS = 5_000


def brief(desk: Desk) -> ReportIncident:
    """Its offers wait for a second."""
    need = RequirementSpec(capability=Capability.FIELD, skill="first_aid", window_s=1)
    return replace(desk.report(), requirements=(need,))


async def overdue(desk: Desk, report: ReportIncident) -> bool:
    await asyncio.sleep(0.2)
    return report.incident_id in (await AlarmFactsReader(desk.link, LATE_MS).read(())).late


async def test_a_worker_that_starts_fires_what_is_overdue(desk: Desk, start: Start, tmp_path: Path) -> None:
    await desk.register("a", "b", "c")
    await desk.people("a", "b", "c")
    report = brief(desk)
    await desk.dispatcher.handle(await desk.send(report))
    await eventually(lambda: overdue(desk, report), WITHIN_S)

    start("streams.cli.main", "worker")
    log = tmp_path / "worker-0.log"
    await eventually(lambda: is_ready(log), WITHIN_S)
    ready_ms = await desk.store.now_ms()
    expired: list[int] = []

    async def has_fired() -> bool:
        for record in await desk.fresh(DECISIONS.name):
            decision = wire.decode_decision(record.value)
            if decision.incident_id == report.incident_id and decision.cause.command_kind == "pass_deadline":
                expired.append(decision.logged_ms)
        await asyncio.sleep(0.1)
        return bool(expired)

    await eventually(has_fired, WITHIN_S)
    # `logged_ms`: when the command stood in the log, which is when the timer fired.
    print(f"overdue timers fired {(min(expired) - ready_ms) / 1000:.1f} s after the worker was ready")
    await eventually(lambda: nothing_is_late(desk), WITHIN_S)


async def is_ready(log: Path) -> bool:
    return "worker is ready" in await asyncio.to_thread(log.read_text, "utf-8", "replace")


async def nothing_is_late(desk: Desk) -> bool:
    await asyncio.sleep(0.2)
    return not (await AlarmFactsReader(desk.link, LATE_MS).read(())).late


async def test_a_rebuild_brings_back_every_timer(desk: Desk) -> None:
    await desk.register("a", "b")
    await desk.people("a", "b")
    report = desk.report()
    await desk.dispatcher.handle(await desk.send(report))
    wanted = {timer_member(timer) for timer in timers_of(await desk.incident(report.incident_id))}
    await desk.link.run([("FLUSHALL",)])

    await Rebuilder(settings=desk.settings, link=desk.link, owner="again").run_or_wait()

    (members,) = await desk.link.run([("ZRANGE", redis_keys.TIMERS, 0, -1)])
    assert wanted
    assert {member.decode() for member in members if report.incident_id in member.decode()} == wanted


async def test_a_tick_that_comes_twice_is_one_decision(desk: Desk) -> None:
    await desk.people("a", "b")
    report = brief(desk)
    await desk.dispatcher.handle(await desk.send(report))
    asked = await desk.incident(report.incident_id)
    expiry = next(timer for timer in timers_of(asked) if timer.kind is DeadlineKind.OFFER_EXPIRY)
    await eventually(lambda: has_passed(desk, expiry.due_ms), WITHIN_S)
    await desk.fresh(DECISIONS.name)

    await TimerSweep(store=desk.store, publisher=desk.publisher).sweep_once()
    first = await desk.fresh(INCIDENTS.name)
    commands = [wire.decode_command(record.value) for record in first]
    # One for all offers of the incident whose time is over: which of them it names is chance.
    (tick,) = [one for one in commands if isinstance(one, PassDeadline) and one.deadline is DeadlineKind.OFFER_EXPIRY]
    records = [*first, *await desk.send(tick)]
    await desk.dispatcher.handle(records)
    await desk.dispatcher.handle(records)

    decisions = [wire.decode_decision(record.value) for record in await desk.fresh(DECISIONS.name)]
    assert [decision.cause.command_id for decision in decisions].count(tick.id) == 1
    steps = [step for step in await desk.offers() if step.id == expiry.ref and step.state is OfferState.EXPIRED]
    assert len(steps) == 1


async def has_passed(desk: Desk, due_ms: int) -> bool:
    return await desk.store.now_ms() >= due_ms
