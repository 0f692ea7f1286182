"""A worker whose wall clock is off by as many seconds as a file says, now and as soon as the file changes.

    python -m tests.faults.shifted_worker FILE

Time is replaced before anything else is imported, so everything in the process sees the same clock; durations by
`monotonic` stay true, as they do on a machine whose clock is set.
"""

import sys
import time
from contextlib import suppress
from pathlib import Path

_LOOK_EVERY_S = 0.2


class _Shift:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._looked_s = 0.0
        self._seconds = 0.0

    def seconds(self) -> float:
        now_s = time.monotonic()
        if now_s - self._looked_s > _LOOK_EVERY_S:
            self._looked_s = now_s
            with suppress(OSError, ValueError):  # not written yet, or half of it
                self._seconds = float(self._path.read_text("ascii") or 0)
        return self._seconds


def shift_time(path: Path) -> None:
    shift, true_time, true_ns = _Shift(path), time.time, time.time_ns  # noqa: TID251 -- the clock itself is replaced
    time.time = lambda: true_time() + shift.seconds()  # noqa: TID251
    time.time_ns = lambda: true_ns() + round(shift.seconds() * 1e9)  # noqa: TID251


if __name__ == "__main__":
    shift_time(Path(sys.argv.pop(1)))
    from streams.cli import main

    sys.argv = ["komek", "worker"]
    main.main()
