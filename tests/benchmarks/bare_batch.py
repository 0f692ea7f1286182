"""The least that any dispatcher on these parts must do for each command, in batches, and nothing else.

    python -m tests.benchmarks.bare_batch faust|getmany

Two round trips to Redis (who is near; take three), one decision and three offers of the usual size, all confirmed, then the
commit. `faust` reads through an agent in the same safe shape as Komek's, `getmany` through aiokafka alone.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Any

import faust
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from mode import Service
from redis.asyncio import Redis

from streams import settings
from streams.settings import Settings
from streams.worker.app import _faust_settings as pinned_settings
from tests.benchmarks.bare_topics import COMMANDS, DECISIONS, OFFERS_MADE

PEOPLE = "bench:people"
GROUP = "bench-batch"
BATCH = 64
OFFERS_EACH = 3
RADIUS_M = 2000
DECISION_BYTES = 2600
OFFER_BYTES = 560


class Place(msgspec.Struct):
    lon: float
    lat: float


class Area(msgspec.Struct):
    centre: Place


class Report(msgspec.Struct):
    """What the bare path reads of a command."""

    id: str
    area: Area


class Bare:
    def __init__(self, at: Settings) -> None:
        self._redis: Redis = Redis.from_url(at.require_redis(), protocol=2)
        self._producer: AIOKafkaProducer | None = None
        self._kafka = at.require_kafka()
        self._decoder = msgspec.json.Decoder(Report)

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._kafka, enable_idempotence=True, acks="all", linger_ms=0, max_batch_size=256 * 1024
        )
        await self._producer.start()

    async def handle(self, records: Sequence[Any]) -> None:
        commands = [self._decoder.decode(record.value) for record in records]
        near = self._redis.pipeline(transaction=False)
        for command in commands:
            centre = command.area.centre
            near.geosearch(
                PEOPLE, longitude=centre.lon, latitude=centre.lat, radius=RADIUS_M, unit="m", sort="ASC", count=10
            )
        found = await near.execute()
        take = self._redis.pipeline(transaction=False)
        for command, people in zip(commands, found, strict=True):
            for number in range(OFFERS_EACH):
                person = people[number] if number < len(people) else b"nobody"
                take.set(b"bench:taken:" + person, command.id, nx=True)
        await take.execute()
        await self._write(records, commands)

    async def _write(self, records: Sequence[Any], commands: Sequence[Report]) -> None:
        assert self._producer is not None
        sent = []
        for record, command in zip(records, commands, strict=True):
            decision = command.id.encode().ljust(DECISION_BYTES)
            sent.append(await self._producer.send(DECISIONS, decision, key=record.key, partition=record.partition))
        await asyncio.gather(*sent)
        sent = []
        for command in commands:
            for number in range(OFFERS_EACH):
                offer = f"{command.id}-{number}".encode()
                sent.append(await self._producer.send(OFFERS_MADE, offer.ljust(OFFER_BYTES), key=offer))
        await asyncio.gather(*sent)


async def read_by_getmany(at: Settings) -> None:
    bare = Bare(at)
    await bare.start()
    consumer = AIOKafkaConsumer(
        COMMANDS,
        bootstrap_servers=at.require_kafka(),
        group_id=f"{GROUP}-getmany",
        enable_auto_commit=False,
        auto_offset_reset="latest",
    )
    await consumer.start()
    while True:
        batches = await consumer.getmany(timeout_ms=1000, max_records=BATCH)
        records = [record for part in batches.values() for record in part]
        if records:
            await bare.handle(records)
            await consumer.commit({part: part_records[-1].offset + 1 for part, part_records in batches.items()})


def faust_app(at: Settings) -> faust.App:
    bare = Bare(at)
    queue: asyncio.Queue[tuple[Any, Any]] = asyncio.Queue(BATCH)
    own = {**pinned_settings(at), "consumer_auto_offset_reset": "latest", "datadir": at.data / "bare"}
    app = faust.App(f"{GROUP}-faust", **own)

    @app.agent(app.topic(COMMANDS, key_serializer="raw", value_serializer="raw"), concurrency=1)
    async def feed(stream: Any) -> None:
        async for event in stream.noack().events():
            await queue.put((stream, event))

    @app.service
    class Work(Service):
        @Service.task
        async def work(self) -> None:
            await bare.start()
            while not self.should_stop:
                waiting = [await queue.get()]
                while len(waiting) < BATCH and not queue.empty():
                    waiting.append(queue.get_nowait())
                await bare.handle([event.message for _, event in waiting])
                for stream, event in waiting:
                    await stream.ack(event)

    return app


def main(source: str) -> None:
    at = settings.load(os.environ)
    if source == "getmany":
        asyncio.run(read_by_getmany(at))
    else:
        faust.Worker(
            faust_app(at), loglevel="warn", redirect_stdouts=False, stderr=sys.stderr
        ).execute_from_commandline()


if __name__ == "__main__":
    main(sys.argv[1])
