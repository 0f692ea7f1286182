"""Processes that stand still: they give no answer and do not end either, the hardest way to be away."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.support.waiting import until


def halt(pid: int) -> None:
    """Returns when no thread of the process runs any more. On a busy machine some of them run on for a moment, and answer."""
    os.kill(pid, signal.SIGSTOP)
    until(lambda: all(_state(pid, thread.id) in "Tt" for thread in psutil.Process(pid).threads()))


def _state(pid: int, thread: int) -> str:
    """The letter of `/proc`; T for a thread that has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/task/{thread}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "T"


@contextmanager
def standing_still(*pids: int) -> Iterator[None]:
    """What is sent to them inside the block waits in the kernel."""
    for pid in pids:
        halt(pid)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
