"""Kafka's jars: pinned by coordinate and SHA-256 in `jars.toml`, downloaded once, verified at every start.

Maven's dependency resolution is not repeated here: Python resolvers ignore managed versions and select clients of another Kafka
version.
"""

import fcntl
import hashlib
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from streams.local.errors import Unobtainable

FETCHES_AT_ONCE = 8

Fetch = Callable[["Jar", Path], None]
"""Downloads one jar to the path of `Jar.within`. May raise any exception; the file is verified afterwards."""

Progress = Callable[["Jar"], None]
"""Called for each verified jar, in any order, from the caller's thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    group: str
    artifact: str
    version: str
    sha256: str
    size_bytes: int

    @property
    def coordinate(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"

    def within(self, cache: Path) -> Path:
        """The path of the jar in a cache with the layout of a Maven repository."""
        folder = cache.joinpath(*self.group.split("."), self.artifact, self.version)
        return folder / f"{self.artifact}-{self.version}.jar"

    def is_intact(self, cache: Path) -> bool:
        path = self.within(cache)
        try:
            with path.open("rb") as content:
                return hashlib.file_digest(content, "sha256").hexdigest() == self.sha256
        except OSError:
            return False


def _table() -> dict[str, Any]:
    return tomllib.loads((files("streams.local") / "jars.toml").read_text("utf-8"))


def kafka_version() -> str:
    """The version of the pinned broker."""
    return str(_table()["kafka"])


def pinned() -> list[Jar]:
    """All jars of the broker, in class path order."""
    table = _table()
    return [_jar(coordinate, entry["sha256"], entry["bytes"]) for coordinate, entry in table["jars"].items()]


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The user's cache folder by the XDG Base Directory Specification, which ignores relative paths."""
    base = Path(environ.get("XDG_CACHE_HOME", ""))
    # An empty XDG_CACHE_HOME gives a relative path, too.
    return (base if base.is_absolute() else Path.home() / ".cache") / "komek" / "jars"


def class_path(jars: Sequence[Jar], cache: Path) -> str:
    return os.pathsep.join(str(jar.within(cache)) for jar in jars)


def missing(jars: Sequence[Jar], cache: Path) -> list[Jar]:
    """Jars that are missing or damaged. Hashes all files: 43 MB in about 40 ms."""
    return [jar for jar in jars if not jar.is_intact(cache)]


def ensure(jars: Sequence[Jar], cache: Path, *, fetch: Fetch, progress: Progress) -> None:
    """Downloads all missing jars into the cache. Idempotent, and safe for concurrent processes.

    Raises:
        Unobtainable: a jar could not be downloaded, or its SHA-256 differs from the pinned one.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache):
        wanted = missing(jars, cache)
        with ThreadPoolExecutor(FETCHES_AT_ONCE) as pool:
            running = {pool.submit(_replace, jar, cache, fetch): jar for jar in wanted}
            try:
                for done in as_completed(running):
                    done.result()
                    progress(running[done])
            except BaseException:
                # Downloads that have not begun are not awaited; those in progress end by their own timeouts.
                pool.shutdown(cancel_futures=True)
                raise


def _replace(jar: Jar, cache: Path, fetch: Fetch) -> None:
    jar.within(cache).unlink(missing_ok=True)
    try:
        fetch(jar, cache)
    except Exception as error:
        raise Unobtainable(
            f"cannot fetch {jar.coordinate}: {error}",
            "Kafka's jars come from Maven Central: check the connection (HTTPS_PROXY, REQUESTS_CA_BUNDLE) and repeat, "
            "or set KOMEK_KAFKA to the host:port of a running Kafka.",
        ) from error
    # Whatever `fetch` did: only the hash counts.
    if not jar.is_intact(cache):
        jar.within(cache).unlink(missing_ok=True)
        raise Unobtainable(
            f"the SHA-256 of {jar.coordinate} differs from the pinned {jar.sha256}",
            "Something between this machine and Maven Central changes downloads; repeat on another network.",
        )


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    # Without the lock, two first runs at the same time would treat each other's partial files as damaged.
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _jar(coordinate: str, sha256: str, size_bytes: int) -> Jar:
    group, artifact, version = coordinate.split(":")
    return Jar(group=group, artifact=artifact, version=version, sha256=sha256, size_bytes=size_bytes)
