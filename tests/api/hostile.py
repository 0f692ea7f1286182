"""The folder of hostile samples; tests that need it are skipped with a reason where it is absent."""

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
