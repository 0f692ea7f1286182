"""The order of the tests, as a pytest plugin: what needs nothing comes first, what breaks the shared stack last.

So a fault in a rule shows after seconds, and whoever shares the stack finds it as it was started. Within a stage tests stay in
the order of their files.
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


def stage(fixtures: set[str]) -> int:
    return max(number for number, names in enumerate(STAGES) if not names or names & fixtures)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: stage(set(getattr(item, "fixturenames", ()))))
