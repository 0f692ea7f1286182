"""The search: who is found, who is left out and why."""

import pytest

from dispatch.model.geo import cell
from dispatch.model.places import Place
from dispatch.model.reasons import Exclusion
from streams.store.memory.distances import metres
from streams.store.people import PrivateWrite
from tests.contracts.builders import (
    CENTRE,
    DIGITAL,
    FIELD,
    application,
    area,
    claim,
    fix,
    hold,
    incident,
    need,
    north,
    offer,
    profile,
    requirement,
)
from tests.contracts.worlds import StoreWorld, applied

HOUR_MS = 3_600_000
STALE_MS = 40 * 60_000


async def standing(world: StoreWorld, volunteer: str, distance_m: float, *, age_ms: int = 0, offset: int = 1) -> None:
    """On duty with first aid, so far north of the centre."""
    await world.people.put_profiles([profile(volunteer, offset)])
    now_ms = await world.store.now_ms()
    await world.people.put_fixes([fix(volunteer, now_ms - age_ms, north(distance_m))])


async def home(world: StoreWorld, volunteer: str, distance_m: float | None, *, offset: int = 1) -> None:
    place = north(distance_m) if distance_m is not None else None
    sealed = b"sealed" if place else None
    ref = f"volunteer:{volunteer}"
    await world.people.put_private([PrivateWrite(ref=ref, offset=offset, sealed=sealed, home=place)])


def from_cell_m(distance_m: float) -> float:
    """Distance of a home so far north of the centre, as it is kept: at the centre of its cell."""
    return metres(CENTRE, cell(north(distance_m)))


async def test_the_nearest_come_first_from_widening_rings(world: StoreWorld) -> None:
    for volunteer, distance_m in [("far", 4_300), ("near", 90), ("middle", 1_200), ("beyond", 5_400)]:
        await standing(world, volunteer, distance_m)

    found = (await world.store.find([need()]))[0]

    assert [candidate.volunteer_id for candidate in found.candidates] == ["near", "middle", "far"]
    assert [candidate.distance_m for candidate in found.candidates] == pytest.approx([90, 1_200, 4_300], abs=3)
    assert found.complete
    assert found.searched_m == 5_000


async def test_the_search_stops_when_it_has_enough_to_choose_from(world: StoreWorld) -> None:
    for number in range(12):
        await standing(world, f"v-{number:02}", 30 * number)
    await standing(world, "far", 3_000)

    found = (await world.store.find([need(want=3)]))[0]

    assert [candidate.volunteer_id for candidate in found.candidates] == [f"v-{n:02}" for n in range(8)]
    assert not found.complete
    assert found.searched_m == pytest.approx(250, abs=1)


async def test_the_reach_of_an_area_widens_every_limit(world: StoreWorld) -> None:
    await standing(world, "v-1", 5_900)

    found = await world.store.find([need(), need(at=area(CENTRE, reach_m=1_000))])

    assert [len(each.candidates) for each in found] == [0, 1]


async def test_a_place_near_the_pole_is_no_poison(world: StoreWorld) -> None:
    await world.people.put_profiles([profile("v-1", 1)])
    now_ms = await world.store.now_ms()

    await world.people.put_fixes([fix("v-1", now_ms, Place(lon=0.0, lat=89.9))])

    assert (await world.store.find([need(at=area(Place(lon=0.0, lat=-89.0)))]))[0].candidates == ()


async def test_people_are_left_out_for_a_reason_that_is_counted(world: StoreWorld) -> None:
    await standing(world, "asked", 100)
    await standing(world, "claimed", 110)
    await standing(world, "engaged", 120)
    await standing(world, "off-duty", 130)
    await world.people.put_profiles(
        [
            profile("off-duty", 2, on_duty=False),
            profile("kazakh", 1, languages=("kk",)),
            profile("near-only", 1, max_distance_m=50),
            profile("cook", 1, skills=("logistics",)),
        ]
    )
    now_ms = await world.store.now_ms()
    await world.people.put_fixes([fix(who, now_ms, north(200)) for who in ("kazakh", "near-only", "cook")])
    await standing(world, "stale", 140, age_ms=STALE_MS)
    await world.store.claim([claim("claimed", incident="fire", command="c-2")])
    held = hold("engaged", incident="fire", command="c-3")
    fire = incident("fire", at_ms=now_ms, offers=[offer(held, now_ms)])
    await applied(world, application(0, fire, command="c-3", holds=[held]))

    found = (await world.store.find([need(requirement(languages=("ru", "en")), asked_before=frozenset({"asked"}))]))[0]

    assert found.candidates == ()
    assert found.excluded == {
        Exclusion.ASKED_BEFORE: 1,
        Exclusion.ENGAGED: 2,
        Exclusion.LANGUAGE: 1,
        Exclusion.TOO_FAR: 1,
        Exclusion.STALE_PLACE: 1,
    }


async def test_a_stale_fix_gives_way_to_the_home_place(world: StoreWorld) -> None:
    await standing(world, "v-1", 100, age_ms=STALE_MS)
    await home(world, "v-1", 700)

    candidate = (await world.store.find([need()]))[0].candidates[0]

    assert candidate.from_home
    assert candidate.distance_m == pytest.approx(from_cell_m(700), abs=3)
    assert candidate.fix_age_s is None


async def test_a_fresh_fix_counts_more_than_home(world: StoreWorld) -> None:
    await home(world, "v-1", 700)
    await standing(world, "v-1", 100, age_ms=60_000)

    candidate = (await world.store.find([need()]))[0].candidates[0]

    assert not candidate.from_home
    assert candidate.distance_m == pytest.approx(100, abs=3)
    assert candidate.fix_age_s == pytest.approx(60, abs=5)


async def test_an_older_private_record_never_overwrites_a_newer_one(world: StoreWorld) -> None:
    await standing(world, "v-1", 9_000, age_ms=STALE_MS)
    await home(world, "v-1", 700, offset=5)

    await home(world, "v-1", 300, offset=4)
    await home(world, "v-1", None, offset=5)

    candidate = (await world.store.find([need()]))[0].candidates[0]
    assert candidate.distance_m == pytest.approx(from_cell_m(700), abs=3)


async def test_an_erased_person_does_not_come_back_with_an_older_profile(world: StoreWorld) -> None:
    await standing(world, "v-1", 100, offset=5)
    await world.people.erase("v-1", profile_offset=7, private_offset=7)

    await world.people.put_profiles([profile("v-1", 6)])
    await world.people.put_fixes([fix("v-1", await world.store.now_ms())])
    assert (await world.store.find([need()]))[0].candidates == ()

    await world.people.put_profiles([profile("v-1", 8)])
    assert (await world.store.find([need()]))[0].candidates == ()
    await world.people.put_fixes([fix("v-1", await world.store.now_ms() + 1_000)])
    assert len((await world.store.find([need()]))[0].candidates) == 1


async def test_the_sweep_moves_people_home(world: StoreWorld) -> None:
    await standing(world, "has-home", 20_000, age_ms=STALE_MS)
    await home(world, "has-home", 300)
    await standing(world, "homeless", 400, age_ms=STALE_MS)
    await standing(world, "fresh", 500)

    swept = await world.people.sweep_fixes(HOUR_MS)

    found = (await world.store.find([need()]))[0]
    assert swept == 2
    assert {candidate.volunteer_id for candidate in found.candidates} == {"has-home", "fresh"}
    assert found.excluded == {Exclusion.STALE_PLACE: 1}
    assert await world.people.sweep_fixes(HOUR_MS) == 0


@pytest.mark.parametrize("ttl_ms", [HOUR_MS // 2, HOUR_MS // 12], ids=["longer than fresh", "shorter than fresh"])
async def test_the_sweep_forgets_positions_after_their_time(world: StoreWorld, ttl_ms: int) -> None:
    await standing(world, "old", 400, age_ms=STALE_MS)
    await home(world, "old", 300)
    await standing(world, "homeless", 400, age_ms=STALE_MS)
    await standing(world, "fresh", 500, age_ms=60_000)

    swept = await world.people.sweep_fixes(ttl_ms)

    found = (await world.store.find([need()]))[0]
    assert swept == 2
    assert {candidate.volunteer_id for candidate in found.candidates} == {"old", "fresh"}
    assert found.excluded == {}
    await world.audit()


async def test_digital_people_are_found_least_loaded_first(world: StoreWorld) -> None:
    translator = requirement(capability=DIGITAL[0], skill="translator")
    for number, volunteer in enumerate(["twice", "once", "never"]):
        await world.people.put_profiles([profile(volunteer, number, capabilities=DIGITAL, skills=("translator",))])
    now_ms = await world.store.now_ms()
    for offset, (volunteer, made_ms) in enumerate(
        [("twice", now_ms - HOUR_MS), ("once", now_ms - HOUR_MS), ("twice", now_ms)]
    ):
        held = hold(volunteer, command=f"c-{offset}")
        state = incident(at_ms=now_ms, offers=[offer(held, made_ms)])
        await applied(world, application(2 * offset, state, command=f"c-{offset}", holds=[held]))
        await applied(world, application(2 * offset + 1, state, command=f"end-{offset}", freed=[held]))

    found = (await world.store.find([need(translator, at=None)]))[0]

    assert [candidate.volunteer_id for candidate in found.candidates] == ["never", "once", "twice"]
    loads = [candidate.load for candidate in found.candidates]
    assert loads == pytest.approx([0, 2**-0.25, 1 + 2**-0.25], abs=0.01)


async def test_digital_people_are_found_by_any_of_the_languages(world: StoreWorld) -> None:
    caller = requirement(capability=DIGITAL[0], skill="call_taking", languages=("kk", "en"))
    for volunteer, languages in [("kk", ("kk",)), ("ru", ("ru",)), ("both", ("kk", "en")), ("en", ("en", "ru"))]:
        await world.people.put_profiles(
            [profile(volunteer, 1, capabilities=DIGITAL, skills=("call_taking",), languages=languages)]
        )

    found = (await world.store.find([need(caller, want=4)]))[0]

    assert {candidate.volunteer_id for candidate in found.candidates} == {"kk", "both", "en"}
    assert found.excluded == {Exclusion.LANGUAGE: 1}
    assert found.complete


async def test_engaged_digital_people_are_counted(world: StoreWorld) -> None:
    await world.people.put_profiles([profile("v-1", 1, capabilities=DIGITAL, skills=("mapping",))])
    now_ms = await world.store.now_ms()
    held = hold("v-1")
    await applied(world, application(0, incident(at_ms=now_ms, offers=[offer(held, now_ms)]), holds=[held]))

    found = (await world.store.find([need(requirement(capability=DIGITAL[0], skill="mapping"))]))[0]

    assert found.candidates == ()
    assert found.excluded == {Exclusion.ENGAGED: 1}


async def test_one_person_may_be_field_and_digital(world: StoreWorld) -> None:
    skills = ("first_aid", "mapping")
    await world.people.put_profiles([profile("v-1", 1, capabilities=(*FIELD, *DIGITAL), skills=skills)])
    now_ms = await world.store.now_ms()
    await world.people.put_fixes([fix("v-1", now_ms)])

    found = await world.store.find([need(), need(requirement(capability=DIGITAL[0], skill="mapping"))])

    assert [len(each.candidates) for each in found] == [1, 1]
    await world.audit()


async def test_a_moved_person_is_found_where_they_are_now(world: StoreWorld) -> None:
    await standing(world, "v-1", 300, age_ms=60_000)
    now_ms = await world.store.now_ms()

    await world.people.put_fixes([fix("v-1", now_ms, north(1_300))])
    await world.people.put_fixes([fix("v-1", now_ms - 30_000, north(10))])

    candidate = (await world.store.find([need()]))[0].candidates[0]
    assert candidate.distance_m == pytest.approx(1_300, abs=3)


async def test_a_person_without_any_place_is_not_found_for_field_work(world: StoreWorld) -> None:
    await world.people.put_profiles([profile("v-1", 1)])

    found = (await world.store.find([need()]))[0]

    assert found.candidates == ()
    assert found.complete


@pytest.mark.parametrize("written", ["kk", "kaz", "kz", "KK-kz", "kk_KZ"])
@pytest.mark.parametrize("wanted", ["kk-KZ", "kaz", "kz"])
async def test_a_language_is_found_however_it_is_written(world: StoreWorld, written: str, wanted: str) -> None:
    both = (*FIELD, *DIGITAL)
    await world.people.put_profiles([profile("v-1", 1, capabilities=both, languages=("ru", written))])
    await world.people.put_fixes([fix("v-1", await world.store.now_ms())])
    remote = requirement(capability=DIGITAL[0], languages=(wanted,))

    found = await world.store.find([need(requirement(languages=(wanted,))), need(remote)])

    assert [len(each.candidates) for each in found] == [1, 1]
    assert [each.complete for each in found] == [True, True]
    assert found[0].candidates[0].languages == found[1].candidates[0].languages
    assert found[0].candidates[0].languages[1].startswith("kk")


@pytest.mark.parametrize("centre_lon", [180.0, -180.0, 179.99, -179.99])
async def test_people_are_found_across_the_antimeridian(world: StoreWorld, centre_lon: float) -> None:
    lons = {"east": 179.985, "seam": 180.0, "rounded": 179.9999999, "other seam": -180.0, "west": -179.985}
    await world.people.put_profiles([profile(who, 1) for who in (*lons, "far")])
    now_ms = await world.store.now_ms()
    await world.people.put_fixes([fix(who, now_ms, Place(lon=lon, lat=52.0)) for who, lon in lons.items()])
    await world.people.put_fixes([fix("far", now_ms, Place(lon=-179.8, lat=52.0))])

    (found,) = await world.store.find([need(at=area(Place(lon=centre_lon, lat=52.0)), want=9)])

    assert {candidate.volunteer_id for candidate in found.candidates} == set(lons)
    assert found.complete
    assert all(candidate.distance_m is not None and candidate.distance_m < 2_000 for candidate in found.candidates)
