"""One consumer group that reads batches, hands them over until they are taken, and then commits them."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from dispatch.ports import NotReady, StoreTrouble
from streams import clock
from streams.errors import LogUnavailable
from streams.kafka import clients
from streams.settings import Settings

log = structlog.get_logger()
COMMIT_EVERY_S = 0.25


Take: TypeAlias = Callable[[Sequence[ConsumerRecord]], Awaitable[None]]


class BatchReading:
    """One consumer group: gives batches until they are taken, and commits them after.

    `follow` returns only when told to stop. Kafka's troubles make it start its consumer again.
    """

    def __init__(self, settings: Settings, topics: Sequence[str], group: str, at_once: int) -> None:
        self._settings = settings
        self._topics = topics
        self._group = group
        self._at_once = at_once

    async def follow(self, take: Take, should_stop: Callable[[], bool]) -> None:
        attempt = 0
        while not should_stop():
            try:
                await self._follow_once(take, should_stop)
            except KafkaError as trouble:
                attempt += 1
                log.warning("reading starts again", group=self._group, cause=repr(trouble))
                await _jittered(attempt)

    async def _follow_once(self, take: Take, should_stop: Callable[[], bool]) -> None:
        consumer = self._consumer()
        taken: dict[TopicPartition, int] = {}
        committed_s = clock.monotonic_s()
        try:
            await consumer.start()
            while not should_stop():
                batch = await consumer.getmany(timeout_ms=100, max_records=self._at_once)
                records = [record for part in batch.values() for record in part]
                if records and await self._until_taken(take, records, should_stop):
                    taken.update({part: read[-1].offset + 1 for part, read in batch.items()})
                if taken and (not records or clock.monotonic_s() - committed_s >= COMMIT_EVERY_S):
                    await self._commit(consumer, taken)
                    committed_s = clock.monotonic_s()
            await self._commit(consumer, taken)
        finally:
            # Also when this task is cancelled a second time: a connection left open outlives the event loop.
            await asyncio.shield(asyncio.ensure_future(consumer.stop()))

    def _consumer(self) -> AIOKafkaConsumer:
        return clients.group_member(self._settings, self._group, *self._topics)

    async def _until_taken(
        self, take: Take, records: Sequence[ConsumerRecord], should_stop: Callable[[], bool]
    ) -> bool:
        attempt = 0
        while not should_stop():
            try:
                await take(records)
            except (StoreTrouble, NotReady, LogUnavailable) as trouble:
                attempt += 1
                log.info("batch is tried again", group=self._group, cause=type(trouble).__name__, attempt=attempt)
                await _jittered(attempt)
            else:
                return True
        return False

    async def _commit(self, consumer: AIOKafkaConsumer, taken: dict[TopicPartition, int]) -> None:
        """What was taken, once; partitions that went to another reader meanwhile are left to it."""
        ours = consumer.assignment()
        offsets = {part: offset for part, offset in taken.items() if part in ours}
        taken.clear()
        try:
            if offsets:
                await consumer.commit(offsets)
        except KafkaError as trouble:
            # The next reader takes these again, which is harmless.
            log.info("commit did not hold", group=self._group, cause=repr(trouble))


async def _jittered(attempt: int) -> None:
    """Those that met the same trouble must not come back at the same moment."""
    await asyncio.sleep(min(2.0, 0.05 * 2 ** min(attempt, 6)) * random.uniform(0.5, 1.0))
