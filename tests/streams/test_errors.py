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


CLASSES = _classes()


def _ancestors(name: str) -> set[str]:
    bases = CLASSES.get(name, set())
    return bases.union(*(_ancestors(base) for base in bases)) if bases else set()


ERRORS = sorted(
    name
    for name in CLASSES
    if not name.startswith("_")
    and (
        any(base == "Exception" or base.endswith("Error") for base in _ancestors(name) - {"KomekError"})
        or _ancestors(name) & BRANCHES
    )
)


def test_the_errors_are_found() -> None:
    assert {"LogUnavailable", "SettingsError", "NeverReady", "Unreadable"} <= set(ERRORS)


@pytest.mark.parametrize("name", [name for name in ERRORS if name not in {"KomekError", *BRANCHES}])
def test_every_error_is_in_one_branch_and_drawn(name: str) -> None:
    branches = _ancestors(name) & BRANCHES

    assert len(branches) == 1, f"{name} must derive from exactly one of {sorted(BRANCHES)}"
    drawn = {name, *_ancestors(name)} & {
        word for line in (errors.__doc__ or "").splitlines() for word in line.replace(",", " ").split()
    }
    assert drawn - BRANCHES - {"KomekError"}, f"{name} or its base is not in the docstring of streams/errors.py"
