"""Writes records to one partition so that each gets the offset it had."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.backup.faults import NotImportable
from streams.backup.fillers import MOST, FillerBatch
from streams.backup.parts import Record
from streams.errors import LogUnavailable
from streams.kafka import clients
from streams.kafka.reasons import kafka_reason
from streams.settings import Settings

BATCH_BYTES = 900_000
"""Below the limit of a broker (message.max.bytes, 1 MiB)."""
CONFIRM_WITHIN_MS = 60_000


def producer(settings: Settings) -> AIOKafkaProducer:
    """Idempotent: a batch that is sent again after a lost answer has no second place."""
    return clients.async_producer(
        settings,
        "komek-import",
        enable_idempotence=True,
        request_timeout_ms=CONFIRM_WITHIN_MS,
        max_batch_size=BATCH_BYTES,
        max_request_size=2 * 1024 * 1024,
    )


class PartitionWriter:
    """`at`: the offset that the next record gets. `fillers`: records without meaning that were written.

    Only one writer may write to the partition.
    """

    def __init__(self, producer: AIOKafkaProducer, topic: str, partition: int, at: int) -> None:
        self._producer = producer
        self._topic = topic
        self._partition = partition
        self.at = at
        self.fillers = 0

    async def fill(self, to: int, at_ms: int) -> None:
        """Writes records without meaning up to this offset. Raises as `write`."""
        self.fillers += max(0, to - self.at)
        while self.at < to:
            count = min(MOST, to - self.at)
            await self._send(FillerBatch(count, at_ms), count)

    async def write(self, records: Sequence[Record]) -> None:
        """Writes these records, and what is needed for each to get its offset. `records`: in their order, none before `at`.

        Raises:
            LogUnavailable: Kafka did not confirm; a repeat of the import goes on.
            NotImportable: a record got another offset: something else writes to this partition.
        """
        waiting = iter(records)
        record = next(waiting, None)
        while record is not None:
            if record.offset > self.at:
                await self.fill(record.offset, record.at_ms)
            record = await self._write_run(record, waiting)

    async def append(self, records: Iterable[Record]) -> None:
        """Writes these records one behind the other, whatever offsets they state. Raises as `write`."""
        await self.write([record._replace(offset=self.at + number) for number, record in enumerate(records)])

    async def _write_run(self, first: Record, waiting: Any) -> Record | None:
        """One batch of records with offsets in a row; returns the next record."""
        batch = self._producer.create_batch()
        count, record = 0, cast("Record | None", first)
        while record is not None and record.offset == self.at + count:
            added = batch.append(
                key=record.key, value=record.value, timestamp=record.at_ms, headers=list(record.headers)
            )
            if added is None:
                break
            count += 1
            record = next(waiting, None)
        await self._send(batch, count)
        return record

    async def _send(self, batch: Any, count: int) -> None:
        try:
            placed = await (await self._producer.send_batch(batch, self._topic, partition=self._partition))
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{self._topic}/{self._partition}: {kafka_reason(error)}") from error
        if placed.offset != self.at:
            raise NotImportable(
                f"a record of {self._topic}/{self._partition} got offset {placed.offset} and not {self.at}: "
                "something else writes there",
                "End every process of this deployment and every other import; then begin with new topics.",
            )
        self.at += count
