"""The dashboards on a stack that works: Prometheus reads every process by `deploy/prometheus.yml`, and panels are not empty."""

import json
import math
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from streams.codegen.dashboard_list import BOARDS
from streams.codegen.panels import Kind
from streams.local.ports import LOOPBACK, free_ports
from tests.support.composed import DEPLOY
from tests.support.programs import program
from tests.support.promql import without_variables
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

pytestmark = [pytest.mark.stack, pytest.mark.soak, pytest.mark.timeout(400)]
ONLY_WHEN_SOMETHING_IS_WRONG = (
    "komek_intake_refused",
    "komek_limited_requests",
    "komek_dead_letters",
    "komek_live_unreadable",
    "komek_rebuild_unreadable",
    "komek_retried_batches",
    "komek_claims_lost",
    "komek_notices_refused",
    "komek_notices_retried",
    "komek_notices_dropped",
    "komek_assistant_left",
    "komek_alarms_answered",
    "komek_alarm_sounds",
    "komek_key_ring_reloads",
    "komek_token_key_reloads",
    "komek_trace_spans",
    "max by (name) (komek_alarm) == 1",
    'komek_alarm{name=~"assistant_.*"}',
)
"""A series of these begins with its first event."""
ONLY_WITH_MORE = (
    "komek_assistant_model",
    "komek_assistant_judged",
    "komek_retention_tombstones",
    "komek_travel_answers",
    "komek_webhook",
    "komek_backup",
    "komek_shadow",
)
"""A model of the deployer, answered hints, records whose time is over, a router, receivers of webhooks, timers of exports, shadow
plans."""


@pytest.fixture
def prometheus(breakable_stack: WholeStack, tmp_path: Path) -> Iterator[str]:
    """The address of a Prometheus with the rules and targets of a deployment."""
    tool = program("prometheus", why="no dashboard is evaluated on a stack")
    for name in ("prometheus.yml", "alerts.yml"):
        shutil.copy(DEPLOY / name, tmp_path)
    (tmp_path / "targets").mkdir()
    shutil.copy(breakable_stack.data / "metrics.json", tmp_path / "targets")
    (port,) = free_ports(1)
    command = [
        tool,
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address={LOOPBACK}:{port}",
    ]
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield f"http://{LOOPBACK}:{port}"
        finally:
            running.terminate()
            running.wait(20)


def result(address: str, query: str) -> list[Any]:
    with httpx2.Client(trust_env=False, timeout=60) as http:
        try:
            answer = http.get(f"{address}/api/v1/query", params={"query": query})
        except httpx2.TransportError:
            return []
    body = answer.json()
    assert body["status"] == "success", body
    found: list[Any] = body["data"]["result"]
    return found


def test_every_panel_shows_something_on_a_stack_that_works(
    breakable_town: Town, prometheus: str, tmp_path: Path
) -> None:
    town = breakable_town
    until(lambda: len(result(prometheus, "up == 1")) == 5)
    town.volunteer("near")
    for number in range(4):
        town.report(description=f"Пожар на улице Абая, дом {number + 1}, есть пострадавшие")
        time.sleep(6)  # between two scrapes: a rate needs a change
    until(lambda: result(prometheus, "sum(rate(komek_report_to_offer_seconds_count[1m])) > 0"))
    until(lambda: result(prometheus, "sum(rate(komek_commands_total[1m])) > 0"))
    # A recording rule looks at two samples, half a minute apart.
    until(lambda: result(prometheus, 'komek_slo_bad:ratio_rate1h{slo="offer"}'), 120)

    empty, not_numbers = [], []
    for board in BOARDS:
        for panel in (panel for row in board.rows for panel in row.panels):
            for query in panel.queries:
                found = result(prometheus, without_variables(query.expr))
                if not found:
                    empty.append(f"{board.name}: {panel.title}: {query.expr}")
                elif panel.kind is not Kind.STATES and all(math.isnan(float(one["value"][1])) for one in found):
                    not_numbers.append(f"{board.name}: {panel.title}: {query.expr}")
    (tmp_path / "empty.json").write_text(json.dumps({"empty": empty, "NaN": not_numbers}, indent=1))

    allowed = (*ONLY_WHEN_SOMETHING_IS_WRONG, *ONLY_WITH_MORE)
    assert [one for one in empty if not any(name in one for name in allowed)] == []
    assert [one for one in not_numbers if "slo" not in one and "notice" not in one] == []
