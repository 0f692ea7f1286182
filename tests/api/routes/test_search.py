"""Search, the list of people and their audit: what each text finds, and what is never found or shown."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from dispatch.model.call_numbers import CallNumber
from dispatch.model.geo import distance_m
from dispatch.model.geojson import area_of
from dispatch.model.incidents import Incident
from dispatch.model.places import Place
from dispatch.model.private_refs import volunteer_ref
from dispatch.model.vocabulary import Capability, IncidentStatus, TravelMode
from dispatch.notices.rules import NoticeOutcome
from streams import wire
from streams.store.reach import Told
from streams.wire import VolunteerPrivate
from streams.wire.client_digests import client_digests
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code, fields
from tests.support.builders import INCIDENT, ZONE, incident
from tests.support.cells import area_at, around, in_same_wide_cell

TALGAR = area_of({"type": "Point", "coordinates": [77.24, 43.30]})
CLOSED = f"i-{ZONE}-" + "e" * 32


def called(day: str, number: int, **known: Any) -> Incident:
    return incident(call_number=CallNumber(day=day, letters="AK", number=number), **known)


async def found(world: World, text: str, language: str = "ru") -> list[tuple[str, str, str]]:
    answer = await world.ask("GET", f"/v1/search?q={text}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return [(one["type"], one["title"], one["match"]) for one in answer.json()["items"]]


def person(world: World, volunteer_id: str, label: str | None = None, **known: Any) -> None:
    defaults: dict[str, Any] = {
        "capabilities": (Capability.FIELD,),
        "skills": ("first_aid",),
        "languages": ("kk",),
        "travel_mode": TravelMode.CAR,
        "max_distance_m": None,
        "on_duty": True,
        "changed_ms": 0,
    }
    world.redis.profiles[volunteer_id] = wire.VolunteerRecord(id=volunteer_id, **(defaults | known))
    if label is not None:
        ref = volunteer_ref(volunteer_id)
        world.redis.sealed[ref] = wire.seal(DATA_KEY, ref, VolunteerPrivate(label=label))


@pytest.mark.parametrize("typed", ["AK-042", "ак 42", "АК42", " ak-042 "])
async def test_an_incident_is_found_by_its_call_number_the_newest_day_first(world: World, typed: str) -> None:
    world.redis.add(
        called("2026-11-26", 42, id=CLOSED, status=IncidentStatus.CLOSED),
        called("2026-11-27", 42),
        called("2026-11-27", 43, id=f"i-{ZONE}-" + "f" * 32),
    )

    answer = await world.ask("GET", f"/v1/search?q={typed}")

    items = answer.json()["items"]
    assert [(one["id"], one["title"], one["match"]) for one in items] == [
        (INCIDENT, "AK-042", "call_number"),
        (CLOSED, "AK-042", "call_number"),
    ]
    assert items[0]["incident"]["call_number"] == "AK-042"


async def test_incidents_are_found_by_id_and_by_external_id_also_after_their_end(world: World) -> None:
    digest = client_digests(DATA_KEY).external_digest("112-000123")
    world.redis.add(
        incident(id=CLOSED, status=IncidentStatus.CLOSED, external_digest=digest), incident(external_digest=digest)
    )

    assert await found(world, CLOSED) == [("incident", CLOSED, "id")]
    # The open one first: it is what can still be helped.
    assert await found(world, " 112-000123 ") == [
        ("incident", INCIDENT, "external_id"),
        ("incident", CLOSED, "external_id"),
    ]
    assert await found(world, f"i-{ZONE}-" + "0" * 32) == []


async def test_a_place_is_found_by_name_with_what_is_open_near_it(world: World) -> None:
    far = area_of({"type": "Point", "coordinates": [71.43, 51.13]})
    elsewhere = f"i-{ZONE}-" + "f" * 32
    world.redis.add(
        incident(area=TALGAR),
        incident(id=CLOSED, area=TALGAR, status=IncidentStatus.CLOSED),
        incident(id=elsewhere, area=far),
    )

    items = await found(world, "Талгар")

    assert items[0] == ("place", "Талгар", "name")
    assert [one for one in items if one[0] == "incident"] == [("incident", INCIDENT, "near")]


async def test_people_on_duty_are_found_by_their_label_and_anybody_by_id(world: World) -> None:
    person(world, "v-1", "Айгүл Сергеевна")
    person(world, "v-2", "Айгүл", on_duty=False)

    assert [one for one in await found(world, "сергее") if one[0] == "volunteer"] == [
        ("volunteer", "Айгүл Сергеевна", "label")
    ]
    assert ("volunteer", "Айгүл", "id") in await found(world, "v-2")


async def test_a_search_is_recorded_with_what_it_showed_and_without_the_text(world: World) -> None:
    world.redis.add(called("2026-11-27", 42))
    world.log.audits.clear()

    await world.ask("GET", "/v1/search?q=AK-042", subject="op-7")

    (entry,) = world.log.audits
    assert (entry.actor, entry.action, entry.subjects) == ("op-7", "search.read", (INCIDENT,))


@pytest.mark.parametrize(("lon", "lat"), [(76.9, 43.2), (57.2, 50.3), (80.2, 50.4)])
async def test_of_places_with_one_name_the_nearest_comes_first_with_what_is_open_around_it(
    world: World, lon: float, lat: float
) -> None:
    """`Жаңаталап` is the name of dozens of villages, in most regions."""
    here = Place(lon=lon, lat=lat)
    every = world.app.state.services.gazetteer().find("Жаңаталап", limit=200)
    same = [one.known.place for one in every if one.known.name.kk.casefold() == "жаңаталап"]
    nearest = min(same, key=lambda one: distance_m(here, one))
    at_the_nearest = area_of({"type": "Point", "coordinates": [nearest.lon, nearest.lat]})
    world.redis.add(incident(area=at_the_nearest))

    answer = (await world.ask("GET", f"/v1/search?q=Жаңаталап&near={lon},{lat}")).json()

    assert len(same) > 3
    places = [one["place"] for one in answer["items"] if one["type"] == "place"]
    assert places[0]["location"]["coordinates"] == pytest.approx([nearest.lon, nearest.lat], abs=1e-4)
    distances = [one["distance_m"] for one in places]
    assert None not in distances
    assert [one["id"] for one in answer["items"] if one["type"] == "incident"] == [INCIDENT]


async def test_a_name_that_fits_comes_before_one_that_nearly_fits_close_by(world: World) -> None:
    answer = (await world.ask("GET", "/v1/search?q=Ақтау&near=76.9,43.2")).json()

    assert answer["items"][0]["title"] == "Aktau"


async def test_without_redis_places_are_found_and_the_answer_says_that_it_is_incomplete(world: World) -> None:
    world.redis.is_down = True

    answer = (await world.ask("GET", "/v1/search?q=Талгар")).json()

    assert answer["complete"] is False
    assert {one["type"] for one in answer["items"]} == {"place"}


async def test_the_list_of_people_shows_labels_and_reach_and_neither_contact_nor_place(world: World) -> None:
    person(world, "v-1", "Айгүл")
    person(world, "v-2", skills=("doctor",), on_duty=False)
    await world.reach.put(
        Told(volunteer_id="v-1", kind="webpush", outcome=NoticeOutcome.SENT, at_ms=1_000, device="ch-1")
    )
    world.log.audits.clear()

    answer = (await world.ask("GET", "/v1/volunteers")).json()

    first, second = answer["items"]
    assert (first["label"], first["skills"], first["on_duty"], first["engaged_in"]) == (
        "Айгүл",
        ["first_aid"],
        True,
        None,
    )
    assert first["reach"] == {"at": "1970-01-01T00:00:01.000Z", "channels": 1, "working": 1}
    assert (second["label"], second["reach"], answer["next"]) == (None, None, None)
    assert first.keys().isdisjoint({"home", "contact", "location", "name", "phone"})
    assert [(entry.action, entry.subjects) for entry in world.log.audits] == [("volunteers.list", ("v-1", "v-2"))]


async def test_people_are_filtered_by_skill_duty_and_label(world: World) -> None:
    person(world, "v-1", "Айгүл")
    person(world, "v-2", "Болат", skills=("doctor", "first_aid"), on_duty=False)

    async def ids(query: str) -> list[str]:
        return [one["id"] for one in (await world.ask("GET", f"/v1/volunteers?{query}")).json()["items"]]

    assert await ids("skill=doctor") == ["v-2"]
    assert await ids("on_duty=true") == ["v-1"]
    assert await ids("on_duty=false") == ["v-2"]
    assert await ids("q=бол") == ["v-2"]
    assert await ids("q=v-1") == ["v-1"]
    assert await ids("q=айгүл&skill=doctor") == []


async def test_pages_of_people_follow_each_other_without_gap_or_repeat(world: World) -> None:
    for number in range(230):
        person(world, f"v-{number:03}")
    seen: list[str] = []
    following: str | None = ""
    while following is not None:
        answer = (await world.ask("GET", f"/v1/volunteers?limit=30{following and '&cursor=' + following}")).json()
        assert len(answer["items"]) <= 30
        seen += [one["id"] for one in answer["items"]]
        following = answer["next"]

    assert seen == [f"v-{number:03}" for number in range(230)]


async def test_a_page_of_people_examines_a_bounded_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.reads.people_list.EXAMINED_AT_MOST", 100)
    for number in range(230):
        person(world, f"v-{number:03}")

    answer = (await world.ask("GET", "/v1/volunteers?q=nobody")).json()

    assert answer["items"] == []
    assert answer["next"] is not None


async def test_with_an_incident_people_are_in_classes_of_distance(world: World) -> None:
    world.redis.add(incident())
    state = world.redis.states[INCIDENT]
    assert state.area is not None
    for name, north in (("v-far", 0.2), ("v-near", 0.02)):
        person(world, name)
        world.redis.standing[name] = replace(state.area.centre, lat=state.area.centre.lat + north)
    person(world, "v-lost")

    items = (await world.ask("GET", f"/v1/volunteers?incident={INCIDENT}")).json()["items"]

    assert [one["id"] for one in items] == ["v-near", "v-far", "v-lost"]
    assert [one["about_km"] for one in items] == [3, 50, None]


async def test_of_a_drill_no_distance_is_told_and_nobody_comes_first(world: World) -> None:
    world.redis.add(incident(exercise=True))
    state = world.redis.states[INCIDENT]
    assert state.area is not None
    for name, north in (("v-far", 0.2), ("v-near", 0.02)):
        person(world, name)
        world.redis.standing[name] = replace(state.area.centre, lat=state.area.centre.lat + north)

    items = (await world.ask("GET", f"/v1/volunteers?incident={INCIDENT}")).json()["items"]

    assert items == (await world.ask("GET", "/v1/volunteers")).json()["items"]
    assert {one["about_km"] for one in items} == {None}


@pytest.mark.parametrize("seed", range(5))
async def test_no_list_from_any_incident_tells_two_places_of_a_cell_apart(world: World, seed: int) -> None:
    """Distances and the order, for incidents around somebody: both are those of every other place in their cell."""
    rng = Random(seed)
    home = around(rng)
    for number in range(4):
        person(world, f"v-{number}")
        world.redis.standing[f"v-{number}"] = around(rng, home, 3_000.0)
    person(world, "v-home")
    answers = []
    scenes = [around(rng, home, 6_000.0) for _ in range(20)]
    for place in (home, in_same_wide_cell(rng, home)):
        world.redis.standing["v-home"] = place
        told = []
        for scene in scenes:
            world.redis.add(incident(area=area_at(scene)))
            items = (await world.ask("GET", f"/v1/volunteers?incident={INCIDENT}")).json()["items"]
            told.append([(one["id"], one["about_km"]) for one in items])
        answers.append(told)

    assert answers[0] == answers[1]
    assert len({str(told) for told in answers[0]}) > 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("/v1/volunteers?cursor=x", "cursor"),
        ("/v1/volunteers?limit=101", "limit"),
        ("/v1/volunteers?incident=x", "incident"),
        ("/v1/search?q=", "q"),
        ("/v1/search", "q"),
        ("/v1/search?q=Талгар&near=north", "near"),
    ],
)
async def test_bad_queries_name_the_field(world: World, query: str, field: str) -> None:
    assert fields(await world.ask("GET", query)) == [field]


@pytest.mark.parametrize("path", ["/v1/volunteers", "/v1/search?q=v-1"])
@pytest.mark.parametrize("role", ["volunteer", "monitor", "tracker"])
async def test_only_operators_look_for_people(world: World, path: str, role: str) -> None:
    assert code(await world.ask("GET", path, role=role)) == "forbidden"
