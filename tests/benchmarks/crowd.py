"""Simulated people in the log and in Redis, and incidents where they live."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import accumulate
from random import Random
from typing import Any

import redis
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from dispatch.model.commands import ReportIncident
from dispatch.model.geo import zone_of
from dispatch.model.ids import derived, incident_id
from dispatch.model.places import Area, Place
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import Capability
from streams import clock, redis_keys
from streams.api_client import Tally
from streams.kafka import groups
from streams.ring import LiveRing
from streams.simulator.bulk import bulk_sender, register_in_bulk, send_positions_in_bulk
from streams.simulator.people import Crowd, SimulatedPerson, draw_people
from streams.simulator.places import City, cities, scattered
from streams.topics import LOCATIONS, PRIVATE, VOLUNTEERS
from tests.benchmarks.servers import Process, Servers

LOADED_WITHIN_S = 600.0
POLL_S = 0.2


def natural(count: int, seed: int) -> list[SimulatedPerson]:
    """As `people.toml` draws them, over the cities of Kazakhstan, all on duty."""
    return list(draw_people(Crowd(count=count, cities=cities(), seed=seed, duty_share=1.0)))


def first_aiders(count: int, seed: int) -> list[SimulatedPerson]:
    """The same people, each for field work and with first aid: whoever is near can be asked."""
    return [
        replace(
            person,
            capabilities=(Capability.FIELD,),
            skills=tuple(sorted({*person.skills, "first_aid"})),
            max_distance_m=50_000,
        )
        for person in natural(count, seed)
    ]


async def load(at: Servers, people: Sequence[SimulatedPerson], workers: Sequence[Process]) -> float:
    """Profiles, homes and positions through Kafka; returns the seconds until all are in Redis and committed."""
    begun_s = clock.monotonic_s()
    settings = at.settings
    async with bulk_sender(settings, Tally()) as sender:
        await register_in_bulk(sender, people, LiveRing.of(settings).now)
        # A position that overtakes its profile is dropped.
        await _until_taken(at, workers)
        await send_positions_in_bulk(sender, people, lambda person: person.home)
    await _until_taken(at, workers)
    with redis.Redis.from_url(at.redis) as client:
        known = client.scard(redis_keys.VOLUNTEERS)
    assert known == len(people), f"{known} of {len(people)} volunteers are in Redis"
    return clock.monotonic_s() - begun_s


async def _until_taken(at: Servers, workers: Sequence[Process]) -> None:
    async with asyncio.timeout(LOADED_WITHIN_S), _groups(at) as lag:
        while await lag() > 0:
            for process in workers:
                process.check()
            await asyncio.sleep(POLL_S)


@asynccontextmanager
async def _groups(at: Servers) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """How many records about people have not been taken and committed yet."""
    admin = AIOKafkaAdminClient(bootstrap_servers=at.kafka)
    consumer = AIOKafkaConsumer(
        LOCATIONS.name, VOLUNTEERS.name, PRIVATE.name, bootstrap_servers=at.kafka, group_id=None
    )
    await admin.start()
    await consumer.start()

    async def lag() -> int:
        ends = await consumer.end_offsets(consumer.assignment())
        done: dict[Any, int] = {}
        for group in (groups.LOCATIONS, groups.PEOPLE):
            with suppress(GroupCoordinatorNotAvailableError):  # nobody has joined yet
                offsets = await admin.list_consumer_group_offsets(group)
                done.update({part: entry.offset for part, entry in offsets.items()})
        return sum(end - max(0, done.get(part, 0)) for part, end in ends.items())

    try:
        yield lag
    finally:
        await consumer.stop()
        await admin.close()


def drawn_place(rng: Random, towns: Sequence[City]) -> Place:
    """Where people live: in a city as often as it is large."""
    city = rng.choices(towns, cum_weights=list(accumulate(town.population for town in towns)))[0]
    return scattered(rng, city)


def reports(
    count: int, seed: int, *, types: Sequence[str], requirements: tuple[RequirementSpec, ...] | None = None
) -> list[ReportIncident]:
    """The same seed gives the same places; ids are new each time. Without requirements the plan of the type decides."""
    rng = Random(f"reports:{seed}")
    towns = cities()
    run = clock.fresh_id()
    return [
        _report(f"{run}-{number}", drawn_place(rng, towns), types[number % len(types)], requirements)
        for number in range(count)
    ]


def _report(key: str, place: Place, kind: str, requirements: tuple[RequirementSpec, ...] | None) -> ReportIncident:
    zone = zone_of(place)
    return ReportIncident(
        id=str(derived("bench", key)),
        incident_id=incident_id(zone, "bench", key),
        by="bench",
        sent_ms=clock.now_ms(),
        type=kind,
        body_digest="bench",
        area=Area(geometry={"type": "Point", "coordinates": [place.lon, place.lat]}, centre=place),
        requirements=requirements,
    )
