"""`komek replay-log` from outside: an export as its source, and what it says to what it cannot use."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streams.backup.carried import CARRIED
from streams.backup.parts import Record
from streams.cli.errors import CommandFailed
from streams.cli.main import app
from streams.topics import INCIDENTS
from tests.support.backups import SECRET, made_export
from tests.support.cli import komek
from tests.support.recorded_town import Topics

OTHER = Path(__file__).parents[3] / "dispatch" / "plans" / "builtin.toml"


@pytest.fixture
def export(recorded: Topics, tmp_path: Path) -> Path:
    logs = {
        (one.topic.name, 0): (
            0,
            len(found),
            [Record(record.offset, record.timestamp, record.key, record.value, ()) for record in found],
        )
        for one in CARRIED
        if (found := recorded.records.get(one.topic.name))
    }
    return made_export(tmp_path, logs, begun_ms=recorded.end_ms)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(SECRET, "utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    """The nearest two people, and no more at once."""
    path = tmp_path / "other.toml"
    text = OTHER.read_text("utf-8").replace("[defaults]", "[defaults]\npolicy = { nearest = 2 }", 1)
    path.write_text(text.replace('version = "', 'version = "other-', 1), "utf-8")
    return path


def run(*arguments: object, data: Path) -> Any:
    return CliRunner().invoke(
        app, ["replay-log", *map(str, arguments)], env={"KOMEK_DATA": str(data), "KOMEK_LOG_LEVEL": "error"}
    )


def test_an_export_is_compared_under_two_books(export: Path, key_file: Path, plans: Path, tmp_path: Path) -> None:
    done = run("--from", export, "--key-file", key_file, "--plans", plans, "--json", data=tmp_path / "data")

    assert done.exit_code == 0, done.exception
    said = json.loads(done.stdout)
    was, control, other = said["columns"]
    assert [one["name"] for one in said["columns"]] == ["recorded", "in force", "other.toml"]
    assert was["figures"]["incidents"] == control["figures"]["incidents"] == other["figures"]["incidents"] == 6
    assert other["plans"] == f"other-{control['plans']}"
    assert other["figures"]["offers"] != control["figures"]["offers"]
    assert (said["seed"], said["source"]) == (1, str(export))
    # Positions are in no export, and without a list of erasures homes stay sealed: both are said.
    assert sum("positions" in line or "stay sealed" in line for line in said["assumptions"]) == 2


def test_the_table_names_nobody(export: Path, key_file: Path, tmp_path: Path, recorded: Topics) -> None:
    done = run("--from", export, "--key-file", key_file, "--often", "2", data=tmp_path / "data")

    assert done.exit_code == 0, done.exception
    for row in (
        "first acceptance, critical",
        "first on scene, all",
        "people with more than 2 offers",
        "offers per incident",
    ):
        assert row in done.stdout
    people = {(one.key or b"").decode() for one in recorded.records["komek.volunteers.v1"]}
    assert not any(f" {name} " in done.stdout for name in people)
    assert "i-8320e5" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from", "yesterday"), "expected a time with its zone, or the folder of an export"),
        # A time without a zone would be that of this machine.
        (("--from", "2026-11-26T08:00:00"), "expected a time with its zone"),
        (("--from", "2026-11-26T08:00:00Z", "--until", "soon"), "--until 'soon': expected a time with its zone"),
        (("--from", "2026-11-26T08:00:00Z", "--until", "2026-11-26T08:00:00Z"), "the interval is empty"),
        (("--from", "2026-11-26T08:00:00Z", "--plans", "nowhere.toml"), "nowhere.toml"),
        (("--from", "2026-11-26T08:00:00Z", "--often", "0"), "--often"),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    said = komek("replay-log", *arguments, KOMEK_DATA=str(tmp_path), KOMEK_KAFKA="127.0.0.1:9", COLUMNS="200")

    assert said.returncode == 2
    assert told in said.stderr
    assert "Traceback" not in said.stderr


def test_plans_that_do_not_parse_end_with_1_and_name_their_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(OTHER.read_text("utf-8").replace("certainty = ", "certainty = 7", 1), "utf-8")

    said = komek("replay-log", "--from", "2026-11-26T08:00:00Z", "--plans", str(broken), KOMEK_DATA=str(tmp_path))

    assert said.returncode == 1
    assert "broken.toml:" in said.stderr
    assert "Correct the file" in said.stderr


def test_a_kafka_that_is_away_ends_with_3(tmp_path: Path) -> None:
    said = komek("replay-log", "--from", "2026-11-26T08:00:00Z", KOMEK_DATA=str(tmp_path), KOMEK_KAFKA="127.0.0.1:9")

    assert said.returncode == 3
    assert "no Kafka broker accepts connections at 127.0.0.1:9" in said.stderr
    assert "KOMEK_KAFKA" in said.stderr


def test_an_export_without_commands_is_said(tmp_path: Path, key_file: Path) -> None:
    (tmp_path / "empty").mkdir()
    empty = made_export(tmp_path / "empty", {(INCIDENTS.name, 0): (0, 0, [])})

    done = run("--from", empty, "--key-file", key_file, data=tmp_path / "data")

    assert isinstance(done.exception, CommandFailed)
    assert "holds no commands" in str(done.exception)
    assert done.exception.exit_code == 1
