"""A play leaves thousands of objects that wait for each other; they are collected here, at a moment of our choosing.

Left to chance they go while some later test runs: what they never told is then logged with a traceback, and where that happens
inside `ast.parse` (an import, say) Python 3.11 fails with "AST constructor recursion depth mismatch".
"""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def clean() -> Iterator[None]:
    yield
    gc.collect()
