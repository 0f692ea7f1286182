"""Dead letters: unreadable records, stored with their bytes, their position and the reason, and replayed on request."""

import base64
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from dispatch.model.ids import derived
from streams import metrics, wire
from streams.errors import BrokerError, InvalidInput
from streams.kafka import clients
from streams.kafka.broker_access import wait_for_broker
from streams.kafka.reasons import kafka_reason
from streams.kafka.records import Consumed
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, DECISIONS, INCIDENT_STATUS, LOCATIONS, OFFERS, PRIVATE, TOPICS, VOLUNTEERS

REPLAY_HEADER = "komek_replay_of"
VALUE_LIMIT_BYTES = 600_000
"""Longer values are truncated. In base64 this stays well below the 1 MB at which producers and brokers refuse a record."""
REASON_LIMIT = 500
PRIVATE_TOPICS = frozenset({PRIVATE.name, LOCATIONS.name})
"""Values of these topics may identify or locate a person; they are shown only on request."""
_NEWEST_COUNTS = frozenset({VOLUNTEERS.name, PRIVATE.name})
_MADE_BY_WORKERS = frozenset({DECISIONS.name, OFFERS.name, INCIDENT_STATUS.name})
"""Their offset is their meaning, so a copy at another offset would be another record (DESIGN 50)."""
_CLIENT_ID = "komek-dead-letters"
_CONFIRM_WITHIN_S = 30.0
_POLL_MS = 2000


class AsyncProducer(Protocol):
    """The part of AIOKafkaProducer that is used: waits for the broker's confirmation, raises `KafkaError` without one."""

    async def send_and_wait(
        self, topic: str, *, key: bytes, value: bytes, headers: list[tuple[str, bytes]]
    ) -> object: ...


class NotReplayable(InvalidInput):
    """The letter cannot be replayed; the message says why and where the original record may still be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record of `dead-letters`. `key`, `value` and header values are base64, None where the record had none.

    `size_bytes` is that of the original value; above `VALUE_LIMIT_BYTES`, `value` holds only the beginning. The value
    of a record of `locations` is not kept at all: positions are kept for an hour, letters for thirty days.
    """

    id: str
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: str | None
    value: str | None
    headers: tuple[tuple[str, str | None], ...]
    reason: str
    size_bytes: int

    @property
    def key_bytes(self) -> bytes | None:
        return _from_base64(self.key)

    @property
    def value_bytes(self) -> bytes | None:
        return _from_base64(self.value)

    @property
    def header_bytes(self) -> list[tuple[str, bytes | None]]:
        return [(name, _from_base64(value)) for name, value in self.headers]

    @property
    def is_cut(self) -> bool:
        return self.size_bytes > VALUE_LIMIT_BYTES or (self.value is None and self.size_bytes > 0)

    @property
    def is_private(self) -> bool:
        return self.topic in PRIVATE_TOPICS

    @property
    def replay_of(self) -> str | None:
        """Id of the letter that this record was replayed from, when it failed again."""
        found = [value for name, value in self.header_bytes if name == REPLAY_HEADER and value]
        return found[-1].decode("utf-8", "replace") if found else None


def letter_id(topic: str, partition: int, offset: int) -> str:
    """The same record always gives the same id: a worker that dies after writing its letter writes no second one."""
    return str(derived("dead-letter", topic, str(partition), str(offset)))


def letter_of(record: Consumed, reason: str) -> DeadLetter:
    """The dead letter of a record; the reason is made printable and truncated."""
    value = record.value
    kept = None if value is None or record.topic == LOCATIONS.name else value[:VALUE_LIMIT_BYTES]
    return DeadLetter(
        id=letter_id(record.topic, record.partition, record.offset),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp_ms=record.timestamp,
        key=_to_base64(record.key),
        value=_to_base64(kept),
        headers=tuple((name, _to_base64(content)) for name, content in record.headers or ()),
        reason=_printable(reason)[:REASON_LIMIT],
        size_bytes=len(value or b""),
    )


async def write(producer: AsyncProducer, letter: DeadLetter, *, source: str) -> None:
    """Sends the letter and waits for confirmation; only then may the record be acknowledged.

    Raises:
        KafkaError: the letter may be in the log or not; writing it again is harmless.
    """
    await producer.send_and_wait(
        DEAD_LETTERS.name,
        key=letter.topic.encode(),
        value=wire.encode(letter),
        headers=wire.headers("dead-letter", letter.id, source),
    )
    metrics.DEAD_LETTERED.labels(topic=letter.topic).inc()


def decode(data: bytes | None) -> DeadLetter:
    """Decodes a record of `dead-letters`.

    Raises:
        Unreadable: the bytes are not a dead letter.
    """
    try:
        return msgspec.json.decode(data or b"", type=DeadLetter)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise wire.Unreadable(f"DeadLetter: {error}") from error


def read_letters(settings: Settings) -> Iterator[DeadLetter]:
    """All stored letters, oldest first, each id once. Stops at the end offset known when the read began.

    Raises:
        BrokerError: no broker answered in time.
    """
    seen: set[str] = set()
    for value in read_values(settings):
        # Records of other kinds are skipped: they cannot be replayed.
        with contextlib.suppress(wire.Unreadable):
            letter = decode(value)
            # A redelivered record may have its letter twice, with the same id.
            if letter.id not in seen:
                seen.add(letter.id)
                yield letter


def read_values(settings: Settings) -> Iterator[bytes | None]:
    """Values of all records of the topic, letters and outcomes (`outcomes.py`). Raises as `read_letters`."""
    with _consumer(settings) as consumer:
        yield from _values_to_end(consumer)


def replay(
    settings: Settings,
    letters: Sequence[DeadLetter],
    *,
    sent: Callable[[KafkaProducer, DeadLetter], None] = lambda _producer, _letter: None,
) -> None:
    """Sends each original record to its original partition, in the given order, each confirmed before the next.

    `sent` is called with each letter whose record was confirmed.

    Raises:
        NotReplayable: one of the letters cannot be replayed; nothing was sent.
        BrokerError: a send was not confirmed; those before it were. A repeat is harmless: commands are deduplicated by id.
    """
    # All are checked before the first is sent: an invalid selection sends nothing.
    for letter in letters:
        _check_replayable(letter)
    _check_not_superseded(settings, letters)
    with confirming_producer(settings) as producer:
        for letter in letters:
            producer.send(
                letter.topic,
                key=letter.key_bytes,
                value=letter.value_bytes,
                partition=letter.partition,
                headers=replay_headers(letter),
            ).get(timeout=_CONFIRM_WITHIN_S)
            sent(producer, letter)


@contextlib.contextmanager
def confirming_producer(settings: Settings) -> Iterator[KafkaProducer]:
    """Context manager: a producer for a few records that are confirmed one by one.

    Raises:
        BrokerError: no broker in time; also in place of any `KafkaError` raised inside the block.
    """
    wait_for_broker(settings)
    producer = clients.producer(settings, _CLIENT_ID)
    try:
        yield producer
    except (KafkaError, AssertionError) as error:  # the client asserts that the partition exists
        raise BrokerError(
            f"a record was not confirmed: {kafka_reason(error)}", "Repeat the command: a duplicate record is harmless."
        ) from error
    finally:
        producer.close(timeout=_CONFIRM_WITHIN_S)


def replay_headers(letter: DeadLetter) -> list[tuple[str, bytes]]:
    """The original headers plus the id of the replayed letter, which replaces that of an earlier replay."""
    # kafka-python cannot send a header without a value; an empty value is the closest.
    kept = [(name, value or b"") for name, value in letter.header_bytes if name != REPLAY_HEADER]
    return [*kept, (REPLAY_HEADER, letter.id.encode())]


def _check_not_superseded(settings: Settings, letters: Sequence[DeadLetter]) -> None:
    """Refuses letters about people and private records that have a newer record: a replay would undo it, even an erasure."""
    # Tombstones are kept longer than letters (`retention/classes.py`), so an erasure is found.
    of_people = [letter for letter in letters if letter.topic in _NEWEST_COUNTS]
    if not of_people:
        return
    with _consumer(settings) as consumer:
        for letter in of_people:
            part = TopicPartition(letter.topic, letter.partition)
            if any(record.key == letter.key_bytes for record in _records_from(consumer, part, letter.offset + 1)):
                raise NotReplayable(
                    f"{letter.id}: {letter.topic} has a newer record or an erasure of the same subject; a replay would undo it"
                )


def _records_from(consumer: KafkaConsumer, part: TopicPartition, first: int) -> Iterator[Any]:
    consumer.assign([part])
    consumer.seek(part, first)
    end = consumer.end_offsets([part])[part]
    while consumer.position(part) < end:
        yield from consumer.poll(timeout_ms=_POLL_MS).get(part, [])


def _check_replayable(letter: DeadLetter) -> None:
    if letter.topic not in {topic.name for topic in TOPICS}:
        # A letter is data from the log: nothing is sent to a topic only because a letter names it.
        raise NotReplayable(f"{letter.id}: {letter.topic} is not a topic of Komek")
    if letter.topic in _MADE_BY_WORKERS:
        raise NotReplayable(
            f"{letter.id}: a record of {letter.topic} has its place in the log and cannot be sent again"
        )
    if letter.is_cut:
        raise NotReplayable(
            f"{letter.id}: not all of its {letter.size_bytes} bytes were stored; the record is in "
            f"{letter.topic}, partition {letter.partition}, offset {letter.offset}, until that topic's retention ends"
        )


@contextlib.contextmanager
def _consumer(settings: Settings) -> Iterator[KafkaConsumer]:
    wait_for_broker(settings)
    consumer = clients.consumer(settings, _CLIENT_ID)
    try:
        yield consumer
    except KafkaError as error:
        raise BrokerError(
            f"Kafka refused to read {DEAD_LETTERS.name}: {kafka_reason(error)}", "Run `komek topics apply`."
        ) from error
    finally:
        consumer.close()


def _values_to_end(consumer: KafkaConsumer) -> Iterator[bytes | None]:
    partitions = [
        TopicPartition(DEAD_LETTERS.name, number) for number in consumer.partitions_for_topic(DEAD_LETTERS.name) or ()
    ]
    if not partitions:
        raise BrokerError(f"{DEAD_LETTERS.name} does not exist", "Run `komek topics apply`.")
    # Without a group: a command that only reads must not commit anything.
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends = consumer.end_offsets(partitions)
    while any(consumer.position(partition) < ends[partition] for partition in partitions):
        for records in consumer.poll(timeout_ms=_POLL_MS).values():
            yield from (record.value for record in records)


def _printable(text: str) -> str:
    """A reason may quote the record, so control characters are removed: they could drive the terminal that shows it."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _to_base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _from_base64(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
