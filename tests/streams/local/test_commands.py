"""`komek`: its list of commands and how they end."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.errors import EXIT_CODES, CommandFailed
from streams.cli.main import COMMANDS, CommandEntry, app, load
from tests.support.whole_stack import without_komek

ROOT = Path(__file__).parents[3]
PROMISED = (
    "up worker notifier assistant api retention topics redis plans shadow token sessions skills incident why watch board status "
    "simulate replay replay-log cap card webhooks rebuild export import keys dead-letters audit doctor"
)


def test_every_promised_command_is_listed() -> None:
    listed = CliRunner().invoke(app, ["--help"]).output

    assert list(COMMANDS) == PROMISED.split()
    assert all(name in listed for name in COMMANDS)


def test_the_exit_codes_are_documented() -> None:
    listed = " ".join(CliRunner().invoke(app, ["--help"], env={"COLUMNS": "400"}).output.split())

    assert all(f"{code} {meaning}" in listed for code, meaning in EXIT_CODES.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    done = CliRunner().invoke(app, [name, "--help"])

    assert done.exit_code == 0, done.output
    assert "Usage: " in done.output


def test_listing_the_commands_imports_none_of_them() -> None:
    code = "import sys\nfrom streams.cli.main import app\ntry: app(['--help'])\nexcept SystemExit: pass\n"
    code += "print([name for name in ('faust', 'kafka', 'redis', 'rich.progress') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_a_command_that_is_not_there_is_wrong_use_and_the_nearest_is_offered() -> None:
    done = CliRunner().invoke(app, ["statsu"])

    assert done.exit_code == 2
    assert "status" in done.output


def test_a_command_whose_module_is_missing_hinders_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "absent", CommandEntry("no_such_module", "command", "Is not there."))

    with pytest.raises(CommandFailed, match="`komek absent` is not part of this installation"):
        load("absent")
    assert load("doctor").name == "doctor"


def test_wrong_settings_end_a_command_with_their_names_and_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli.main", "topics", "apply"],
        env={**without_komek(), "KOMEK_REDIS": "http://x"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "KOMEK_REDIS" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_three_stream_libraries_are_the_ones_that_were_tested_together() -> None:
    text = (ROOT / "requirements" / "runtime.txt").read_text()

    assert all(pin in text for pin in ("faust-streaming==0.15.3", "mode-streaming==0.7.1", "aiokafka==0.14.0"))
