"""Files with secrets and private keys: who else may read them, and how they are replaced.

The group may read: that is how Kubernetes and Compose mount secrets for a process that is not root. Everybody, or a group that
may write, is refused: whoever reads a key acts in the name of this deployment.
"""

import contextlib
import os
import stat
from pathlib import Path

from streams.errors import InvalidInput

OWNER_ONLY = 0o600
_EXPOSED = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP


class ExposedFile(InvalidInput, PermissionError):
    """Others may read or change a file with a secret. The message is a clause, as `plain_reason` returns it, and names no file.

    An OSError: for whoever needs the secret the file cannot be read.
    """

    def __init__(self) -> None:
        super().__init__("others can read or change it: chmod 600")


def check(path: Path) -> None:
    """For a file that a library opens itself. Raises ExposedFile, OSError."""
    _check_mode(path.stat().st_mode)


def read_bytes(path: Path, most: int = -1) -> bytes:
    """The content of a file with a secret, at most `most` bytes of it. Raises ExposedFile, OSError."""
    with path.open("rb") as file:
        # Of the file that is read, which another may replace meanwhile.
        _check_mode(os.fstat(file.fileno()).st_mode)
        return file.read(most)


def read_text(path: Path) -> str:
    """As `read_bytes`. Editors and `echo` end a file with a newline, which is no part of the secret.

    Raises:
        ExposedFile, OSError, UnicodeDecodeError
    """
    return read_bytes(path).decode("utf-8").rstrip("\r\n")


def _check_mode(mode: int) -> None:
    if stat.S_ISREG(mode) and mode & _EXPOSED:
        raise ExposedFile


def replace(path: Path, content: bytes, *, mode: int = OWNER_ONLY) -> None:
    """Writes a file at once: it is on the disk when this returns, and no reader sees half of it. The umask changes no mode.

    Raises:
        OSError: what was there stays as it was, and nothing else is left.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _keep_name(path.parent)
    except OSError:
        # A full disk needs the space of the draft.
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def _keep_name(folder: Path) -> None:
    """The name of a file is on the disk only once its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
