"""A consumer group that passes batches to a handler, retries until the handler accepts them, then commits."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.errors import LogUnavailable
from streams.kafka import clients
from streams.kafka.stopping import cancellations_of_its_own, stop_consumer
from streams.settings import Settings

log = structlog.get_logger(__name__)
COMMIT_EVERY_S = 0.25
"""Commits at most this often while records keep coming, and at once when there are none."""


Take: TypeAlias = Callable[[Sequence[ConsumerRecord]], Awaitable[None]]
"""Handles a batch. `StoreUnavailable`, `NotReady` and `LogUnavailable` make the same batch come again."""


class BatchReading:
    """One member of a consumer group, with at-least-once delivery: offsets are committed after the handler returned.

    `follow` returns only when `should_stop` is true; a `KafkaError` restarts the consumer after a backoff.
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
                with cancellations_of_its_own():
                    await self._follow_once(take, should_stop)
            except KafkaError as trouble:
                attempt += 1
                log.warning("consumer is restarted", group=self._group, cause=repr(trouble))
                await _back_off(attempt)

    async def _follow_once(self, take: Take, should_stop: Callable[[], bool]) -> None:
        consumer = self._consumer()
        taken: dict[TopicPartition, int] = {}
        committed_s = clock.monotonic_s()
        try:
            await consumer.start()
            while not should_stop():
                # Short, so that a pending commit and `should_stop` are looked at often.
                batch = await consumer.getmany(timeout_ms=100, max_records=self._at_once)
                records = [record for part in batch.values() for record in part]
                if records and await self._until_taken(take, records, should_stop):
                    taken.update({part: read[-1].offset + 1 for part, read in batch.items()})
                if taken and (not records or clock.monotonic_s() - committed_s >= COMMIT_EVERY_S):
                    await self._commit(consumer, taken)
                    committed_s = clock.monotonic_s()
            # On a graceful stop, so that the next member does not repeat these records.
            await self._commit(consumer, taken)
        finally:
            await stop_consumer(consumer)

    def _consumer(self) -> AIOKafkaConsumer:
        return clients.group_member(self._settings, self._group, *self._topics)

    async def _until_taken(
        self, take: Take, records: Sequence[ConsumerRecord], should_stop: Callable[[], bool]
    ) -> bool:
        attempt = 0
        while not should_stop():
            try:
                await take(records)
            except (StoreUnavailable, NotReady, LogUnavailable) as trouble:
                attempt += 1
                log.info("batch is retried", group=self._group, cause=type(trouble).__name__, attempt=attempt)
                await _back_off(attempt)
            else:
                return True
        return False

    async def _commit(self, consumer: AIOKafkaConsumer, taken: dict[TopicPartition, int]) -> None:
        """Commits the handled offsets of partitions that are still assigned to this member, and clears `taken`."""
        ours = consumer.assignment()
        offsets = {part: offset for part, offset in taken.items() if part in ours}
        taken.clear()
        try:
            if offsets:
                await consumer.commit(offsets)
        except KafkaError as trouble:
            # The records are redelivered, which is harmless: every write behind this consumer is idempotent.
            log.info("commit failed", group=self._group, cause=repr(trouble))


async def _back_off(attempt: int) -> None:
    """Exponential backoff up to 2 s, with jitter so that processes that failed together do not retry together."""
    await asyncio.sleep(min(2.0, 0.05 * 2 ** min(attempt, 6)) * random.uniform(0.5, 1.0))
