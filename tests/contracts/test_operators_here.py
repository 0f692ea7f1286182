"""Operators at an incident: in Redis and in memory alike; two processes see the same."""

from collections.abc import AsyncIterator

import pytest

from streams import clock, redis_keys
from streams.store import RedisClient
from streams.store.memory.operators_here import MemoryHere
from streams.store.operators_here import Doing, HerePort, OperatorHere, OperatorsHere

ONE = OperatorHere(id="op-1", doing=Doing.READING)
TWO = OperatorHere(id="op-2", doing=Doing.EDITING, field="priority")
NOW_MS = 1_000_000


@pytest.fixture(params=["redis", "memory"])
async def desks(request: pytest.FixtureRequest) -> AsyncIterator[tuple[HerePort, HerePort]]:
    """The same store as two processes see it."""
    if request.param == "memory":
        memory = MemoryHere()
        yield memory, memory
        return
    links = [RedisClient(request.getfixturevalue("redis_url")) for _ in range(2)]
    yield OperatorsHere(links[0]), OperatorsHere(links[1])
    for link in links:
        await link.close()


async def test_everybody_is_seen_by_everybody_until_they_give_no_sign(desks: tuple[HerePort, HerePort]) -> None:
    here, there = desks
    incident = f"i-{clock.fresh_id()}"

    assert await here.put(incident, ONE, NOW_MS) == [ONE]
    assert await there.put(incident, TWO, NOW_MS + 5_000) == [ONE, TWO]

    assert await here.of(incident, NOW_MS + 14_999) == [ONE, TWO]
    assert await there.of(incident, NOW_MS + 15_000) == [TWO]
    assert await here.of("another", NOW_MS) == []


async def test_the_last_sign_of_a_person_counts(desks: tuple[HerePort, HerePort]) -> None:
    here, there = desks
    incident = f"i-{clock.fresh_id()}"
    await here.put(incident, TWO, NOW_MS)

    again = OperatorHere(id="op-2", doing=Doing.READING)

    assert await there.put(incident, again, NOW_MS + 1) == [again]


async def test_redis_forgets_by_itself(redis_url: str) -> None:
    link, incident = RedisClient(redis_url), f"i-{clock.fresh_id()}"
    await OperatorsHere(link).put(incident, ONE, NOW_MS)

    (left_s,) = await link.run([("TTL", redis_keys.here(incident))])

    assert 0 < left_s <= 15
    await link.close()
