"""One process of the stack. It runs in its own session, so that Ctrl-C reaches only the supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from streams.local.early_load import LOADS_FIRST

GUARD = Path(__file__).with_name("die_with_parent.py")
LOG_LIMIT_BYTES = 32 * 1024 * 1024
"""A larger log is renamed at the next start of its process; one older log is kept."""

Ready = Callable[[], bool]
"""Whether the process is ready to serve. Waits at most one second and raises nothing."""


def always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A process to run. Parts of one `rank` start and end together; lower ranks start first and end last."""

    name: str
    command: Sequence[str]
    rank: int
    environ: Mapping[str, str] = field(default_factory=dict)
    is_ready: Ready = always
    runs_once: bool = False
    """The process exits by itself; it is ready once it has exited with 0."""


class Child:
    """A started process. Its output is appended to its log file."""

    def __init__(self, part: Part, log: Path, *, loads_first: bool = False) -> None:
        """`loads_first`: it loads, and begins with `begin` (`early_load.py`)."""
        self.part = part
        self.log = log
        self.loads_first = loads_first
        self.started_at = time.monotonic()
        _turn_over(log)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                # -I and -S: isolated and without site-packages, so that the guard starts fast and nothing of the environment runs
                # in it.
                [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *part.command],
                env={**part.environ, LOADS_FIRST: "1"} if loads_first else dict(part.environ),
                stdin=subprocess.PIPE if loads_first else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Its own process group, so that `signal` reaches the descendants of the process as well.
                start_new_session=True,
            )

    def begin(self) -> None:
        """Lets a process that was only loaded begin. No effect on others."""
        self.loads_first = False
        if self._process.stdin is not None:
            self._process.stdin.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """The exit code; None while it runs, the negative signal number if a signal ended it."""
        return self._process.poll()

    def signal(self, number: int) -> None:
        """Sends a signal to the process group. No effect when it has ended."""
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS raises PermissionError for a group of zombies
            return

    def wait(self, timeout_s: float) -> bool:
        """Waits for the exit. False when it has not ended within `timeout_s`."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def last_lines(self, count: int) -> list[str]:
        return last_lines(self.log, count)


def end(children: Sequence[Child], patience_s: float) -> list[Child]:
    """Sends SIGTERM to all and SIGKILL to those that run after `patience_s`, with their groups. Returns the killed ones."""
    for child in children:
        child.signal(signal.SIGTERM)
        child.signal(signal.SIGCONT)  # a stopped process would not handle SIGTERM
    deadline = time.monotonic() + patience_s
    slow = [child for child in children if not child.wait(max(0.0, deadline - time.monotonic()))]
    # Also the groups of those that ended: their own children may still run.
    for child in children:
        child.signal(signal.SIGKILL)
    for child in slow:
        child.wait(5.0)
    return slow


def last_lines(log: Path, count: int) -> list[str]:
    try:
        with log.open("rb") as content:
            # Only the end: logs have up to 32 MB.
            content.seek(max(0, log.stat().st_size - 64 * 1024))
            return content.read().decode("utf-8", "replace").splitlines()[-count:]
    except OSError:
        return []


def _turn_over(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
