"""A worker's wall clock jumps by seconds and by an hour: no offer, no deadline and no decision is touched by it."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from dispatch.model.commands import CancelIncident, ReportIncident
from dispatch.model.decisions import Decision, OfferStep
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import Capability, OfferState
from streams import wire
from streams.topics import DECISIONS
from tests.scenarios.test_crashes import WITHIN_S, Start, free_people, start
from tests.support.desk import Desk, key
from tests.support.waiting import eventually

__all__ = ["start"]

pytestmark = pytest.mark.stack
AN_HOUR_AND_BACK_S = (3600.0, -3.0)
EVERY_JUMP_S = (0.0, 3600.0, -3600.0, 3.0, -3.0)
PEOPLE = 60
WINDOW_S = 4
"""Seconds that an offer waits for its answer: longer than the smaller jumps."""
NEED = RequirementSpec(capability=Capability.FIELD, skill="first_aid", window_s=WINDOW_S)


class WorkerOutput:
    """What a worker has written about the incidents of a test, so far."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.decisions: list[Decision] = []
        self.steps: list[OfferStep] = []

    async def read(self) -> None:
        self.decisions += [wire.decode_decision(record.value) for record in await self._desk.fresh(DECISIONS.name)]
        self.steps += await self._desk.offers()

    def of(self, report: ReportIncident, *states: OfferState) -> list[OfferStep]:
        return [step for step in self.steps if step.incident_id == report.incident_id and step.state in states]


@pytest.mark.parametrize(
    "shifts_s",
    [AN_HOUR_AND_BACK_S, pytest.param(EVERY_JUMP_S, marks=pytest.mark.soak)],
    ids=["an hour and back", "every"],
)
async def test_a_clock_that_jumps_changes_no_offer(
    desk: Desk, start: Start, tmp_path: Path, shifts_s: tuple[float, ...]
) -> None:
    await desk.register(*(f"v{number:02}" for number in range(PEOPLE)), north_m=20)
    shift, log = tmp_path / "shift", WorkerOutput(desk)
    reports: list[ReportIncident] = []
    shift.write_text("0", "ascii")
    start("tests.scenarios.shifted_worker", str(shift))
    await eventually(lambda: free_people(desk, PEOPLE), WITHIN_S)
    await log.read()

    for seconds in shifts_s:
        # Replaced and not written into: the worker reads it at any moment.
        (tmp_path / "next").write_text(str(seconds), "ascii")
        (tmp_path / "next").replace(shift)
        before_ms = await desk.store.now_ms()
        report = replace(desk.report(), requirements=(NEED,))
        reports.append(report)
        await desk.publisher.send_commands([report])
        await eventually(partial(expired, log, report), WITHIN_S)
        after_ms = await desk.store.now_ms()

        made = log.of(report, OfferState.OFFERED)
        assert all(before_ms <= step.at_ms <= after_ms for step in made)
        decisions = [entry for entry in log.decisions if entry.incident_id == report.incident_id]
        assert all(before_ms <= entry.decided_ms <= after_ms for entry in decisions)
        await desk.publisher.send_commands([cancel(report)])

    for report in reports:
        at_ms = {step.id: step.at_ms for step in log.of(report, OfferState.OFFERED)}
        assert all(step.expires_ms == step.at_ms + WINDOW_S * 1000 for step in log.of(report, OfferState.OFFERED))
        waited_ms = [step.at_ms - at_ms[step.id] for step in log.of(report, OfferState.EXPIRED)]
        assert min(waited_ms) >= WINDOW_S * 1000
    assert len({entry.cause.command_id for entry in log.decisions}) == len(log.decisions)


def cancel(report: ReportIncident) -> CancelIncident:
    return CancelIncident(id=key(), incident_id=report.incident_id, by="op", sent_ms=0)


async def expired(log: WorkerOutput, report: ReportIncident) -> bool:
    """The first wave came, was silent, and its window ended."""
    await log.read()
    await asyncio.sleep(0.1)
    return bool(log.of(report, OfferState.EXPIRED))
