"""Where a replay reads the log: the topics of the configured cluster, or an export. Both are read and never written.

From Kafka by a consumer without a group, so that nothing is committed.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

from streams.backup.erasures import Erased
from streams.backup.faults import BadBackup
from streams.backup.parts import read_part
from streams.backup.run import OpenExport
from streams.kafka.log_reader import LogReader
from streams.kafka.records import Consumed
from streams.policy_replay.log_in_memory import LogRecord
from streams.topics import Topic


class LogSource(Protocol):
    """`end_ms`: nothing is known of what came later."""

    @property
    def end_ms(self) -> int: ...

    def read(self, topic: Topic, since_ms: int = 0) -> AsyncIterator[Sequence[Consumed]]:
        """Records logged at this time or later, in chunks of one partition each, in the order of the partition. Earlier records
        may come with them.

        Raises:
            LogUnavailable, BadBackup: the source cannot be read.
        """


class KafkaSource:
    """The topics of a cluster. `reader`: started by the caller."""

    def __init__(self, reader: LogReader, *, end_ms: int) -> None:
        self.end_ms = end_ms
        self._reader = reader

    async def read(self, topic: Topic, since_ms: int = 0) -> AsyncIterator[Sequence[Consumed]]:
        partitions = await self._reader.partitions(topic.name)
        bounds = await self._reader.bounds(topic.name, partitions)
        firsts = {number: first for number, (first, _) in bounds.items()}
        if since_ms:
            firsts |= await self._reader.offsets_at(topic.name, partitions, since_ms)
        stretches = {number: (firsts[number], end) for number, (_, end) in bounds.items()}
        async for chunk in self._reader.read(topic.name, stretches):
            yield chunk


class ExportSource:
    """An export that is complete. `erased`: values that are left out, as an import leaves them out; None: that is not known."""

    def __init__(self, opened: OpenExport, erased: Mapping[tuple[str, int], Mapping[bytes, Erased]] | None) -> None:
        self._opened = opened
        self._erased = erased

    @property
    def end_ms(self) -> int:
        return self._opened.manifest.plan.begun_ms

    @property
    def knows_erasures(self) -> bool:
        return self._erased is not None

    async def read(self, topic: Topic, since_ms: int = 0) -> AsyncIterator[Sequence[Consumed]]:  # noqa: ARG002 -- as Kafka
        opened = self._opened
        for stretch in opened.manifest.ranges:
            if stretch.topic != topic.name:
                continue
            gone = (self._erased or {}).get((stretch.topic, stretch.partition), {})
            for part in opened.manifest.parts_of(stretch.topic, stretch.partition):
                records = read_part(opened.folder, opened.key, opened.manifest.plan.id, part.name)
                yield [_record(stretch.topic, stretch.partition, one, gone) for one in records]


def export_source(opened: OpenExport, secret: str) -> ExportSource:
    """With the list of erasures beside the export, if there is one that reaches from the export on."""
    try:
        known = opened.erasures(None, secret)
    except BadBackup:
        return ExportSource(opened, None)
    return ExportSource(opened, known.after(opened.manifest))


def _record(topic: str, partition: int, one: Any, gone: Mapping[bytes, Erased]) -> LogRecord:
    erased = gone.get(one.key or b"")
    is_gone = erased is not None and erased.value is None
    return LogRecord(
        topic=topic,
        partition=partition,
        offset=one.offset,
        timestamp=one.at_ms,
        key=one.key,
        value=None if is_gone else one.value,
        headers=() if is_gone else one.headers,
    )
