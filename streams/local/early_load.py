"""Lets the stack load its processes while Kafka starts: each waits, once its modules are loaded, until the stack lets it begin.

Loading takes most of a start, and Kafka's own start leaves a part of the processors idle.
"""

import os
import sys
from importlib import import_module

LOADS_FIRST = "_KOMEK_LOADS_FIRST"
"""Set in the environment of a process that waits; its standard input ends when it may begin."""


def await_begin(*modules: str) -> None:
    """Returns at once in a process that was started to begin. `modules` are loaded before the wait."""
    if os.environ.pop(LOADS_FIRST, None) is None:
        return
    for module in modules:
        import_module(module)
    # Also ends when the supervisor has died.
    sys.stdin.buffer.read()
