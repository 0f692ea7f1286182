"""The name of something that must exist: a mistyped one is an error that names what there is, and nothing is done."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.cli.errors import FAILED, WRONG_USE
from streams.kafka import topic_admin
from streams.settings import Settings
from streams.webhooks import orders
from streams.webhooks.book import letter_key, place_key
from streams.wire import WebhookLetter, WebhookPlace
from tests.streams.cli.fake_api import Reply, serving
from tests.support.cli import komek

GIS = WebhookPlace(name="gis-desk", next={"0": 1}, at_ms=1_700_000_000_000)
LETTER = WebhookLetter(
    name="gis-desk",
    event_id="e-1",
    type="org.komek.incident.reported",
    incident_id="i-1",
    partition=0,
    offset=0,
    code="no_answer",
    attempts=9,
    at_ms=1_700_000_000_000,
)
SESSIONS: dict[str, Any] = {
    "items": [
        {
            "session_id": "s-1",
            "id": "op-1",
            "role": "operator",
            "opened_at": "2026-11-26T08:00:00Z",
            "renewed_at": None,
            "method": "link",
            "issued_by": "cli",
        }
    ],
    "next": None,
}


@pytest.fixture
def here(kafka: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A log in which one subscription has begun and has given up an event."""
    settings = Settings(kafka=kafka)
    topic_admin.apply_topics(settings)
    keys = (place_key(GIS.name), letter_key(LETTER.name, LETTER.event_id))
    orders.order(settings, dict(zip(keys, (GIS, LETTER), strict=True)))
    yield {"KOMEK_KAFKA": kafka, "KOMEK_DATA": str(tmp_path)}
    orders.order(settings, dict.fromkeys(keys))


@pytest.mark.parametrize("command", ["letters", "replay", "dismiss", "resume"])
def test_a_receiver_that_does_not_exist(command: str, here: dict[str, str]) -> None:
    said = komek("webhooks", command, "gis-dsek", **here)

    assert said.returncode == WRONG_USE
    assert "there is no subscription 'gis-dsek'" in said.stderr
    assert "gis-desk" in said.stderr.splitlines()[1]
    assert said.stdout == ""
    assert orders.book_now(Settings(kafka=here["KOMEK_KAFKA"])).letters_of("gis-desk") == [LETTER]


@pytest.mark.parametrize("command", ["replay", "dismiss"])
def test_an_event_that_was_not_given_up(command: str, here: dict[str, str]) -> None:
    said = komek("webhooks", command, "gis-desk", "--id", "e-1", "--id", "e-2", **here)

    assert said.returncode == WRONG_USE
    assert "gis-desk has not given up e-2" in said.stderr
    assert orders.book_now(Settings(kafka=here["KOMEK_KAFKA"])).letters_of("gis-desk") == [LETTER]


def test_the_right_name_does_it_and_says_it_in_words(here: dict[str, str]) -> None:
    listed = komek("webhooks", "letters", "gis-desk", **here)
    done = komek("webhooks", "dismiss", "gis-desk", **here)
    again = komek("webhooks", "dismiss", "gis-desk", **here)

    assert "no answer" in listed.stdout
    assert "no_answer" not in listed.stdout
    assert (done.returncode, done.stdout) == (0, "1 event is forgotten\n")
    assert (again.returncode, again.stdout) == (0, "nothing was given up for gis-desk\n")


def test_a_subscription_of_the_file_that_has_not_begun_is_known(here: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "webhooks.toml"
    file.write_text(
        '[webhooks.new-one]\nurl = "https://new.example"\nsecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"\n'
    )

    said = komek("webhooks", "letters", "new-one", KOMEK_WEBHOOKS=str(file), **here)

    assert (said.returncode, said.stdout) == (0, "nothing was given up for new-one\n")


@pytest.mark.parametrize("command", [("list",), ("replay", "--all")])
def test_a_topic_that_does_not_exist(command: tuple[str, ...], here: dict[str, str]) -> None:
    said = komek("dead-letters", *command, "--topic", "privat-e", **here)

    assert said.returncode == WRONG_USE
    assert "--topic privat-e: no topic has this in its name" in said.stderr
    assert "komek.private.v1" in said.stderr


def test_a_session_that_does_not_exist() -> None:
    with serving({("GET", "/v1/sessions?limit=200"): (200, SESSIONS)}) as api:
        said = komek("sessions", "end", "s-2", "--api", api.url, "--token", "t")

    assert said.returncode == FAILED
    assert "there is no session s-2" in said.stderr
    assert api.bodies == []


def test_a_session_that_exists_is_ended() -> None:
    replies: dict[tuple[str, str], Reply] = {
        ("GET", "/v1/sessions?limit=200"): (200, SESSIONS),
        ("POST", "/v1/revocations"): (202, {"revoked": "session", "at": "2026-11-26T08:00:00Z"}),
    }
    with serving(replies) as api:
        said = komek("sessions", "end", "s-1", "--api", api.url, "--token", "t")

    assert said.returncode == 0, said.stderr
    assert json.loads(json.dumps(api.bodies)) == [["/v1/revocations", {"session": "s-1"}]]
