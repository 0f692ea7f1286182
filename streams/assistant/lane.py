"""One text at a time, the most urgent first; whoever asks and waits goes before what the log brought.

A text that takes longer than `STUCK_S` is given up, with its thread: the next one gets a new thread. After `MOST_STUCK` of them
the process ends, and its supervisor starts another.
"""

import asyncio
import heapq
import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

import structlog

from streams import clock, event_loop, metrics
from streams.errors import RetryLater

STUCK_S = 10.0
MOST_STUCK = 3
EXIT = 71
"""As when the event loop stands still (`worker/watchdog.py`)."""
ASKED = -1
"""The rank of what somebody waits for."""
_log = structlog.get_logger(__name__)
T = TypeVar("T")


class Shed(RetryLater):
    """The lane is full of more urgent texts; this one is not read."""


class Unread(RetryLater):
    """The text was given up: reading it fails, or does not end."""


@dataclass(order=True, slots=True)
class _Job(Generic[T]):
    rank: int
    number: int
    work: Callable[[], T] = field(compare=False)
    done: "asyncio.Future[T]" = field(compare=False)


class Lane:
    """`most`: texts that wait. Beyond them the least urgent is shed, the newest of equals."""

    def __init__(self, *, most: int = 2_000, stuck_s: float = STUCK_S, end: Callable[[int], object] = os._exit) -> None:
        self._most = most
        self._stuck_s = stuck_s
        self._end = end
        self._jobs: list[_Job[object]] = []
        self._numbers = itertools.count()
        self._stirred = asyncio.Event()
        self._threads = _thread()
        self._stuck = 0
        self._task: asyncio.Task[None] | None = None
        self._begun_s: float | None = None

    async def start(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """What waits is cancelled; a text that is being read is left to its thread."""
        await event_loop.cancel(self._task)
        for job in self._jobs:
            job.done.cancel()
        self._jobs.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def waiting(self) -> int:
        return len(self._jobs)

    def busy_s(self) -> float:
        """How long the text that is being read has taken so far."""
        return 0.0 if self._begun_s is None else clock.monotonic_s() - self._begun_s

    async def run(self, rank: int, work: Callable[[], T]) -> T:
        """Runs `work` in the lane's thread once nothing of a lower rank waits.

        Raises:
            Shed: the lane is full.
            Unread: reading it failed, or took too long.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        job = _Job(rank, next(self._numbers), work, done)
        heapq.heappush(self._jobs, cast("_Job[object]", job))
        if len(self._jobs) > self._most:
            self._shed()
        self._stirred.set()
        return await done

    def _shed(self) -> None:
        last = max(self._jobs)
        self._jobs.remove(last)
        heapq.heapify(self._jobs)
        metrics.ASSISTANT_TEXTS.labels(outcome="shed").inc()
        if not last.done.done():
            last.done.set_exception(Shed())

    async def _run(self) -> None:
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            while self._jobs:
                job = heapq.heappop(self._jobs)
                metrics.ASSISTANT_WAITING.set(len(self._jobs))
                # Its caller has stopped waiting.
                if not job.done.done():
                    await self._read(job)

    async def _read(self, job: "_Job[object]") -> None:
        self._begun_s = clock.monotonic_s()
        running = asyncio.get_running_loop().run_in_executor(self._threads, job.work)
        finished, _ = await asyncio.wait([running], timeout=self._stuck_s)
        self._begun_s = None
        if not finished:
            self._give_up(job)
        elif not job.done.done():
            error = running.exception()
            if error is None:
                job.done.set_result(running.result())
            else:
                # A bug, and the next attempt would fail too: whoever waits must not wait for ever, nor the log behind this text.
                metrics.ASSISTANT_TEXTS.labels(outcome="failed").inc()
                _log.error("a text was given up: reading it fails", exc_info=error)
                job.done.set_exception(Unread())

    def _give_up(self, job: "_Job[object]") -> None:
        self._stuck += 1
        metrics.ASSISTANT_TEXTS.labels(outcome="stuck").inc()
        _log.error("a text was given up: reading it does not end", so_far=self._stuck)
        if not job.done.done():
            job.done.set_exception(Unread())
        if self._stuck >= MOST_STUCK:
            self._end(EXIT)
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._threads = _thread()


def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading")
