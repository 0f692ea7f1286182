"""What a person acts on changes while they act on it, over HTTP on a running Komek: they are told, confirm, or are shown."""

from functools import partial
from typing import Any

import pytest

from tests.scenarios.test_notices import Phone, listening
from tests.scenarios.test_whole_way import Town, town
from tests.support.waiting import until

__all__ = ["town"]
pytestmark = pytest.mark.stack
FIELD: dict[str, Any] = {"capability": "field", "skill": "first_aid", "max_distance_m": 50_000}


def point(town: Town, north_m: float) -> Any:
    return {"type": "Point", "coordinates": [town.centre.lon, town.centre.lat + north_m / 111_195]}


def patch(town: Town, incident: str, **fields: Any) -> None:
    answer = town.call("PATCH", f"/v1/incidents/{incident}", "operator", "op-1", fields)
    assert answer.status_code == 202, answer.text


def under_way(town: Town, person: str, incident: str) -> Any:
    offer = until(lambda: town.live(incident).get(person))
    town.answer(offer, "accept")
    town.answer(offer, "progress", {"state": "en_route"})
    until(lambda: town.is_at(incident, person, "en_route"))
    return offer


def told(phone: Phone, *fields: str) -> list[tuple[str, dict[str, Any]]]:
    """The events and notices that name exactly these fields."""
    named = [("offer", one) for one in phone.offers] + [("notice", one) for one in phone.notices]
    return [(name, one) for name, one in named if sorted(one.get("changes") or ()) == sorted(fields)]


def both(phone: Phone, *fields: str) -> dict[str, dict[str, Any]]:
    """One of each, once both are there."""
    found = dict(told(phone, *fields))
    return found if found.keys() == {"offer", "notice"} else {}


def own(town: Town, offer: Any) -> Any:
    return town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", offer["volunteer_id"]).json()


def unconfirmed(town: Town, incident: str) -> list[str]:
    """Offers of which the operator is told that a change is not confirmed."""
    return [one["offer_id"] for one in town.incident(incident)["attention"] if one["reason"] == "change_unconfirmed"]


def alarms(town: Town) -> set[str]:
    return {alarm["name"] for alarm in town.call("GET", "/v1/status", "operator", "op-1").json()["alarms"]}


def test_who_is_on_the_way_is_told_at_once_until_they_confirm(town: Town) -> None:
    person = town.volunteer("near")
    incident = town.report(requirements=[FIELD], priority="critical", address="Абай 1")
    with listening(town.komek, person, silence_s=20.0) as phone:
        offer = under_way(town, person, incident)

        patch(town, incident, description="2-кіреберіс")
        until(lambda: len(told(phone, "description")) == 2)
        patch(town, incident, location=point(town, 5_000), address="Сәтбаев 22")
        said = until(lambda: both(phone, "location", "address"))

        assert {one["offer_id"] for one in (said["notice"],)} == {offer["id"]} == {said["offer"]["id"]}
        assert (said["notice"]["kind"], said["offer"]["notice"], said["offer"]["state"]) == (
            "changed",
            "changed",
            "en_route",
        )
        shown = own(town, offer)
        assert shown["address"] == "Сәтбаев 22"
        assert shown["location"] == point(town, 5_000)
        assert "Сәтбаев" not in str(said)

        assert sorted(shown["to_confirm"]["fields"]) == ["address", "description", "location"]
        assert shown["to_confirm"]["version"] == said["notice"]["version"] == said["offer"]["version"]
        assert town.live(incident)[person]["to_confirm"] == shown["to_confirm"]

        town.answer(offer, "confirm", {"version": shown["to_confirm"]["version"]})
        until(lambda: town.live(incident)[person]["to_confirm"] is None)

    assert unconfirmed(town, incident) == []
    assert own(town, offer)["confirmed"]["version"] == shown["to_confirm"]["version"]
    assert town.live(incident)[person]["state"] == "en_route"


@pytest.mark.soak
def test_who_does_not_confirm_is_reminded_and_then_shown_to_the_operator(town: Town) -> None:
    """Takes the minute that a critical incident gives."""
    person = town.volunteer("near")
    incident = town.report(requirements=[FIELD], priority="critical")
    with listening(town.komek, person, silence_s=20.0) as phone:
        offer = under_way(town, person, incident)
        patch(town, incident, address="Сәтбаев 22")
        until(lambda: both(phone, "address"))
        patch(town, incident, description="2-кіреберіс")

        # The second notice, of all that is open.
        until(lambda: both(phone, "address", "description"))
        until(lambda: unconfirmed(town, incident) == [offer["id"]])
        held = town.live(incident)[person]
        assert held["to_confirm"]["state"] == "overdue"
        until(lambda: "change_unconfirmed" in alarms(town))

        town.answer(offer, "confirm", {"version": held["to_confirm"]["version"]})
        until(lambda: unconfirmed(town, incident) == [])


def test_who_works_at_a_desk_is_told_as_well_and_whoever_moved_it_counts(town: Town) -> None:
    near, desk = town.volunteer("near"), town.volunteer("desk", capabilities=["digital"], skills=["geolocation"])
    other = town.volunteer("other", capabilities=["digital"], skills=["translator"])
    needs = [FIELD, *({"capability": "digital", "skill": skill} for skill in ("geolocation", "translator"))]
    incident = town.report(requirements=needs)
    with listening(town.komek, near) as going, listening(town.komek, other) as working:
        under_way(town, near, incident)
        offers = until(lambda: (live := town.live(incident)).keys() == {near, desk, other} and live)
        for person in (desk, other):
            town.answer(offers[person], "accept")
        until(lambda: all(town.is_at(incident, person, "accepted") for person in (desk, other)))

        town.answer(offers[desk], "result", {"outcome": "located", "location": point(town, 700)})
        # Somebody is on the way: a place from a desk moves them only with the operator's consent.
        (proposal,) = until(lambda: town.incident(incident)["proposals"])
        path = f"/v1/incidents/{incident}/proposals/{proposal['id']}/accept"
        assert town.call("POST", path, "operator", "op-1", {}).status_code == 202

        for phone in (going, working):
            assert until(partial(both, phone, "location"))["notice"]["kind"] == "changed"
        patch(town, incident, description="Үйдің екінші кіреберісі", priority="critical")
        for phone in (going, working):
            until(partial(both, phone, "description", "priority"))
        held = town.live(incident)[other]
        assert sorted(held["to_confirm"]["fields"]) == ["description", "location", "priority"]
        town.answer(held, "confirm", {"version": held["to_confirm"]["version"]})
        until(lambda: town.live(incident)[other]["to_confirm"] is None)
        assert town.live(incident)[near]["to_confirm"] is not None


def test_whose_need_is_cancelled_hears_that_and_why(town: Town) -> None:
    person = town.volunteer("near")
    incident = town.report(requirements=[FIELD])
    with listening(town.komek, person) as phone:
        under_way(town, person, incident)

        patch(town, incident, requirements=[{"capability": "field", "skill": "boat"}])

        until(lambda: "stood_down" in phone.heard(incident))

    (ended,) = [one for one in phone.notices if one["kind"] == "stood_down"]
    assert ended["reason"] == "not_needed"
    assert not [one for one in phone.notices if one["kind"] == "changed"]


def ground(town: Town, north_m: float, half_m: float = 300) -> Any:
    """A square of dangerous ground, its middle so far north of the centre."""
    lon, lat, half = town.centre.lon, town.centre.lat + north_m / 111_195, half_m / 111_195
    ring = [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half], [lon - half, lat + half]]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def test_dangerous_ground_on_the_way_is_told_and_so_is_its_end(town: Town) -> None:
    person = town.volunteer("far", north_m=4_000)
    incident = town.report(requirements=[FIELD])
    with listening(town.komek, person) as phone:
        offer = under_way(town, person, incident)

        flood = town.report(
            type="flood", location=ground(town, 2_000), requirements=[{"capability": "field", "skill": "boat"}]
        )
        said = until(partial(both, phone, "hazard_on_way"))
        assert said["notice"]["kind"] == "changed"
        shown = own(town, offer)
        assert shown["hazards_on_way"] == town.live(incident)[person]["hazards_on_way"] == [flood]
        assert [(one["incident_id"], one["state"]) for one in shown["grounds_on_way"]] == [(flood, "active")]
        assert shown["to_confirm"]["fields"] == ["hazard_on_way"]
        town.answer(offer, "confirm", {"version": shown["to_confirm"]["version"]})
        until(lambda: town.live(incident)[person]["to_confirm"] is None)

        town.call("POST", f"/v1/incidents/{flood}/close", "operator", "op-1", {})
        until(lambda: len(told(phone, "hazard_on_way")) == 4)

    assert own(town, offer)["hazards_on_way"] == []
    assert town.live(incident)[person]["to_confirm"] is None
