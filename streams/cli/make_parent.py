"""Detects that the parent process `make` was asked to stop.

Ctrl-C in a terminal reaches make and this process. A SIGINT sent to make alone does not: make then waits for its recipe without
signalling it. On Linux, /proc shows that make has removed its SIGINT handler, which is the first thing it does.
"""

import os
import signal
from collections.abc import Mapping
from pathlib import Path


class MakeCaller:
    """`is_ending()` costs one read of a file in /proc, so it may be polled. Always False when the parent is not make."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        parent = os.getppid()
        # make sets MAKELEVEL for its recipes; the check of the name excludes a shell in between.
        self._pid = parent if environ.get("MAKELEVEL") and _is_make(parent) else 0
        self._caught_at_start = _catches_interrupts(self._pid)

    def is_ending(self) -> bool:
        if not self._pid:
            return False
        # make has ended, so this process got another parent.
        if os.getppid() != self._pid:
            return True
        return bool(self._caught_at_start) and _catches_interrupts(self._pid) is False


def _is_make(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text("ascii", "replace").strip() in ("make", "gmake")
    except OSError:
        return False


def _catches_interrupts(pid: int) -> bool | None:
    """Whether the process has a SIGINT handler; None when that is unknown (not Linux)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("SigCgt:"):
            # Bit n - 1 of the mask stands for signal n (proc(5)).
            return bool(int(line.split()[1], 16) & (1 << (signal.SIGINT - 1)))
    return None
