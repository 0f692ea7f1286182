"""Reads single decisions by partition and offset, for timelines and explanations."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from dispatch.model.decisions import Decision
from streams import wire
from streams.errors import LogUnavailable
from streams.kafka import clients
from streams.kafka.stopping import stop_consumer
from streams.settings import Settings
from streams.topics import DECISIONS

LogPosition = tuple[int, int]
"""Partition and offset in `decisions`."""

CLOSE = 200
"""Offsets closer than this are read in one run: a seek costs about as much as reading this many records."""
WITHIN_S = 1.8
"""A whole read, with the wait for other reads and the first connection."""


class DecisionReader:
    """One consumer without a group, connected at the first read. Concurrent reads wait for each other."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._consumer: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()

    async def stop(self) -> None:
        if self._consumer is not None:
            await stop_consumer(self._consumer)
            self._consumer = None

    async def read(self, places: Sequence[LogPosition]) -> dict[LogPosition, Decision]:
        """The decisions at these places; those that are unreadable or no longer in the log are left out.

        Raises:
            LogUnavailable: Kafka did not return them within 1.8 s.
        """
        found: dict[LogPosition, Decision] = {}
        try:
            # The consumer has one assignment, so reads exclude each other; the time limit includes the wait for the lock.
            async with asyncio.timeout(WITHIN_S), self._lock:
                consumer = await self._started()
                for run in runs_of(places):
                    for record in await self._run(consumer, run):
                        with suppress(wire.Unreadable):  # reported by the worker
                            found[record.partition, record.offset] = wire.decode_decision(record.value)
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"decisions: {error!r}") from error
        return found

    async def _run(self, consumer: AIOKafkaConsumer, run: Sequence[LogPosition]) -> list[ConsumerRecord]:
        part = TopicPartition(DECISIONS.name, run[0][0])
        wanted, last = {offset for _, offset in run}, run[-1][1]
        consumer.assign([part])
        consumer.seek(part, run[0][1])
        got: list[ConsumerRecord] = []
        while True:
            try:
                records = (await consumer.getmany(part, timeout_ms=200)).get(part, [])
            # Retention has deleted the offset. Places that are not found are left out of the result.
            except OffsetOutOfRangeError:
                return got
            got += [record for record in records if record.offset in wanted]
            # The position also passes offsets without a record, so the loop ends when `last` is one of them.
            if await consumer.position(part) > last:
                return got

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            # `none`: an offset that is no longer in the log must raise instead of continuing at another one.
            consumer = clients.async_consumer(self._settings, self._client_id, auto_offset_reset="none")
            try:
                await consumer.start()
            # Also on cancellation: a consumer that is not stopped keeps its connections.
            except BaseException:
                await stop_consumer(consumer)
                raise
            self._consumer = consumer
        return self._consumer


def runs_of(places: Iterable[LogPosition]) -> list[list[LogPosition]]:
    """Sorted places, split where the next one is in another partition or more than `CLOSE` offsets away."""
    runs: list[list[LogPosition]] = []
    for partition, offset in sorted(set(places)):
        if runs and runs[-1][-1][0] == partition and offset - runs[-1][-1][1] <= CLOSE:
            runs[-1].append((partition, offset))
        else:
            runs.append([(partition, offset)])
    return runs
