"""Waiting in tests for what has no event of its own: it happens in another process, in Kafka or in Redis."""

import asyncio
import inspect
import linecache
import sys
import time
from collections.abc import Callable
from typing import Any

WITHIN_S = 90.0
"""Patience, not a promise: a machine with much to do needs several times as long as a quiet one. Benchmarks measure."""


async def eventually(condition: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """The first true answer of a function, plain or async.

    Raises:
        TimeoutError: there is none within the time.
    """
    async with asyncio.timeout(within_s):
        while True:
            answer = condition()
            if inspect.isawaitable(answer):
                answer = await answer
            if answer:
                return answer
            await asyncio.sleep(0.02)


def until(condition: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """The first answer that is true. Fails when there is none within the time, and says which line waited in vain."""
    deadline = time.monotonic() + within_s
    while not (answer := condition()):
        if time.monotonic() > deadline:
            caller = sys._getframe(1)
            line = linecache.getline(caller.f_code.co_filename, caller.f_lineno).strip()
            raise AssertionError(f"not so within {within_s:g} s: {line}")
        time.sleep(0.02)
    return answer
