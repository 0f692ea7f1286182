"""What people and devices say of themselves: who made itself a doctor, and a tracker that moves strangers."""

from typing import Any

import pytest
import redis

from streams import clock, redis_keys
from tests.support.town import Town, town
from tests.support.waiting import until

__all__ = ["Town", "town", "until"]
pytestmark = pytest.mark.stack

DOCTOR = [{"capability": "field", "skill": "doctor", "count": 1}]
FIRST_AID = [{"capability": "field", "skill": "first_aid", "count": 1}]
CALLER = {"name": "Айгүл", "phone": "+7 701 000 00 00"}


def self_made(town: Town, name: str, *skills: str) -> str:
    """On duty at a place of their choice, by nothing but their own requests."""
    person = f"{town.tag}-{name}"
    body = {"capabilities": ["field"], "skills": list(skills), "languages": ["kk"], "on_duty": True}
    place = {"lon": town.centre.lon, "lat": town.centre.lat, "accuracy_m": 10}
    assert town.call("PUT", f"/v1/volunteers/{person}", "volunteer", person, body).status_code == 200
    assert town.call("PUT", f"/v1/volunteers/{person}/location", "volunteer", person, place).status_code == 202
    until(lambda: town.is_known(person))
    return person


def critical(town: Town, requirements: list[dict[str, Any]]) -> str:
    return town.report(priority="critical", requirements=requirements, caller=CALLER, description="түтін")


def test_a_self_made_doctor_is_not_asked_until_somebody_has_verified_them(town: Town) -> None:
    person = self_made(town, "quack", "doctor")
    incident = critical(town, DOCTOR)

    waiting = until(lambda: (now := town.incident(incident))["status"] == "unfilled" and now)
    assert waiting["offers"] == []
    assert waiting["requirements"][0]["shortfall_reason"] == "not_verified"
    why = town.call("GET", f"/v1/incidents/{incident}/why?volunteer_id={person}", "operator", "op-1").json()
    assert "nobody has verified" in why["text"]

    verified = f"/v1/volunteers/{person}/skills/doctor/verification"
    assert town.call("PUT", verified, "operator", "op-1", {}).status_code == 200
    offers = until(lambda: town.live(incident))
    assert offers.keys() == {person}

    assert town.call("DELETE", verified, "operator", "op-1").status_code == 202
    until(lambda: not town.live(incident))
    (ended,) = town.incident(incident)["offers"]
    assert (ended["state"], ended["reason"]) == ("withdrawn", "not_verified")


def test_who_nobody_has_verified_helps_without_seeing_the_caller(town: Town) -> None:
    person = self_made(town, "aid", "first_aid")
    incident = critical(town, FIRST_AID)
    offer = until(lambda: town.live(incident))[person]

    town.answer(offer, "accept")
    until(lambda: town.incident(incident)["status"] == "staffed")
    shown = town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", person).json()
    assert (shown["details"], shown["caller"], shown["description"]) == ("verified_only", None, None)
    assert shown["location"]
    assert CALLER["phone"] not in town.call("GET", f"/v1/incidents/{incident}", "volunteer", person).text

    path = f"/v1/volunteers/{person}/skills/first_aid/verification"
    assert town.call("PUT", path, "operator", "op-1", {}).status_code == 200
    shown = town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", person).json()
    assert (shown["details"], shown["caller"]["phone"]) == ("all", CALLER["phone"])


def test_a_tracker_leaves_no_trace_of_strangers(town: Town) -> None:
    known = town.volunteer("known")
    strangers = [f"{town.tag}-stranger-{number}" for number in range(999)]
    fix = {
        "lon": town.centre.lon,
        "lat": town.centre.lat,
        "accuracy_m": 5,
        "recorded_at": clock.rfc3339(clock.now_ms()),
    }
    body = {"locations": [{"volunteer_id": one, **fix} for one in (*strangers, known)]}

    told = town.call("POST", "/v1/locations", "tracker", "t-1", body).json()

    assert told["accepted"] == 1
    assert {entry["code"] for entry in told["rejected"]} == {"unknown_volunteer"}
    with redis.Redis.from_url(town.komek.redis) as client:
        assert client.exists(*map(redis_keys.volunteer, strangers)) == 0
