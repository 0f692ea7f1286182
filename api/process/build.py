"""Which build this process serves: clients compare it, and load the pages again when it changes."""

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

PAGES = Path(__file__).parent.parent / "pages"


@cache
def build_id() -> str:
    """12 hexadecimal digits over the version and the served files; the same in every process with the same files."""
    digest = hashlib.sha256(_version().encode())
    for file in sorted(path for path in PAGES.rglob("*") if path.is_file()):
        digest.update(file.relative_to(PAGES).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _version() -> str:
    try:
        return metadata.version("komek")
    except metadata.PackageNotFoundError:
        return ""  # run from a checkout that is not installed: the files alone tell
