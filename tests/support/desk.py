"""Everything a worker has, on real Kafka and Redis, in the hands of a test; as a pytest plugin.

All tests of a session share one Kafka and so one log: each desk has people with a prefix and a place of its own
(`tests/support/places.py`).
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from dispatch.model.answer_commands import AcceptOffer, DeclineOffer
from dispatch.model.commands import Command, ReportIncident
from dispatch.model.ids import incident_id
from dispatch.model.incidents import Incident
from dispatch.model.places import Area, Place
from dispatch.model.reasons import DeclineReason
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import Capability, TravelMode
from dispatch.plans.book import load_builtin
from streams import clock, wire
from streams.kafka import topic_admin
from streams.kafka.log_reader import LogReader
from streams.rebuild.rebuilder import Rebuilder
from streams.settings import Settings, load
from streams.store import RedisClient, RedisStore
from streams.store.people import FixWrite, PeopleStore, ProfileWrite
from streams.store.redis_target import target_of
from streams.topics import DEAD_LETTERS, DECISIONS, INCIDENTS, LOCATIONS, OFFERS, VOLUNTEERS
from streams.worker.dispatcher import Dispatcher
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from tests.support.places import somewhere

DATA_KEY = "A" * 43
ZONE = "8320e5"


@dataclass
class Desk:
    """Everything a worker has, and what a test needs to look at."""

    settings: Settings
    link: RedisClient
    store: RedisStore
    publisher: Publisher
    reader: LogReader
    dispatcher: Dispatcher
    seen: dict[tuple[str, int], int]
    tag: str
    centre: Place

    async def people(self, *ids: str, skill: str = "first_aid", north_m: float = 100) -> None:
        """Free field people in a row to the north, each `north_m` further; their ids get this test's own prefix."""
        people = PeopleStore(self.link)
        records = await self._profiles(ids, skill)
        await people.put_profiles([ProfileWrite(volunteer_id=r.id, offset=1, record=r) for r in records])
        fixes = await self._fixes(ids, north_m)
        await people.put_fixes(
            [
                FixWrite(
                    volunteer_id=fix.volunteer_id,
                    lon=fix.lon,
                    lat=fix.lat,
                    accuracy_m=fix.accuracy_m,
                    at_ms=fix.recorded_ms or 0,
                )
                for fix in fixes
            ]
        )

    async def register(self, *ids: str, skill: str = "first_aid", north_m: float = 100) -> None:
        """The same people through the log, so that a rebuild finds them."""
        for record in await self._profiles(ids, skill):
            await self.publisher.producer.send_and_wait(VOLUNTEERS.name, wire.encode(record), key=record.id.encode())
        for fix in await self._fixes(ids, north_m):
            await self.publisher.producer.send_and_wait(LOCATIONS.name, wire.encode(fix), key=fix.volunteer_id.encode())

    async def _profiles(self, ids: Iterable[str], skill: str) -> list[wire.VolunteerRecord]:
        now_ms = await self.store.now_ms()
        return [
            wire.VolunteerRecord(
                id=self.named(person),
                capabilities=(Capability.FIELD,),
                skills=(skill,),
                languages=("kk",),
                travel_mode=TravelMode.CAR,
                max_distance_m=None,
                on_duty=True,
                changed_ms=now_ms,
                heard_ms=now_ms,
            )
            for person in ids
        ]

    async def _fixes(self, ids: Iterable[str], north_m: float) -> list[wire.FixRecord]:
        now_ms = await self.store.now_ms()
        return [
            wire.FixRecord(
                volunteer_id=self.named(person),
                lon=self.centre.lon,
                lat=self.centre.lat + (number + 1) * north_m / 111_195,
                accuracy_m=5,
                recorded_ms=now_ms,
            )
            for number, person in enumerate(ids)
        ]

    def named(self, person: str) -> str:
        return f"{self.tag}-{person}"

    def report(self, *, count: int = 1) -> ReportIncident:
        geometry = {"type": "Point", "coordinates": [self.centre.lon, self.centre.lat]}
        return ReportIncident(
            id=key(),
            incident_id=incident_id(ZONE, "op", key()),
            by="op",
            sent_ms=0,
            type="road.accident",
            body_digest="same",
            area=Area(geometry=geometry, centre=self.centre),
            requirements=(RequirementSpec(capability=Capability.FIELD, skill="first_aid", count=count),),
        )

    async def send(self, *commands: Command) -> list[Any]:
        """The records of these commands, as a worker would get them."""
        await self.publisher.send_commands(commands)
        return await self.fresh(INCIDENTS.name)

    async def fresh(self, topic: str) -> list[Any]:
        bounds = await self.reader.bounds(topic, await self.reader.partitions(topic))
        start = {p: (self.seen.get((topic, p), 0), end) for p, (_, end) in bounds.items()}
        records = [r async for chunk in self.reader.read(topic, start) for r in chunk]
        self.seen.update({(topic, p): end for p, (_, end) in bounds.items()})
        return records

    async def incident(self, incident: str) -> Incident:
        _, (loaded,) = await self.store.load([("none", incident)])
        assert loaded.incident is not None
        return loaded.incident

    async def offers(self) -> list[Any]:
        """Steps of this test's people, each event once: a rebuild publishes again what may be missing."""
        steps = [wire.decode_offer_step(record.value) for record in await self.fresh(OFFERS.name)]
        own = {step.event_id: step for step in steps if step.volunteer_id.startswith(self.tag)}
        return list(own.values())


@pytest.fixture
async def desk(kafka: str, redis_url: str) -> AsyncIterator[Desk]:
    async with desk_at(kafka, redis_url) as made:
        yield made


@asynccontextmanager
async def desk_at(kafka: str, redis_url: str, **more: str) -> AsyncIterator[Desk]:
    """A desk on this Kafka and this Redis, which is rebuilt if it is not ready. `more`: further settings."""
    settings = load({"KOMEK_KAFKA": kafka, "KOMEK_REDIS": redis_url, **more, "KOMEK_DATA_KEY": DATA_KEY})
    topic_admin.apply_topics(settings)
    link = RedisClient(target_of(settings))
    store = RedisStore(link)
    publisher = Publisher(settings, "test")
    reader = LogReader(settings, "test")
    await publisher.start()
    await reader.start()
    await Rebuilder(settings=settings, link=link, owner="test").run_or_wait()
    dispatcher = Dispatcher(
        store=store,
        publisher=publisher,
        projection=Projection(store, publisher, reader),
        plans=load_builtin(),
    )
    made = Desk(settings, link, store, publisher, reader, dispatcher, {}, key(), somewhere("desk"))
    for topic in (INCIDENTS, OFFERS, DECISIONS, DEAD_LETTERS):
        await made.fresh(topic.name)
    try:
        yield made
    finally:
        await reader.stop()
        await publisher.stop()
        await link.close()


def key() -> str:
    return clock.fresh_id()


def accept(offer_id: str, volunteer: str, command: ReportIncident) -> AcceptOffer:
    return AcceptOffer(**_answer(offer_id, volunteer, command))


def decline(offer_id: str, volunteer: str, command: ReportIncident) -> DeclineOffer:
    return DeclineOffer(**_answer(offer_id, volunteer, command), reason=DeclineReason.BUSY)


def _answer(offer_id: str, volunteer: str, command: ReportIncident) -> dict[str, Any]:
    return {
        "id": key(),
        "incident_id": command.incident_id,
        "by": volunteer,
        "sent_ms": 0,
        "offer_id": offer_id,
        "volunteer_id": volunteer,
    }
