"""DESIGN.md names the rooms as import-linter enforces them, and each room says how to enter it."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("dispatch", "streams", "api")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
ROOMS = sorted(path for package in PACKAGES for path in (ROOT / package).glob("**/__init__.py"))


def enforced(package: str) -> list[set[str]]:
    (layers,) = (contract["layers"] for contract in CONTRACTS if contract.get("containers") == [package])
    return [{room.strip() for room in layer.split("|")} for layer in layers]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_page_has_the_layers_that_are_enforced(package: str) -> None:
    page = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| `{package}`: [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)

    assert [set(layer.strip(" `").split()) for layer in row.split("→")] == enforced(package)


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_each_room_says_where_to_start_what_it_imports_and_who_imports_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert all(words in text for words in ("\nStart with `", "May import: ", "\nImported by: "))
    named = re.search(r"Start with `([\w/.]+)`", text)
    assert named
    assert (path.parent / named[1]).exists()
