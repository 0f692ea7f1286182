"""`komek doctor`: what it finds, and that it says what to do."""

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from streams.local import machine_checks, stack_checks, stackfile
from streams.local.check import Check, Level
from streams.local.stackfile import StackFile
from streams.settings import STRICT, Settings
from tests.support.whole_stack import without_komek

DOCTOR = (sys.executable, "-m", "streams.cli.main", "doctor")


def doctor(data: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*DOCTOR, *arguments],
        env={**without_komek(), "KOMEK_DATA": str(data), **(environ or {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def findings(done: "subprocess.CompletedProcess[str]") -> dict[str, dict[str, str]]:
    return {finding["name"]: finding for finding in json.loads(done.stdout)}


def test_on_a_machine_that_can_run_komek_nothing_fails(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--json")

    found = findings(done)
    assert done.returncode == 0, done.stdout
    assert {
        "settings",
        "Python",
        "packages",
        "decisions",
        "disk",
        "memory",
        "Kafka's jars",
        "Java",
        "redis-server",
    } <= set(found)
    assert found["stack"]["found"] == f"not running in {tmp_path}"
    assert all(finding["cure"] for finding in found.values() if finding["level"] != "ok")


def test_the_table_shows_each_finding_without_a_terminal(tmp_path: Path) -> None:
    done = doctor(tmp_path)

    assert done.returncode == 0
    assert "what to do" in done.stdout
    assert "redis-server" in done.stdout


def test_settings_that_cannot_be_used_are_the_only_finding(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--json", environ={"KOMEK_BATCH": "many", "KOMEK_COLOUR": "red"})

    assert done.returncode == 1
    (finding,) = json.loads(done.stdout)
    assert finding["name"] == "settings"
    assert "KOMEK_BATCH='many': expected a whole number" in finding["found"]
    assert "KOMEK_COLOUR" in finding["found"]


def test_a_stack_whose_parts_are_gone_fails_with_what_to_do(tmp_path: Path) -> None:
    gone = StackFile(
        api="http://127.0.0.1:1", kafka="127.0.0.1:1", redis="redis://127.0.0.1:1/0", processes={"kafka": 2**22 + 1}
    )
    stackfile.write(tmp_path / "stack.json", gone)

    done = doctor(tmp_path, "--json")

    failed = {name for name, finding in findings(done).items() if finding["level"] == "fail"}
    assert done.returncode == 1
    assert failed == {"kafka", "Kafka access", "Redis", "workers", "notices", "API"}


def test_what_suits_one_machine_only_is_a_note_that_fails_nothing(tmp_path: Path) -> None:
    done = doctor(tmp_path, "--json")

    found = findings(done)["tokens"]
    assert found["level"] == "note"
    assert "KOMEK_TOKENS=strict" in found["cure"]
    assert done.returncode == 0
    assert stack_checks.tokens(Settings(tokens=STRICT)).level is Level.OK


def test_a_redis_that_answers_is_found(redis_url: str) -> None:
    assert stack_checks.redis_answers(Settings(redis=redis_url)).level is Level.OK


def test_a_kafka_without_our_topics_fails_and_names_the_command() -> None:
    check = stack_checks.kafka_access(Settings(kafka="127.0.0.1:1"))

    assert check.level is Level.FAIL
    assert check.cure


def test_pins_are_compared_with_what_is_installed(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text(
        "# a comment\n"
        "typer==0.0.1 \\\n"
        "    --hash=sha256:00\n"
        "no-such-package==1.0 \\\n"
        'colorama==0.0.1 ; sys_platform == "no-such-system"\n'
    )

    check = machine_checks.packages([pins, pins])

    assert check.level is Level.WARN
    assert "typer is " in check.found
    assert "no-such-package is missing" in check.found
    assert "colorama" not in check.found


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("/lib/dispatch/decide/filling.py", "plain Python"),
        (f"/lib/dispatch/decide/filling{EXTENSION_SUFFIXES[0]}", "compiled"),
    ],
)
def test_whether_the_core_is_compiled_is_said(file: str, found: str) -> None:
    check = machine_checks.core(file)

    assert check.level is Level.OK
    assert check.found == f"{found}, {file}"


@pytest.mark.parametrize(
    ("check", "level"),
    [
        (machine_checks.python_version((3, 10)), Level.WARN),
        (machine_checks.python_version((3, 12)), Level.OK),
        (machine_checks.python_version((3, 14)), Level.OK),
        (machine_checks.python_version((3, 15)), Level.WARN),  # nobody has tried
        (machine_checks.memory(4 * 1024**3), Level.OK),
        (machine_checks.memory(1536 * 1024**2), Level.WARN),
        (machine_checks.memory(512 * 1024**2), Level.FAIL),
        (machine_checks.open_files(256), Level.WARN),
        (machine_checks.open_files(-1), Level.OK),  # no limit
        (machine_checks.jar_cache(Path("/nowhere")), Level.WARN),
    ],
)
def test_what_is_enough_and_what_is_not(check: Check, level: Level) -> None:
    assert check.level is level
    assert bool(check.cure) == (level is not Level.OK)
