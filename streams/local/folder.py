"""What lies in `KOMEK_DATA`, and who may use it now."""

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from streams.local.errors import FolderTaken, LocalStackError


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    root: Path

    @property
    def kafka(self) -> Path:
        return self.root / "kafka"

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def jwt_keys(self) -> Path:
        return self.root / "jwt-keys.json"

    @property
    def data_key(self) -> Path:
        return self.root / "data-key"

    @property
    def stack_file(self) -> Path:
        return self.root / "stack.json"

    @property
    def lock(self) -> Path:
        return self.root / "supervisor.lock"

    @property
    def running(self) -> Path:
        """Which processes were started and when: what a next start looks for after a crash."""
        return self.root / "running.json"

    def empty(self) -> None:
        """Deletes what Komek made, and only that: the folder may be anyone's."""
        for folder in (self.kafka, self.redis, self.logs):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.jwt_keys, self.data_key, self.stack_file, self.running):
            file.unlink(missing_ok=True)


def opened(root: Path) -> Folder:
    """The folder, made when it is not there.

    Raises:
        LocalStackError: it cannot be made or written to.
    """
    folder = Folder(root=root.expanduser().absolute())
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        folder.lock.touch()
    except OSError as error:
        raise LocalStackError(
            f"KOMEK_DATA={root} cannot be written: {error.strerror}", "Set KOMEK_DATA to a folder of yours."
        ) from error
    return folder


class FolderLock:
    """This process alone uses the folder, until `release` or its death. The kernel holds the lock: none is ever stale."""

    def __init__(self, folder: Folder) -> None:
        """
        Raises:
            Taken: a living stack uses the folder; names its pid.
        """
        self._file: IO[str] = folder.lock.open("r+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = self._file.read().strip() or "unknown"
            self._file.close()
            raise FolderTaken(
                f"{folder.root} is in use by the Komek with pid {owner}",
                f"End that one (kill {owner}), or set KOMEK_DATA to another folder.",
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()
