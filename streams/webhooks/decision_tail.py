"""Reads `decisions` for one subscription, from the offsets where it stopped."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from dispatch.model.decisions import Decision
from streams import wire
from streams.errors import LogUnavailable
from streams.kafka import clients
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.kafka.stopping import stop_consumer
from streams.readers.decisions import DecisionReader
from streams.settings import Settings
from streams.topics import DECISIONS

EACH = 25
"""Decisions of a partition that are worked on before others are read."""
Batch = Mapping[int, Sequence[tuple[int, Decision | None]]]
"""By partition: offsets with their decisions, in order; None for a record that cannot be read, which the worker has reported."""
log = structlog.get_logger(__name__)


class DecisionTail:
    """A consumer without a group. Every method may raise LogUnavailable: begin with a new one at the same offsets."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._consumer: AIOKafkaConsumer | None = None
        self._single = DecisionReader(settings, f"{client_id}-again")

    async def begin(self, known: Mapping[int, int]) -> dict[int, int]:
        """Seeks to the known offsets, and to the end of partitions without one. Returns where reading begins."""
        reader = LogReader(self._settings, self._client_id)
        try:
            parts = [TopicPartition(DECISIONS.name, number) for number in await reader.partitions(DECISIONS.name)]
            consumer = clients.async_consumer(self._settings, self._client_id, fetch_max_wait_ms=500)
            self._consumer = consumer
            await consumer.start()
            consumer.assign(parts)
            firsts = await consumer.beginning_offsets(parts)
            ends = await consumer.end_offsets(parts)
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"decisions: {kafka_reason(error)}") from error
        starts = {}
        for part in parts:
            start = known.get(part.partition, ends[part])
            if not firsts[part] <= start <= ends[part]:
                # Deleted by retention, or the topic was created anew.
                log.warning("a webhook lost its place", partition=part.partition, known=start, first=firsts[part])
                start = firsts[part] if start < firsts[part] else ends[part]
            starts[part.partition] = start
            consumer.seek(part, start)
        return starts

    async def next(self) -> Batch:
        """The next decisions; empty after a quarter of a second without any."""
        if self._consumer is None:
            raise LogUnavailable("decisions: not connected")
        try:
            batches = await self._consumer.getmany(timeout_ms=250, max_records=EACH)
            # aiokafka fills one call from the first partition that has enough: of a receiver that is behind, whose partitions all
            # have, one lane would be sent after the other.
            for part in self._consumer.assignment() - batches.keys():
                batches |= await self._consumer.getmany(part, timeout_ms=0, max_records=EACH)
        except KafkaError as error:
            raise LogUnavailable(f"decisions: {kafka_reason(error)}") from error
        return {
            part.partition: [(record.offset, _read(record.value)) for record in records]
            for part, records in batches.items()
        }

    async def at(self, partition: int, offset: int) -> Decision | None:
        """One decision; None if the log has it no more."""
        return (await self._single.read([(partition, offset)])).get((partition, offset))

    async def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stop_consumer(consumer)
        await self._single.stop()


def _read(value: bytes | None) -> Decision | None:
    with suppress(wire.Unreadable):
        return wire.decode_decision(value)
    return None
