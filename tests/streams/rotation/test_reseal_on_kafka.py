"""Re-encryption on a real broker, while others write; interrupted and resumed; and what a retirement would still lose."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams import clock, wire
from streams.ring import KeyRing, KeyState, KeyUse
from streams.ring.key_ring import new_key
from streams.rotation.leftovers import Leftovers, count_leftovers
from streams.rotation.reseal import Resealer
from streams.settings import Settings
from streams.topics import Topic
from streams.wire import IncidentPrivate

OLD = new_key(KeyUse.DATA, KeyState.ACCEPTED, bytes([1]) * 32)
NEW = new_key(KeyUse.DATA, KeyState.ACTIVE, bytes([2]) * 32)
RING = KeyRing([OLD, NEW])
MANY = 250


class Interrupted(Exception):
    """The run was killed."""


class Private:
    """A topic like `private`; `texts` is what was written last under each reference."""

    def __init__(self, kafka: str) -> None:
        self.settings = Settings(kafka=kafka)
        self.topic = Topic(name=f"private-{clock.fresh_id()[:8]}", key="", carries="", partitions=2)
        self.texts: dict[str, str | None] = {}
        self._producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")

    async def start(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.require_kafka())
        await admin.start()
        await admin.create_topics([NewTopic(self.topic.name, 2, 1)], timeout_ms=10_000)
        await admin.close()
        await self._producer.start()

    async def stop(self) -> None:
        await self._producer.stop()

    async def write(self, ref: str, text: str | None, keys: KeyRing = RING) -> None:
        value = None if text is None else wire.seal(keys, ref, IncidentPrivate(text=text))
        await self._producer.send_and_wait(self.topic.name, value, key=ref.encode())
        self.texts[ref] = text

    async def write_many(self, count: int) -> None:
        old = KeyRing([new_key(KeyUse.DATA, KeyState.ACTIVE, OLD.key)])
        await asyncio.gather(*(self.write(f"incident:i-{number}", f"text {number}", old) for number in range(count)))

    async def counted(self, copies: dict[str, bytes] | None = None) -> Leftovers:
        async def privates(refs: Sequence[str]) -> list[bytes | None]:
            return [(copies or {}).get(ref) for ref in refs]

        return await count_leftovers(self.settings, RING, privates, self.topic)


@pytest.fixture
async def private(kafka: str) -> AsyncIterator[Private]:
    made = Private(kafka)
    await made.start()
    yield made
    await made.stop()


async def no_pause(_: float) -> None:
    await asyncio.sleep(0)


async def test_every_record_is_sealed_again_while_others_write(private: Private) -> None:
    await private.write_many(MANY)
    written = 0

    async def meanwhile(done: int, left: int) -> None:
        nonlocal written
        if written < 5:
            written += 1
            # Those that the run has read and not written yet, and an erasure.
            await private.write(f"incident:i-{MANY - written}", f"newer {done}/{left}")
            await private.write(f"incident:i-{written}", None)

    done = await Resealer(private.settings, RING, topic=private.topic, pause=no_pause).run(meanwhile)

    found = await private.counted()
    assert (done.lost, done.unreadable, found.hidden) == (0, 0, 0)
    assert found.in_log == {NEW.id: sum(text is not None for text in private.texts.values())}


async def test_an_interrupted_run_is_resumed_by_another(private: Private) -> None:
    await private.write_many(MANY)

    async def interrupt(done: int, _: int) -> None:
        if done:
            raise Interrupted

    with pytest.raises(Interrupted):
        await Resealer(private.settings, RING, topic=private.topic, pause=no_pause).run(interrupt)
    between = await private.counted()
    resumed = await Resealer(private.settings, RING, topic=private.topic, pause=no_pause).run()

    assert between.in_log[OLD.id] + between.in_log[NEW.id] == MANY
    assert resumed.written == between.in_log[OLD.id]
    assert (await private.counted()).in_log == {NEW.id: MANY}


async def test_leftovers_are_counted_in_the_log_and_in_redis(private: Private) -> None:
    await private.write_many(3)
    of_unknown = KeyRing([new_key(KeyUse.DATA, KeyState.ACTIVE, bytes([9]) * 32)])
    await private.write("incident:lost", "text", of_unknown)
    copies = {"incident:i-1": wire.seal_plain(OLD, "incident:i-1", b"{}")}

    before = await private.counted(copies)
    await Resealer(private.settings, RING, topic=private.topic, pause=no_pause).run()
    after = await private.counted(copies)

    assert before == Leftovers(in_log={OLD.id: 3}, in_redis={OLD.id: 1}, unreadable=1)
    # The copy in Redis is the worker's to replace; until then the key cannot be retired.
    assert after == Leftovers(in_log={NEW.id: 3}, in_redis={OLD.id: 1}, unreadable=1)
