"""The index follows Redis: whatever changes a person, whatever becomes of the connection."""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from dispatch.model.people import Found
from dispatch.ports import ClaimAnswer, NotReady
from streams import redis_keys
from streams.components import Component
from streams.live_index import follower as follower_module
from streams.live_index import live_index
from streams.live_index.follower import FIRST_RETRY_S, IndexFollower
from streams.live_index.live_index import LiveIndex
from streams.live_index.live_store import LiveStore
from streams.store.redis_target import target_of_url
from tests.contracts.builders import CENTRE, claim, fix, need, north, profile
from tests.contracts.worlds import RedisWorld
from tests.support.stack import url_of
from tests.support.waiting import eventually


@pytest.fixture
async def world(redis_url: str) -> AsyncIterator[RedisWorld]:
    made = RedisWorld(redis_url)
    await made.rebuilt()
    yield made
    await made.close()


@pytest.fixture
async def index(world: RedisWorld) -> AsyncIterator[LiveIndex]:
    """Followed by the service, as the worker's user."""
    index = LiveIndex(world.link.fix_age_limit_ms)
    follower = IndexFollower(target_of_url(url_of(world.url, Component.WORKER)), index)
    await follower.start()
    await eventually(lambda: index.is_loaded)
    yield index
    await follower.stop()


async def add(world: RedisWorld, *people: str) -> None:
    await world.people.put_profiles([profile(who, 1) for who in people])
    now_ms = await world.store.now_ms()
    await world.people.put_fixes([fix(who, now_ms, north(10 * at)) for at, who in enumerate(people)])


def found_in(index: LiveIndex) -> list[str]:
    return [one.volunteer_id for one in index.find(need(want=50)).candidates]


async def soon(index: LiveIndex, *people: str) -> bool:
    await eventually(lambda: found_in(index) == list(people))
    return True


def erased(world: RedisWorld) -> Awaitable[object]:
    return world.people.erase("v-1", profile_offset=5)


def off_duty(world: RedisWorld) -> Awaitable[object]:
    return world.people.put_profiles([profile("v-1", 5, on_duty=False)])


def expired(world: RedisWorld) -> Awaitable[object]:
    return world.link.run([("PEXPIRE", redis_keys.volunteer("v-1"), 1)])


def deleted(world: RedisWorld) -> Awaitable[object]:
    return world.link.run([("DEL", redis_keys.volunteer("v-1"))])


def claimed(world: RedisWorld) -> Awaitable[object]:
    return world.store.claim([claim("v-1", command="c-other")])


@pytest.mark.parametrize("change", [erased, off_duty, expired, deleted, claimed], ids=lambda one: one.__name__)
async def test_every_change_is_followed_whoever_made_it(
    world: RedisWorld, index: LiveIndex, change: Callable[[RedisWorld], Awaitable[object]]
) -> None:
    await add(world, "v-1", "v-2")
    assert await soon(index, "v-1", "v-2")

    await change(world)

    assert await soon(index, "v-2")


async def test_what_happened_while_the_connection_was_away_is_known_afterwards(
    world: RedisWorld, index: LiveIndex
) -> None:
    await add(world, "v-1", "v-2")
    assert await soon(index, "v-1", "v-2")

    await end_tracking(world)
    await world.people.put_profiles([profile("v-1", 5, on_duty=False)])

    assert await soon(index, "v-2")
    assert index.is_usable()


async def end_tracking(world: RedisWorld) -> None:
    (clients,) = await world.link.run([("CLIENT", "LIST")])
    ids = [
        line.split()[0].removeprefix("id=") for line in clients.decode().splitlines() if "BCAST" in line or told(line)
    ]
    assert ids
    for id_ in ids:
        await world.link.run([("CLIENT", "KILL", "ID", id_)])


def told(line: str) -> bool:
    return any(word.startswith("flags=") and "B" in word for word in line.split())


async def test_an_emptied_redis_leaves_nobody_until_it_is_rebuilt(world: RedisWorld, index: LiveIndex) -> None:
    await add(world, "v-1")
    assert await soon(index, "v-1")

    await world.forget()
    await eventually(lambda: not index.is_loaded)
    assert len(index.table) == 0

    await world.rebuilt()
    await add(world, "v-2")
    assert await soon(index, "v-2")


async def searched(world: RedisWorld, index: LiveIndex) -> Found:
    (found,) = await LiveStore(world.worker, index).find([need(want=1)])
    return found


async def test_only_more_than_enough_is_said_without_redis(world: RedisWorld, index: LiveIndex) -> None:
    few = [f"v-{number}" for number in range(3)]
    await add(world, *few)
    assert await soon(index, *few)
    # Somebody of whom the index knows nothing: the scarcity that it sees is not believed.
    index.table.put({"v-1": None})
    assert {one.volunteer_id for one in (await searched(world, index)).candidates} == set(few)

    many = [f"w-{number}" for number in range(30)]
    await add(world, *many)
    await eventually(lambda: len(found_in(index)) >= 30)
    index.table.put({"w-0": None})
    assert "w-0" not in {one.volunteer_id for one in (await searched(world, index)).candidates}


async def test_an_index_that_is_behind_is_not_asked(
    world: RedisWorld, index: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [f"w-{number}" for number in range(30)]
    await add(world, *many)
    await eventually(lambda: len(found_in(index)) >= 30)
    index.table.put({"w-0": None})

    monkeypatch.setattr(live_index, "STALE_S", -1.0)

    assert "w-0" in {one.volunteer_id for one in (await searched(world, index)).candidates}


async def test_a_granted_claim_is_known_at_once_and_a_refused_one_is_looked_at(world: RedisWorld) -> None:
    index = LiveIndex(world.link.fix_age_limit_ms)
    follower = IndexFollower(target_of_url(url_of(world.url, Component.WORKER)), index)
    store = LiveStore(world.worker, index)
    await add(world, "v-1", "v-2")
    await world.store.claim([claim("v-2", command="c-other", incident="fire")])
    async with follower.connected() as connection:
        await follower.load(connection)
        index.changed.clear()

        answers = await store.claim([claim("v-1", command="c-1"), claim("v-2", command="c-1")])

    assert answers == [ClaimAnswer.GRANTED, ClaimAnswer.BUSY]
    assert index.find(need(command="c-2")).candidates == ()
    assert list(index.changed) == ["v-2"]


async def test_somebody_named_twice_is_entered_once(world: RedisWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """SSCAN promises to name everybody, not to name nobody twice."""
    index = LiveIndex(world.link.fix_age_limit_ms)
    follower = IndexFollower(target_of_url(url_of(world.url, Component.WORKER)), index)
    await add(world, "v-1", "v-2")
    answer = follower_module._answer

    async def twice(connection: Any, *command: Any) -> Any:
        said = await answer(connection, *command)
        return [said[0], said[1] * 2] if command[0] == "SSCAN" else said

    monkeypatch.setattr(follower_module, "_answer", twice)
    async with follower.connected() as connection:
        await follower.load(connection)

    assert found_in(index) == ["v-1", "v-2"]
    assert len(index.table.grid.within(CENTRE.lon, CENTRE.lat, 1_000)) == 2


async def test_whoever_is_read_in_several_parts_is_entered_as_themselves(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_module, "READ_AT_ONCE", 2)
    index = LiveIndex(world.link.fix_age_limit_ms)
    follower = IndexFollower(target_of_url(url_of(world.url, Component.WORKER)), index)
    people = [f"v-{number}" for number in range(7)]
    await add(world, *people)

    async with follower.connected() as connection:
        await follower.load(connection)
        assert found_in(index) == people, "each at their own place"
        await world.people.put_profiles([profile(who, 5, on_duty=False) for who in people[::2]])
        await follower.catch_up(connection)

    assert found_in(index) == people[1::2]
    assert gc.isenabled()


async def test_garbage_is_collected_again_after_a_load_that_failed(world: RedisWorld) -> None:
    index = LiveIndex(world.link.fix_age_limit_ms)
    follower = IndexFollower(target_of_url(url_of(world.url, Component.WORKER)), index)
    await world.forget()

    async with follower.connected() as connection:
        with pytest.raises(NotReady):
            await follower.load(connection)

    assert gc.isenabled()


async def test_a_worker_without_the_right_searches_in_redis(world: RedisWorld) -> None:
    """Users of an earlier version: the index is never loaded, and nothing else fails."""
    index = LiveIndex(world.link.fix_age_limit_ms)
    follower = IndexFollower(target_of_url(url_of(world.url, Component.API)), index)
    await add(world, "v-1")
    await follower.start()
    try:
        # It has tried, and waits to try again.
        await eventually(lambda: follower.retry_s > FIRST_RETRY_S)
        assert not index.is_usable()
        assert [one.volunteer_id for one in (await searched(world, index)).candidates] == ["v-1"]
    finally:
        await follower.stop()
