"""The systemd units of `deploy/systemd`: systemd itself accepts them, and they allow a process no more than it needs."""

import os
import re
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from streams import settings
from streams.codegen import systemd_units
from streams.codegen.deployment_secrets import DeploymentSecrets
from streams.codegen.process_list import read
from tests.support.programs import program

STATED = read()
UNITS = {
    name: text for name, text in systemd_units.files(STATED).items() if name.endswith((".service", ".timer", ".target"))
}
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
        timeout=300,
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
        timeout=300,
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


def test_a_server_without_feeds_does_not_start_the_follower_and_one_with_them_takes_up_each_token() -> None:
    own, signer = UNITS["komek-follower.service"], UNITS["komek-follower-token.service"]
    timer = UNITS["komek-follower-token.timer"]
    (path,) = re.findall(r"^Environment=KOMEK_CAP_TOKEN=(\S+)$", own, re.MULTILINE)

    assert "ConditionPathExists=/etc/komek/follower.env" in own
    # A credential is a copy of the start: a token that is made anew would not be seen.
    assert "LoadCredential" not in own
    assert "komek.env" not in own
    assert f"--out {path}\n" in signer
    assert f"ReadWritePaths={Path(path).parent}\n" in signer
    assert "PrivateNetwork=yes" in signer
    groups = [re.findall(r"^SupplementaryGroups=(\S+)$", text, re.MULTILINE) for text in (own, signer)]
    assert groups[0] == groups[1] != []
    assert re.search(r"^User=(\S+)$", own, re.MULTILINE)[1] != re.search(r"^User=(\S+)$", signer, re.MULTILINE)[1]  # type: ignore[index]
    assert "OnUnitActiveSec=360min" in timer
    install = systemd_units.files(STATED)["INSTALL.md"]
    assert f"groupadd --system {groups[0][0]}" in install
    assert f"install -d -g {groups[0][0]} -m 2770\n   {Path(path).parent}`" in install


def test_the_list_of_a_server_without_feeds_names_no_follower() -> None:
    listed = {name: text for name, text in systemd_units.files(STATED).items() if name.endswith(".json")}

    assert "follower" not in listed["targets.json"]
    assert "127.0.0.1:9130" in listed["follower.json"]


@pytest.mark.parametrize("name", sorted(STATED.timers))
def test_a_timer_starts_its_service_is_made_up_for_and_tells_prometheus(name: str) -> None:
    timer, service = UNITS[f"komek-{name}.timer"], UNITS[f"komek-{name}.service"]

    assert "Persistent=true" in timer
    assert "WantedBy=timers.target" in timer
    assert "Type=oneshot" in service
    # Also after a failure, and as root: nobody else reads the folder of the exports.
    assert re.search(r"^ExecStopPost=-\+\S+ .*/komek_backups\.prom /", service, re.MULTILINE)
    assert "KOMEK_KAFKA_USER=komek-backup" in service
    assert "REDIS" not in service


@pytest.mark.parametrize("name", sorted(STATED.timers))
def test_systemd_reads_the_time_as_it_is_meant(name: str) -> None:
    analyze = program("systemd-analyze", why="the times of the timers are not read")
    done = subprocess.run(
        [analyze, "calendar", "--iterations=2", STATED.timers[name].calendar],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={"TZ": "UTC", "PATH": os.defpath, "SYSTEMD_COLORS": "0"},
    )
    at = [datetime.fromisoformat(found) for found in re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", done.stdout)]

    assert done.returncode == 0, done.stderr
    assert len(set(at)) == 2
    assert (max(at) - min(at)).total_seconds() == STATED.timers[name].every_min * 60


def test_commands_of_people_have_the_operators_settings_and_files_and_no_shell_reads_the_values(tmp_path: Path) -> None:
    script = systemd_units.files(STATED)["komek-operator"]
    for place, here in (
        (systemd_units.PROGRAM, "/usr/bin/env"),
        ("/etc/komek", f"{tmp_path}/etc"),
        ("/var/lib/komek-operator", f"{tmp_path}/data"),
    ):
        assert place in script
        script = script.replace(place, here)
    own = tmp_path / "etc" / "secrets" / "operator"
    DeploymentSecrets(folder=tmp_path / "etc" / "secrets", stated=STATED).make()
    (tmp_path / "etc" / "komek.env").write_text(
        "# all processes\nKOMEK_KAFKA=k-1:9093\nKOMEK_KAFKA_SECURITY=SASL_SSL\nPATH=/nowhere\n"
        "KOMEK_NAME_EN=Rescue $(touch /tmp/no) `id` & more\n"
    )
    (tmp_path / "etc" / "operator.env").write_text("KOMEK_PUBLIC_URL=https://komek.example")
    (tmp_path / "komek-operator").write_text(script)

    done = subprocess.run(
        ["/bin/sh", str(tmp_path / "komek-operator"), "-0"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={"PATH": os.defpath},
    )

    assert done.returncode == 0, done.stderr
    told = dict(line.split("=", 1) for line in done.stdout.split("\0") if line.startswith("KOMEK_"))
    loaded = settings.load(told)
    assert (loaded.kafka, loaded.kafka_user, loaded.redis_user) == ("k-1:9093", "komek-operator", "komek-operator")
    assert (loaded.name_en, loaded.public_url) == ("Rescue $(touch /tmp/no) `id` & more", "https://komek.example")
    assert (loaded.jwt_keys, loaded.data_keys) == (own / "jwt-keys", own / "data-keys")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
