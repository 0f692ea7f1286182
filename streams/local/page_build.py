"""The build of the web pages, beside the start of the stack: it delays nothing, and nothing depends on it."""

import os
import sys
import time
from pathlib import Path

from streams.local.process import Child, Part, end
from streams.local.supervisor import Say

BUILDER = Path(__file__).parents[2] / ".ci" / "web.py"
"""Only in a checkout; an installed package has the pages in it."""
WORTH_TELLING_S = 1.0
PATIENCE_S = 5.0


class PageBuild:
    """Runs the builder once. It ends at once while the sources are those of the last build."""

    def __init__(self, logs: Path, say: Say, builder: Path = BUILDER) -> None:
        self._say = say
        self._began_s = time.monotonic()
        command = (sys.executable, str(builder), "build")
        part = Part(name="pages", command=command, rank=0, environ=dict(os.environ))
        self._child = Child(part, logs / "pages.log") if builder.exists() else None

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.exit_code() is None

    def look(self) -> None:
        """Tells the outcome, once."""
        if self._child is None or (code := self._child.exit_code()) is None:
            return
        took_s = time.monotonic() - self._began_s
        log, self._child = self._child.log, None
        if code != 0:
            self._say(
                f"The console and the volunteer's page could not be built ({log}); dispatch goes on. Repeat with: make web"
            )
        elif took_s >= WORTH_TELLING_S:
            self._say(f"The console and the volunteer's page were built in {took_s:.0f} s")

    def end(self) -> None:
        """Ends a build that still runs."""
        if self._child is not None:
            end([self._child], PATIENCE_S)
