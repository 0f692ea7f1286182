"""Dead letters on a real broker: written confirmed, listed once, and sent back to the place they came from."""

import uuid
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.dead_letters import letters
from streams.dead_letters.letters import REPLAY_HEADER, DeadLetter, NotReplayable
from streams.kafka import topic_admin
from streams.settings import Settings
from streams.topics import INCIDENTS, LOCATIONS, VOLUNTEERS
from tests.streams.dead_letters.test_letters import Record


@pytest.fixture
def settings(kafka: str) -> Settings:
    settings = Settings(kafka=kafka)
    topic_admin.apply_topics(settings)
    return settings


@pytest.fixture
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, enable_idempotence=True, acks="all")
    await producer.start()
    yield producer
    await producer.stop()


async def written(producer: AIOKafkaProducer, record: Record) -> DeadLetter:
    letter = letters.letter_of(record, "no JSON")
    await letters.write(producer, letter, source="/test")
    return letter


async def test_a_letter_written_twice_is_listed_once(settings: Settings, producer: AIOKafkaProducer) -> None:
    letter = await written(producer, Record(offset=1001))
    await written(producer, Record(offset=1001))

    assert list(letters.read_letters(settings)).count(letter) == 1


async def test_the_largest_record_a_broker_takes_fits_into_a_letter(
    settings: Settings, producer: AIOKafkaProducer
) -> None:
    letter = await written(producer, Record(offset=1002, value=b"\xff" * 1_040_000))

    assert letter in list(letters.read_letters(settings))


async def test_a_replay_puts_the_bytes_back_into_their_partition(
    settings: Settings, producer: AIOKafkaProducer
) -> None:
    letter = await written(producer, Record(offset=1003, value=b"\x00\x01 again"))
    partition = TopicPartition(INCIDENTS.name, letter.partition)
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka)
    await consumer.start()
    consumer.assign([partition])
    await consumer.seek_to_end(partition)
    before = await consumer.position(partition)

    letters.replay(settings, [letter])

    consumer.seek(partition, before)
    record = await consumer.getone()
    await consumer.stop()
    assert (record.key, record.value) == (Record.key, b"\x00\x01 again")
    assert dict(record.headers) == {"ce_id": b"x", "empty": b"", REPLAY_HEADER: letter.id.encode()}


@pytest.mark.parametrize("newer", [None, b"{}"], ids=["an erasure", "a newer profile"])
async def test_a_replay_never_undoes_what_came_after_the_letter(
    settings: Settings, producer: AIOKafkaProducer, newer: bytes | None
) -> None:
    who = f"v-{uuid.uuid5(uuid.NAMESPACE_URL, str(newer))}".encode()
    old = await producer.send_and_wait(VOLUNTEERS.name, b"unreadable", key=who)
    record = Record(topic=VOLUNTEERS.name, partition=old.partition, offset=old.offset, key=who, value=b"unreadable")
    letter = await written(producer, record)
    await producer.send_and_wait(VOLUNTEERS.name, newer, key=who)

    with pytest.raises(NotReplayable, match="a replay would undo it"):
        letters.replay(settings, [letter])


def test_the_value_of_a_position_is_not_kept() -> None:
    letter = letters.letter_of(Record(topic=LOCATIONS.name, value=b'{"lon": 76.9}'), "no JSON")

    assert (letter.value, letter.size_bytes, letter.is_cut) == (None, 13, True)
