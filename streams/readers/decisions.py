"""Single decisions by their place in the log, for timelines and explanations. Reads what is asked for and no more."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from dispatch.model.decisions import Decision
from streams import wire
from streams.errors import LogUnavailable
from streams.kafka import clients
from streams.settings import Settings
from streams.topics import DECISIONS

Place = tuple[int, int]
"""Partition and offset in `decisions`."""

CLOSE = 200
"""Offsets nearer than this are read in one go; a seek costs about as much as reading so many records."""
WITHIN_S = 1.8


class DecisionReader:
    """One consumer without a group; calls wait for each other."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._consumer: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()

    async def stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
            self._consumer = None

    async def read(self, places: Sequence[Place]) -> dict[Place, Decision]:
        """Those of the decisions that are (still) in the log and readable.

        Raises:
            LogUnavailable: Kafka did not give them within 1.8 s.
        """
        found: dict[Place, Decision] = {}
        try:
            async with asyncio.timeout(WITHIN_S), self._lock:
                consumer = await self._started()
                for run in runs_of(places):
                    for record in await self._run(consumer, run):
                        with suppress(wire.Unreadable):  # the worker has told of it
                            found[record.partition, record.offset] = wire.decode_decision(record.value)
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"decisions: {error!r}") from error
        return found

    async def _run(self, consumer: AIOKafkaConsumer, run: Sequence[Place]) -> list[ConsumerRecord]:
        part = TopicPartition(DECISIONS.name, run[0][0])
        wanted, last = {offset for _, offset in run}, run[-1][1]
        consumer.assign([part])
        consumer.seek(part, run[0][1])
        got: list[ConsumerRecord] = []
        while True:
            try:
                records = (await consumer.getmany(part, timeout_ms=200)).get(part, [])
            except OffsetOutOfRangeError:
                return got
            got += [record for record in records if record.offset in wanted]
            if await consumer.position(part) > last:
                return got

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = clients.async_consumer(self._settings, self._client_id, auto_offset_reset="none")
            try:
                await consumer.start()
            except BaseException:
                await consumer.stop()
                raise
            self._consumer = consumer
        return self._consumer


def runs_of(places: Iterable[Place]) -> list[list[Place]]:
    """Places in order, cut where the next is in another partition or far away."""
    runs: list[list[Place]] = []
    for partition, offset in sorted(set(places)):
        if runs and runs[-1][-1][0] == partition and offset - runs[-1][-1][1] <= CLOSE:
            runs[-1].append((partition, offset))
        else:
            runs.append([(partition, offset)])
    return runs
