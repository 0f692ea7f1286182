"""The order of the tests, and how a parallel run (`pytest -n 3`) shares them out, as a pytest plugin.

Order: what needs nothing comes first, what breaks the shared stack last. So a fault in a rule shows after seconds, and whoever
shares the stack finds it as it was started. Within a stage tests stay in the order of their files.

Parallel: the longest come first. One process runs every test that starts, shares or breaks a stack, another those of the browser
on a stack of its own. Both wait half of their time, so a third process computes meanwhile, also on two cores. A file of other
tests stays together, so that its fixtures are made once.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

STAGES: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"kafka", "kafka_parts", "redis_url", "desk"}),
    frozenset({"stack"}),
    frozenset({"shared_stack"}),
    frozenset({"breakable_stack", "module_stack"}),
    frozenset({"secure_stack"}),
)
"""Fixtures by which a test belongs to a stage; the last that fits counts."""
SERVERS, STACK = 1, 2
IN_BROWSER = "tests/web/"
"""They share a stack and break none."""
ON_STACKS = frozenset({"stack", "browser"})
TEST_BY_TEST = ("tests/simulation/", "tests/api/test_generated_requests.py", "tests/web/test_units.py")
"""Tests of many seconds each: any process takes the next one, early, so that none is left alone at the end."""


def stage(fixtures: Iterable[str]) -> int:
    wanted = set(fixtures)
    return max(number for number, names in enumerate(STAGES) if not names or names & wanted)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    stages = {item: stage(getattr(item, "fixturenames", ())) for item in items}
    alone = {
        item.nodeid for item, number in stages.items() if number >= STACK and scope_of(item.nodeid) not in ON_STACKS
    }
    if alone:
        raise pytest.UsageError(f"these start a stack: mark them or their file with pytest.mark.stack: {sorted(alone)}")
    items.sort(key=stages.__getitem__)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _turn(item.nodeid, stages[item]))


def _turn(nodeid: str, number: int) -> int:
    if scope_of(nodeid) in ON_STACKS:
        return 0
    return 1 if nodeid.startswith(TEST_BY_TEST) else 2 if number == SERVERS else 3


def scope_of(nodeid: str) -> str:
    """What runs in one process, one after the other. Known by the id alone: the process that shares out has collected nothing."""
    file = nodeid.partition("::")[0]
    if _is_marked(file):
        return "browser" if file.startswith(IN_BROWSER) else "stack"
    return nodeid if nodeid.startswith(TEST_BY_TEST) else file


@cache
def _is_marked(file: str) -> bool:
    path = Path(__file__).parents[2] / file
    return path.is_file() and "pytest.mark.stack" in path.read_text("utf-8")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """xdist's `loadgroup` finds no groups with pytest 9.2, which has made ids of tests immutable."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class ByStack(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    return ByStack(config, log)
