"""Two versions of Komek in one run: processes begin as an earlier commit and are replaced by the present one.

Each process runs in the folder behind a link, so that whichever is started next is of the version that the link names.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from streams.local.process import Part

ROOT = Path(__file__).parents[2]


class Versions:
    """`earlier`: a commit; None: all processes are of the present version from the start."""

    def __init__(self, folder: Path, earlier: str | None) -> None:
        self._link = folder / "code"
        self._earlier = folder / "earlier"
        self.commit = earlier

    def unpack(self) -> None:
        """Makes the files of the earlier version.

        Raises:
            CalledProcessError: git does not know the commit.
        """
        if self.commit is None:
            return
        self._earlier.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", self.commit], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", str(self._earlier)], input=archive, check=True)
        self._link.symlink_to(self._earlier)

    def of(self, part: Part) -> Part:
        """The part as a process of the version of the moment at which it starts."""
        return part if self.commit is None else replace(part, command=self.command(part.command))

    def command(self, command: Sequence[str]) -> list[str]:
        # `python -m` looks in its working directory first. `env` becomes the program, so the pid stays.
        return ["env", "-C", str(self._link), *command]

    def switch(self) -> None:
        """From now on processes start as the present version."""
        # At once, so that none starts in between without a folder.
        other = self._link.with_name("code.next")
        other.symlink_to(ROOT)
        other.replace(self._link)
