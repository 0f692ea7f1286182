"""Where the hostile samples lie, if they do; tests that need them skip with a reason otherwise."""

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data") / "hostile"
needed = pytest.mark.skipif(not ROOT.is_dir(), reason="the folder of hostile samples is not here (TEST_DATA names it)")


def files(*parts: str, suffix: str = ".json") -> list[Path]:
    return sorted(path for path in ROOT.joinpath(*parts).rglob(f"*{suffix}") if path.is_file())


def names(paths: list[Path]) -> list[str]:
    return ["/".join(path.relative_to(ROOT).parts[1:]) for path in paths]


def read(path: Path) -> bytes:
    return path.read_bytes()
