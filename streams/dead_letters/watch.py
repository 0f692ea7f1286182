"""Tracks open dead letters in one process: reads the topic from its beginning, then follows it."""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from streams import event_loop
from streams.dead_letters.outcomes import DeadLetterFold, StandingLetter
from streams.kafka import clients
from streams.kafka.stopping import cancellations_of_its_own, stop_consumer
from streams.settings import Settings
from streams.topics import DEAD_LETTERS

AGAIN_S = 1.0
_log = structlog.get_logger(__name__)


class LetterWatch:
    """Follows `dead-letters` in a background task."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._task: asyncio.Task[None] | None = None
        self._fold = DeadLetterFold()
        self._next: dict[TopicPartition, int] = {}
        self._is_read = False

    @property
    def standing(self) -> Sequence[StandingLetter] | None:
        """Open letters; None until the topic has been read to its end once. Unchanged while Kafka is unavailable."""
        return tuple(self._fold.standing.values()) if self._is_read else None

    async def start(self) -> None:
        """Returns at once: reading many letters must not delay the start of the process."""
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        await event_loop.cancel(self._task)

    async def _run(self) -> None:
        while True:
            consumer = clients.async_consumer(self._settings, self._client_id)
            try:
                with cancellations_of_its_own():
                    await consumer.start()
                    await self._follow(consumer)
            except (KafkaError, TimeoutError, OSError) as error:
                _log.warning("dead letters cannot be followed", cause=type(error).__name__)
            finally:
                await stop_consumer(consumer)
            await asyncio.sleep(AGAIN_S)

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        parts = [TopicPartition(DEAD_LETTERS.name, number) for number in await self._numbers()]
        consumer.assign(parts)
        starts, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
        for part in parts:
            # Continues where the last consumer failed, unless retention has passed that offset.
            consumer.seek(part, max(starts[part], self._next.get(part, 0)))
        while True:
            for part, records in (await consumer.getmany(timeout_ms=500)).items():
                for record in records:
                    # The fold survives a new consumer, so letters stay known while Kafka is away.
                    self._fold.add(record.value, record.timestamp)
                self._next[part] = records[-1].offset + 1
            # A partition without records has no next offset, so its beginning counts.
            self._is_read = self._is_read or all(self._next.get(part, starts[part]) >= ends[part] for part in parts)

    async def _numbers(self) -> list[int]:
        """Partition numbers, from an admin client: a consumer without an assignment does not know them."""
        admin = clients.async_admin(self._settings, self._client_id)
        try:
            await admin.start()
            (described,) = await admin.describe_topics([DEAD_LETTERS.name])
        finally:
            await admin.close()
        if not described["partitions"]:
            raise UnknownTopicOrPartitionError(DEAD_LETTERS.name)
        return sorted(entry["partition"] for entry in described["partitions"])
