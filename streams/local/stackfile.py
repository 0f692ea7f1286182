"""`stack.json`: addresses and processes of a running local stack. Tools and tests read it, so its format is stable."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFile:
    api: str
    kafka: str
    redis: str
    processes: Mapping[str, int]


def write(path: Path, stack: StackFile) -> None:
    """Writes the file atomically."""
    replace_json(path, asdict(stack))


def read(path: Path) -> StackFile | None:
    """Reads the file; None when it is missing or invalid."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return StackFile(
            api=found["api"], kafka=found["kafka"], redis=found["redis"], processes=dict(found["processes"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def replace_json(path: Path, value: object) -> None:
    # Written aside and renamed: a reader never sees half a file.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(value, indent=2) + "\n", "utf-8")
    draft.replace(path)
