"""The contents of the folder KOMEK_DATA, and its lock."""

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dispatch.model.plain_reason import plain_reason
from streams.local.errors import AlreadyInUse, LocalStackError
from streams.local.keys import OWNER_ONLY_FOLDER
from streams.private_file import OWNER_ONLY


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
        """The single key of a folder from before the key ring."""
        return self.root / "data-key"

    @property
    def data_keys(self) -> Path:
        return self.root / "data-keys.json"

    @property
    def vapid_key(self) -> Path:
        return self.root / "vapid-key.pem"

    @property
    def tls(self) -> Path:
        """Certificates and keys of a secure stack (`certificates.Authority`)."""
        return self.root / "tls"

    @property
    def passwords(self) -> Path:
        """One file for each password of a secure stack (`keys.ensure_password`)."""
        return self.root / "passwords"

    @property
    def administrator(self) -> Path:
        """Settings of a secure stack's administrator, one a line (`secured.Secured.write_administrator`)."""
        return self.root / "administrator.env"

    @property
    def stack_file(self) -> Path:
        return self.root / "stack.json"

    @property
    def lock(self) -> Path:
        return self.root / "supervisor.lock"

    @property
    def running(self) -> Path:
        """The file with pids and start times of the processes; the next start reads it after a crash."""
        return self.root / "running.json"

    @property
    def metrics(self) -> Path:
        """The addresses of the metrics of each process, for Prometheus (`metrics_targets.py`)."""
        return self.root / "metrics.json"

    @property
    def contents(self) -> tuple[Path, ...]:
        """Everything that Komek creates in the folder."""
        return (*self._folders, *self._files, self.root / "faust", self.lock)

    def empty(self) -> None:
        """Deletes only files that Komek created: the folder may contain others."""
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        for file in self._files:
            file.unlink(missing_ok=True)

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (self.kafka, self.redis, self.logs, self.tls, self.passwords)

    @property
    def _files(self) -> tuple[Path, ...]:
        own_keys = (self.jwt_keys, self.data_key, self.data_keys, self.vapid_key)
        return (*own_keys, self.administrator, self.stack_file, self.running, self.metrics)


def opened(root: Path) -> Folder:
    """The folder, created if missing, for its owner only.

    Raises:
        LocalStackError: it cannot be created or written.
    """
    folder = Folder(root=root.expanduser().absolute())
    try:
        folder.root.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        folder.lock.touch(mode=OWNER_ONLY)
        _close(folder)
    except OSError as error:
        raise LocalStackError(
            f"KOMEK_DATA={root} cannot be written: {plain_reason(error)}", "Set KOMEK_DATA to a writable folder."
        ) from error
    return folder


def _close(folder: Folder) -> None:
    """Closes the folder of an earlier version to other users. In a folder with other files, only those of Komek are closed."""
    found = set(folder.root.iterdir())
    ours = {path for path in found if path in folder.contents}
    if found == ours:
        folder.root.chmod(OWNER_ONLY_FOLDER)
    for path in ours:
        path.chmod(OWNER_ONLY_FOLDER if path.is_dir() else OWNER_ONLY)


class FolderLock:
    """Exclusive use of the folder until `release` or the end of the process. A kernel lock (flock), so it is never stale."""

    def __init__(self, folder: Folder) -> None:
        """Takes the lock.

        Raises:
            AlreadyInUse: a running stack uses the folder; the message names its pid.
        """
        # Not "w": the pid of the present owner must survive a failed attempt.
        self._file: IO[str] = folder.lock.open("r+")
        try:
            # The content is only for the message below; the lock itself ends with the process, whatever the file says.
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = self._file.read().strip() or "unknown"
            self._file.close()
            raise AlreadyInUse(
                f"{folder.root} is in use by the Komek with pid {owner}",
                f"End it (kill {owner}), or set KOMEK_DATA to another folder.",
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()  # which releases the flock
