"""One running process of the stack, in a session of its own so that a Ctrl-C reaches only the supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

GUARD = Path(__file__).with_name("die_with_parent.py")
LOG_LIMIT_BYTES = 32 * 1024 * 1024

Ready = Callable[[], bool]
"""Whether a part serves. Waits a second at most and raises nothing."""


def always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is to run. Parts of one `rank` start and end together; lower ranks start first and end last."""

    name: str
    command: Sequence[str]
    rank: int
    environ: Mapping[str, str] = field(default_factory=dict)
    is_ready: Ready = always
    runs_once: bool = False
    """Ends by itself with 0, and ready means that it did."""


class Child:
    """A started part. Its output is appended to the log."""

    def __init__(self, part: Part, log: Path) -> None:
        self.part = part
        self.log = log
        self.started_at = time.monotonic()
        _turn_over(log)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *part.command],
                env=dict(part.environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number if one ended it."""
        return self._process.poll()

    def signal(self, number: int) -> None:
        """To the process and all that it started itself. Harmless when they are gone."""
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
            return

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended in time."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def last_lines(self, count: int) -> list[str]:
        return last_lines(self.log, count)


def end(children: Sequence[Child], patience_s: float) -> list[Child]:
    """Asks all to end, then kills those that have not; nothing of their groups is left. Returns the killed ones."""
    for child in children:
        child.signal(signal.SIGTERM)
        child.signal(signal.SIGCONT)  # a stopped process would not see the request
    deadline = time.monotonic() + patience_s
    slow = [child for child in children if not child.wait(max(0.0, deadline - time.monotonic()))]
    for child in children:
        child.signal(signal.SIGKILL)
    for child in slow:
        child.wait(5.0)
    return slow


def last_lines(log: Path, count: int) -> list[str]:
    try:
        with log.open("rb") as content:
            content.seek(max(0, log.stat().st_size - 64 * 1024))
            return content.read().decode("utf-8", "replace").splitlines()[-count:]
    except OSError:
        return []


def _turn_over(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
