"""Kafka in memory: partitions with offsets, a clock of its own, and clients with the faces of aiokafka's.

A producer's record may be refused, be in the log although its answer was lost, or get there after the producer gave it up.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from streams.kafka import partitioner
from streams.kafka.records import Headers
from streams.topics import TOPICS
from tests.simulation.processes import Process
from tests.simulation.weather import Weather


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    at_s: float = 0.0
    """On the clock of the play, which never jumps."""


BROKER_SESSION_S = 3.0
"""A broker is deposed only after it was silent for its session (`broker.session.timeout.ms` of the local stack), so a partition
has no second deposed leader within this time. The rebuild relies on it: it asks for the end twice within 1.5 s (DESIGN 72)."""


@dataclass(slots=True)
class Kafka:
    partitions: int
    now_s: Callable[[], float]
    skew_ms: int = 0
    down_until_s: float = 0.0
    topics: dict[str, list[list[Record]]] = field(default_factory=dict)
    deposed: dict[TopicPartition, tuple[float, int]] = field(default_factory=dict)
    """Until when, and which end, a broker tells that leads the partition no more."""
    deposed_at_s: dict[TopicPartition, float] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.topics = {topic.name: [[] for _ in range(self.partitions)] for topic in TOPICS}

    def now_ms(self) -> int:
        return START_MS + self.skew_ms + round(self.now_s() * 1000)

    def partition_of(self, key: bytes) -> int:
        return partitioner.partition_of(key, self.partitions)

    def append(
        self, topic: str, value: bytes | None, key: bytes, partition: int | None = None, headers: Headers = ()
    ) -> Record:
        number = self.partition_of(key) if partition is None else partition
        log = self.topics[topic][number]
        record = Record(
            topic=topic,
            partition=number,
            offset=len(log),
            timestamp=self.now_ms(),
            key=key,
            value=value,
            headers=headers,
            at_s=self.now_s(),
        )
        log.append(record)
        self.news.set()
        return record

    def told_end(self, part: TopicPartition, weather: Weather) -> int:
        """What whoever leads the partition says; or, for up to a second, who led it once and has not heard of that."""
        end = len(self.topics[part.topic][part.partition])
        since_s, now_s = self.deposed_at_s.get(part, -BROKER_SESSION_S), self.now_s()
        if weather.strikes("old_end") and now_s - since_s >= BROKER_SESSION_S:
            self.deposed_at_s[part] = now_s
            missing, lasts_s = weather.chance.randint(1, 8), weather.chance.uniform(0.0, 1.0)
            self.deposed[part] = (self.now_s() + lasts_s, max(0, end - missing))
        until_s, old_end = self.deposed.get(part, (0.0, end))
        return old_end if self.now_s() <= until_s else end

    def is_down(self) -> bool:
        return self.now_s() < self.down_until_s

    def check(self) -> None:
        if self.is_down():
            raise KafkaConnectionError("no broker answers")


START_MS = 1_764_000_000_000
"""24 November 2025, 16:00 UTC: evening in Almaty, nobody sleeps."""


class Producer:
    """`AIOKafkaProducer`, as far as `Publisher` uses it. Records leave in their order."""

    def __init__(self, kafka: Kafka, process: Process) -> None:
        self._kafka = kafka
        self._process = process
        self._turn = asyncio.Lock()
        self.client = SimpleNamespace()

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def partitions_for(self, _: str) -> set[int]:
        return set(range(self._kafka.partitions))

    async def send(
        self,
        topic: str,
        value: bytes,
        *,
        key: bytes,
        partition: int | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> "asyncio.Future[Record]":
        await self._process.comes_to("produce")
        sent: asyncio.Future[Record] = asyncio.get_running_loop().create_future()
        sent.add_done_callback(lambda done: done.cancelled() or done.exception())
        asyncio.get_running_loop().create_task(self._deliver(sent, topic, value, key, partition, tuple(headers)))
        return sent

    async def send_and_wait(self, topic: str, *, key: bytes, value: bytes, headers: Sequence[Any]) -> Record:
        return await (await self.send(topic, value, key=key, headers=headers))

    async def _deliver(
        self,
        sent: "asyncio.Future[Record]",
        topic: str,
        value: bytes,
        key: bytes,
        partition: int | None,
        headers: Headers,
    ) -> None:
        weather = self._process.weather
        async with self._turn:
            await asyncio.sleep(weather.latency_s())
            await self._process.gate()

            def append() -> Record:
                return self._kafka.append(topic, value, key, partition, headers)

            if self._kafka.is_down() or weather.strikes("log_before"):
                _fail(sent, "not sent")
            elif weather.strikes("log_late"):
                asyncio.get_running_loop().call_later(weather.chance.uniform(0.1, 8.0), append)
                _fail(sent, "still under way")
            else:
                record = append()
                if weather.strikes("twice"):
                    append()
                if weather.strikes("log_after"):
                    _fail(sent, "no answer")
                self._process.may_end("produced")
                if not sent.done():
                    sent.set_result(record)


def _fail(sent: "asyncio.Future[Record]", why: str) -> None:
    if not sent.done():
        sent.set_exception(KafkaTimeoutError(why))


class Consumer:
    """`AIOKafkaConsumer` without a group, as far as `LogReader` uses it."""

    def __init__(self, kafka: Kafka, process: Process) -> None:
        self._kafka = kafka
        self._process = process
        self._positions: dict[TopicPartition, int] = {}
        self._client = SimpleNamespace()

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    def assign(self, parts: Iterable[TopicPartition]) -> None:
        self._positions = dict.fromkeys(parts, 0)

    def seek(self, part: TopicPartition, offset: int) -> None:
        self._positions[part] = offset

    def pause(self, part: TopicPartition) -> None:
        self._positions.pop(part, None)

    async def position(self, part: TopicPartition) -> int:
        return self._positions[part]

    async def beginning_offsets(self, parts: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(parts, 0)

    async def end_offsets(self, parts: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        await self._asked()
        return {part: self._kafka.told_end(part, self._process.weather) for part in parts}

    async def getmany(self, *parts: TopicPartition, **_: int) -> dict[TopicPartition, list[Record]]:
        await self._asked()
        found = {}
        for part in parts:
            at = self._positions[part]
            records = self._kafka.topics[part.topic][part.partition][at : at + 500]
            if records:
                self._positions[part] = at + len(records)
                found[part] = records
        if not found:
            await asyncio.sleep(0.2)
        return found

    async def _asked(self) -> None:
        await self._process.comes_to("read the log")
        await asyncio.sleep(self._process.weather.latency_s())
        await self._process.gate()
        self._kafka.check()
        if self._process.weather.strikes("log_before"):
            raise KafkaTimeoutError("no answer")


class Admin:
    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka

    async def start(self) -> None:
        self._kafka.check()

    async def close(self) -> None:
        pass

    async def describe_topics(self, topics: Sequence[str]) -> list[dict[str, Any]]:
        parts = [{"partition": number} for number in range(self._kafka.partitions)]
        return [{"partitions": parts} for _ in topics]
