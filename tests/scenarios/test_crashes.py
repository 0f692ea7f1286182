"""A worker dies between two steps, or Redis forgets everything there: each time one decision, the offers, and nobody twice."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dispatch.model.vocabulary import OfferState
from streams import wire
from streams.topics import DECISIONS
from tests.support.desk import DATA_KEY, Desk
from tests.support.waiting import eventually
from tests.support.whole_stack import without_komek

pytestmark = pytest.mark.stack
WITHIN_S = 90.0
PEOPLE = 24
"""Enough for the waves of both incidents, at night as well."""
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(kafka: str, redis_url: str, tmp_path: Path) -> Iterator[Start]:
    """Starts workers; those still alive are ended after the test."""
    workers: list[subprocess.Popen[bytes]] = []
    environ = {
        **without_komek(),
        "KOMEK_KAFKA": kafka,
        "KOMEK_REDIS": redis_url,
        "KOMEK_DATA_KEY": DATA_KEY,
        "KOMEK_DATA": str(tmp_path / "made by the worker"),
    }

    def begin(*command: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / f"worker-{len(workers)}.log").open("wb") as log:
            process = subprocess.Popen([sys.executable, "-m", *command], env=environ, stdout=log, stderr=log)
        workers.append(process)
        return process

    yield begin
    for process in workers:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in workers:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


POINTS, DEEDS = ("claimed", "decided", "applied"), ("kill", "flush", "flush-kill")
AT_EVERY_CHANGE = {("decided", "flush-kill"), ("applied", "flush")}
"""Each deed once; the others are soaked. Kills after a claim are in `make faults` of every change."""


@pytest.mark.parametrize(
    ("point", "deed"),
    [
        pytest.param(point, deed, marks=() if (point, deed) in AT_EVERY_CHANGE else pytest.mark.soak)
        for point in POINTS
        for deed in DEEDS
    ],
)
async def test_one_decision_and_nobody_twice(desk: Desk, start: Start, tmp_path: Path, point: str, deed: str) -> None:
    await desk.register(*(f"v{number:02}" for number in range(PEOPLE)), north_m=20)
    marker = tmp_path / "done"
    first = start("tests.scenarios.dying_worker", point, deed, str(marker))
    await eventually(lambda: free_people(desk, PEOPLE))
    commands = [desk.report(), desk.report()]

    await desk.publisher.send_commands(commands)
    if "kill" in deed:
        assert await asyncio.to_thread(first.wait, WITHIN_S) == -signal.SIGKILL
        start("streams.cli.main", "worker")
    steps: list[Any] = []

    async def all_offered() -> bool:
        steps.extend(await desk.offers())
        return {step.incident_id for step in steps} >= {command.incident_id for command in commands}

    await eventually(all_offered)

    assert marker.exists()
    decisions = [wire.decode_decision(record.value) for record in await desk.fresh(DECISIONS.name)]
    ours = {command.id for command in commands}
    counts = Counter(decision.cause.command_id for decision in decisions if decision.cause.command_id in ours)
    assert counts == {command.id: 1 for command in commands}
    made = {step.event_id: step.volunteer_id for step in steps if step.state is OfferState.OFFERED}
    assert len(made) == len(set(made.values())) >= 2


async def free_people(desk: Desk, count: int) -> bool:
    """The worker has read the people: they can be found."""
    try:
        (size,) = await desk.link.run([("SCARD", "komek:on-duty")])
    except Exception:  # noqa: BLE001  -- Redis was just emptied or is not rebuilt yet
        return False
    return int(size) >= count
