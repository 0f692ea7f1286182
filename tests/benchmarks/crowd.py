"""Simulated people in the log and in Redis, and incidents where they live."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from random import Random

import redis

from dispatch.commands import ReportIncident
from dispatch.geo import zone_of
from dispatch.ids import derived, incident_id
from dispatch.model import Area, Place, RequirementSpec
from dispatch.vocabulary import Capability
from streams import clock, redis_keys
from streams.simulator.bulk import bulk_sender, register_in_bulk, send_positions_in_bulk
from streams.simulator.client import Tally
from streams.simulator.people import Crowd, Person, draw_people
from streams.simulator.places import City, cities, scattered
from tests.benchmarks.servers import Process, Servers

LOADED_WITHIN_S = 600.0
POLL_S = 0.2


def natural(count: int, seed: int) -> list[Person]:
    """As `people.toml` draws them, over the cities of Kazakhstan, all on duty."""
    return list(draw_people(Crowd(count=count, cities=cities(), seed=seed, duty_share=1.0)))


def first_aiders(count: int, seed: int) -> list[Person]:
    """The same people, each for field work and with first aid: whoever is near can be asked."""
    both = (Capability.FIELD, Capability.DIGITAL)
    return [
        replace(person, capabilities=both, skills=tuple(sorted({*person.skills, "first_aid"})), max_distance_m=50_000)
        for person in natural(count, seed)
    ]


async def load(at: Servers, people: Sequence[Person], workers: Sequence[Process]) -> float:
    """Profiles, homes and positions through Kafka; returns the seconds until all are in Redis and can be found."""
    begun_s = clock.monotonic_s()
    settings = at.settings
    async with bulk_sender(settings, Tally()) as sender:
        await register_in_bulk(sender, people, settings.require_data_key())
        await send_positions_in_bulk(sender, people, lambda person: person.home)
    on_duty = sum(person.is_field and person.on_duty for person in people)
    with redis.Redis.from_url(at.redis) as client:
        await _until(lambda: _found(client) >= (len(people), on_duty), workers)
    return clock.monotonic_s() - begun_s


def _found(client: "redis.Redis") -> tuple[int, int]:
    """How many have a profile and how many a fix; a rebuild may be replacing both at the moment."""
    known, fixes = client.scard(redis_keys.VOLUNTEERS), client.zcard(redis_keys.FIXES)
    assert isinstance(known, int)
    assert isinstance(fixes, int)
    return known, fixes


async def _until(is_so: Callable[[], bool], workers: Sequence[Process]) -> None:
    async with asyncio.timeout(LOADED_WITHIN_S):
        while not is_so():
            for process in workers:
                process.check()
            await asyncio.sleep(POLL_S)


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
