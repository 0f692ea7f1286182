"""Whether files have changed since the last look: for keys and certificates that are reloaded while a process runs."""

from pathlib import Path


class WatchedFiles:
    """Compares modification time, size and inode of files. Follows links: mounted secrets are replaced by them."""

    def __init__(self, *paths: Path) -> None:
        """Create it before the files are read the first time: a change during the read is then seen by the next look."""
        self._paths = paths
        self._seen = self._present()
        self._is_settled = False

    def may_have_changed(self) -> bool:
        """True at the first look, after a change, and once more at the look after that.

        A write within the same tick of the file system's clock (some ms) leaves all three numbers as they are, so the content is
        to be read once more after a change. Blocks for one `stat` a file. A missing file is a state like any other.
        """
        present = self._present()
        was_settled, self._is_settled = self._is_settled, present == self._seen
        self._seen = present
        return not (self._is_settled and was_settled)

    def _present(self) -> list[tuple[int, int, int] | None]:
        return [_version(path) for path in self._paths]


def _version(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
