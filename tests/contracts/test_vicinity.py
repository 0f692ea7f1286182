"""What stands near a place: open incidents for reports of the same event, and people who may have to turn round."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.context import Spot
from dispatch.model.geo import cell
from dispatch.model.incidents import Incident
from dispatch.model.merges import ReportNumber
from dispatch.model.places import Area, Place
from dispatch.model.vocabulary import IncidentStatus, TravelMode
from dispatch.ports import NotReady
from streams import redis_keys
from streams.store.nearby import NAMED_AT_MOST, NEAR_AT_MOST
from streams.store.people import PrivateWrite
from streams.store.restore import RestoredIncident
from tests.contracts.builders import ALMATY, CENTRE, application, area, fix, incident, incident_id, north, profile
from tests.contracts.worlds import RedisWorld, StoreWorld, applied

STALE_MS = 40 * 60_000


async def near(
    world: StoreWorld, radius_m: float = 2_000, place: Place = CENTRE, logged_ms: int | None = None
) -> list[str]:
    (found,) = await world.store.near([Spot(place=place, within_m=radius_m, logged_ms=logged_ms)])
    return [neighbour.incident_id for neighbour in found]


async def test_open_incidents_are_found_nearest_first_within_the_radius(world: StoreWorld) -> None:
    states = [
        incident(name, at_ms=1_000, at=area(north(distance_m)))
        for name, distance_m in (("far", 1_500), ("near", 100), ("beyond", 2_500))
    ]
    await applied(world, *[application(at, state, command=f"c-{at}") for at, state in enumerate(states)])

    assert await near(world) == [states[1].id, states[0].id]
    assert await near(world, 50) == []


async def test_what_is_compared_is_what_was_decided_last(world: StoreWorld) -> None:
    first = incident(at_ms=1_000)
    moved = replace(first, type="storm", area=area(north(5_000)), text_print="00000000000000ff")
    await applied(world, application(0, first, command="c-0"), application(1, moved, command="c-1"))

    assert await near(world) == []
    ((neighbour,),) = await world.store.near([Spot(place=north(5_000), within_m=100)])
    assert (neighbour.type, neighbour.text_print, neighbour.language) == ("storm", "00000000000000ff", "kk")
    assert neighbour.logged_ms == 1_000


async def test_what_has_ended_or_has_no_place_is_not_found_and_what_opens_again_is(world: StoreWorld) -> None:
    state = incident(at_ms=1_000)
    closed = incident(at_ms=1_000, status=IncidentStatus.CLOSED)
    placeless = incident("elsewhere", at_ms=1_000, at=None)
    await applied(
        world,
        application(0, state, command="c-0"),
        application(1, closed, command="c-1"),
        application(2, placeless, command="c-2"),
    )
    assert await near(world) == []

    await applied(world, application(3, state, command="c-3"))

    assert await near(world) == [state.id]


async def test_a_rebuilt_picture_knows_what_is_open(world: StoreWorld) -> None:
    await world.forget()
    state = incident(at_ms=1_000)
    await world.rebuilt(
        RestoredIncident(incident=state),
        RestoredIncident(incident=incident("over", at_ms=1_000, status=IncidentStatus.CLOSED)),
    )

    assert await near(world) == [state.id]


async def test_several_places_are_looked_at_at_once_and_none_costs_nothing(world: StoreWorld) -> None:
    await applied(world, application(0, incident(at_ms=1_000)))

    here, there = await world.store.near([Spot(place=CENTRE, within_m=500), Spot(place=north(9_000), within_m=500)])

    assert (len(here), there) == (1, ())
    assert await world.store.near([]) == []
    assert await world.store.whereabouts([]) == {}


async def test_people_are_where_their_fresh_fix_is_else_at_home_else_nowhere(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await world.people.put_profiles([profile(name, 1) for name in ("fresh", "stale", "homeless", "unseen")])
    await world.people.put_fixes(
        [fix("fresh", now_ms, north(100)), fix("stale", now_ms - STALE_MS), fix("homeless", now_ms - STALE_MS)]
    )
    home = PrivateWrite(ref="volunteer:stale", offset=1, sealed=b"sealed", home=north(700))
    await world.people.put_private([home])

    seen = await world.store.whereabouts(["fresh", "stale", "homeless", "unseen", "unknown"])

    assert seen.keys() == {"fresh", "stale"}
    assert seen["fresh"].place.lat == pytest.approx(north(100).lat, abs=1e-5)
    assert seen["stale"].place.lat == pytest.approx(cell(north(700)).lat, abs=1e-5)
    assert seen["fresh"].travel_mode is TravelMode.FOOT


async def test_nothing_is_said_before_the_picture_is_rebuilt(world: StoreWorld) -> None:
    await world.forget()

    with pytest.raises(NotReady):
        await world.store.near([Spot(place=CENTRE, within_m=500)])
    with pytest.raises(NotReady):
        await world.store.whereabouts(["anybody"])


@pytest.mark.parametrize("lon", [180.0, -180.0, 179.995])
async def test_reports_meet_across_the_antimeridian(world: StoreWorld, lon: float) -> None:
    state = incident(at_ms=1_000, at=area(Place(lon=180.0, lat=52.0)))
    await applied(world, application(0, state, command="c-0"))

    assert await near(world, place=Place(lon=lon, lat=52.0)) == [state.id]
    assert await near(world, place=Place(lon=-lon, lat=52.0)) == [state.id]


async def test_a_report_inside_a_wide_area_meets_it_though_its_centre_is_far(world: StoreWorld) -> None:
    wide = incident("wide", at_ms=1_000, at=area(north(9_000), reach_m=8_000))
    narrow = incident("narrow", at_ms=1_000, at=area(north(2_300), reach_m=400))
    small = incident("small", at_ms=1_000, at=area(north(2_300)))
    await applied(world, *[application(n, one, command=f"c-{n}") for n, one in enumerate((wide, narrow, small))])

    assert await near(world) == [narrow.id, wide.id]
    assert await near(world, 500) == []

    await applied(world, application(3, replace(wide, area=area(north(9_000))), command="c-3"))
    assert await near(world) == [narrow.id]


async def test_older_incidents_do_not_hide_one_of_the_same_hour(world: StoreWorld) -> None:
    old = [incident(f"old-{n}", at_ms=1_000, at=area(north(10 + n))) for n in range(45)]
    same = incident("same", at_ms=9_000_000, at=area(north(900)))
    await applied(world, *[application(n, one, command=f"c-{n}") for n, one in enumerate([*old, same])])

    assert await near(world, logged_ms=9_600_000) == [same.id]
    assert len(await near(world)) == 20


NUMBER, ANOTHER_NUMBER = "1" * 64, "2" * 64


def numbered(name: str, **known: Any) -> Incident:
    return replace(incident(name, at_ms=1_000, **known), external_id="112-000123", external_digest=NUMBER)


async def named(world: StoreWorld, *digests: str) -> list[list[str]]:
    return [[one.incident_id for one in found] for found in await world.store.named(digests or (NUMBER,))]


async def test_open_incidents_are_found_by_their_external_id_wherever_they_are(world: StoreWorld) -> None:
    states = [numbered("here"), numbered("far", at=area(north(900_000))), numbered("nowhere", at=None)]
    other = replace(incident("other", at_ms=1_000), external_id="112-000124", external_digest=ANOTHER_NUMBER)
    written = [application(at, state, command=f"c-{at}") for at, state in enumerate([*states, other])]
    await applied(world, *written)

    assert await named(world) == [sorted(state.id for state in states)]
    assert await named(world, NUMBER, "0" * 32, ANOTHER_NUMBER) == [
        sorted(state.id for state in states),
        [],
        [other.id],
    ]
    ((first, *_),) = await world.store.named([NUMBER])
    assert (first.external, first.reported_by) == (NUMBER, states[0].reported_by)


async def test_what_has_ended_has_no_number_any_more_and_what_opens_again_has(world: StoreWorld) -> None:
    state = numbered("flood")
    closed = replace(numbered("flood", status=IncidentStatus.CLOSED), version=2)
    await applied(world, application(0, state, command="c-0"), application(1, closed, command="c-1"))
    assert await named(world) == [[]]

    await applied(world, application(2, state, command="c-2"))

    assert await named(world) == [[state.id]]


async def test_what_is_known_of_a_number_is_what_was_decided_last(world: StoreWorld) -> None:
    moved = replace(numbered("flood", at=area(north(5_000))), type="storm")
    await applied(world, application(0, numbered("flood"), command="c-0"), application(1, moved, command="c-1"))

    ((found,),) = await world.store.named([NUMBER])

    assert (found.type, found.centre) == ("storm", north(5_000))


async def test_a_number_that_too_many_bear_names_nothing(world: StoreWorld) -> None:
    states = [numbered(f"flood-{number:02}") for number in range(NAMED_AT_MOST + 1)]
    written = [application(at, state, command=f"c-{at}") for at, state in enumerate(states)]
    await applied(world, *written[:-1])
    assert [len(found) for found in await named(world)] == [NAMED_AT_MOST]

    await applied(world, written[-1])

    assert await named(world) == [[]]


async def test_a_rebuilt_picture_knows_the_numbers_of_what_is_open(world: StoreWorld) -> None:
    await world.forget()
    state = numbered("flood")
    await world.rebuilt(
        RestoredIncident(incident=state),
        RestoredIncident(incident=numbered("over", status=IncidentStatus.CLOSED)),
    )

    assert await named(world) == [[state.id]]
    assert await world.store.named([]) == []


def adopting(*numbers: str, reported_by: str = "112", **known: Any) -> Incident:
    """An incident without a number of its own, whose merged reports have these."""
    known_numbers = {
        incident_id(f"report-{number[0]}"): (ReportNumber(digest=number, reported_by=reported_by),)
        for number in numbers
    }
    return replace(
        incident("adopting", at_ms=1_000, **known), reports=tuple(known_numbers), report_numbers=known_numbers
    )


@pytest.mark.parametrize("at", [ALMATY, None])
async def test_the_number_of_a_merged_report_leads_to_the_incident_that_adopted_it(
    world: StoreWorld, at: Area | None
) -> None:
    merged = replace(numbered("flood", status=IncidentStatus.CLOSED), merged_into=incident_id("adopting"))
    kept = adopting(NUMBER, at=at)
    written = [numbered("flood"), kept, merged]
    await applied(world, *[application(at, state, command=f"c-{at}") for at, state in enumerate(written)])

    ((found,),) = await world.store.named([NUMBER])

    assert (found.incident_id, found.external, found.reported_by) == (kept.id, NUMBER, "112")
    assert (found.centre is None) == (at is None)


async def test_a_number_leads_back_to_its_report_when_the_merge_is_undone(world: StoreWorld) -> None:
    written = [adopting(NUMBER, ANOTHER_NUMBER), adopting(ANOTHER_NUMBER), numbered("flood")]
    await applied(world, *[application(at, state, command=f"c-{at}") for at, state in enumerate(written)])

    assert await named(world) == [[written[2].id]]
    assert await named(world, ANOTHER_NUMBER) == [[written[0].id]]


async def test_an_incident_that_has_ended_leaves_none_of_the_numbers_of_its_reports(world: StoreWorld) -> None:
    written = [adopting(NUMBER), adopting(NUMBER, status=IncidentStatus.CLOSED)]
    await applied(world, *[application(at, state, command=f"c-{at}") for at, state in enumerate(written)])

    assert await named(world) == [[]]


async def test_a_rebuilt_store_knows_the_numbers_of_merged_reports(world: StoreWorld) -> None:
    await world.forget()
    kept = adopting(NUMBER)
    merged = replace(numbered("flood", status=IncidentStatus.CLOSED), merged_into=kept.id)
    await world.rebuilt(RestoredIncident(incident=merged), RestoredIncident(incident=kept))
    assert await named(world) == [[kept.id]]

    await applied(world, application(0, replace(adopting(), version=2), command="c-0"))

    assert await named(world) == [[]]


async def test_no_number_is_given_before_the_picture_is_rebuilt(world: StoreWorld) -> None:
    await world.forget()

    with pytest.raises(NotReady):
        await world.store.named([NUMBER])


async def test_no_key_and_no_index_shows_an_external_id(redis_url: str) -> None:
    """It may be a name or a number to call; only the state itself holds it."""
    world = RedisWorld(redis_url)
    await world.rebuilt()
    state = replace(incident(at_ms=1_000), external_id="77012345678", external_digest=NUMBER)
    await applied(world, application(0, state, command="c-0"))

    (keys,) = await world.link.run([("KEYS", "*")])
    own = redis_keys.external(NUMBER)
    indexed, named = await world.link.run([("ZRANGE", redis_keys.OPEN_INCIDENTS, 0, -1), ("HVALS", own)])
    await world.link.close()

    assert len(indexed) == len(named) == 1
    assert b"77012345678" not in b"".join([*keys, *indexed, *named])


async def test_of_a_crowd_in_one_place_those_of_the_time_are_found_and_the_nearest(world: StoreWorld) -> None:
    """Ten old ones for each of the last half hour, all in one place, and some beside it."""
    day_ms = 86_400_000
    old = [incident(f"old-{number}", at_ms=1_000) for number in range(150)]
    new = [incident(f"new-{number}", at_ms=day_ms) for number in range(15)]
    beside = [incident(f"beside-{number}", at_ms=day_ms, at=area(north(100.0 + number))) for number in range(10)]
    await applied(world, *[application(at, state, command=f"c-{at}") for at, state in enumerate([*old, *beside, *new])])

    found = await near(world, logged_ms=day_ms)

    assert set(found[:15]) == {state.id for state in new}
    assert found[15:] == [state.id for state in beside[:5]]


async def test_of_hundreds_in_one_place_as_many_are_found_as_of_a_few_that_are_near(world: StoreWorld) -> None:
    states = [incident(f"one-{number}", at_ms=1_000) for number in range(600)]
    await applied(world, *[application(at, state, command=f"c-{at}") for at, state in enumerate(states)])

    found = await near(world, logged_ms=1_000)

    assert len(set(found)) == len(found) == NEAR_AT_MOST
