"""Flame graphs of the processes of a benchmark (`--flame`), by py-spy; one file for each process."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PY_SPY = Path(sys.prefix) / "bin" / "py-spy"
PER_S = 200
WRITES_WITHIN_S = 60.0
_folders: list[Path] = []


def into(folder: Path) -> None:
    """From now on, processes are recorded into `folder`."""
    _folders[:] = [folder]


@contextmanager
def recorded(name: str, pid: int) -> Iterator[None]:
    """Samples the process while the block runs, if flame graphs are asked for; it must still run at the end of the block."""
    if not _folders:
        yield
        return
    _folders[0].mkdir(parents=True, exist_ok=True)
    file = _free(_folders[0], name)
    # It samples without stopping the process: what is measured beside it is slowed little.
    words: list[str | Path] = [
        PY_SPY,
        "record",
        "--nonblocking",
        "--rate",
        str(PER_S),
        "--pid",
        str(pid),
        "--output",
        file,
    ]
    spy = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        spy.send_signal(signal.SIGINT)
        spy.wait(WRITES_WITHIN_S)


def _free(folder: Path, name: str) -> Path:
    """A name for each: a benchmark may start a process of one name several times."""
    number = 1
    while (file := folder / f"{name}-{number}.svg").exists():
        number += 1
    return file
