"""The way to Redis: deadlines, cancellation, scripts that are gone, and which error means what."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.exceptions import ResponseError

from dispatch.ports import AppliedState, StoreUnavailable
from streams.local.ports import free_ports
from streams.store import RedisClient, RedisStore
from streams.store.redis_connections import client_of
from streams.store.redis_target import target_of_url
from tests.contracts.builders import application, incident
from tests.contracts.worlds import RedisWorld
from tests.support.waiting import WITHIN_S


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """Takes connections and never answers, as a paused Redis does."""

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.close()
        await server.wait_closed()


async def test_nobody_there_is_trouble() -> None:
    (port,) = free_ports(1)
    link = RedisClient(f"redis://127.0.0.1:{port}/0")

    with pytest.raises(StoreUnavailable):
        await link.run([("PING",)])
    await link.close()


async def test_no_answer_is_trouble_within_the_deadline() -> None:
    async with silent_server() as url:
        link = RedisClient(url)

        async with asyncio.timeout(WITHIN_S):
            with pytest.raises(StoreUnavailable):
                await link.run([("PING",)])
        await link.close()


async def test_a_cancelled_caller_leaves_no_answer_for_the_next(redis_world: RedisWorld) -> None:
    link = redis_world.link
    calls = [asyncio.ensure_future(link.run([("SET", f"k-{n}", n), ("GET", f"k-{n}")])) for n in range(20)]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()

    kept = await asyncio.gather(*calls[1::2])
    answers = await asyncio.gather(*(link.run([("GET", f"k-{n}")]) for n in range(20)))

    assert [answer[1] for answer in kept] == [str(n).encode() for n in range(1, 20, 2)]
    assert answers[1::2] == [[str(n).encode()] for n in range(1, 20, 2)]
    assert all(answer in ([None], [str(n).encode()]) for n, answer in enumerate(answers))


async def test_scripts_that_were_flushed_are_loaded_again(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    await redis_world.store.apply([application(0, incident(at_ms=now_ms))])
    await redis_world.link.run([("SCRIPT FLUSH",)])

    again, new = application(1, incident(at_ms=now_ms)), application(2, incident(at_ms=now_ms), command="c-2")
    answers = await redis_world.store.apply([again, new])

    assert [answer.state for answer in answers] == [AppliedState.VOID, AppliedState.APPLIED]


async def test_a_connection_that_was_cut_is_replaced(redis_world: RedisWorld) -> None:
    await redis_world.store.now_ms()
    killer = RedisClient(redis_world.url)
    await killer.run([("CLIENT KILL", "TYPE", "normal", "SKIPME", "yes")])
    await killer.close()

    assert await redis_world.store.now_ms() > 0


async def test_a_server_that_cannot_write_is_trouble(redis_world: RedisWorld) -> None:
    await redis_world.store.load([("c", "i")])
    await redis_world.link.run([("CONFIG SET", "maxmemory", "1mb")])
    try:
        with pytest.raises(StoreUnavailable):
            await redis_world.link.run([("SET", "k", "v" * 10)])
        with pytest.raises(StoreUnavailable):
            await redis_world.store.apply([application(0, incident(at_ms=1))])
    finally:
        await redis_world.link.run([("CONFIG SET", "maxmemory", "0")])


async def test_a_mistake_of_ours_stays_a_mistake(redis_world: RedisWorld) -> None:
    with pytest.raises(ResponseError):
        await redis_world.link.run([("NOSUCH",)])


async def test_a_client_of_others_can_be_shared(redis_world: RedisWorld) -> None:
    client = client_of(target_of_url(redis_world.url))
    store = RedisStore(client)

    assert await store.now_ms() > 0

    await store.close()
    assert await client.get("k") is None
    await client.aclose()


async def test_an_error_that_means_a_bug_is_raised_as_it_is(redis_world: RedisWorld) -> None:
    with pytest.raises(ResponseError) as caught:
        await redis_world.link.run([("HGET", "key")])

    # Whoever follows the causes comes to an end.
    assert caught.value.__cause__ is None
