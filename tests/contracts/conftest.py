"""`world`: the suite's store, on real Redis (plain, and with the worker's live index) and in memory (plain, and indexed), ready
for everyday work."""

from collections.abc import AsyncIterator

import pytest

from streams.store.memory.indexed import IndexedStore
from streams.store.memory.store import MemoryStore
from tests.contracts.worlds import LiveWorld, MemoryWorld, RedisWorld, StoreWorld

NOON_MS = 1_795_000_000_000


@pytest.fixture(params=["redis", "live", "memory", "indexed"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[StoreWorld]:
    made: RedisWorld | MemoryWorld
    if request.param in ("redis", "live"):
        made = (LiveWorld if request.param == "live" else RedisWorld)(request.getfixturevalue("redis_url"))
    else:
        made = MemoryWorld(NOON_MS, IndexedStore if request.param == "indexed" else MemoryStore)
    await made.rebuilt()
    yield made
    await made.close()


@pytest.fixture
async def redis_world(redis_url: str) -> AsyncIterator[RedisWorld]:
    made = RedisWorld(redis_url)
    await made.rebuilt()
    yield made
    await made.close()
