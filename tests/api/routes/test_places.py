"""Places by name and by point, as each role sees them."""

from typing import Any

import pytest

from tests.support.api_world import World, token


async def first(world: World, **query: str) -> dict[str, Any]:
    answer = await world.client.get("/v1/places", params=query, headers=operator())
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["items"][0]
    return found


def operator() -> dict[str, str]:
    return {"Authorization": "Bearer " + token("operator", "op-1")}


async def test_a_declined_name_is_found_with_its_district(world: World) -> None:
    found = await first(world, q="в Талгаре", near="76.9,43.2")

    assert found["name"] == {"kk": "Талғар", "ru": "Талгар", "en": "Talgar"}
    assert (found["district"]["ru"], found["kind"]) == ("Талгарский", "town")
    assert 20_000 < found["distance_m"] < 30_000


async def test_a_map_names_its_towns_as_a_search_does(world: World) -> None:
    towns = (await world.ask("GET", "/v1/places/towns", role="volunteer")).json()["items"]

    assert [one["name"]["en"] for one in towns[:3]] == ["Almaty", "Astana", "Shymkent"]
    assert min(one["inhabitants"] for one in towns) >= 5_000
    for one in towns[::10]:
        lon, lat = one["location"]["coordinates"]
        found = await world.ask("GET", f"/v1/places?q={one['name']['ru']}&near={lon},{lat}")
        assert found.json()["items"][0]["name"] == one["name"]


async def test_an_english_name_is_in_english_letters(world: World) -> None:
    towns = (await world.ask("GET", "/v1/places/towns")).json()["items"]

    assert [one["name"]["en"] for one in towns if not one["name"]["en"].isascii() or "," in one["name"]["en"]] == []


@pytest.mark.parametrize("text", ["43.24, 76.95", "76.95 43.24"])
async def test_both_orders_of_coordinates_are_one_point(world: World, text: str) -> None:
    found = await first(world, q=text)

    assert found["location"]["coordinates"] == [76.95, 43.24]
    assert (found["kind"], found["region"]["en"], found["is_outside"]) == ("point", "Almaty", False)


async def test_a_point_outside_is_said_to_be_and_not_moved(world: World) -> None:
    found = await first(world, q="55.75, 37.61")

    assert found["location"]["coordinates"] == [37.61, 55.75]
    assert (found["is_outside"], found["district"]) == (True, None)


async def test_a_short_plus_code_is_completed_by_its_locality(world: World) -> None:
    found = await first(world, q="6WQW+6X Алматы")

    assert found["region"]["en"] == "Almaty"


async def test_a_street_is_said_to_be_unknown_and_no_far_town_of_its_name_is_found(world: World) -> None:
    alone = (await world.ask("GET", "/v1/places?q=улица Абая 10&near=76.9,43.2")).json()
    with_town = (await world.ask("GET", "/v1/places?q=улица Абая 10, Талгар&near=76.9,43.2")).json()

    assert (alone["items"], alone["understood_as"]) == ([], "street")
    assert with_town["understood_as"] == "street"
    assert with_town["items"][0]["name"]["en"] == "Talgar"
    assert 20_000 < with_town["items"][0]["distance_m"] < 30_000


async def test_a_short_link_is_named_as_such(world: World) -> None:
    answer = await world.ask("GET", "/v1/places?q=https://maps.app.goo.gl/abc")

    assert (answer.json()["items"], answer.json()["understood_as"]) == ([], "short_link")


@pytest.mark.parametrize("query", ["", "q=", "q=" + "a" * 10_000, "q=a&near=1", "q=a&near=500,1", "q=a&limit=0"])
async def test_bad_queries_are_refused(world: World, query: str) -> None:
    assert (await world.ask("GET", "/v1/places?" + query)).status_code == 422


@pytest.mark.parametrize("role", ["operator", "admin", "monitor", "volunteer"])
async def test_people_may_look_up_places_and_only_the_desk_sees_hazards(world: World, role: str) -> None:
    answer = await world.ask("GET", "/v1/places/at?lon=76.945&lat=43.238", role=role)

    assert answer.status_code == 200
    assert answer.json()["district"]["ru"] == "Бостандыкский"
    assert (answer.json()["hazards"] is None) == (role in ("monitor", "volunteer"))


async def test_devices_may_not(world: World) -> None:
    assert (await world.ask("GET", "/v1/places?q=a", role="tracker")).status_code == 403


async def test_a_point_outside_the_country_is_not_found(world: World) -> None:
    assert (await world.ask("GET", "/v1/places/at?lon=37.6&lat=55.7")).status_code == 404
