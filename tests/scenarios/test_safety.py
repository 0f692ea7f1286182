"""Safety the whole way: over HTTP, on a running Komek with real Kafka, Redis and workers."""

from typing import Any

import pytest

from tests.support.town import Town
from tests.support.waiting import until

pytestmark = pytest.mark.stack


def on_scene(town: Town, person: str, incident: str) -> Any:
    offer = until(lambda: town.live(incident).get(person))
    town.answer(offer, "accept")
    town.answer(offer, "progress", {"state": "on_scene"})
    until(lambda: town.is_at(incident, person, "on_scene"))
    return offer


def test_distress_on_scene_brings_the_next_person_and_the_operator(town: Town) -> None:
    sent = town.volunteer("sent")
    offer = on_scene(town, sent, town.report())
    near = town.volunteer("near", north_m=400)

    town.answer(offer, "distress", {"text": "құлап қалдым"})
    mine = until(lambda: town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", sent).json()["distress"])
    child = mine["incident_id"]
    helper = until(lambda: _known(town, child) and town.live(child).get(near))
    seen = town.incident(child)

    assert (seen["type"], seen["priority"], seen["distress_of"]) == ("distress", "critical", sent)
    assert "distress" in {entry["reason"] for entry in seen["attention"]}
    before = town.call("GET", f"/v1/offers/{helper['id']}", "volunteer", near)
    assert "person" not in before.json()
    town.answer(helper, "accept")
    shown = until(lambda: town.call("GET", f"/v1/offers/{helper['id']}", "volunteer", near).json().get("person"))
    assert shown["place"] is not None
    assert town.is_at(seen["parent_id"], sent, "on_scene")


def _known(town: Town, incident: str) -> bool:
    return bool(town.call("GET", f"/v1/incidents/{incident}", "operator", "op-1").status_code == 200)


def test_dangerous_ground_warns_who_is_on_it_and_stages_who_comes(town: Town) -> None:
    inside, outside = town.volunteer("inside"), town.volunteer("outside", north_m=2_000)
    lon, lat, half = town.centre.lon, town.centre.lat, 0.005
    ring = [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half], [lon - half, lat + half]]
    incident = town.report(type="flood", location={"type": "Polygon", "coordinates": [[*ring, ring[0]]]})

    offer = until(lambda: town.live(incident).get(outside))
    warnings = town.call("GET", f"/v1/volunteers/{inside}/warnings", "volunteer", inside).json()["items"]
    town.answer(offer, "accept")
    until(lambda: town.is_at(incident, outside, "accepted"))
    shown = town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", outside).json()

    assert [one["incident_id"] for one in warnings] == [incident]
    assert town.live(incident).keys() == {outside}
    assert lat < shown["staging"]["lat"] <= lat + half + 1e-4


def square(town: Town, half: float) -> Any:
    lon, lat = town.centre.lon, town.centre.lat
    ring = [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half], [lon - half, lat + half]]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def test_who_walks_in_is_warned_and_who_waits_at_the_edge_moves_with_it(town: Town) -> None:
    walker = town.volunteer("walker", north_m=6_000, skills=["cpr"])
    going = town.volunteer("going", north_m=3_000)
    incident = town.report(type="flood", location=square(town, 0.005))
    offer = until(lambda: town.live(incident).get(going))
    town.answer(offer, "accept")
    until(lambda: town.is_at(incident, going, "accepted"))
    assert town.incident(incident)["warned"] == []

    def walks_in() -> bool:
        """Phones say again and again where they are: a position counts that comes half a second after the ground was drawn."""
        place = {"lon": town.centre.lon, "lat": town.centre.lat, "accuracy_m": 10}
        town.call("PUT", f"/v1/volunteers/{walker}/location", "volunteer", walker, place)
        return bool(town.incident(incident)["warned"] == [walker])

    until(walks_in)
    mine = town.call("GET", f"/v1/volunteers/{walker}/warnings", "volunteer", walker).json()["items"]
    town.call("PATCH", f"/v1/incidents/{incident}", "operator", "op-1", {"location": square(town, 0.01)})

    def staged() -> Any:
        return town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", going).json()["staging"]["lat"]

    until(lambda: staged() > town.centre.lat + 0.009)
    assert [one["incident_id"] for one in mine] == [incident]
    assert town.is_at(incident, going, "accepted")


def test_who_goes_off_duty_on_the_way_is_replaced(town: Town) -> None:
    going = town.volunteer("going")
    incident = town.report()
    offer = until(lambda: town.live(incident).get(going))
    town.answer(offer, "accept")
    town.answer(offer, "progress", {"state": "en_route"})
    until(lambda: town.is_at(incident, going, "en_route"))
    stays = town.volunteer("stays", north_m=700)

    town.call("PUT", f"/v1/volunteers/{going}/duty", "volunteer", going, {"on_duty": False})

    until(lambda: town.live(incident).keys() == {stays})
    told = town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", going).json()
    assert (told["state"], told["reason"]) == ("withdrawn", "off_duty")
