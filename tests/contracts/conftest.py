"""`world`: the suite's store, once on real Redis and once in memory, ready for everyday work."""

from collections.abc import AsyncIterator

import pytest

from tests.contracts.worlds import MemoryWorld, RedisWorld, StoreWorld

NOON_MS = 1_795_000_000_000


@pytest.fixture(params=["redis", "memory"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[StoreWorld]:
    made: RedisWorld | MemoryWorld
    made = RedisWorld(request.getfixturevalue("redis_url")) if request.param == "redis" else MemoryWorld(NOON_MS)
    await made.rebuilt()
    yield made
    await made.close()


@pytest.fixture
async def redis_world(redis_url: str) -> AsyncIterator[RedisWorld]:
    made = RedisWorld(redis_url)
    await made.rebuilt()
    yield made
    await made.close()
