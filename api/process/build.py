"""Which build of the pages this process serves: clients compare it with their own, and load the pages again when it differs."""

import json
from functools import cache
from importlib import metadata
from pathlib import Path

BUILT = Path(__file__).parent.parent / "pages" / "built"
"""Written by `make web`; replaced as a whole by the next build, also while the API runs."""


def build_id() -> str:
    """The id that the built pages have in them; the version of Komek where they are not built."""
    return pages_build(BUILT) or _version()


def pages_build(folder: Path) -> str | None:
    """The id of the build in this folder; None without one."""
    facts = folder / "build.json"
    try:
        return _read(facts, facts.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError):
        return None


@cache
def _read(facts: Path, _written_ns: int) -> str:
    # Every tick of every stream asks: the file is read once for each build.
    found: str = json.loads(facts.read_text("utf-8"))["build"]
    return found


@cache
def _version() -> str:
    try:
        return metadata.version("komek")
    except metadata.PackageNotFoundError:
        return "unknown"  # run from a checkout that is not installed
