"""Bulk registration: writes profiles, homes and positions to Kafka directly, 300,000 people in less than a minute.

The records are the same as those of the API. Reports and answers still use the API.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from dispatch.model.ids import derived
from dispatch.model.places import Place
from dispatch.model.verifications import VOUCHED_FOR_MS
from streams import clock, wire
from streams.api_client import Tally
from streams.errors import BrokerError
from streams.kafka import clients
from streams.kafka.broker_access import wait_for_broker
from streams.kafka.reasons import kafka_reason
from streams.ring import KeyRing
from streams.settings import Settings
from streams.simulator.people import SimulatedPerson
from streams.topics import LOCATIONS, PRIVATE, VERIFICATIONS, VOLUNTEERS
from streams.wire import FixRecord, VerificationRecord, VolunteerPrivate, VolunteerRecord

SOURCE = "/komek/simulator"
AT_ONCE = 10_000
"""Records in flight before further ones are created: bounds memory, and keeps the producer's batches full."""


class Record(NamedTuple):
    topic: str
    key: str
    value: bytes
    headers: list[tuple[str, bytes]]


def profile_records(person: SimulatedPerson, keys: KeyRing | bytes, at_ms: int) -> Iterator[Record]:
    """The record of `volunteers` and the encrypted record of `private`."""
    public = VolunteerRecord(
        id=person.id,
        capabilities=person.capabilities,
        skills=person.skills,
        languages=person.languages,
        travel_mode=person.travel_mode,
        max_distance_m=person.max_distance_m,
        on_duty=person.on_duty,
        changed_ms=at_ms,
        heard_ms=at_ms,  # as if registered by the person; otherwise nobody would be asked in quiet hours
    )
    yield Record(VOLUNTEERS.name, person.id, wire.encode(public), _headers("volunteer", person.id, at_ms))
    ref = f"volunteer:{person.id}"
    secret = VolunteerPrivate(home=person.home, contact={"name": person.name, "phone": person.phone})
    headers = _headers("private", ref, at_ms)
    # The value is encrypted, so it is not JSON as the other records are.
    headers[-1] = ("content-type", b"application/octet-stream")
    yield Record(PRIVATE.name, ref, wire.seal(keys, ref, secret), headers)


def verification_record(person: SimulatedPerson, skill: str, at_ms: int) -> Record:
    """By the simulator, for a year."""
    known = VerificationRecord(
        volunteer_id=person.id, skill=skill, until_ms=at_ms + VOUCHED_FOR_MS, by="simulator", at_ms=at_ms
    )
    key = f"{person.id}|{skill}"
    return Record(VERIFICATIONS.name, key, wire.encode(known), _headers("verification", key, at_ms))


def position_record(person: SimulatedPerson, place: Place, at_ms: int) -> Record:
    fix = FixRecord(volunteer_id=person.id, lon=place.lon, lat=place.lat, accuracy_m=20.0, recorded_ms=at_ms)
    return Record(LOCATIONS.name, person.id, wire.encode(fix), _headers("location", person.id, at_ms))


class BulkSender:
    """Sends records as fast as possible. `send_all` waits until the broker has confirmed all of them."""

    def __init__(self, producer: AIOKafkaProducer, tally: Tally) -> None:
        self._producer = producer
        self.tally = tally

    async def send_all(self, records: Iterable[Record], what: str) -> None:
        """Sends all records.

        Raises:
            BrokerError: a record was not confirmed. Sending all again is safe: the newest record of each key counts.
        """
        waiting: list[asyncio.Future[object]] = []
        try:
            for record in records:
                waiting.append(
                    await self._producer.send(
                        record.topic, record.value, key=record.key.encode(), headers=record.headers
                    )
                )
                # Confirmed in blocks: 300,000 futures at once would only cost memory.
                if len(waiting) >= AT_ONCE:
                    await self._confirmed(waiting, what)
            await self._confirmed(waiting, what)
        except KafkaError as error:
            raise BrokerError(
                f"{what} were not confirmed by Kafka: {kafka_reason(error)}", "Check the broker and repeat."
            ) from error

    async def _confirmed(self, waiting: list["asyncio.Future[object]"], what: str) -> None:
        for sent in waiting:
            await sent
        self.tally.add(what, len(waiting))
        waiting.clear()


@asynccontextmanager
async def bulk_sender(settings: Settings, tally: Tally) -> AsyncIterator[BulkSender]:
    """Context manager: a sender with its own producer.

    Raises:
        BrokerError: no broker answered.
    """
    # In a thread: it polls a port with blocking calls.
    await asyncio.to_thread(wait_for_broker, settings)
    producer = clients.async_producer(
        settings, "komek-simulator", enable_idempotence=True, linger_ms=20, max_batch_size=256 * 1024
    )
    try:
        await producer.start()
    except KafkaError as error:
        raise BrokerError(f"Kafka does not answer: {kafka_reason(error)}", "Check KOMEK_KAFKA.") from error
    try:
        yield BulkSender(producer, tally)
    finally:
        await producer.stop()


async def register_in_bulk(sender: BulkSender, people: Sequence[SimulatedPerson], keys: KeyRing | bytes) -> None:
    at_ms = clock.now_ms()
    records = (record for person in people for record in profile_records(person, keys, at_ms))
    await sender.send_all(records, "profile records")
    vouched = (verification_record(person, skill, at_ms) for person in people for skill in person.skills)
    await sender.send_all(vouched, "verifications")
    sender.tally.add("registered", len(people))


async def send_positions_in_bulk(
    sender: BulkSender, people: Sequence[SimulatedPerson], place_of: Callable[[SimulatedPerson], Place]
) -> None:
    at_ms = clock.now_ms()
    await sender.send_all((position_record(person, place_of(person), at_ms) for person in people), "positions")


def _headers(kind: str, key: str, at_ms: int) -> list[tuple[str, bytes]]:
    return wire.headers(kind, str(derived(kind, key, str(at_ms))), SOURCE, at_ms)
