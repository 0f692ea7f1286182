"""The dashboards ask for metrics that exist, by labels that they have, and leave none out."""

import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.codegen import dashboards, metrics_list
from streams.codegen.alert_rules import FILE, pages
from streams.codegen.dashboard_list import BOARDS
from streams.codegen.panels import Board, Kind, Panel, Query, Unit
from streams.metrics import LISTED
from streams.monitoring.objectives import OBJECTIVES, WINDOWS, recorded
from tests.support.programs import program
from tests.support.promql import named, without_variables

SERIES = metrics_list.series()
RECORDED = {recorded(one.name, window).partition("{")[0] for one in OBJECTIVES for window in WINDOWS}
KNOWN = {**SERIES, **dict.fromkeys(RECORDED, frozenset({"slo"})), "up": frozenset[str]()}
OF_TARGETS = frozenset({"instance", "job"})
PANELS = [(board, panel) for board in BOARDS for row in board.rows for panel in row.panels]
QUERIES = [(panel, query) for _, panel in PANELS for query in panel.queries]
MADE: dict[str, Any] = {name: json.loads(text) for name, text in dashboards.dashboards().items()}
NOT_SHOWN = {"python_info", "process_virtual_memory_bytes", *(name for name in SERIES if name.startswith("python_gc_"))}
"""Of the client library: nobody looks at them at night."""


def shown(panel: Panel) -> str:
    return panel.title


def wrong(query: Query) -> list[str]:
    """What a query names that does not exist."""
    found = named(query.expr)
    missing = [name for name in found.series if name not in KNOWN]
    missing += [
        f"{name}{{{label}}}"
        for name, labels in found.selected
        for label in labels
        if name in KNOWN and label not in KNOWN[name] | OF_TARGETS
    ]
    has = frozenset[str]().union(*(KNOWN.get(name, frozenset()) for name in found.series), OF_TARGETS)
    missing += [f"by {label}" for label in found.grouped - has]
    left = found.grouped - OF_TARGETS if re.search(r"\bby\b", query.expr) else has
    missing += [f"legend {label}" for label in re.findall(r"\{\{(\w+)\}\}", query.legend) if label not in left]
    return missing


@pytest.mark.parametrize(("panel", "query"), QUERIES, ids=lambda one: getattr(one, "title", ""))
def test_a_query_names_what_exists(panel: Panel, query: Query) -> None:
    assert wrong(query) == [], panel.title


@pytest.mark.parametrize(
    ("expr", "legend", "named_as"),
    [
        ("sum(komek_offers_total)", "", "komek_offers_total"),
        ("komek_alarm{severity='critical'}", "", "komek_alarm{severity}"),
        ("sum by (volunteer) (komek_alarm)", "", "by volunteer"),
        ("sum by (name) (komek_alarm)", "{{partition}}", "legend partition"),
        ("komek_batch_seconds", "", "komek_batch_seconds"),  # a histogram has only its three series
    ],
)
def test_a_wrong_query_is_noticed(expr: str, legend: str, named_as: str) -> None:
    assert named_as in wrong(Query(expr=expr, legend=legend))


def test_prometheus_can_read_every_query(tmp_path: Path) -> None:
    rules = [
        {"record": f"query:number{number}", "expr": without_variables(query.expr)}
        for number, (_, query) in enumerate(QUERIES)
    ]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))  # JSON is YAML

    tool = program("promtool", why="the queries of the dashboards are not parsed")
    done = subprocess.run([tool, "check", "rules", str(file)], capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout


def test_every_metric_is_in_a_panel() -> None:
    asked = frozenset[str]().union(*(named(query.expr).series for _, query in QUERIES))
    families = {name.removesuffix(ending) for name in asked for ending in ("_bucket", "_count", "_sum", "")}
    listed = {metrics_list.name_of(one) for one in LISTED} | metrics_list.OF_THE_LIBRARY.keys()

    assert listed - families - NOT_SHOWN == set()


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_what_an_engineer_looks_at_first_is_on_top_and_leads_to_its_page(board: Board) -> None:
    first = board.rows[0]

    assert first.title == "First"
    assert any(panel.page or panel.pages for panel in first.panels)


def test_the_first_dashboard_begins_with_alarms_budgets_offers_lag_and_undecided() -> None:
    top = MADE["komek-service.json"]["panels"]
    second_row = next(panel["gridPos"]["y"] for panel in top[1:] if panel["type"] == "row")
    asked = {
        target["expr"] for panel in top if panel["gridPos"]["y"] < second_row for target in panel.get("targets", ())
    }

    for needed in ("komek_alarm", "komek_slo_bad", "komek_report_to_offer", "komek_committed_lag", "komek_oldest"):
        assert [expr for expr in asked if needed in expr], needed


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=lambda one: getattr(one, "title", ""))
def test_a_panel_says_what_is_normal_in_a_unit_and_links_to_pages_that_exist(board: Board, panel: Panel) -> None:
    seconds = all(
        metrics_list.unit_of(re.sub(r"_(bucket|sum|count)$", "", name)) == "seconds"
        for query in panel.queries
        for name in (named(query.expr).series - {"komek_build_info"}) or {"none"}
    )

    assert panel.about.endswith((".", ")"))
    assert {*panel.pages, *([panel.page] if panel.page else [])} <= pages()
    # Rates of seconds are cores.
    assert (panel.unit is Unit.SECONDS) == seconds or panel.title == "Processor", board.name


@pytest.mark.parametrize("name", sorted(MADE))
def test_panels_stand_beside_each_other(name: str) -> None:
    places = sorted(
        (panel["gridPos"]["y"], panel["gridPos"]["x"], panel["gridPos"]["w"], panel["gridPos"]["h"])
        for panel in MADE[name]["panels"]
    )

    assert all(x + w <= 24 for _, x, w, _ in places)
    for (y, x, w, _), (next_y, next_x, _, _) in pairwise(places):
        assert next_y > y or next_x >= x + w
    identities = [panel["id"] for panel in MADE[name]["panels"]]
    assert len(identities) == len(set(identities))


def test_a_link_leads_to_the_panel_with_that_page() -> None:
    runbook = {panel["id"]: panel for panel in MADE["komek-runbook.json"]["panels"]}
    links = [
        link
        for name, made in MADE.items()
        for panel in made["panels"]
        for link in [
            *panel.get("links", ()),
            *(
                link
                for override in panel.get("fieldConfig", {}).get("overrides", ())
                for entry in override["properties"]
                for link in entry["value"]
            ),
        ]
    ]

    assert {panel["title"] for panel in runbook.values()} == pages()
    assert links
    for link in links:
        identity = int(link["url"].removeprefix("/d/komek-runbook?viewPanel="))
        assert link["title"] == f"runbook: {runbook[identity]['title']}"
        assert runbook[identity]["options"]["content"].startswith(f"# `{runbook[identity]['title']}`")


def test_the_rules_of_alerts_name_what_exists() -> None:
    groups = yaml.safe_load(FILE.read_text("utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]

    assert [wrong(Query(expr=rule["expr"])) for rule in rules if wrong(Query(expr=rule["expr"]))] == []


def test_every_alarm_has_a_state_over_time() -> None:
    (states,) = [panel for _, panel in PANELS if panel.kind is Kind.STATES]

    assert states.queries[0].expr == "max by (name) (komek_alarm)"
