"""A duty that ends by itself counts as ended from that time on; a worker acts on it later."""

import pytest

from dispatch.model.people import Hold
from dispatch.ports import ClaimAnswer
from streams import redis_keys
from streams.store.duty_clock import DutyClock, DutyEnd
from streams.store.people import Unjoined
from tests.contracts.builders import claim, fix, need, profile
from tests.contracts.worlds import RedisWorld, StoreWorld

HOUR_MS = 3_600_000


async def comes(world: StoreWorld, until_ms: int | None, *, offset: int = 1, keeps_duty: bool = False) -> None:
    await world.people.put_profiles([profile("v-1", offset, duty_until_ms=until_ms, keeps_duty=keeps_duty)])


async def is_counted(world: StoreWorld) -> tuple[bool, bool, bool]:
    """Whether v-1 is on duty, found by a search, and may be claimed."""
    seen = (await world.store.presence(["v-1"]))["v-1"].on_duty
    (found,) = await world.store.find([need()])
    (answer,) = await world.store.claim([claim("v-1")])
    await world.store.release([Hold(volunteer_id="v-1", offer_id=claim("v-1").offer_id)])
    return seen, bool(found.candidates), answer is ClaimAnswer.GRANTED


async def test_a_duty_whose_end_has_passed_has_ended_although_no_worker_acted_on_it(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, now_ms - 1)
    await world.people.put_fixes([fix("v-1", now_ms)])

    assert await is_counted(world) == (False, False, False)
    assert (await world.store.presence(["v-1"]))["v-1"].place is None


async def test_a_duty_whose_end_is_ahead_is_like_any_other(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, now_ms + HOUR_MS)
    await world.people.put_fixes([fix("v-1", now_ms)])

    assert await is_counted(world) == (True, True, True)
    assert not await world.people.duty_clock()


async def test_an_end_is_told_until_it_is_acted_on(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, now_ms - 1)
    ended = DutyClock(ended=(DutyEnd(volunteer_id="v-1", at_ms=now_ms - 1),))

    assert await world.people.duty_clock() == ended
    assert await world.people.duty_clock() == ended
    assert not await world.people.duty_clock(ended)


async def test_a_duty_that_was_prolonged_meanwhile_has_not_ended(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, now_ms - 1)
    ended = await world.people.duty_clock()

    await comes(world, now_ms + HOUR_MS, offset=2)
    await world.people.put_fixes([fix("v-1", now_ms)])

    assert not await world.people.duty_clock(ended)
    assert await is_counted(world) == (True, True, True)


async def test_a_duty_without_an_end_that_follows_has_none(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, now_ms - 1)
    await comes(world, None, offset=2)

    assert not await world.people.duty_clock()
    assert (await world.store.presence(["v-1"]))["v-1"].on_duty


async def test_a_profile_that_states_no_duty_keeps_its_end(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, now_ms - 1)
    await comes(world, None, offset=2, keeps_duty=True)

    assert not (await world.store.presence(["v-1"]))["v-1"].on_duty


async def test_an_end_that_arrives_late_counts(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, None)
    await comes(world, None, offset=3, keeps_duty=True)
    await comes(world, now_ms - 1, offset=2)

    assert not (await world.store.presence(["v-1"]))["v-1"].on_duty


async def test_nobody_who_was_erased_has_an_end(world: StoreWorld) -> None:
    await comes(world, await world.store.now_ms() - 1)
    await world.people.erase("v-1", profile_offset=2)

    assert not await world.people.duty_clock()


async def test_people_are_to_be_told_before_the_end_once(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    await comes(redis_world, now_ms + HOUR_MS)
    await redis_world.link.run([("ZADD", redis_keys.DUTY_WARNINGS, "XX", now_ms - 1, "v-1")])

    told = await redis_world.people.duty_clock()

    assert told == DutyClock(to_warn=(DutyEnd(volunteer_id="v-1", at_ms=now_ms - 1),))
    assert not await redis_world.people.duty_clock(told)
    assert (await redis_world.store.presence(["v-1"]))["v-1"].on_duty


@pytest.mark.parametrize("copied_ms", [None, 7])
async def test_a_copy_with_another_end_is_repaired_with_the_stated_one(
    redis_world: RedisWorld, copied_ms: int | None
) -> None:
    # As the repair reads it; that it is published is tested with the profile service.
    now_ms = await redis_world.store.now_ms()
    await comes(redis_world, now_ms + HOUR_MS)
    await comes(redis_world, copied_ms, offset=2, keeps_duty=True)
    stated, copied, ends = (await redis_world.link.run([("HMGET", redis_keys.volunteer("v-1"), "du", "dw", "un")]))[0]

    assert (stated, copied, int(ends)) == (b"1", b"1" + (b"" if copied_ms is None else b"7"), now_ms + HOUR_MS)
    assert Unjoined(volunteer_id="v-1", offset=1, sealed=None, on_duty=True).duty_until_ms is None
