"""A yes that is judged when it is said, and silence behind navigation: over HTTP, on a running Komek."""

from typing import Any

import pytest

from tests.scenarios.test_notices import listening
from tests.support.town import Town
from tests.support.waiting import until

pytestmark = pytest.mark.stack
FAR_M = 1_500_000
"""Out of reach of every other test's people, and of the area that is served."""


def point(town: Town, north_m: float) -> Any:
    return {"type": "Point", "coordinates": [town.centre.lon, town.centre.lat + north_m / 111_195]}


def test_who_accepts_after_the_incident_moved_away_is_stood_down_and_somebody_there_is_asked(town: Town) -> None:
    near, there = town.volunteer("near", north_m=100), town.volunteer("there", north_m=FAR_M + 200)
    incident = town.report()
    offer = until(lambda: town.live(incident).get(near))

    with listening(town.komek, near) as phone:
        town.call("PATCH", f"/v1/incidents/{incident}", "operator", "op-1", {"location": point(town, FAR_M)})
        until(lambda: town.live(incident).keys() == {there})
        town.answer(offer, "accept")

        def told() -> Any:
            return town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", near).json()

        until(lambda: told()["state"] == "stood_down")
        until(lambda: "stood_down" in phone.heard(incident))
    reasons = [one["reason"] for one in phone.notices if one["kind"] == "stood_down"]
    assert (told()["reason"], reasons) == ("too_far", ["too_far"])
    assert town.live(incident).keys() == {there}
    shown = town.incident(incident)
    assert shown["status"] != "staffed"
    # The only other person reachable may decline: whether the ladder has reached the operator by now depends on the hour.
    assert ("place_unlikely", "outside") in [(one["reason"], one["detail"]) for one in shown["attention"]]


def test_positions_that_say_nothing_move_nobody_and_silence_may_be_announced(town: Town) -> None:
    person = town.volunteer("going", north_m=100)
    path = f"/v1/volunteers/{person}/location"
    place = {"lon": town.centre.lon, "lat": town.centre.lat, "accuracy_m": 10}

    def put(**changes: Any) -> Any:
        return town.call("PUT", path, "volunteer", person, place | changes)

    refused = put(lon=0, lat=0, accuracy_m=0)
    answers = [put(), put(lat=place["lat"] + 0.18, accuracy_m=25_000), put(lon=-place["lon"])]
    incident = town.report()
    offer = until(lambda: town.live(incident).get(person))
    town.answer(offer, "accept")
    until(lambda: town.is_at(incident, person, "accepted"))
    announced = put(continues=False)

    assert (refused.status_code, refused.json()["code"]) == (422, "zero_position")
    assert [one.status_code for one in answers] == [202] * 3
    # What is told is that of a wide cell, up to some three kilometres off; the second position was twenty away.
    assert offer["distance_m"] < 5_000
    assert announced.status_code == 202
    shown = town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", person).json()
    assert shown["still_coming_asked_at"] is None
