"""What an offer shows its person, and the pages of all of them."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.incidents import Hazard
from dispatch.model.reasons import EndCode
from dispatch.model.recorded_way import coarse_centre
from dispatch.model.vocabulary import IncidentStatus, OfferState
from tests.api.routes.test_offers import INCIDENT, OFFER, asked, held
from tests.support.api_world import World
from tests.support.builders import offer, point, requirement


async def mine(world: World, path: str) -> Any:
    return (await world.ask("GET", path, role="volunteer", subject="v-1")).json()


async def test_before_acceptance_an_offer_says_how_many_are_wanted_and_what_the_work_needs(world: World) -> None:
    wanted = requirement(count=3, languages=("kk", "ru"))
    coming = offer(OfferState.EN_ROUTE, id=OFFER[:-1] + "c", volunteer_id="v-2")
    world.redis.add(asked(held(), coming, requirements=(wanted,), hazard=Hazard(since=1)))

    seen = await mine(world, f"/v1/offers/{OFFER}")

    assert (seen["wanted"], seen["accepted"], seen["requirement_languages"]) == (3, 1, ["kk", "ru"])
    assert (seen["hazard"], seen["outcome"]) == (True, None)
    assert seen["now"] is not None
    assert "v-2" not in str(seen)


async def test_the_name_of_the_surroundings_is_the_same_for_every_place_of_the_coarse_area(world: World) -> None:
    centre = coarse_centre(point(76.945123, 43.238456))
    corners = [(centre.lon + east, centre.lat + north) for east in (-0.008, 0.008) for north in (-0.004, 0.004)]
    seen = []

    for lon, lat in corners:
        area = point(lon, lat)
        assert coarse_centre(area) == centre
        world.redis.add(replace(asked(held()), area=area))
        seen.append(await mine(world, f"/v1/offers/{OFFER}"))

    assert len({str((one["near"], one["area"])) for one in seen}) == 1
    assert set(seen[0]["near"]["district"]) == {"kk", "ru", "en"}
    assert (await mine(world, "/v1/volunteers/v-1/offers"))["items"][0]["near"] == seen[0]["near"]


async def test_an_incident_without_a_place_has_no_surroundings(world: World) -> None:
    world.redis.add(replace(asked(held()), area=None))

    assert (await mine(world, f"/v1/offers/{OFFER}"))["near"] is None


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        (
            {"status": IncidentStatus.CANCELLED, "end_code": EndCode.FALSE_CALL},
            {"status": "cancelled", "code": "false_call", "merged": False},
        ),
        (
            {"status": IncidentStatus.CLOSED, "merged_into": INCIDENT[:-1] + "b"},
            {"status": "closed", "code": None, "merged": True},
        ),
    ],
)
async def test_an_offer_says_what_became_of_the_incident(
    world: World, known: dict[str, Any], outcome: dict[str, Any]
) -> None:
    world.redis.add(asked(held(OfferState.WITHDRAWN), requirements=(), **known))

    seen = await mine(world, f"/v1/offers/{OFFER}")

    assert seen["outcome"] == outcome
    assert (seen["wanted"], seen["accepted"], seen["requirement_languages"]) == (None, None, [])


async def test_all_offers_of_a_person_are_read_in_pages(world: World) -> None:
    offers = [held(OfferState.EXPIRED)] + [
        offer(OfferState.DECLINED, id=f"{OFFER[:-2]}{number:02x}", volunteer_id="v-1") for number in range(6)
    ]
    world.redis.add(asked(*offers))
    path = "/v1/volunteers/v-1/offers?limit=3"

    seen: list[str] = []
    page = await mine(world, path)
    while True:
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        page = await mine(world, f"{path}&cursor={page['next']}")

    assert sorted(seen) == sorted(one.id for one in offers)
    assert len((await mine(world, f"{path}&state=declined"))["items"]) == 3
    assert (await mine(world, f"{path}&cursor=o-gone"))["items"] == []
    assert page["now"] is not None
