"""Syntax trees of the project's own sources, for tests that check how the code is written."""

import ast
import gc
from pathlib import Path


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
