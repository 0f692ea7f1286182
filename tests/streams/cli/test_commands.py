"""Commands from outside: what they print, with which exit code they end, and what they say to do next."""

import base64
import json
from pathlib import Path

import pytest

from streams.cli.main import COMMANDS, load
from streams.dead_letters import letters
from streams.kafka import topic_admin
from streams.local import keys
from streams.settings import Settings
from streams.simulator.scenarios import scenarios
from tests.support.cli import komek
from tests.support.signing import ed25519, public, write_keys

ALONE = ("topics", "status", "watch", "simulate", "replay", "incident", "dead-letters")


@pytest.fixture
def away(tmp_path: Path) -> dict[str, str]:
    """An API that nobody runs, and a key to make tokens with."""
    return {
        "KOMEK_DATA": str(tmp_path),
        "KOMEK_JWT_KEYS": str(keys.ensure_jwt_keys(tmp_path / "keys.json")),
        "KOMEK_PORT": "9",
        "KOMEK_KAFKA": "127.0.0.1:9",
    }


@pytest.mark.parametrize("name", ALONE)
def test_every_command_explains_itself(name: str) -> None:
    said = komek(name, "--help")

    assert said.returncode == 0
    assert "Usage" in said.stdout


def test_simulate_names_every_scenario() -> None:
    said = komek("simulate", "--help", COLUMNS="200").stdout

    assert all(name in said for name in scenarios())


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("watch", "--once"),
        ("incident", "new", "--type", "flood", "--at", "76.9,43.2"),
        ("incident", "show", "i-1"),
    ],
)
def test_an_api_that_is_away_ends_with_3_and_says_how_to_start_it(
    arguments: tuple[str, ...], away: dict[str, str]
) -> None:
    said = komek(*arguments, **away)

    assert said.returncode == 3
    assert "komek up" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("incident", "new", "--type", "flood"), "no place"),
        (("incident", "new", "--type", "flood", "--at", "here"), "cannot read the place"),
        (("incident", "new", "--type", "flood", "--placeless", "--need", "field"), "--need"),
        (("simulate", "--scenario", "nowhere"), "expected one of"),
        (("simulate", "--city", "atlantis"), "city: expected one of"),
        (("replay", "no-such-file.csv"), "no-such-file.csv"),
        (("dead-letters", "replay"), "no letters selected"),
        (("topics", "apply", "--what"), "--what"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_was_expected(
    arguments: tuple[str, ...], told: str, away: dict[str, str]
) -> None:
    said = komek(*arguments, **away)

    assert said.returncode == 2
    assert told in said.stderr


def test_a_setting_nobody_knows_ends_with_2(away: dict[str, str]) -> None:
    said = komek("status", **away, KOMEK_PROT="8000")

    assert said.returncode == 2
    assert "KOMEK_PROT" in said.stderr


def test_without_a_key_and_a_token_nothing_is_asked(tmp_path: Path) -> None:
    said = komek("status", KOMEK_DATA=str(tmp_path))

    assert said.returncode == 2
    assert "--token" in said.stderr


@pytest.mark.parametrize(
    ("role", "hours", "most"), [("admin", "8784", "24"), ("operator", "24.1", "24"), ("volunteer", "745", "744")]
)
def test_a_token_for_longer_than_its_role_permits_is_not_issued(
    role: str, hours: str, most: str, away: dict[str, str]
) -> None:
    said = komek("token", role, "--hours", hours, **away)

    assert said.returncode == 2
    assert f"at most {most}" in said.stderr
    assert said.stdout == ""


def test_a_warning_about_the_keys_is_not_printed_with_the_tokens(away: dict[str, str]) -> None:
    Path(away["KOMEK_JWT_KEYS"]).chmod(0o644)

    said = komek("token", "volunteer", "--id", "v-1", "--id", "v-2", "--hours", "744", **away)

    assert said.returncode == 0
    assert len(said.stdout.splitlines()) == 2
    assert "readable by others" in said.stderr


@pytest.mark.parametrize("command", [("token", "operator"), ("status",)])
def test_with_public_keys_alone_a_command_says_where_tokens_come_from(command: tuple[str, ...], tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json", public(ed25519()))

    said = komek(*command, KOMEK_DATA=str(tmp_path), KOMEK_JWT_KEYS=str(keys))

    assert said.returncode == 2
    assert "only public keys" in said.stderr
    assert "issuer" in said.stderr


def test_topics_are_applied_and_checked(kafka: str, tmp_path: Path) -> None:
    here = {"KOMEK_KAFKA": kafka, "KOMEK_DATA": str(tmp_path)}
    first = komek("topics", "apply", "--json", **here)
    checked = komek("topics", "check", **here)
    other = komek("topics", "apply", **here, KOMEK_PARTITIONS="37")

    assert checked.returncode == 0
    assert {row["topic"] for row in json.loads(first.stdout)} >= {"komek.incidents.v1", "komek.audit.v1"}
    assert other.returncode == 1
    assert "! refused" in other.stdout
    assert "set KOMEK_PARTITIONS=" in other.stderr


def test_a_private_dead_letter_shows_its_bytes_on_demand_only(kafka: str, tmp_path: Path) -> None:
    here = {"KOMEK_KAFKA": kafka, "KOMEK_DATA": str(tmp_path)}
    topic_admin.apply_topics(Settings(kafka=kafka))
    letter = _put_private_letter(kafka)

    listed = json.loads(komek("dead-letters", "list", "--topic", "private", "--json", **here).stdout)
    shown = komek("dead-letters", "show", letter.id[:13], **here)
    keys = {**here, "KOMEK_DATA_KEY": base64.urlsafe_b64encode(bytes(32)).decode()}
    revealed = komek("dead-letters", "show", letter.id[:13], "--reveal", "--by", "op-9", **keys)
    # Without the keys it could not be recorded who saw it.
    unrecorded = komek("dead-letters", "show", letter.id[:13], "--reveal", **here)

    assert letter.id in [entry["id"] for entry in listed]
    assert "secret" not in shown.stdout
    assert "--reveal" in shown.stdout
    assert "secret" in revealed.stdout
    assert "secret" not in unrecorded.stdout


def test_an_unknown_dead_letter_is_told(kafka: str, tmp_path: Path) -> None:
    topic_admin.apply_topics(Settings(kafka=kafka))

    said = komek("dead-letters", "show", "ffffffff-none", KOMEK_KAFKA=kafka, KOMEK_DATA=str(tmp_path))

    assert said.returncode == 1
    assert "no letter has" in said.stderr


def _put_private_letter(kafka: str) -> letters.DeadLetter:
    from kafka import KafkaProducer

    from streams import wire
    from tests.streams.dead_letters.test_letters import Record

    record = Record(topic="komek.private.v1", offset=7001, value=b"a secret of somebody")
    letter = letters.letter_of(record, "does not open")
    producer = KafkaProducer(bootstrap_servers=kafka, enable_idempotence=False)
    producer.send("komek.dead-letters.v1", key=b"komek.private.v1", value=wire.encode(letter)).get(timeout=60)
    producer.close()
    return letter


@pytest.mark.parametrize("name", ["up", "status"])
def test_a_ca_that_cannot_be_used_is_said_without_a_traceback(tmp_path: Path, name: str) -> None:
    done = komek(name, KOMEK_DATA=str(tmp_path), KOMEK_API_CA=str(tmp_path / "missing.pem"))

    assert done.returncode == 2, done.stderr
    assert f"KOMEK_API_CA={tmp_path}/missing.pem: expected a readable file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if entry.attribute == "app"])
def test_the_first_page_says_of_a_group_what_the_group_says_of_itself(name: str) -> None:
    assert load(name).help == COMMANDS[name].about


def test_the_first_page_says_that_alerts_can_be_followed() -> None:
    said = komek("--help", COLUMNS="200")

    assert "follow alerts" in said.stdout
