"""Every error that `streams` defines has its place in the one tree, and the tree is drawn with it."""

import ast
from pathlib import Path

import pytest

from streams import errors
from tests.support.syntax import tree_of

STREAMS = Path(errors.__file__).parent
BRANCHES = {"RetryLater", "GiveUp", "InvalidInput"}


def _classes() -> dict[str, set[str]]:
    """Names of the classes of `streams`, with the names of their bases."""
    return {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for path in STREAMS.rglob("*.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
    }


@pytest.fixture(scope="module")
def bases() -> dict[str, set[str]]:
    """By class, all the classes that it derives from."""
    direct = _classes()

    def ancestors(name: str) -> set[str]:
        return direct.get(name, set()).union(*(ancestors(base) for base in direct.get(name, ())))

    return {name: ancestors(name) for name in direct}


@pytest.fixture(scope="module")
def errors_of_streams(bases: dict[str, set[str]]) -> list[str]:
    return sorted(
        name
        for name, above in bases.items()
        if not name.startswith("_")
        and (any(base == "Exception" or base.endswith("Error") for base in above - {"KomekError"}) or above & BRANCHES)
    )


def test_the_errors_are_found(errors_of_streams: list[str]) -> None:
    assert {"LogUnavailable", "SettingsError", "NeverReady", "Unreadable"} <= set(errors_of_streams)


def test_every_error_is_in_one_branch(bases: dict[str, set[str]], errors_of_streams: list[str]) -> None:
    """It derives from exactly one of the branches."""
    branches = {name: sorted(bases[name] & BRANCHES) for name in _below_the_branches(errors_of_streams)}

    assert {name: found for name, found in branches.items() if len(found) != 1} == {}


def test_every_error_is_drawn(bases: dict[str, set[str]], errors_of_streams: list[str]) -> None:
    """It or one of its bases is in the docstring of `streams/errors.py`."""
    drawn = {word for line in (errors.__doc__ or "").splitlines() for word in line.replace(",", " ").split()}
    below = drawn - BRANCHES - {"KomekError"}

    assert [name for name in _below_the_branches(errors_of_streams) if not {name, *bases[name]} & below] == []


def _below_the_branches(names: list[str]) -> list[str]:
    return [name for name in names if name not in {"KomekError", *BRANCHES}]
