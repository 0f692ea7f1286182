"""Watching the log from outside: what arrived when, by the broker's clock and by ours."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.benchmarks.servers import Process

READ_WITHIN_S = 120.0


class Seen(NamedTuple):
    """`logged_ms` is LogAppendTime, `arrived_s` this process's `perf_counter`."""

    topic: str
    key: bytes | None
    value: bytes | None
    logged_ms: int
    arrived_s: float


class Follower:
    """Everything written to some topics since it was opened, in the order of arrival."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.seen: list[Seen] = []
        self._news = asyncio.Event()

    async def follow(self) -> None:
        while True:
            batches = await self._consumer.getmany(timeout_ms=1000)
            arrived_s = perf_counter()
            for part, records in batches.items():
                self.seen.extend(Seen(part.topic, r.key, r.value, r.timestamp, arrived_s) for r in records)
            if batches:
                self._news.set()

    async def until(self, is_so: Callable[[], bool], within_s: float, processes: Sequence[Process] = ()) -> bool:
        """False when it was not so in time.

        Raises:
            AssertionError: one of the processes has ended.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        while not is_so():
            for process in processes:
                process.check()
            self._news.clear()
            left_s = deadline - loop.time()
            if left_s <= 0:
                return False
            try:
                await asyncio.wait_for(self._news.wait(), min(1.0, left_s))
            except TimeoutError:
                continue
        return True


@asynccontextmanager
async def following(kafka: str, *topics: str) -> AsyncIterator[Follower]:
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=kafka,
        group_id=None,
        enable_auto_commit=False,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    await consumer.start()
    task: asyncio.Task[None] | None = None
    try:
        await consumer.seek_to_end()
        follower = Follower(consumer)
        task = asyncio.create_task(follower.follow())
        yield follower
        if task.done():
            task.result()
    finally:
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        await consumer.stop()


@asynccontextmanager
async def producing(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, enable_idempotence=True, acks="all", linger_ms=0, max_batch_size=256 * 1024
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def read_all(kafka: str, *topics: str) -> list[Seen]:
    """Every record of the topics up to their end as it is now; each partition in its order."""
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        await consumer.seek_to_beginning()
        seen: list[Seen] = []
        async with asyncio.timeout(READ_WITHIN_S):
            while any([await consumer.position(part) < end for part, end in ends.items()]):
                batches = await consumer.getmany(timeout_ms=200)
                arrived_s = perf_counter()
                for part, records in batches.items():
                    seen.extend(Seen(part.topic, r.key, r.value, r.timestamp, arrived_s) for r in records)
        return seen
    finally:
        await consumer.stop()
