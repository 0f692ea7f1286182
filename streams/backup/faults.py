"""What is wrong with an export, or with the deployment into which it is to be imported."""

import errno
import shutil
from pathlib import Path

from dispatch.model.plain_reason import plain_reason
from streams.errors import GiveUp, InvalidInput

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class BadBackup(InvalidInput, ValueError):
    """An export, one of its files or its key cannot be used; `cure` says what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


class NotWritten(GiveUp, OSError):
    """A file of an export could not be written, and is not there. An OSError: for whoever can do without the file."""

    def __init__(self, path: Path, error: OSError) -> None:
        free = f"; {shutil.disk_usage(path.parent).free / 1e6:,.1f} MB are free there" if path.parent.exists() else ""
        super().__init__(f"{path} cannot be written: {plain_reason(error)}{free}")
        self.cure = (
            "Free space there or name another folder, then repeat: it goes on where it was."
            if error.errno in _NO_SPACE
            else "Correct the rights of the folder, or name another one, then repeat."
        )


class HalfLog(GiveUp):
    """The log is that of an import that has not ended: an export of it would look whole. `cure` says what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


class NotImportable(GiveUp):
    """The deployment cannot take this export as it is; `cure` says what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure
