"""Syntax trees of the project's own sources, for tests that check how the code is written."""

import ast
import gc
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
ROOT = Path(__file__).parents[2]


def pytest_configure() -> None:
    """While anything parses source, the garbage collector is off: for tests, `.ci` and pytest's own rewriting of assertions.

    Python 3.11 counts the depth of `ast.parse` once per interpreter. When the collector runs inside it and a finalizer logs a
    traceback, which parses source as well, the outer call fails with "AST constructor recursion depth mismatch"
    (python/cpython#106905).
    """
    if not hasattr(ast.parse, "__wrapped__"):
        ast.parse = _without_collection(ast.parse)


def _without_collection(parse: Callable[P, T]) -> Callable[P, T]:
    @wraps(parse)
    def parsed(*args: P.args, **kwargs: P.kwargs) -> T:
        was_on = gc.isenabled()
        gc.disable()
        try:
            return parse(*args, **kwargs)
        finally:
            if was_on:
                gc.enable()

    return parsed


def tree_of(source: str | Path) -> ast.Module:
    """The syntax tree of a source text or file."""
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    return ast.parse(text)


def faulty(paths: Iterable[Path], faults_of: Callable[[str], Iterable[object]]) -> dict[str, list[object]]:
    """What `faults_of` finds in the texts of these files, by path; only where it finds something.

    For one test of all sources instead of one for each file: the bookkeeping of a test takes longer than a file does.
    """
    found = {str(path.relative_to(ROOT)): list(faults_of(path.read_text(encoding="utf-8"))) for path in paths}
    return {path: faults for path, faults in found.items() if faults}
