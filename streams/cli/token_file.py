"""Files with one token, for a process that reads it there: replaced at once, and for few to read."""

import os
import stat
from pathlib import Path

from dispatch.model.plain_reason import plain_reason
from streams.cli.errors import CommandFailed

OWNER_ONLY, OWNER_AND_GROUP = 0o600, 0o640


def write_token(path: Path, token: str) -> None:
    """Replaces the file. It is for its owner alone; in a folder that hands its group down (setgid), for this group too.

    Raises:
        CommandFailed: it cannot be written; what was there stays.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        mode = OWNER_AND_GROUP if path.parent.stat().st_mode & stat.S_ISGID else OWNER_ONLY
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="ascii") as file:
            # Whatever the umask takes away.
            os.fchmod(file.fileno(), mode)
            file.write(f"{token}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CommandFailed(
            f"{path} cannot be written: {plain_reason(error)}",
            "Give --out a file in a folder that this user may write.",
        ) from error
