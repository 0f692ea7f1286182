"""`komek plans` from outside: what it says of good and bad files."""

import json
from pathlib import Path

from dispatch.plans.book import BUILT_IN, load_builtin
from tests.support.cli import komek


def test_a_good_file_is_said_to_be_good(tmp_path: Path) -> None:
    said = komek("plans", "check", str(BUILT_IN), "--json", KOMEK_DATA=str(tmp_path))

    assert said.returncode == 0
    assert json.loads(said.stdout)["version"] == load_builtin().version


def test_each_fault_of_a_bad_file_is_named_with_file_line_and_cure(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    good = BUILT_IN.read_text(encoding="utf-8")
    file.write_text(good.replace('skill = "boat"', 'skill = "boot"', 1), encoding="utf-8")
    line = 1 + good[: good.index('skill = "boat"')].count("\n")

    said = komek("plans", "check", str(file), KOMEK_DATA=str(tmp_path))

    assert said.returncode == 1
    assert (
        f"own.toml:{line}: types.flood.requirements[2].skill: 'boot' is not a known skill; did you mean 'boat'?"
        in said.stderr
    )


def test_a_bad_file_is_not_applied(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("version = 3\n", encoding="utf-8")

    said = komek("plans", "apply", str(file), KOMEK_DATA=str(tmp_path), KOMEK_KAFKA="127.0.0.1:9")

    assert said.returncode == 1
    assert "own.toml:1: version: expected a text" in said.stderr


def test_a_file_that_does_not_exist_is_wrong_usage(tmp_path: Path) -> None:
    for verb in ("check", "apply"):
        said = komek("plans", verb, "/nowhere.toml", KOMEK_DATA=str(tmp_path), COLUMNS="200")

        assert said.returncode == 2
        assert "'/nowhere.toml' does not exist" in said.stderr
        assert "Correct" not in said.stderr
