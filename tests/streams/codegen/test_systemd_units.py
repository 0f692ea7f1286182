"""The systemd units of `deploy/systemd`: systemd itself accepts them, and they allow a process no more than it needs."""

import re
import subprocess
from pathlib import Path

import pytest

from streams.codegen import systemd_units
from streams.codegen.process_list import read
from tests.support.programs import program

STATED = read()
UNITS = {name: text for name, text in systemd_units.files(STATED).items() if name.endswith((".service", ".target"))}
SERVICES = sorted(name for name in UNITS if name.endswith(".service"))
MOST_EXPOSED = 2.0
"""Of 10, as `systemd-analyze security` counts; below 2 it says OK."""


def faults(folder: Path, units: dict[str, str], unit: str) -> str:
    """What systemd says of a unit that stands among these; empty when it is right."""
    analyze = program("systemd-analyze", why="the units are not verified")
    for name, text in units.items():
        # The program is not installed here.
        (folder / name).write_text(text.replace(systemd_units.PROGRAM, "/bin/true"), "utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no", str(folder / unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # Of other units of this machine nothing is asked.
    said = [line for line in (done.stderr + done.stdout).splitlines() if "komek" in line]
    return "\n".join(said) or ("" if done.returncode == 0 else f"exit code {done.returncode}")


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_systemd_accepts_the_unit(unit: str, tmp_path: Path) -> None:
    assert faults(tmp_path, UNITS, unit) == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("TimeoutStopSec=", "TimeoutStopSeconds="),
        ("Restart=always", "Restart=sometimes"),
        ("ExecStart=/opt", "ExecStart=opt"),
        ("[Service]", "[Servcie]"),
    ],
)
def test_a_broken_unit_is_noticed(right: str, wrong: str, tmp_path: Path) -> None:
    broken = {name: text.replace(right, wrong, 1) for name, text in UNITS.items()}

    assert faults(tmp_path, broken, "komek-api.service") != ""


@pytest.mark.parametrize("unit", SERVICES)
def test_little_is_exposed_to_the_process(unit: str, tmp_path: Path) -> None:
    analyze = program("systemd-analyze", why="the exposure of the units is not measured")
    (tmp_path / unit).write_text(UNITS[unit], "utf-8")
    done = subprocess.run(
        [analyze, "security", "--offline=yes", "--no-pager", str(tmp_path / unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    exposed = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout + done.stderr)

    assert exposed, done.stderr
    assert float(exposed[1]) < MOST_EXPOSED


@pytest.mark.parametrize("name", sorted(STATED.processes))
def test_each_has_time_to_end_and_is_started_again(name: str) -> None:
    (text,) = (text for unit, text in UNITS.items() if unit.removesuffix(".service").rstrip("@") == f"komek-{name}")

    # A process ends within 10 s of SIGTERM (tests/scenarios/test_life_of_processes.py).
    assert int(re.search(r"TimeoutStopSec=(\d+)", text)[1]) > 10  # type: ignore[index]
    assert "Restart=always" in text


def test_no_two_processes_of_a_server_listen_on_one_port() -> None:
    ports = [match for text in UNITS.values() for match in re.findall(r"KOMEK_P(?:ORT|ROBES)=(?:.*:)?(\S+)", text)]

    assert len(ports) == len(set(ports)) == len(STATED.processes)


def test_no_secret_stands_in_a_unit() -> None:
    assert [line for text in UNITS.values() for line in re.findall(r"KOMEK_\w+_PASSWORD=.*", text)] == []
