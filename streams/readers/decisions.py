"""Reads single decisions by partition and offset, for timelines and explanations."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from dispatch.model.decisions import Decision
from streams import clock, wire
from streams.errors import LogUnavailable
from streams.kafka import clients
from streams.kafka.reasons import kafka_reason
from streams.kafka.stopping import stop_consumer
from streams.settings import Settings
from streams.topics import DECISIONS

LogPosition = tuple[int, int]
"""Partition and offset in `decisions`."""

CLOSE = 200
"""Offsets closer than this are read in one run: a seek costs about as much as reading this many records."""
FETCH_BYTES = 128 * 1024
"""Some 100 decisions. With the library's 1 MiB a run of one decision brings 700 others: five times the work of both sides."""
WITHIN_S = 1.8
"""Without progress, of this read or of the one that it waits for: a connection, a run. Kafka is away then."""
WHOLE_S = 8.0
"""A read with the wait for others. An incident with hundreds of decisions among those of others has as many runs, some 10 ms
each, ten times that on a busy machine: they are no reason to say that its history cannot be read."""


class DecisionReader:
    """One consumer without a group, connected at the first read. Concurrent reads wait for each other."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._consumer: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()
        self._moved_s = 0.0

    async def stop(self) -> None:
        if self._consumer is not None:
            await stop_consumer(self._consumer)
            self._consumer = None

    async def read(self, places: Sequence[LogPosition]) -> dict[LogPosition, Decision]:
        """The decisions at these places; those that are unreadable or no longer in the log are left out.

        Raises:
            LogUnavailable: Kafka returned nothing for 1.8 s, or not all within 8 s.
        """
        try:
            async with asyncio.timeout(WHOLE_S):
                # The consumer has one assignment, so reads exclude each other.
                await self._turn()
                try:
                    return await self._read(places)
                finally:
                    self._lock.release()
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"decisions: {kafka_reason(error)}") from error

    async def _turn(self) -> None:
        """Waits for the reads before this one, as long as they progress. Raises TimeoutError."""
        while True:
            left_s = self._moved_s + WITHIN_S - clock.monotonic_s() if self._lock.locked() else WITHIN_S
            try:
                async with asyncio.timeout(max(0.0, left_s)):
                    await self._lock.acquire()
                return
            except TimeoutError:
                if self._moved_s + WITHIN_S <= clock.monotonic_s():
                    raise

    async def _read(self, places: Sequence[LogPosition]) -> dict[LogPosition, Decision]:
        found: dict[LogPosition, Decision] = {}
        self._moved_s = clock.monotonic_s()
        async with asyncio.timeout(WITHIN_S):
            consumer = await self._started()
        for run in runs_of(places):
            self._moved_s = clock.monotonic_s()
            async with asyncio.timeout(WITHIN_S):
                records = await self._run(consumer, run)
            for record in records:
                with suppress(wire.Unreadable):  # reported by the worker
                    found[record.partition, record.offset] = wire.decode_decision(record.value)
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
            consumer = clients.async_consumer(
                self._settings, self._client_id, auto_offset_reset="none", max_partition_fetch_bytes=FETCH_BYTES
            )
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
