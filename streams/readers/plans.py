"""Response plans applied at run time: `komek.plans.v1`, read at start and then followed.

The newest valid record is the plan book in force; it takes precedence over KOMEK_PLANS and the built-in book, also at start. A
tombstone restores those. An invalid record is dead-lettered and changes nothing.
"""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog
from aiokafka import ConsumerRecord
from kafka import TopicPartition
from kafka.errors import KafkaError

from dispatch.plans import book as response_plans
from dispatch.plans.book import BadPlans, PlanBook
from streams import clock, wire
from streams.errors import BrokerError
from streams.kafka import clients
from streams.kafka.broker_access import wait_for_broker
from streams.kafka.reasons import kafka_reason
from streams.kafka.records import Consumed
from streams.kafka.topic_follower import TopicFollower
from streams.settings import Settings
from streams.topics import PLANS

log = structlog.get_logger(__name__)
KEY = b"plans"
"""The same for all records: compaction keeps the newest, and all are in one partition, in order."""
_CONFIRM_WITHIN_S = 30.0

Use: TypeAlias = Callable[[PlanBook], None]
WriteDeadLetter: TypeAlias = Callable[[Consumed, str], Awaitable[None]]


def book_of(value: bytes | None, fallback: PlanBook) -> PlanBook:
    """The plan book of a record; `fallback` for a tombstone.

    Raises:
        Unreadable: not a record of plans, or the plans are invalid.
    """
    if value is None:
        return fallback
    record = wire.decode_plans(value)
    try:
        return response_plans.read(record.text, source=PLANS.name)
    except BadPlans as error:
        raise wire.Unreadable(str(error)) from error


class PlanFollower:
    """Calls `use` with the plan book in force before `start` returns, and with each later one.

    Invalid records go to `dead_letter`; without it they are only logged. `start` raises LogUnavailable when the topic cannot be
    read to its end within 15 s.
    """

    def __init__(
        self,
        settings: Settings,
        client_id: str,
        *,
        fallback: PlanBook,
        use: Use,
        dead_letter: WriteDeadLetter | None = None,
    ) -> None:
        self._fallback = fallback
        self._use = use
        self._dead_letter = dead_letter
        self._follower = TopicFollower(settings, client_id, PLANS)

    async def start(self) -> None:
        # To the end before `start` returns: nothing may be decided under a book that was replaced before the start.
        await self._follower.start(self._take)

    async def stop(self) -> None:
        await self._follower.stop()

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            try:
                book = book_of(record.value, self._fallback)
            except wire.Unreadable as error:
                log.error("plans are invalid", offset=record.offset, reason=str(error))
                # The book in force stays (DESIGN 32).
                if self._dead_letter is not None:
                    await self._dead_letter(record, str(error))
                continue
            log.info("plans in force", version=book.version, offset=record.offset)
            self._use(book)


def apply(settings: Settings, text: str) -> wire.PlansRecord:
    """Checks plans and publishes them to all workers and API processes.

    Raises:
        BadPlans: the text is invalid, or the plans in force have the same version with another text.
        BrokerError: Kafka did not confirm; the plans may be in force or not. A repeat is harmless.
    """
    book = response_plans.read(text, source="plans")
    before = newest(settings)
    # A version never names two texts: each decision records the version it was made under (DESIGN 32).
    if before is not None and before.version == book.version and before.text != text:
        raise BadPlans(f"version: {book.version!r} is in force with other content; give these plans another version")
    record = wire.PlansRecord(version=book.version, text=text, applied_ms=clock.now_ms())
    producer = clients.prompt_producer(settings, "komek-plans")
    try:
        headers = wire.headers("plans", book.version, "komek-plans", record.applied_ms)
        sent = producer.send(PLANS.name, key=KEY, value=wire.encode(record), partition=0, headers=headers)
        sent.get(timeout=_CONFIRM_WITHIN_S)
    # kafka-python asserts that the partition exists.
    except (KafkaError, AssertionError) as error:
        raise BrokerError(
            f"plans were not confirmed: {kafka_reason(error)}",
            "Repeat the command: applying the same plans twice is harmless.",
        ) from error
    finally:
        producer.close(timeout=_CONFIRM_WITHIN_S)
    return record


def newest(settings: Settings) -> wire.PlansRecord | None:
    """The newest readable record; None when there is none or the newest is a tombstone.

    Raises:
        BrokerError: no broker answered, or the topic does not exist.
    """
    wait_for_broker(settings)
    consumer = clients.consumer(settings, "komek-plans")
    found: wire.PlansRecord | None = None
    try:
        if not consumer.partitions_for_topic(PLANS.name):
            raise BrokerError(f"{PLANS.name} does not exist", "Run `komek topics apply`.")
        part = TopicPartition(PLANS.name, 0)
        consumer.assign([part])
        consumer.seek_to_beginning(part)
        end = consumer.end_offsets([part])[part]
        # To the end that is known now: the topic is read by a command, which must end.
        while consumer.position(part) < end:
            for records in consumer.poll(timeout_ms=2000).values():
                for record in records:
                    with contextlib.suppress(wire.Unreadable):
                        found = None if record.value is None else wire.decode_plans(record.value)
    except KafkaError as error:
        raise BrokerError(f"{PLANS.name} cannot be read: {kafka_reason(error)}", "Repeat the command.") from error
    finally:
        consumer.close()
    return found
