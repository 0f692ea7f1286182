"""Positions through Kafka into Redis by one worker; beside it plain batched GEOADD of the same points."""

import asyncio
import random
from collections.abc import Sequence
from itertools import groupby
from zlib import crc32

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from dispatch.model.places import Place
from streams import clock, wire
from streams.kafka import groups
from streams.simulator.people import SimulatedPerson
from streams.store import RedisClient
from streams.topics import LOCATIONS
from streams.wire import FixRecord
from tests.benchmarks.crowd import load, natural
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result, percentile
from tests.benchmarks.servers import Servers, servers, worker

NAME = "positions"
ABOUT = "positions of 300,000 people, a tenth of them moving, through Kafka into Redis by one worker"

BACKLOG = 600_000
STEADY_PER_S = 30_000
STEADY_S = 10.0
MOVING = 0.1
STEP_DEGREES = 0.0006
"""About 50 m: beyond what counts as standing still."""
BATCH_BYTES = 512 * 1024
TICK_S = 0.1
PLAIN_AT_ONCE = 250
REPORTS_PER_MS = 1000


def run(options: Options) -> Result:
    with servers() as at:
        return asyncio.run(_run(options, at))


async def _run(options: Options, at: Servers) -> Result:
    people = natural(options.volunteers or 300_000, options.seed)
    with worker(at) as first:
        loaded_s = await load(at, people, [first])
    walk = Walk(people, options.seed)
    plain_per_s = await _plain(at, walk)
    async with Lag(at) as lag, Sender(at) as sender:
        await sender.send_all(walk.positions(BACKLOG))
        redis_before_s = await _redis_cpu_s(at)
        with worker(at, "drain") as reader:
            drained_per_s = await _drained(lag)
            redis_us = (await _redis_cpu_s(at) - redis_before_s) / BACKLOG * 1e6
            used_before_s = reader.cpu_s
            waits_s, steady_per_s = await _steady(options, walk, lag, sender)
            cpu_us = (reader.cpu_s - used_before_s) / (steady_per_s * (options.seconds or STEADY_S)) * 1e6
    return Result(
        figures=[
            Figure(name="backlog drained", value=drained_per_s, unit="/s", at_least=STEADY_PER_S),
            Figure(name="plain batched GEOADD", value=plain_per_s, unit="/s"),
            Figure(name="drained / plain GEOADD", value=drained_per_s / plain_per_s, unit="×", at_least=0.4),
            Figure(name="steady load sent", value=steady_per_s, unit="/s"),
            Figure(name="steady load: lag p50", value=percentile(waits_s, 0.5), unit="s"),
            Figure(name="steady load: lag p99", value=percentile(waits_s, 0.99), unit="s", at_most=1.0),
            Figure(name="CPU of the worker", value=cpu_us, unit="µs each"),
            Figure(name="CPU of Redis", value=redis_us, unit="µs each"),
        ],
        notes=[f"{len(people):,} volunteers were in Redis {loaded_s:.1f} s after the first was sent"],
    )


class Walk:
    """Everybody's place; in each round a tenth of the people take a step."""

    def __init__(self, people: Sequence[SimulatedPerson], seed: int) -> None:
        self._rng = random.Random(f"walk:{seed}")
        self._ids = [person.id for person in people]
        self.places = [person.home for person in people]
        self._next = 0

    def positions(self, count: int) -> list[tuple[str, Place]]:
        """The next so many reports, person after person."""
        made = []
        for _ in range(count):
            number = self._next
            self._next = (self._next + 1) % len(self._ids)
            if self._rng.random() < MOVING:
                old = self.places[number]
                self.places[number] = Place(lon=old.lon + STEP_DEGREES, lat=old.lat)
            made.append((self._ids[number], self.places[number]))
        return made


async def _plain(at: Servers, walk: Walk) -> float:
    """Into an index that holds the people already, as ours does."""
    link = RedisClient(at.redis)
    await _added(link, walk.positions(len(walk.places)))
    took_s = await _added(link, walk.positions(len(walk.places)))
    await link.run([("UNLINK", "bench:plain")])
    await link.close()
    return len(walk.places) / took_s


async def _redis_cpu_s(at: Servers) -> float:
    """Processor time of Redis' main thread."""
    link = RedisClient(at.redis)
    lines = (await link.run([("INFO", "cpu")]))[0].decode().splitlines()
    await link.close()
    return sum(float(line.partition(":")[2]) for line in lines if line.startswith("used_cpu_") and "main" in line)


async def _added(link: RedisClient, points: Sequence[tuple[str, Place]]) -> float:
    begun_s = clock.monotonic_s()
    commands = [_geoadd(points[start : start + PLAIN_AT_ONCE]) for start in range(0, len(points), PLAIN_AT_ONCE)]
    for start in range(0, len(commands), 16):
        await link.run(commands[start : start + 16])
    return clock.monotonic_s() - begun_s


def _geoadd(points: Sequence[tuple[str, Place]]) -> tuple[str, ...]:
    flat = [text for id_, place in points for text in (f"{place.lon:.6f}", f"{place.lat:.6f}", id_)]
    return ("GEOADD", "bench:plain", *flat)


class Sender:
    """Whole batches at once, so that sending takes little of the machine that is measured."""

    def __init__(self, at: Servers) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=at.kafka, acks="all", max_batch_size=BATCH_BYTES, max_request_size=2 * BATCH_BYTES
        )
        self._partitions = 0

    async def __aenter__(self) -> "Sender":
        await self._producer.start()
        self._partitions = len(await self._producer.partitions_for(LOCATIONS.name))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def send_all(self, positions: Sequence[tuple[str, Place]]) -> None:
        """Returns when the broker has confirmed all."""
        first_ms = clock.now_ms() - len(positions) // REPORTS_PER_MS
        keyed = sorted(
            (crc32(id_.encode()) % self._partitions, n, id_, place) for n, (id_, place) in enumerate(positions)
        )
        sent = []
        for partition, group in groupby(keyed, key=lambda entry: entry[0]):
            batch = self._producer.create_batch()
            for _, number, id_, place in group:
                # The next report of a person is later than the last: what is no newer would be passed over.
                at_ms = first_ms + number // REPORTS_PER_MS
                fix = FixRecord(volunteer_id=id_, lon=place.lon, lat=place.lat, accuracy_m=8.0, recorded_ms=at_ms)
                record = {"key": id_.encode(), "value": wire.encode(fix), "timestamp": None}
                if batch.append(**record) is None:
                    sent.append(await self._producer.send_batch(batch, LOCATIONS.name, partition=partition))
                    batch = self._producer.create_batch()
                    batch.append(**record)
            sent.append(await self._producer.send_batch(batch, LOCATIONS.name, partition=partition))
        for future in sent:
            await future


class Lag:
    """How many positions wait to be read and committed."""

    def __init__(self, at: Servers) -> None:
        self._admin = AIOKafkaAdminClient(bootstrap_servers=at.kafka)
        self._consumer = AIOKafkaConsumer(LOCATIONS.name, bootstrap_servers=at.kafka, group_id=None)

    async def __aenter__(self) -> "Lag":
        await self._admin.start()
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()
        await self._admin.close()

    async def records(self) -> int:
        ends = await self._consumer.end_offsets(self._consumer.assignment())
        offsets = await self._admin.list_consumer_group_offsets(groups.LOCATIONS)
        done: dict[TopicPartition, int] = {part: entry.offset for part, entry in offsets.items()}
        return sum(end - max(0, done.get(part, 0)) for part, end in ends.items())

    async def falls_to(self, records: int) -> int:
        """Waits until no more than that are left; returns how many are."""
        while (left := await self.records()) > records:  # noqa: ASYNC110 -- Kafka rings no bell
            await asyncio.sleep(TICK_S)
        return left


async def _drained(lag: Lag) -> float:
    """Positions a second between the first commit and the last."""
    before = await lag.records()
    first = await lag.falls_to(before - 1)
    begun_s = clock.monotonic_s()
    await lag.falls_to(0)
    return first / (clock.monotonic_s() - begun_s)


async def _steady(options: Options, walk: Walk, lag: Lag, sender: Sender) -> tuple[list[float], float]:
    """Lag in seconds of load, sampled, and the load that could be sent."""
    per_s = options.positions or STEADY_PER_S
    waits_s: list[float] = []
    sent, begun_s = 0, clock.monotonic_s()
    while (now_s := clock.monotonic_s()) - begun_s < (options.seconds or STEADY_S):
        due = int((now_s - begun_s + TICK_S) * per_s) - sent
        await sender.send_all(walk.positions(due))
        sent += due
        waits_s.append(await lag.records() / per_s)
        await asyncio.sleep(max(0.0, begun_s + sent / per_s - clock.monotonic_s()))
    sent_per_s = sent / (clock.monotonic_s() - begun_s)
    await lag.falls_to(0)
    return waits_s, sent_per_s
