"""Fair scheduling of many small pieces of work on the event loop, rare garbage collection, and the end of background tasks."""

import asyncio
import contextlib
import gc
from collections import deque
from typing import Any

import structlog

_log = structlog.get_logger(__name__)


class Turns:
    """Resumes at most `at_once` waiting coroutines per iteration of the event loop, in FIFO order.

    The loop polls its sockets between two iterations, so other work is delayed by at most `at_once` pieces.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_scheduled = False

    async def take(self) -> None:
        """Waits for this coroutine's turn. A cancelled waiter gives its turn to the next one."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._resume_next)
        await turn

    def _resume_next(self) -> None:
        resumed = 0
        while self._waiting and resumed < self._at_once:
            turn = self._waiting.popleft()
            if not turn.done():  # the waiter may have been cancelled
                turn.set_result(None)
                resumed += 1
        # `call_soon` from within an iteration runs in the next one, after the sockets were polled.
        self._is_scheduled = bool(self._waiting)
        if self._is_scheduled:
            asyncio.get_running_loop().call_soon(self._resume_next)


def collect_rarely() -> None:
    """For a process that has started: the objects that exist now live until the end, and are looked through no more; those that
    come are looked through less often (DESIGN 45). Each look stops the loop, by up to some 100 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def cancel(task: asyncio.Task[Any] | None) -> None:
    """Cancels a background task and waits until it has ended; None: nothing was started.

    Raises nothing of the task: whoever ends it has more to end, such as a consumer that would stay a member of its group and keep
    its partitions without reading them. What the task raised, if it had ended by itself, is logged.
    """
    if task is None:
        return
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(task, return_exceptions=True)
    if task.done() and not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("a background task had ended by itself", cause=repr(error))
