"""Reads a topic of one partition from its beginning, and follows it: plans, declared keys, sessions, answers to alarms."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from streams import event_loop
from streams.errors import LogUnavailable
from streams.kafka import clients
from streams.kafka.reasons import kafka_reason
from streams.kafka.stopping import cancellations_of_its_own, stop_consumer
from streams.settings import Settings
from streams.topics import Topic

START_WITHIN_S = 15.0
WAIT_MS = 2_000
"""A fetch that finds nothing new ends after so long, and another begins; a new record ends it at once. A process follows up to
nine topics, in which nothing happens for hours."""
PROMPT_MS = 500
"""The same, where somebody asks for the end while the topic is followed: the answer waits behind a fetch."""
TakeRecords: TypeAlias = Callable[[Sequence[ConsumerRecord]], Awaitable[None]]
"""Gets the records in the order of the log; also called without any. May raise LogUnavailable: the records do not come again."""
_log = structlog.get_logger(__name__)


class TopicFollower:
    """One consumer without a group. `next_offset`: all records before it have been read, the last ones are with `take`.
    `wait_ms`: at most so long `end` waits, which is answered behind a fetch."""

    def __init__(self, settings: Settings, client_id: str, topic: Topic, *, wait_ms: int = WAIT_MS) -> None:
        self._settings = settings
        self._wait_ms = wait_ms
        self._client_id = client_id
        self._part = TopicPartition(topic.name, 0)
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self.next_offset = 0

    async def start(self, take: TakeRecords, within_s: float = START_WITHIN_S) -> None:
        """Returns once the log has been read to its end, and goes on reading. Raises LogUnavailable, as `read_to_end`."""
        await self.read_to_end(take, within_s)
        self.follow(take)

    async def read_to_end(self, take: TakeRecords, within_s: float) -> None:
        """Reads up to the end that the log has now. Not while the topic is followed.

        Raises:
            LogUnavailable: Kafka does not answer, or this took longer than `within_s`.
        """
        try:
            async with asyncio.timeout(within_s):
                end = await self._connected_end()
                while self.next_offset < end:
                    await self._step(take, 200)
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{self._part.topic}: {kafka_reason(error)}") from error

    def follow(self, take: TakeRecords) -> None:
        """Goes on reading, in a task. While Kafka cannot be read, a warning is logged each second."""
        self._task = asyncio.ensure_future(self._follow(take))

    async def stop_following(self) -> None:
        """The connection stays."""
        task, self._task = self._task, None
        await event_loop.cancel(task)

    async def stop(self) -> None:
        await self.stop_following()
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stop_consumer(consumer)

    async def end(self) -> int:
        """End offset of the log. Raises KafkaError, or LogUnavailable before the first read and after the stop."""
        (end,) = (await self._started().end_offsets([self._part])).values()
        return int(end)

    async def _follow(self, take: TakeRecords) -> None:
        while True:
            try:
                with cancellations_of_its_own():
                    await self._step(take, 1000)
            except (KafkaError, LogUnavailable) as error:
                _log.warning("topic cannot be followed", topic=self._part.topic, cause=type(error).__name__)
                await asyncio.sleep(1)

    async def _step(self, take: TakeRecords, timeout_ms: int) -> None:
        consumer = self._started()
        batches = await consumer.getmany(self._part, timeout_ms=timeout_ms)
        # The position and not the last record: compaction leaves gaps, also at the end.
        self.next_offset = await consumer.position(self._part)
        await take(batches.get(self._part, ()))

    async def _connected_end(self) -> int:
        if self._consumer is not None:
            return await self.end()
        self._consumer = clients.async_consumer(self._settings, self._client_id, fetch_max_wait_ms=self._wait_ms)
        await self._consumer.start()
        # Asked before the topic is assigned: afterwards the answer waits behind a fetch that finds nothing new.
        end = await self.end()
        self._consumer.assign([self._part])
        await self._consumer.seek_to_beginning(self._part)
        return end

    def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise LogUnavailable(f"{self._part.topic}: not connected")
        return self._consumer
