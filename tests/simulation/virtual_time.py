"""An event loop whose time is a number: a sleep takes no time, and the same seed always gives the same run.

Waiting moves the clock to the next thing that is due. Tasks are remembered with the process of the play they belong to, so that a
process can be killed with everything it was doing.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, Protocol


class Owner(Protocol):
    """A process of the play."""

    tasks: "dict[asyncio.Task[Any], None]"
    """In the order they began, for a run must not depend on where things lie in memory."""


OWNER: ContextVar[Owner | None] = ContextVar("OWNER", default=None)


class StoodStill(Exception):
    """Nothing is due and nobody will ever wake anything: a deadlock of the play."""


class _Jump(selectors.SelectSelector):
    def __init__(self, loop: "VirtualLoop") -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise StoodStill("every task waits for another")
        self._loop.now_s += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.now_s = 0.0
        super().__init__(_Jump(self))
        self.set_task_factory(_remembered)  # type: ignore[arg-type]

    def time(self) -> float:
        return self.now_s


def _remembered(
    loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], context: Context | None = None
) -> "asyncio.Task[Any]":
    owner = (context or copy_context()).get(OWNER)
    task = asyncio.Task(coroutine, loop=loop, context=context)
    if owner is not None:
        owner.tasks[task] = None
        task.add_done_callback(lambda done: owner.tasks.pop(done, None))
    return task


def play(part: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs to the end of `part`; what still runs then is cancelled."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(part())
