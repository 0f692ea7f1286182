"""The syntax trees of the project's sources do not depend on what the garbage collector does meanwhile."""

import ast
import gc

from tests.support.syntax import tree_of

SOURCE = "\n".join(f"def f{number}(a, b):\n    return [a, (b, {{'sum': a + b}})]" for number in range(2_000))


class _ParsesAtItsEnd:
    """Garbage of which the finalizer parses source, as a traceback that is logged does."""

    def __init__(self) -> None:
        self.cycle = self

    def __del__(self) -> None:
        ast.parse("x = [1, (2, 3)]")


def test_a_finalizer_that_parses_source_does_not_disturb_the_parse_around_it() -> None:
    before = gc.get_threshold()
    gc.set_threshold(50, 1, 1)
    try:
        for _ in range(100):
            _ParsesAtItsEnd()
        assert len(tree_of(SOURCE).body) == 2_000
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)
