"""Files with one token, for a process that reads it there: replaced at once, and for few to read."""

import stat
from pathlib import Path

from dispatch.model.plain_reason import plain_reason
from streams import private_file
from streams.cli.errors import CommandFailed

OWNER_AND_GROUP = 0o640


def write_token(path: Path, token: str) -> None:
    """Replaces the file. It is for its owner alone; in a folder that hands its group down (setgid), for this group too.

    Raises:
        CommandFailed: it cannot be written; what was there stays.
    """
    try:
        mode = OWNER_AND_GROUP if path.parent.stat().st_mode & stat.S_ISGID else private_file.OWNER_ONLY
        private_file.replace(path, f"{token}\n".encode("ascii"), mode=mode)
    except OSError as error:
        raise CommandFailed(
            f"{path} cannot be written: {plain_reason(error)}",
            "Give --out a file in a folder that this user may write.",
        ) from error
