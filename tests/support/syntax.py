"""Syntax trees of the project's own sources, for tests that check how the code is written."""

import ast
import gc
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tree_of(source: str | Path) -> ast.Module:
    """The syntax tree of a source text or file, parsed while the garbage collector is off.

    Python 3.11 counts the depth of `ast.parse` once per interpreter. When the collector runs inside it and a finalizer logs a
    traceback, which parses source as well, the outer call fails with "AST constructor recursion depth mismatch"
    (python/cpython#106905).
    """
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    was_on = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        if was_on:
            gc.enable()


def faulty(paths: Iterable[Path], faults_of: Callable[[str], Iterable[object]]) -> dict[str, list[object]]:
    """What `faults_of` finds in the texts of these files, by path; only where it finds something.

    For one test of all sources instead of one for each file: the bookkeeping of a test takes longer than a file does.
    """
    found = {str(path.relative_to(ROOT)): list(faults_of(path.read_text(encoding="utf-8"))) for path in paths}
    return {path: faults for path, faults in found.items() if faults}
