"""Check values in a real log: who may start, who declares, what a running process learns."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams import clock, wire
from streams.readers.key_log import KeyLog, WrongRing
from streams.ring import KeyRing, KeyState, KeyUse, LiveRing
from streams.ring.declared_keys import KeyStep, record_of
from streams.ring.key_ring import new_key
from streams.settings import Settings
from streams.topics import Topic
from streams.wire import IncidentPrivate
from tests.support.waiting import eventually

OLD, NEW = bytes([1]) * 32, bytes([2]) * 32
OF_OLD = KeyRing.of_key(OLD)
DATA = KeyUse.DATA


class Deployment:
    """Topics of its own on the shared broker, whose other tests have a key of theirs."""

    def __init__(self, kafka: str) -> None:
        tag = clock.fresh_id()[:8]
        self.settings = Settings(kafka=kafka)
        self.keys = Topic(name=f"keys-{tag}", key="", carries="", partitions=1)
        self.private = Topic(name=f"private-{tag}", key="", carries="", partitions=2)

    async def create(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.require_kafka())
        await admin.start()
        await admin.create_topics(
            [NewTopic(topic.name, topic.partitions, 1) for topic in (self.keys, self.private)], timeout_ms=10_000
        )
        await admin.close()

    def log(self, ring: KeyRing | LiveRing, name: str = "test", uses: tuple[KeyUse, ...] = tuple(KeyUse)) -> KeyLog:
        live = ring if isinstance(ring, LiveRing) else LiveRing(ring)
        return KeyLog(self.settings, name, live, uses=uses, topic=self.keys, private=self.private)

    async def starts(self, ring: KeyRing, uses: tuple[KeyUse, ...] = tuple(KeyUse)) -> bool:
        log = self.log(ring, uses=uses)
        try:
            await log.start()
        except WrongRing:
            return False
        await log.stop()
        return True

    async def send_private(self, ref: str, value: bytes | None) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.settings.require_kafka(), acks="all")
        await producer.start()
        await producer.send_and_wait(self.private.name, value, key=ref.encode())
        await producer.stop()


@pytest.fixture
async def deployment(kafka: str) -> Deployment:
    made = Deployment(kafka)
    await made.create()
    return made


async def test_the_first_process_declares_its_keys_and_one_with_another_key_does_not_start(
    deployment: Deployment,
) -> None:
    assert await deployment.starts(OF_OLD)

    with pytest.raises(WrongRing) as raised:
        await deployment.log(KeyRing.of_key(NEW)).start()
    lacking = OF_OLD.active(DATA).id
    held = KeyRing.of_key(NEW).active(DATA).id
    assert f"the deployment uses the active data key {lacking}, which the key ring lacks" in str(raised.value)
    assert f"Its data keys: {held}" in str(raised.value)
    # A worker needs the data key alone, and starts with nothing else.
    assert await deployment.starts(KeyRing([OF_OLD.active(DATA)]), (DATA,))
    assert await deployment.starts(OF_OLD)


async def test_of_two_first_processes_with_different_keys_one_starts(deployment: Deployment) -> None:
    started = await asyncio.gather(deployment.starts(OF_OLD), deployment.starts(KeyRing.of_key(NEW)))

    assert sorted(started) == [False, True]


async def test_an_old_deployment_is_recognised_by_its_first_record_that_opens(deployment: Deployment) -> None:
    await deployment.send_private("incident:i-1", None)
    await deployment.send_private("incident:i-2", b"no sealed record")
    await deployment.send_private("incident:i-3", wire.seal(OLD, "incident:i-3", IncidentPrivate(text="…")))

    with pytest.raises(WrongRing, match="none of the first 2 opens with the key ring"):
        await deployment.log(KeyRing.of_key(NEW)).start()
    assert await deployment.starts(OF_OLD)
    assert not await deployment.starts(KeyRing.of_key(NEW))


async def test_a_running_process_follows_what_is_declared_and_misses_a_key_that_it_lacks(
    deployment: Deployment,
) -> None:
    live = LiveRing(OF_OLD)
    log = deployment.log(live, "running")
    await log.start()
    new = new_key(DATA, KeyState.ACCEPTED, NEW)
    other = deployment.log(OF_OLD, "operator")
    try:
        declared = await other.write(
            [record_of(new, step, by="test", at_ms=0) for step in (KeyStep.ADDED, KeyStep.ACTIVATED)]
        )
        assert declared.active(DATA) == new.id

        await eventually(lambda: live.missing == (new.id,))
        assert live.now.active(DATA).key == OLD  # everybody else reads it
    finally:
        await log.stop()
        await other.stop()
    assert not await deployment.starts(OF_OLD)
    assert await deployment.starts(KeyRing([*OF_OLD.keys, new]))
