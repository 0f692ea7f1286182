"""Entries of one process that Kafka has not confirmed yet, in a file: they survive a crash of the process.

A file belongs to the process that holds its lock; a process that starts takes over the files of those that ended. Entries are
written without fsync: a crash of the machine may lose those of the last moment, a crash of the process none.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

SUFFIX = ".jsonl"


class Spool:
    """An append-only file of one writer, locked while it is open."""

    def __init__(self, folder: Path, writer: str) -> None:
        """Raises OSError: the folder cannot be written."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"{writer}{SUFFIX}"
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def append(self, encoded: bytes) -> None:
        """Raises OSError: the disk is full, for example."""
        line = encoded + b"\n"
        if os.write(self._file, line) != len(line):
            raise OSError("the entry was not written whole")

    def clear(self) -> None:
        """After Kafka has confirmed all of it."""
        os.ftruncate(self._file, 0)

    def close(self, *, remove: bool) -> None:
        """`remove`: nothing is left to send."""
        if remove:
            self._path.unlink(missing_ok=True)
        os.close(self._file)


@contextlib.contextmanager
def left_behind(folder: Path) -> Iterator[list[bytes]]:
    """The entries of processes that have ended, in the order of each. Their files are removed if the block ends without an error.

    A line that a crash cut off is left out: nothing was disclosed for it, because entries are written first.
    """
    with contextlib.ExitStack() as held:
        files = []
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            with contextlib.suppress(OSError):  # locked by its process, or taken over by another one
                file = held.enter_context(path.open("rb"))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                files.append((path, file))
        yield [line for _, file in files for line in file.read().split(b"\n")[:-1]]
        for path, _ in files:
            path.unlink(missing_ok=True)
