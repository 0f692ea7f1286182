"""What the clients of Kafka and Redis hide, each with the way that does not."""

import asyncio
import sys
from urllib.parse import urlsplit

import pytest
import redis
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.store import RedisClient
from tests.support.standing_still import standing_still
from tests.support.whole_stack import without_komek
from tests.traps.conftest import Server
from tests.traps.ground import Ground

pytestmark = pytest.mark.stack
TOO_LARGE = 10_000
"""For a topic that takes 1,000 bytes; the clients themselves would let it pass."""


@pytest.mark.soak
async def test_one_await_on_a_send_of_faust_hides_that_it_failed(ground: Ground) -> None:
    await ground.prepare([], most_bytes=1_000)

    said = await said_by("sending", ground.broker, ground.topic, str(TOO_LARGE))

    assert said == ["one await: no error", "two awaits: MessageSizeTooLargeError"]


async def test_flush_hides_that_a_send_failed_and_the_future_tells(ground: Ground) -> None:
    await ground.prepare([], most_bytes=1_000)
    producer = AIOKafkaProducer(bootstrap_servers=ground.broker, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        sent = await producer.send(ground.topic, b"x" * TOO_LARGE)
        await producer.flush()

        with pytest.raises(KafkaError):
            await sent
    finally:
        await producer.stop()


@pytest.mark.soak
async def test_an_idempotent_producer_of_kafka_python_never_works_again_after_a_batch_expired(
    ground: Ground, broker: Server
) -> None:
    await ground.prepare([])

    assert await said_by("expiring", "idempotent", ground.broker, ground.topic, str(broker.pid)) == ["wedged"]


async def test_safe_the_producer_of_the_intake_works_again_at_once(ground: Ground, broker: Server) -> None:
    await ground.prepare([])

    assert await said_by("expiring", "ours", ground.broker, ground.topic, str(broker.pid)) == ["works again"]


async def said_by(program: str, *arguments: str) -> list[str]:
    """The lines that one of the programs beside this file prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"tests.traps.{program}", *arguments),
        env=without_komek(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    said, _ = await process.communicate()
    return said.decode().splitlines()


@pytest.fixture
def emptied(redis_alone: Server) -> Server:
    with redis.Redis.from_url(redis_alone.address) as client:
        client.flushall()
    return redis_alone


async def test_retries_of_redis_py_run_a_command_twice_over_a_pause(emptied: Server) -> None:
    """With the retries that `Redis(...)` has by default (`Redis.from_url` has none); a shorter timeout makes the pause short."""
    with redis.Redis(port=urlsplit(emptied.address).port or 0, socket_timeout=0.5) as client:
        client.ping()
        with standing_still(emptied.pid):
            counting = asyncio.ensure_future(asyncio.to_thread(client.incr, "count"))
            await asyncio.sleep(0.75)
        await counting

    assert await value(emptied, "count") > 1


async def test_safe_a_script_that_knows_its_token_runs_once_however_often_it_is_sent(emptied: Server) -> None:
    """Our link sends again, too; each of its scripts can be repeated, as this one can."""
    script = """
        redis.call('INCR', KEYS[3])
        if redis.call('SET', KEYS[1], 1, 'NX') then return redis.call('INCR', KEYS[2]) end
        return 0
    """
    link = RedisClient(emptied.address)
    try:
        await link.run([("PING",)])
        with standing_still(emptied.pid):
            counting = asyncio.ensure_future(link.run([("EVAL", script, 3, "token", "count", "calls")]))
            await asyncio.sleep(1.0)
        await counting
    finally:
        await link.close()

    assert await value(emptied, "calls") > 1
    assert await value(emptied, "count") == 1


async def value(server: Server, key: str) -> int:
    with redis.Redis.from_url(server.address) as client:
        return int(await asyncio.to_thread(client.get, key) or 0)
