"""Reads topics from their beginning to a known end, and reports how far the rebuild is."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from streams.kafka.log_reader import LogReader
from streams.topics import Topic

OnProgress: TypeAlias = Callable[[str, int, int], Awaitable[None]]
"""Called with the current step, the records read and the records in total."""

Bounds: TypeAlias = dict[int, tuple[int, int]]
"""Per partition: the first offset to read and the offset behind the last one."""


class LogScan:
    """`done` and `total` count records; `total` is only an estimate, because compacted topics have gaps in their offsets."""

    def __init__(self, reader: LogReader, on_progress: OnProgress | None) -> None:
        self._reader = reader
        self._on_progress = on_progress
        self.done = 0
        self.total = 0

    async def bounds(self, topic: Topic) -> Bounds:
        """The bounds of all partitions of a topic, as the brokers report them now. Raises LogUnavailable."""
        partitions = await self._reader.partitions(topic.name)
        return await self._reader.bounds(topic.name, partitions)

    async def read(self, topic: Topic, bounds: Bounds) -> AsyncIterator[Sequence[Any]]:
        """Chunks of records of one partition each, in the order of the partition, counted as progress. Raises LogUnavailable."""
        async for records in self._reader.read(topic.name, bounds):
            yield records
            self.done += len(records)
            await self.report(topic.name)

    async def report(self, step: str) -> None:
        if self._on_progress:
            await self._on_progress(step, self.done, self.total)
