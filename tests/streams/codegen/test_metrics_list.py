"""The list of metrics: each is stated once, with the processes whose code sets it."""

import re
from collections import defaultdict

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from streams import metrics
from streams.codegen import metrics_list
from streams.codegen.process_list import read
from streams.components import Part
from tests.support.used_settings import ROOT, module_of, modules_of

STATED = read()
PROCESSES = sorted(STATED.processes)
PARTS = [STATED.processes[name].part for name in PROCESSES]
IMPORTED_ALONE = {"follower": {"KEY_RING_RELOADS", "TOKEN_KEY_RELOADS"}}
"""Of packages whose constants and errors a process uses, and whose keys it does not hold."""
IN_CODE = {
    value: name for name, value in vars(metrics).items() if any(value is listed.metric for listed in metrics.LISTED)
}


def set_by(process: str) -> set[str]:
    """Names in `streams/metrics.py` that the modules of a process use."""
    modules = modules_of(module_of(STATED.processes[process].command)).values()
    return {name for path in modules for name in re.findall(r"\bmetrics\.([A-Z_]+)", path.read_text("utf-8"))}


def test_the_file_is_that_of_the_code() -> None:
    """Renew it with `.venv/bin/python -m streams.codegen.metrics_list`."""
    assert metrics_list.FILE.read_text("utf-8") == metrics_list.text()


@pytest.mark.parametrize("process", PROCESSES)
def test_a_metric_is_that_of_the_processes_whose_code_sets_it(process: str) -> None:
    listed = {IN_CODE[one.metric] for one in metrics.LISTED if process in one.components}

    assert listed - {"BUILD"} == set_by(process) - IMPORTED_ALONE.get(process, set())


def test_nobody_declares_a_metric_elsewhere() -> None:
    declared = defaultdict(list)
    for folder in ("streams", "api", "dispatch"):
        for path in (ROOT / folder).rglob("*.py"):
            if re.search(
                r"from prometheus_client import .*\b(Counter|Gauge|Histogram|Info|Summary)\b", path.read_text()
            ):
                declared[path.name].append(path)

    assert declared.keys() <= {"metrics_list.py"}  # which reads them


@pytest.mark.parametrize("listed", metrics.LISTED, ids=metrics_list.name_of)
def test_a_metric_is_named_and_told_by_the_conventions(listed: metrics.Listed) -> None:
    (described,) = listed.metric.describe()

    assert re.fullmatch(r"komek(_[a-z]+)+", metrics_list.name_of(listed))
    assert re.fullmatch(r"[A-Z1].+[^.]", described.documentation)
    # Ids of people and incidents would make a series for each, kept for weeks.
    assert not {label for label in metrics_list.labels_of(listed) if label.endswith("id")}


@pytest.mark.parametrize("component", PARTS)
def test_a_process_exposes_its_own_metrics_and_says_which_it_is(component: Part) -> None:
    exposed = {family.name: family for family in families(metrics.exposition(component).decode())}
    names = {family.name + ("_total" if family.type == "counter" else "") for family in exposed.values()}
    library = metrics_list.OF_THE_LIBRARY.keys()

    assert names - library == metrics_list.of_component(component)
    (sample,) = exposed["komek_build_info"].samples
    assert sample.labels["component"] == component
