"""Which fixes place a person: what is vague, impossible or late is weighed alike on Redis and in memory."""

from dataclasses import replace

import pytest

from dispatch.model.places import Place
from streams import redis_keys
from streams.store.people import FixWrite, PrivateWrite
from tests.contracts.builders import CENTRE, claim, fix, need, north, profile, requirement
from tests.contracts.worlds import RedisWorld, StoreWorld

MINUTE_MS = 60_000
SIGN_LOST = Place(lon=-CENTRE.lon, lat=CENTRE.lat)


async def told(world: StoreWorld, *fixes: FixWrite) -> list[bool]:
    """Whether each placed the person, one batch after the other."""
    return [one not in await world.people.put_fixes([one]) for one in fixes]


async def at(world: StoreWorld) -> Place | None:
    seen = (await world.store.presence(["v-1"]))["v-1"]
    return seen.place


async def start(world: StoreWorld) -> int:
    await world.people.put_profiles([profile("v-1", 1)])
    return await world.store.now_ms() - 10 * MINUTE_MS


def is_at(place: Place | None, expected: Place) -> bool:
    return place is not None and abs(place.lon - expected.lon) < 1e-5 and abs(place.lat - expected.lat) < 1e-5


async def test_a_leap_waits_for_a_second_fix(world: StoreWorld) -> None:
    then = await start(world)

    placed = await told(world, fix("v-1", then), fix("v-1", then + MINUTE_MS, SIGN_LOST))
    assert placed == [True, False]
    assert is_at(await at(world), CENTRE)
    await world.audit()

    again = await told(world, fix("v-1", then + MINUTE_MS, SIGN_LOST), fix("v-1", then + 2 * MINUTE_MS, SIGN_LOST))
    assert again == [False, True]
    assert is_at(await at(world), SIGN_LOST)
    await world.audit()


async def test_several_fixes_of_one_person_in_a_batch_are_weighed_in_their_order(world: StoreWorld) -> None:
    then = await start(world)
    fixes = [
        fix("v-1", then + number * MINUTE_MS, place) for number, place in enumerate((CENTRE, SIGN_LOST, north(40)))
    ]

    doubted = await world.people.put_fixes(fixes)

    assert doubted == {fixes[1]}
    assert is_at(await at(world), north(40))


@pytest.mark.parametrize("hop_m", [490, 4_900])
async def test_hops_in_quick_succession_get_the_slack_once(world: StoreWorld, hop_m: int) -> None:
    then = await start(world)

    placed = await told(world, *(fix("v-1", then + number * 1_000, north(number * hop_m)) for number in range(6)))

    assert placed == [True, hop_m < 500, False, False, False, False]
    await world.audit()


async def test_the_anchor_moves_on_with_who_travels(world: StoreWorld) -> None:
    then = await start(world)

    placed = await told(world, *(fix("v-1", then + s * 1_000, north(s * 14)) for s in range(0, 300, 15)))
    hops = await told(world, *(fix("v-1", then + 285_000 + s * 1_000, north(285 * 14 + s * 450)) for s in range(1, 5)))

    assert all(placed)
    assert hops == [True, False, False, False]


async def test_what_fitted_after_a_leap_makes_the_leap_a_first_one_again(world: StoreWorld) -> None:
    then = await start(world)
    far = north(80_000)
    moments = [(CENTRE, 0), (far, 1), (north(30), 2), (far, 3)]

    placed = await told(world, *(fix("v-1", then + minute * MINUTE_MS, place) for place, minute in moments))

    assert placed == [True, False, True, False]


async def test_what_comes_late_never_moves_anybody_back(world: StoreWorld) -> None:
    then = await start(world)

    await told(world, fix("v-1", then + MINUTE_MS, north(50)), fix("v-1", then))

    assert is_at(await at(world), north(50))


async def test_vague_fixes_neither_begin_nor_confirm_a_leap(world: StoreWorld) -> None:
    then = await start(world)
    first, second = (
        replace(fix("v-1", then + number * 1_000, north(218_000)), accuracy_m=25_000.0) for number in (1, 2)
    )

    assert await told(world, fix("v-1", then), first, second) == [True, False, False]
    assert is_at(await at(world), CENTRE)
    assert await told(world, fix("v-1", then + 3_000, north(218_000))) == [False]
    assert is_at(await at(world), CENTRE)
    # One of the same burst does not confirm it, one that is ten seconds newer does.
    assert await told(world, fix("v-1", then + 12_999, north(218_000))) == [False]
    assert await told(world, fix("v-1", then + 13_000, north(218_000))) == [True]
    await world.audit()


async def test_a_vague_fix_leaves_a_precise_one_in_force(world: StoreWorld) -> None:
    then = await start(world)
    vague = replace(fix("v-1", then + MINUTE_MS, north(20_000)), accuracy_m=25_000.0)

    assert await told(world, fix("v-1", then), vague) == [True, False]

    assert is_at(await at(world), CENTRE)
    (found,) = await world.store.find([need()])
    assert [one.volunteer_id for one in found.candidates] == ["v-1"]


async def test_who_is_known_only_vaguely_is_looked_for_at_home(world: StoreWorld) -> None:
    then = await start(world)
    await world.people.put_private([PrivateWrite(ref="volunteer:v-1", offset=1, sealed=b"x", home=north(300))])
    await told(world, replace(fix("v-1", then, north(20_000)), accuracy_m=25_000.0))

    (found,) = await world.store.find([need()])

    (person,) = found.candidates
    assert (person.from_home, person.accuracy_m) == (True, None)
    await world.audit()


async def test_who_is_known_only_vaguely_and_has_no_home_is_not_asked(world: StoreWorld) -> None:
    then = await start(world)
    await told(world, replace(fix("v-1", then), accuracy_m=6_000.0))

    near, wide = await world.store.find([need(), need(requirement(max_distance_m=50_000))])

    assert near.candidates == wide.candidates == ()  # on foot they go 5 km
    assert near.excluded == {"stale_place": 1}


async def test_a_precise_fix_after_a_vague_one_brings_them_back(world: StoreWorld) -> None:
    then = await start(world)
    await world.people.put_private([PrivateWrite(ref="volunteer:v-1", offset=1, sealed=b"x", home=north(30_000))])
    vague = replace(fix("v-1", then, north(2_000)), accuracy_m=6_000.0)

    assert await told(world, vague, fix("v-1", then + MINUTE_MS, north(100))) == [True, True]

    (found,) = await world.store.find([need()])
    assert [(one.from_home, one.accuracy_m) for one in found.candidates] == [(False, 8.0)]
    await world.audit()


async def test_accuracy_is_part_of_what_the_search_tells(world: StoreWorld) -> None:
    then = await start(world)
    await told(world, fix("v-1", then), replace(fix("v-1", then + MINUTE_MS), accuracy_m=None))

    (found,) = await world.store.find([need()])

    assert [one.accuracy_m for one in found.candidates] == [None]


async def test_what_waits_is_forgotten_with_the_place(redis_world: RedisWorld) -> None:
    then = await start(redis_world)
    await told(redis_world, fix("v-1", then), replace(fix("v-1", then + 1, SIGN_LOST), continues=False))
    key = redis_keys.volunteer("v-1")
    names = ("px", "py", "pa", "pt", "ht", "qt", "at", "ax", "ay", "aa")
    assert all((await redis_world.link.run([("HMGET", key, *names)]))[0])

    await redis_world.people.sweep_fixes(MINUTE_MS)

    assert not any((await redis_world.link.run([("HMGET", key, *names)]))[0])
    assert await told(redis_world, fix("v-1", then + 2, SIGN_LOST)) == [True]


async def test_nothing_that_waits_is_left_of_an_erased_person(redis_world: RedisWorld) -> None:
    then = await start(redis_world)
    await told(redis_world, fix("v-1", then), replace(fix("v-1", then + 1, SIGN_LOST), continues=False))

    await redis_world.people.erase("v-1", profile_offset=9)

    assert (await redis_world.link.run([("EXISTS", redis_keys.volunteer("v-1"))]))[0] == 0


async def test_the_first_fix_of_who_was_looked_for_at_home_is_believed(world: StoreWorld) -> None:
    then = await start(world)
    await world.people.put_private([PrivateWrite(ref="volunteer:v-1", offset=1, sealed=b"x", home=north(9_000))])

    assert await told(world, fix("v-1", then)) == [True]

    (found,) = await world.store.find([need()])
    assert [one.from_home for one in found.candidates] == [False]
    await world.audit()


async def test_a_claim_does_not_change_how_fixes_are_weighed(world: StoreWorld) -> None:
    then = await start(world)
    await told(world, fix("v-1", then))
    await world.store.claim([claim("v-1")])

    assert await told(world, fix("v-1", then + MINUTE_MS, north(300_000))) == [False]
