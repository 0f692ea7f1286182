"""Each file below the KOMEK_DATA of a running stack has a row in the table of retention."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

from streams.retention.classes import CLASSES, InFile
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack


def test_each_file_below_komek_data_has_a_row(shared_stack: RunningStack) -> None:
    patterns = [row.place.pattern for row in CLASSES if isinstance(row.place, InFile)]

    unknown = {
        str(file.relative_to(shared_stack.data))
        for file in shared_stack.data.rglob("*")
        if file.is_file() and not _has_row(file.relative_to(shared_stack.data), patterns)
    }

    assert unknown == set()


def _has_row(file: Path, patterns: list[str]) -> bool:
    """Whether a pattern names the file, or a folder that holds it."""
    return any(fnmatch(str(part), pattern) for part in (file, *file.parents) for pattern in patterns)
