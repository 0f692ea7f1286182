"""`komek incident show`: what an operator needs to act is printed, ids whole, because other commands take them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from dispatch.model.ids import parts_of_offer
from streams.cli.incident import app
from tests.streams.cli.fake_api import serving

OFFER_IDS = [f"o-8320e5-{digit * 32}-{digit * 16}" for digit in "0a"]
VOLUNTEER = "5b1c2a52-6c0f-4f36-9d0e-0a4f4c8c1d9e"
SHOWN: dict[str, Any] = {
    "id": f"i-8320e5-{'0' * 32}",
    "type": "flood",
    "priority": "high",
    "status": "dispatching",
    "requirements": [],
    "offers": [
        {
            "id": offer_id,
            "volunteer_id": VOLUNTEER,
            "requirement_id": "r1",
            "state": "withdrawn",
            "distance_m": 12_345.6,
            "expires_at": "2026-11-26T14:00:00Z",
        }
        for offer_id in OFFER_IDS
    ],
}


def printed(incident: Mapping[str, Any]) -> str:
    with serving({("GET", f"/v1/incidents/{incident['id']}"): (200, incident)}) as api:
        done = CliRunner().invoke(app, ["show", incident["id"], "--api", api.url, "--token", "t"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("written", ["AK-042", "ак042"])
def test_an_incident_is_called_by_its_number_too_and_that_of_the_newest_day_is_meant(written: str) -> None:
    entries = [
        {"type": "place", "id": "p"},
        {"type": "incident", "id": SHOWN["id"]},
        {"type": "incident", "id": "i-older"},
    ]
    search = ("GET", f"/v1/search?q={quote(written)}")
    of_it = ("GET", f"/v1/incidents/{SHOWN['id']}")
    with serving({search: (200, {"items": entries, "complete": True}), of_it: (200, SHOWN)}) as api:
        done = CliRunner().invoke(app, ["show", written, "--api", api.url, "--token", "t"])
    assert done.output.startswith(SHOWN["id"])

    with serving({search: (200, {"items": [], "complete": True})}) as api:
        done = CliRunner().invoke(app, ["show", written, "--api", api.url, "--token", "t"])
    assert (done.exit_code, type(done.exception)) != (0, type(None))
    assert written in str(done.exception)


def test_every_offer_id_is_printed_whole_on_one_line() -> None:
    words = printed(SHOWN).split()

    assert [word for word in words if parts_of_offer(word)] == OFFER_IDS


def test_an_entry_of_attention_names_its_person_and_requirement() -> None:
    entries = [
        {
            "reason": "change_unconfirmed",
            "requirement_id": None,
            "offer_id": OFFER_IDS[0],
            "detail": None,
            "since": "s1",
        },
        {"reason": "unfilled", "requirement_id": "r2", "offer_id": None, "detail": None, "since": "s2"},
        {"reason": "place_unlikely", "requirement_id": None, "offer_id": None, "detail": "swapped", "since": "s3"},
    ]
    requirement = {"capability": "field", "count": 1, "offered": 0, "accepted": 0, "shortfall": 1}
    lines = [{"id": "r1", "skill": "boat", **requirement}, {"id": "r2", "skill": "nurse", **requirement}]

    lines_said = printed({**SHOWN, "attention": entries, "requirements": lines}).splitlines()

    of = {since: next(line for line in lines_said if since in line.split()) for since in ("s1", "s2", "s3")}
    assert {VOLUNTEER, "r1", "boat"} <= {*of["s1"].split()}
    assert {"r2", "nurse"} <= {*of["s2"].split()}
    assert "swapped" in of["s3"].split()
    # The codes as words.
    assert "change unconfirmed" in of["s1"]
    assert "place unlikely" in of["s3"]


def test_people_who_have_not_confirmed_a_change_are_listed() -> None:
    change = {"fields": ["location", "address"], "since": "s1", "version": 7, "state": "overdue", "due_at": None}
    first, second = SHOWN["offers"]

    text = printed({**SHOWN, "offers": [{**first, "to_confirm": change}, {**second, "to_confirm": None}]})

    [row] = [row for row in text.splitlines() if "overdue" in row]
    assert {VOLUNTEER, "location,", "address", "s1", OFFER_IDS[0]} <= {*row.split()}


def test_the_address_is_printed_where_the_operator_may_see_it() -> None:
    assert "address: Abai 10" in printed({**SHOWN, "address": "Abai 10"})
    assert "address" not in printed(SHOWN)
