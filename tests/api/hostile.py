"""The folder of hostile samples; tests that need it are skipped with a reason where it is absent."""

from pathlib import Path

from tests.support import sample_data

ROOT = sample_data.ROOT / "hostile"
needed = sample_data.needed("hostile")


def files(*parts: str, suffix: str = ".json") -> list[Path]:
    return sorted(path for path in ROOT.joinpath(*parts).rglob(f"*{suffix}") if path.is_file())


def names(paths: list[Path]) -> list[str]:
    return ["/".join(path.relative_to(ROOT).parts[1:]) for path in paths]


def read(path: Path) -> bytes:
    return path.read_bytes()
