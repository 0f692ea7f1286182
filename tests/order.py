"""The order of the tests and their parts in a parallel run (`pytest -n 2`), as a pytest plugin.

Order: what needs nothing comes first, what breaks the shared stack last. So a fault in a rule shows after seconds, and whoever
shares the stack finds it as it was started. Within a stage tests stay in the order of their files.

Parallel: tests that share a server or a stack run in one process, one after the other; all others in any.
"""

import pytest

STAGES: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"kafka", "kafka_parts", "redis_url", "desk"}),
    frozenset({"stack"}),
    frozenset({"shared_stack"}),
    frozenset({"breakable_stack", "module_stack"}),
)
"""Fixtures by which a test belongs to a stage; the last that fits counts."""


GROUPS: tuple[str | None, ...] = (None, "servers", "stack", "stack", "stack")
"""By stage: tests of one group run in one process. None: in any."""


def stage(fixtures: set[str]) -> int:
    return max(number for number, names in enumerate(STAGES) if not names or names & fixtures)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    stages = {item: stage(set(getattr(item, "fixturenames", ()))) for item in items}
    items.sort(key=stages.__getitem__)
    for item, number in stages.items():
        if item.get_closest_marker("stack"):
            item.add_marker(pytest.mark.xdist_group("stack"))
        elif group := GROUPS[number]:
            item.add_marker(pytest.mark.xdist_group(group))
