"""Whose places are kept, and how they end: only of people on duty, never of the erased, homes as cells, every key with a TTL."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import permutations

import pytest

from dispatch.model.geo import cell, distance_m
from dispatch.ports import NotReady
from streams import redis_keys
from streams.retention.classes import HOLD_S, PLACES_S, READY_S
from streams.store.people import PrivateWrite, ProfileWrite
from streams.store.place_expiry import extend_places
from tests.contracts.builders import application, fix, hold, incident, need, north, offer, profile
from tests.contracts.worlds import RedisWorld, StoreWorld, applied

HOLD_MS = HOLD_S * 1000


async def is_found(world: StoreWorld) -> bool:
    return bool((await world.store.find([need()]))[0].candidates)


def duty(offset: int, on_duty: bool, *, logged_ms: int | None = None) -> ProfileWrite:
    return replace(profile("v-1", offset, on_duty=on_duty), logged_ms=logged_ms)


def erasure(offset: int, logged_ms: int) -> ProfileWrite:
    return ProfileWrite(volunteer_id="v-1", offset=offset, record=None, logged_ms=logged_ms)


async def keys_of(world: RedisWorld, volunteer: str) -> list[str]:
    return sorted(name.decode() for name in (await world.link.run([("KEYS", f"*{volunteer}*")]))[0])


async def test_going_off_duty_removes_the_position(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await world.people.put_profiles([duty(1, True)])
    await world.people.put_fixes([fix("v-1", now_ms)])

    await world.people.put_profiles([duty(2, False)])
    await world.people.put_profiles([duty(3, True)])

    assert not await is_found(world)
    await world.audit()


async def test_a_position_off_duty_is_used_by_nobody_and_waits_for_the_duty(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await world.people.put_profiles([duty(1, False)])

    await world.people.put_fixes([fix("v-1", now_ms - 60_000, north(3_000)), fix("v-1", now_ms - 30_000)])
    await world.people.put_fixes([fix("v-1", now_ms - 50_000, north(3_000))])
    assert await world.store.whereabouts(["v-1"]) == {}

    await world.people.put_profiles([duty(2, True, logged_ms=now_ms)])
    (person,) = (await world.store.find([need()]))[0].candidates
    assert person.distance_m == pytest.approx(0, abs=1)
    assert person.accuracy_m == 8.0
    await world.audit()


async def test_a_position_from_before_the_hold_does_not_count(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await world.people.put_profiles([duty(1, False)])
    await world.people.put_fixes([fix("v-1", now_ms - HOLD_MS - 1)])
    await world.people.put_profiles([duty(2, True, logged_ms=now_ms)])

    # It may also arrive after the duty has begun.
    await world.people.put_fixes([fix("v-1", now_ms - HOLD_MS - 1)])

    assert not await is_found(world)


async def test_a_position_may_arrive_before_the_profile(world: StoreWorld) -> None:
    await world.people.put_fixes([fix("v-1", await world.store.now_ms())])

    await world.people.put_profiles([duty(1, True)])

    assert await is_found(world)


EARLY = "an old profile", "an old position", "the tombstone"


@pytest.mark.parametrize("order", list(permutations(EARLY)), ids=" then ".join)
async def test_erased_people_stay_erased_in_every_order(world: StoreWorld, order: tuple[str, ...]) -> None:
    now_ms = await world.store.now_ms()
    writes: dict[str, Callable[[], Awaitable[object]]] = {
        EARLY[0]: lambda: world.people.put_profiles([duty(4, True, logged_ms=now_ms - 2_000)]),
        EARLY[1]: lambda: world.people.put_fixes([fix("v-1", now_ms - 1_000)]),
        EARLY[2]: lambda: world.people.put_profiles([erasure(5, now_ms)]),
    }

    for name in order:
        await writes[name]()

    assert not await is_found(world)
    assert await world.store.whereabouts(["v-1"]) == {}
    # Registered again: nothing from before counts.
    await world.people.put_profiles([duty(6, True, logged_ms=now_ms + 1)])
    await world.people.put_fixes([fix("v-1", now_ms - 1_000)])
    assert not await is_found(world)
    await world.audit()


async def test_a_tracker_leaves_no_trace_of_an_erased_person(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    await redis_world.people.put_profiles([duty(1, True)])
    await redis_world.people.erase("v-1", profile_offset=2, private_offset=2)

    await redis_world.people.put_fixes([fix("v-1", now_ms + 1_000), fix("v-1", now_ms + 2_000)])

    assert await keys_of(redis_world, "v-1") == [redis_keys.erased("v-1"), redis_keys.private("volunteer:v-1")]


async def test_unknown_people_become_no_hashes(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    await redis_world.people.put_fixes([fix(f"ghost-{number}", now_ms) for number in range(300)])

    names = await keys_of(redis_world, "ghost")

    assert {name.rpartition("ghost-")[0] for name in names} == {redis_keys.held_fix("")}
    ttls = await redis_world.link.run([("PTTL", name) for name in names])
    assert all(0 < ttl <= HOLD_MS for ttl in ttls)


async def test_a_home_is_kept_as_its_cell(redis_world: RedisWorld) -> None:
    home = north(500)
    await redis_world.people.put_profiles([duty(1, True)])
    await redis_world.people.put_private([PrivateWrite(ref="volunteer:v-1", offset=1, sealed=b"x", home=home)])

    (x, y) = (await redis_world.link.run([("HMGET", redis_keys.volunteer("v-1"), "hx", "hy")]))[0]

    assert (float(x), float(y)) == pytest.approx((cell(home).lon, cell(home).lat), abs=1e-6)
    assert distance_m(cell(home), home) > 50


async def test_every_key_with_a_place_of_a_person_has_a_ttl(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    held = hold("v-2")
    await redis_world.people.put_profiles([profile(one, 1) for one in ("v-1", "v-2", "v-3")])
    await redis_world.people.put_private([PrivateWrite(ref="volunteer:v-3", offset=1, sealed=b"x", home=north(500))])
    await redis_world.people.put_private([PrivateWrite(ref="volunteer:early", offset=2, sealed=b"x", home=north(500))])
    await redis_world.people.put_fixes([fix(one, now_ms) for one in ("v-1", "v-2", "late")])
    await applied(redis_world, application(0, incident(at_ms=now_ms, offers=[offer(held, now_ms)]), holds=[held]))
    patterns = (redis_keys.volunteer("*"), redis_keys.field_index("*"), redis_keys.engaged_index("*"))

    names = [name for found in await redis_world.link.run([("KEYS", one) for one in patterns]) for name in found]

    assert len(names) == 8
    assert all(0 < ttl <= PLACES_S for ttl in await redis_world.link.run([("TTL", name) for name in names]))


async def test_a_pass_extends_everybody_and_then_the_ready_marker(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    await redis_world.people.put_profiles([profile("v-1", 1)])
    await redis_world.people.put_fixes([fix("v-1", now_ms)])
    ready = redis_keys.ready((await redis_world.restore.this_run()).id)
    kept = (redis_keys.volunteer("v-1"), redis_keys.field_index("first_aid"))
    await redis_world.link.run([("EXPIRE", name, 60) for name in (*kept, ready)])

    assert await extend_places(redis_world.link, "worker-1") == 1
    assert await extend_places(redis_world.link, "worker-2") is None  # one worker at a time

    *places, marker = await redis_world.link.run([("TTL", name) for name in (*kept, ready)])
    assert all(PLACES_S - 60 < ttl <= PLACES_S for ttl in places)
    assert READY_S - 60 < marker <= READY_S


async def test_without_any_worker_places_end_and_nobody_searches_what_is_left(redis_world: RedisWorld) -> None:
    """Every TTL is brought forward by the time that nobody ran."""
    now_ms = await redis_world.store.now_ms()
    await redis_world.people.put_profiles([profile("v-1", 1)])
    await redis_world.people.put_fixes([fix("v-1", now_ms)])
    names = (await redis_world.link.run([("KEYS", redis_keys.PREFIX + "*")]))[0]
    ttls = dict(zip(names, await redis_world.link.run([("TTL", name) for name in names]), strict=True))
    for away_s in (READY_S, PLACES_S):
        gone = [name for name, ttl in ttls.items() if 0 < ttl <= away_s]
        await redis_world.link.run([("DEL", *gone)])

        with pytest.raises(NotReady):
            await redis_world.store.find([need()])

    left = {name.decode() for name in (await redis_world.link.run([("KEYS", redis_keys.PREFIX + "*")]))[0]}
    assert left == {redis_keys.VOLUNTEERS, redis_keys.ON_DUTY, redis_keys.FIXES}
    assert (await redis_world.link.run([("ZRANGE", redis_keys.FIXES, 0, -1)]))[0] == [b"v-1"]  # an id and a time


def consent(offset: int, positions: bool) -> PrivateWrite:
    return PrivateWrite(ref="consents:v-1", offset=offset, sealed=b"sealed", positions=positions)


@pytest.mark.parametrize("on_duty", [True, False])
async def test_a_withdrawn_consent_removes_the_position_and_lets_none_in(world: StoreWorld, on_duty: bool) -> None:
    now_ms = await world.store.now_ms()
    await world.people.put_profiles([duty(1, on_duty, logged_ms=now_ms)])
    await world.people.put_fixes([fix("v-1", now_ms)])

    await world.people.put_private([consent(1, False)])
    await world.people.put_fixes([fix("v-1", now_ms + 1_000)])
    await world.people.put_profiles([duty(2, False, logged_ms=now_ms), duty(3, True, logged_ms=now_ms)])
    await world.people.put_fixes([fix("v-1", now_ms + 2_000)])
    assert not await is_found(world)

    await world.people.put_private([consent(0, True)])  # older
    assert not await is_found(world)
    await world.people.put_private([consent(2, True)])
    await world.people.put_fixes([fix("v-1", now_ms + 3_000)])
    assert await is_found(world)
    await world.audit()
