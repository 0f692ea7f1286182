"""Leftover processes of a stack whose supervisor died: the next start ends them.

A process is identified by pid and start time, because a pid may have been reused.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from streams.local.stackfile import replace_json

TERM_WITHIN_S = 5.0
"""Time for the processes to end by SIGTERM before SIGKILL."""
CLOCK_SLACK_S = 2.0
"""Tolerance of start times: they are relative to the boot time, which shifts when the clock is set."""


def note(path: Path, pids: Mapping[str, int]) -> None:
    """Stores pids and start times of the running processes."""
    started = {name: (pid, _started(pid)) for name, pid in pids.items()}
    replace_json(path, {name: {"pid": pid, "started": at} for name, (pid, at) in started.items() if at is not None})


def end_noted(path: Path) -> list[str]:
    """Ends the stored processes that still run, with their descendants. Returns their names. Idempotent."""
    found = {name: process for name, process in _noted(path).items() if process is not None}
    # With their descendants, which would otherwise keep ports and files.
    processes = [member for process in found.values() for member in _with_descendants(process)]
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, slow = psutil.wait_procs(processes, timeout=TERM_WITHIN_S)
    for process in slow:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(slow, timeout=TERM_WITHIN_S)
    path.unlink(missing_ok=True)
    return sorted(found)


def _noted(path: Path) -> dict[str, psutil.Process | None]:
    try:
        entries = json.loads(path.read_text("utf-8"))
        return {name: _same_process(entry["pid"], entry["started"]) for name, entry in entries.items()}
    # Missing or damaged: nothing is known to be ended, and the stack starts all the same.
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _same_process(pid: int, started: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        is_it = abs(process.create_time() - started) < CLOCK_SLACK_S
        alive = is_it and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None
    return process if alive else None


def _started(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def _with_descendants(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return [process]
