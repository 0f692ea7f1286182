"""A worker whose task is stuck while its event loop turns is ended by its watchdog, started again, and the work goes on."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.model.vocabulary import OfferState
from streams.local.process import Part
from streams.local.supervisor import Supervisor
from streams.worker.watchdog import STALLED_EXIT
from tests.support.desk import DATA_KEY, Desk
from tests.support.waiting import eventually
from tests.support.whole_stack import without_komek

pytestmark = pytest.mark.stack
WITHIN_S = 140.0
"""The limit of 5 s, two starts of a worker and a rebalance, on a slow machine."""


@pytest.fixture
def said() -> list[str]:
    """What the supervisor tells."""
    return []


@pytest.fixture
def supervisor(said: list[str], tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(logs=tmp_path / "logs", say=said.append)
    try:
        yield made
    finally:
        made.end()


@pytest.mark.soak
async def test_a_stuck_worker_is_ended_and_started_again(
    desk: Desk, supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    await desk.register(*(f"v{number:02}" for number in range(12)), north_m=20)
    marker = tmp_path / "stuck"
    environ = {
        **without_komek(),
        "KOMEK_KAFKA": desk.settings.require_kafka(),
        "KOMEK_REDIS": desk.settings.require_redis(),
        "KOMEK_DATA_KEY": DATA_KEY,
        "KOMEK_DATA": str(tmp_path),
        "KOMEK_STALL_S": "5",
    }
    command = (sys.executable, "-m", "tests.scenarios.stuck_worker", str(marker))
    report = desk.report()
    await desk.publisher.send_commands([report])

    supervisor.start([Part(name="worker", command=command, rank=0, environ=environ)])

    async def is_offered() -> bool:
        supervisor.tend()
        steps = await desk.offers()
        return any(step.incident_id == report.incident_id and step.state is OfferState.OFFERED for step in steps)

    await eventually(is_offered, WITHIN_S)

    assert marker.exists()
    assert any(f"exit code {STALLED_EXIT}" in line for line in said), said
