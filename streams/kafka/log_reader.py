"""Reads a topic from given offsets up to the end offsets known when the read began.

Used to catch up on a partition after a takeover, and by the rebuild."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from streams.errors import LogUnavailable
from streams.kafka import clients, timeouts
from streams.kafka.reasons import kafka_reason
from streams.kafka.stopping import stop_consumer
from streams.settings import Settings

_POLL_MS = 200
_NO_PROGRESS_S = 15.0
"""A read without any record for this long fails."""


class LogReader:
    """One consumer without a group. Concurrent reads wait for each other."""

    def __init__(self, settings: Settings, client_id: str, *, on_read: Callable[[], None] = lambda: None) -> None:
        """`on_read` is called after every chunk, so that a watchdog can tell a long read from a stall."""
        self._settings = settings
        self._on_read = on_read
        self._client_id = client_id
        self._consumer: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Connects.

        Raises:
            KafkaError: no broker answered.
        """
        consumer = clients.async_consumer(
            self._settings,
            self._client_id,
            max_partition_fetch_bytes=4 * 1024 * 1024,
            request_timeout_ms=timeouts.CALL_MS,
        )
        await consumer.start()
        self._consumer = consumer

    async def stop(self) -> None:
        if self._consumer is not None:
            await stop_consumer(self._consumer)
            self._consumer = None

    async def partitions(self, topic: str) -> list[int]:
        """Partition numbers of the topic, as the brokers report them.

        Raises:
            LogUnavailable: no answer, or the topic does not exist.
        """
        admin = clients.async_admin(self._settings, self._client_id)
        try:
            await admin.start()
            (found,) = await admin.describe_topics([topic])
        except KafkaError as error:
            raise LogUnavailable(f"{topic}: {kafka_reason(error)}") from error
        finally:
            await admin.close()
        # aiokafka describes an unknown topic without partitions instead of raising.
        if not found["partitions"]:
            raise LogUnavailable(f"{topic}: the topic does not exist")
        return sorted(part["partition"] for part in found["partitions"])

    async def bounds(self, topic: str, partitions: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Beginning and end offset of each partition.

        Raises:
            LogUnavailable: no answer.
        """
        parts = [TopicPartition(topic, number) for number in partitions]
        consumer = self._started()
        try:
            first = await consumer.beginning_offsets(parts)
            end = await consumer.end_offsets(parts)
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{topic}: {kafka_reason(error)}") from error
        return {part.partition: (first[part], end[part]) for part in parts}

    async def end(self, topic: str, partition: int) -> int:
        """End offset of one partition. Raises LogUnavailable."""
        return (await self.ends(topic, [partition]))[partition]

    async def ends(self, topic: str, partitions: Iterable[int]) -> dict[int, int]:
        """End offset of each partition. Raises LogUnavailable."""
        parts = [TopicPartition(topic, number) for number in partitions]
        if not parts:
            return {}
        try:
            ends = await self._started().end_offsets(parts)
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{topic}: {kafka_reason(error)}") from error
        return {part.partition: int(ends[part]) for part in parts}

    async def offsets_at(self, topic: str, partitions: Iterable[int], at_ms: int) -> dict[int, int]:
        """Offset of the first record of each partition logged at or after this time, else its end. Raises LogUnavailable."""
        parts = [TopicPartition(topic, number) for number in partitions]
        if not parts:
            return {}
        try:
            found = await self._started().offsets_for_times(dict.fromkeys(parts, at_ms))
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{topic}: {kafka_reason(error)}") from error
        ends = await self.ends(topic, [part.partition for part in parts if found[part] is None])
        return {part.partition: ends[part.partition] if at is None else int(at.offset) for part, at in found.items()}

    async def read(self, topic: str, stretches: Mapping[int, tuple[int, int]]) -> AsyncIterator[list[ConsumerRecord]]:
        """Records of each partition from the first offset (inclusive) to the second (exclusive), in chunks of one partition each.

        Raises:
            LogUnavailable: no progress for 15 s, or the client was reset to an earlier offset.
        """
        wanted = {
            TopicPartition(topic, number): stretch for number, stretch in stretches.items() if stretch[0] < stretch[1]
        }
        if not wanted:
            return
        # Assignment and positions belong to the one consumer, so reads exclude each other.
        async with self._lock:
            consumer = self._started()
            consumer.assign(list(wanted))
            for part, (first, _) in wanted.items():
                consumer.seek(part, first)
            async for chunk in self._chunks(consumer, {part: end for part, (_, end) in wanted.items()}):
                part = TopicPartition(topic, chunk[0].partition)
                if chunk[0].offset < wanted[part][0]:
                    # For a broker whose log is behind, this offset is out of range; the client resets to the earliest offset.
                    raise LogUnavailable(f"{topic}/{part.partition} was read again from {chunk[0].offset}")
                yield chunk

    async def _chunks(
        self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]
    ) -> AsyncIterator[list[ConsumerRecord]]:
        loop = asyncio.get_running_loop()
        last_progress = loop.time()
        while ends:
            try:
                batches = await consumer.getmany(*ends, timeout_ms=_POLL_MS, max_records=5000)
            except KafkaError as error:
                raise LogUnavailable(kafka_reason(error)) from error
            for part, records in batches.items():
                last_progress = loop.time()
                self._on_read()
                # A fetch may return records behind the end that was known when the read began.
                asked_for = [record for record in records if record.offset < ends[part]]
                if asked_for:
                    yield asked_for
            for part in list(ends):
                # By position and not by record: the last offsets may have no record after compaction.
                if await consumer.position(part) >= ends[part]:
                    del ends[part]
                    # Otherwise it would be fetched further while the other partitions are read.
                    consumer.pause(part)
            if loop.time() - last_progress > _NO_PROGRESS_S:
                raise LogUnavailable(f"no record of {sorted(ends)} for {_NO_PROGRESS_S:.0f} s")

    def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise LogUnavailable("the log reader has not been started")
        return self._consumer
