"""What is dangerous and who is where: hazard areas, people on them, people who are awaited."""

from dataclasses import replace

from dispatch.model.geojson import area_of
from dispatch.model.incidents import Hazard, Incident
from dispatch.model.people import Presence
from dispatch.model.places import Area, Place
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, TravelMode
from dispatch.safety import hazard_crossings
from streams.store.people import PrivateWrite
from streams.store.restore import RestoredIncident
from tests.contracts.builders import CENTRE, application, claim, fix, hold, incident, north, offer, profile
from tests.contracts.worlds import StoreWorld, applied

STALE_MS = 40 * 60_000
AT_MS = 1_795_000_000_000


def square(side_m: float = 1_000) -> Area:
    """Around the centre."""
    half = side_m / 2 / 111_226
    west, east = CENTRE.lon - half / 0.7285, CENTRE.lon + half / 0.7285
    south, top = CENTRE.lat - half, CENTRE.lat + half
    ring = [[west, south], [east, south], [east, top], [west, top], [west, south]]
    return area_of({"type": "Polygon", "coordinates": [ring]})


def flood(name: str = "flood", ground: Area | None = None) -> Incident:
    return replace(incident(name, at_ms=AT_MS), area=ground or square(), hazard=Hazard(equipped=("boat",)))


async def standing(world: StoreWorld, volunteer: str, distance_m: float, *, age_ms: int = 0, **known: object) -> None:
    await world.people.put_profiles([profile(volunteer, 1, **known)])  # type: ignore[arg-type]
    now_ms = await world.store.now_ms()
    await world.people.put_fixes([fix(volunteer, now_ms - age_ms, north(distance_m))])


async def test_people_on_the_ground_are_found_engaged_or_not(world: StoreWorld) -> None:
    await standing(world, "free", 100)
    await standing(world, "engaged", 300, skills=("boat", "rescue"))
    await standing(world, "beyond", 600)
    await standing(world, "off-duty", 100, on_duty=False)
    await world.store.claim([claim("engaged")])
    held = hold("engaged")
    await applied(world, application(0, incident(at_ms=AT_MS, offers=[offer(held, AT_MS)]), holds=[held]))

    (found,) = await world.store.inside([square()])

    assert found.volunteer_ids == ("engaged", "free")
    assert found.beyond == 0


async def test_a_long_and_thin_flood_warns_those_in_it_and_not_the_crowd_beside_it(world: StoreWorld) -> None:
    """One circle round it would hold more people than one look takes."""
    ring = [[76.5, 43.0], [76.502, 43.0], [77.402, 43.6], [77.4, 43.6], [76.5, 43.0]]
    ground = area_of({"type": "Polygon", "coordinates": [ring]})
    crowd = [f"beside-{number:04}" for number in range(1_500)]
    wet = {f"wet-{number}": Place(lon=76.576 + 0.15 * number, lat=43.05 + 0.1 * number) for number in range(6)}
    await world.people.put_profiles([profile(who, 1) for who in (*crowd, *wet)])
    now_ms = await world.store.now_ms()
    dry = Place(lon=77.15, lat=43.25)
    await world.people.put_fixes([fix(who, now_ms, dry) for who in crowd])
    await world.people.put_fixes([fix(who, now_ms, place) for who, place in wet.items()])

    (found,) = await world.store.inside([ground])

    assert found.volunteer_ids == tuple(sorted(wet))
    assert found.beyond == 0


async def test_ground_across_the_antimeridian_is_where_it_is_drawn(world: StoreWorld) -> None:
    ring = [[179.98, 52.0], [-179.98, 52.0], [-179.98, 52.02], [179.98, 52.02], [179.98, 52.0]]
    ground = area_of({"type": "Polygon", "coordinates": [ring]})
    lons = {"east": 179.985, "seam": 180.0, "west": -179.985, "beyond": -179.97, "other side": 70.0}
    await world.people.put_profiles([profile(who, 1) for who in lons])
    now_ms = await world.store.now_ms()
    await world.people.put_fixes([fix(who, now_ms, Place(lon=lon, lat=52.01)) for who, lon in lons.items()])

    (found,) = await world.store.inside([ground])

    assert found.volunteer_ids == ("east", "seam", "west")


async def test_who_gives_no_position_any_more_is_looked_for_at_home(world: StoreWorld) -> None:
    await standing(world, "home", 9_000, age_ms=STALE_MS)
    ref = "volunteer:home"
    await world.people.put_private([PrivateWrite(ref=ref, offset=1, sealed=b"sealed", home=north(50))])

    (found,) = await world.store.inside([square()])

    assert found.volunteer_ids == ("home",)


async def test_only_the_ground_itself_counts_and_not_the_circle_around_it(world: StoreWorld) -> None:
    await standing(world, "corner", 650)  # nearer than the corners, beyond the side

    assert [found.volunteer_ids for found in await world.store.inside([square(), square(2_000)])] == [(), ("corner",)]


async def test_open_dangerous_ground_is_known_to_all_until_it_ends(world: StoreWorld) -> None:
    nothing, none = await world.store.hazards("?")
    assert none == ()

    await applied(world, application(0, flood()))
    risen, known = await world.store.hazards(nothing)
    unchanged, silence = await world.store.hazards(risen)

    assert known is not None
    (ground,) = known
    assert (ground.incident_id, ground.equipped, ground.area) == (flood().id, ("boat",), square())
    assert (unchanged, silence) == (risen, None)

    ended = replace(flood(), status=IncidentStatus.CLOSED, version=2)
    await applied(world, application(1, ended, command="c-2"))
    fallen, left = await world.store.hazards(risen)
    assert fallen != risen
    assert left == ()


async def test_ground_that_moves_is_another(world: StoreWorld) -> None:
    await applied(world, application(0, flood()))
    before, _ = await world.store.hazards("")

    await applied(world, application(1, replace(flood(ground=square(3_000)), version=2), command="c-2"))

    after, known = await world.store.hazards(before)
    assert after != before
    assert known is not None
    assert [ground.area for ground in known] == [square(3_000)]


async def test_a_point_is_no_ground(world: StoreWorld) -> None:
    await applied(world, application(0, replace(incident(at_ms=AT_MS), hazard=Hazard())))

    assert (await world.store.hazards("?"))[1] == ()


async def test_a_rebuild_brings_dangerous_ground_back_as_news(world: StoreWorld) -> None:
    await applied(world, application(0, flood()))
    before, _ = await world.store.hazards("")

    await world.forget()
    await world.rebuilt(RestoredIncident(incident=flood(), timeline=[(0, 0)], holds=()))

    after, known = await world.store.hazards(before)
    assert after != before
    assert known is not None
    assert len(known) == 1


async def test_duty_and_newest_fix_of_people_who_are_awaited(world: StoreWorld) -> None:
    await standing(world, "coming", 700)
    await world.people.put_profiles([profile("unseen", 2, on_duty=False)])
    now_ms = await world.store.now_ms()

    seen = await world.store.presence(["coming", "unseen", "nobody"])

    assert seen.keys() == {"coming", "unseen"}
    assert seen["unseen"] == Presence(
        on_duty=False,
        travel_mode=TravelMode.FOOT,
        capabilities=frozenset({Capability.FIELD}),
        skills=frozenset({"first_aid"}),
        languages=("kk", "ru"),
    )
    coming = seen["coming"]
    assert (coming.accuracy_m, coming.home) == (8.0, None)
    assert coming.on_duty
    assert coming.fix_at_ms is not None
    assert abs(now_ms - coming.fix_at_ms) < 5_000
    assert coming.place is not None
    assert abs(coming.place.lat - north(700).lat) < 1e-5


def going(name: str, place: Place, state: OfferState = OfferState.EN_ROUTE, **known: object) -> Incident:
    """An incident with one person who was sent there."""
    held = hold(f"v-{name}", incident=name)
    at = Area(geometry={"type": "Point", "coordinates": [place.lon, place.lat]}, centre=place)
    return replace(incident(name, at_ms=AT_MS, offers=[offer(held, AT_MS, state=state)], at=at), **known)  # type: ignore[arg-type]


async def test_incidents_with_people_under_way_are_found_around_ground_the_nearest_first(world: StoreWorld) -> None:
    near, far = going("near", north(20_000)), going("far", north(60_000))
    asked = going("asked", north(1_000), OfferState.OFFERED)
    beyond = going("beyond", north(hazard_crossings.LOOKED_AT_M + 5_000))
    for offset, state in enumerate((far, near, asked, beyond)):
        await applied(world, application(offset, state, command=f"c-{offset}"))

    first, second = await world.store.under_way([square(), square(20_000)])

    assert first.incident_ids == (near.id, far.id)
    assert second.incident_ids == (near.id, far.id, beyond.id)
    assert not first.beyond


async def test_incidents_are_found_across_the_antimeridian_from_ground_whose_centre_lies_on_it(
    world: StoreWorld,
) -> None:
    ring = [[179.95, 43], [-179.95, 43], [-179.95, 43.2], [179.95, 43.2], [179.95, 43]]
    ground = area_of({"type": "Polygon", "coordinates": [ring]})
    assert abs(ground.centre.lon) == 180
    west, on, east = (
        going(name, Place(lon=lon, lat=43.1)) for name, lon in (("w", 179.8), ("on", 180.0), ("e", -179.8))
    )
    for offset, state in enumerate((west, on, east)):
        await applied(world, application(offset, state, command=f"c-{offset}"))

    (found,) = await world.store.under_way([ground])

    assert set(found.incident_ids) == {west.id, on.id, east.id}


async def test_who_has_arrived_or_ended_and_what_moved_is_found_where_it_is_now(world: StoreWorld) -> None:
    moved, ended = going("moved", north(20_000)), going("ended", north(10_000))
    await applied(world, application(0, moved))
    await applied(world, application(1, ended, command="c-2"))
    there = going("moved", north(500_000), version=2)
    await applied(world, application(2, there, command="c-3"))
    done = going("ended", north(10_000), OfferState.DONE, version=2)
    await applied(world, application(3, done, command="c-4"))

    assert [found.incident_ids for found in await world.store.under_way([square()])] == [()]


async def test_more_incidents_than_are_looked_at_are_told_as_such(world: StoreWorld) -> None:
    for number in range(hazard_crossings.INCIDENTS_MOST + 1):
        await applied(world, application(number, going(f"i{number}", north(100.0 * number)), command=f"c-{number}"))

    (found,) = await world.store.under_way([square()])

    assert (len(found.incident_ids), found.beyond) == (hazard_crossings.INCIDENTS_MOST, True)


async def test_a_rebuild_knows_who_is_under_way(world: StoreWorld) -> None:
    state = going("near", north(2_000))
    await world.rebuilt(RestoredIncident(incident=state, timeline=[(0, 0)], holds=()))

    assert [found.incident_ids for found in await world.store.under_way([square()])] == [(state.id,)]
    assert await world.store.under_way([]) == []
