"""What a monitor sees of incidents: counts, coarse places, no person."""

from dataclasses import replace

import pytest

from api.schemas.incidents import IncidentShown
from dispatch.model.geo import coarse
from dispatch.model.incidents import Attention, Incident
from dispatch.model.offers import Offer
from dispatch.model.places import Place
from dispatch.model.vocabulary import OfferState
from tests.support.api_world import World
from tests.support.builders import ALMATY, incident, offer


def planted(world: World, *offers: Offer) -> Incident:
    state = incident(offers=offers)
    world.redis.add(state)
    return state


@pytest.mark.parametrize("media", ["application/json", "application/geo+json"])
async def test_a_monitor_sees_counts_a_coarse_place_and_no_person(world: World, media: str) -> None:
    held = offer(OfferState.ACCEPTED, id="o-person", volunteer_id="v-person", distance_m=300.0, eta_s=120.0)
    told = Attention(reason="person_silent", requirement_id="r1", detail="o-person", offer_id="o-person")
    state = planted(world, held)
    state = replace(state, attention=(told,), warned={"v-warned": 1}, distress_of="v-person", external_id="112-77")
    world.redis.add(state)

    shown = await world.ask("GET", f"/v1/incidents/{state.id}", role="monitor")
    listed = await world.ask("GET", "/v1/incidents", role="monitor", headers={"accept": media})
    everything = shown.text + listed.text

    about = coarse(ALMATY)
    assert shown.json()["location"] == {"type": "Point", "coordinates": [about.lon, about.lat]}
    assert shown.json()["requirements"][0]["accepted"] == 1
    assert [
        name for name in ("v-person", "o-person", "v-warned", "112-77", str(ALMATY.lat)) if name in everything
    ] == []


async def test_boxes_of_a_monitor_are_compared_with_the_coarse_place(world: World) -> None:
    """Halving boxes ends at the coarse place, for every place of the area."""
    planted(world)
    exact, about = ALMATY, coarse(ALMATY)

    async def found(place: Place, role: str) -> int:
        box = f"{place.lon - 1e-4},{place.lat - 1e-4},{place.lon + 1e-4},{place.lat + 1e-4}"
        return len((await world.ask("GET", f"/v1/incidents?bbox={box}", role=role)).json()["items"])

    assert [await found(place, "operator") for place in (exact, about)] == [1, 0]
    assert [await found(place, "monitor") for place in (exact, about)] == [0, 1]


async def test_a_monitor_gets_no_field_beyond_those_that_are_listed(world: World) -> None:
    state = planted(world, offer())

    operator = (await world.ask("GET", f"/v1/incidents/{state.id}")).json()
    monitor = (await world.ask("GET", f"/v1/incidents/{state.id}", role="monitor")).json()

    assert set(monitor) <= set(operator)
    assert IncidentShown.model_validate(monitor).offers == []
