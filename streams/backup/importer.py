"""Imports an export into an empty deployment: the same records with the same times, at the same offsets (`carried.py`).

Killed in between, a repeat goes on where each partition ends, since every record has its offset. At the end everything is read
back and compared, and only then are the topics set so that processes can start. What was erased after the export is replaced by
tombstones before it is written (`erasures.py`).
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams import clock
from streams.backup import target
from streams.backup.backup_key import BackupKey
from streams.backup.carried import CARRIED, Carried
from streams.backup.documents import Manifest, Range
from streams.backup.erasures import Erased, ErasureList
from streams.backup.faults import NotImportable
from streams.backup.parts import Digest, Record, check_files, read_part, record_of
from streams.backup.writing import PartitionWriter, producer
from streams.errors import LogUnavailable
from streams.kafka import topic_admin
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.settings import Settings

AT_ONCE = 4
"""Partitions that are written beside each other; each holds a part of some 8 MB in memory, decoded."""
OnProgress = Callable[[str, int, int], None]
"""Called with what is done, and records done and in all."""
Erasures = Mapping[tuple[str, int], Mapping[bytes, Erased]]


@dataclass(slots=True)
class Imported:
    """What an import did. `fillers`: records without meaning, which keep offsets; compaction removes them. `erased`: values that
    were left out. `ended`: tombstones and revocations from after the export."""

    records: int = 0
    fillers: int = 0
    erased: int = 0
    ended: int = 0
    seconds: float = 0.0
    verified_s: float = 0.0
    firsts: dict[tuple[str, int], int] = field(default_factory=dict)
    digests: dict[tuple[str, int], str] = field(default_factory=dict)


class Importer:
    """One import. `run` is called once."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        manifest: Manifest,
        key: BackupKey,
        erasures: ErasureList | None,
        *,
        on_progress: OnProgress = lambda *_: None,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._manifest = manifest
        self._key = key
        self._erasures: Erasures = erasures.after(manifest) if erasures else {}
        # With another list other values would be left out: a repeat could not be compared.
        self._name = f"{manifest.plan.id} with erasures until {erasures.until_ms if erasures else 0}"
        self._on_progress = on_progress
        self._reader = LogReader(settings, "komek-import")
        self._producer: AIOKafkaProducer | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.done = Imported()

    async def run(self) -> Imported:
        """Writes, reads back and compares everything.

        Raises:
            BadBackup: a file is missing or damaged; nothing was changed.
            NotImportable: the deployment is not empty, in use or other than the export needs; or something wrote to it meanwhile.
            LogUnavailable, BrokerError: Kafka did not answer; a repeat goes on.
        """
        began_s = clock.monotonic_s()
        # Before anything is touched: half a copy is noticed here.
        await asyncio.to_thread(check_files, self._folder, self._manifest.parts)
        await asyncio.to_thread(topic_admin.create_missing, self._settings)
        try:
            await self._reader.start()
            await target.check(self._settings, self._manifest, self._name, self._reader)
            # The mark before the name: whatever has begun, nothing starts.
            await asyncio.to_thread(target.open_topics, self._settings)
            await target.mark(self._settings, self._name)
            await self._write_all()
            await asyncio.to_thread(target.begin_at, self._settings, self.done.firsts)
            await target.commit(self._settings, self._manifest.plan.groups)
            written_s = clock.monotonic_s()
            await self._verify()
            self.done.verified_s = round(clock.monotonic_s() - written_s, 1)
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"the import was interrupted: {kafka_reason(error)}") from error
        finally:
            await self._reader.stop()
        await asyncio.to_thread(target.close_topics, self._settings)
        await target.mark(self._settings, "")
        self.done.seconds = round(clock.monotonic_s() - began_s, 1)
        return self.done

    async def _write_all(self) -> None:
        self._producer = producer(self._settings)
        try:
            await self._producer.start()
            by_topic = {one.topic.name: one for one in CARRIED}
            async with asyncio.TaskGroup() as tasks:
                for stretch in self._manifest.ranges:
                    tasks.create_task(self._in_turn(by_topic[stretch.topic], stretch))
        except BaseExceptionGroup as problems:
            # One is enough to say: the others have the same cause, or were cancelled for it.
            raise _first(problems) from problems
        finally:
            await self._producer.stop()

    async def _in_turn(self, carried: Carried, stretch: Range) -> None:
        async with self._turns:
            await self._write(carried, stretch)

    async def _write(self, carried: Carried, stretch: Range) -> None:
        assert self._producer is not None
        place = (stretch.topic, stretch.partition)
        at = await self._reader.end(*place)
        writer = PartitionWriter(self._producer, *place, at)
        digest, numbering = Digest(), _Numbering(carried, stretch, self._manifest)
        last_ms = self._manifest.plan.begun_ms
        first: int | None = None
        for part in self._manifest.parts_of(*place):
            found = await asyncio.to_thread(read_part, self._folder, self._key, self._manifest.plan.id, part.name)
            records = [self._without_erased(place, record) for record in numbering.numbered(found)]
            digest.add(records)
            if records:
                first = records[0].offset if first is None else first
                last_ms = records[-1].at_ms
                await writer.write([record for record in records if record.offset >= writer.at])
            self._tell(stretch.topic, len(found))
        await writer.fill(stretch.end, last_ms)
        self.done.fillers += writer.fillers
        self.done.firsts[place] = stretch.end if first is None else first
        self.done.digests[place] = str(digest)
        await self._end(place, writer)

    def _without_erased(self, place: tuple[str, int], record: Record) -> Record:
        erased = self._erasures.get(place, {}).get(record.key or b"")
        if erased is None or record.value is None or erased.value is not None:
            return record
        self.done.erased += 1
        return record._replace(value=None, headers=())

    async def _end(self, place: tuple[str, int], writer: PartitionWriter) -> None:
        """Writes what ended after the export, behind its end. A repeat writes it once more, which is harmless."""
        ended = sorted(self._erasures.get(place, {}).values(), key=lambda one: one.offset)
        await writer.append(Record(0, one.at_ms, one.key, one.value, ()) for one in ended)
        self.done.ended += len(ended)

    async def _verify(self) -> None:
        """Raises NotImportable: the log is not what was written."""
        done = 0
        for one in CARRIED:
            ends = {entry.partition: entry.end for entry in self._manifest.ranges if entry.topic == one.topic.name}
            digests = {number: Digest() for number in ends}
            bounds = await self._reader.bounds(one.topic.name, ends)
            async for chunk in self._reader.read(
                one.topic.name, {number: (bounds[number][0], end) for number, end in ends.items()}
            ):
                digests[chunk[0].partition].add(map(record_of, chunk))
                done += len(chunk)
                self._on_progress(f"comparing {one.topic.name}", done, self._manifest.records)
            for number, digest in digests.items():
                self._check(one.topic.name, number, bounds[number][0], str(digest))

    def _check(self, topic: str, number: int, first: int, digest: str) -> None:
        place = (topic, number)
        if first != self.done.firsts[place] or digest != self.done.digests[place]:
            raise NotImportable(
                f"{topic}/{number} does not hold what was imported: {digest.partition(':')[0]} records from {first} on, "
                f"expected {self.done.digests[place].partition(':')[0]} from {self.done.firsts[place]} on",
                "Something else wrote there. End all processes of Komek, delete its topics of this import, and import again.",
            )

    def _tell(self, topic: str, records: int) -> None:
        self.done.records += records
        self._on_progress(topic, self.done.records, self._manifest.records)


class _Numbering:
    """The offsets of the records of a partition after the import."""

    def __init__(self, carried: Carried, stretch: Range, manifest: Manifest) -> None:
        self._keeps = carried.keeps_offsets
        records = sum(part.records for part in manifest.parts_of(stretch.topic, stretch.partition))
        self._next = stretch.end - records

    def numbered(self, records: list[Record]) -> list[Record]:
        if self._keeps:
            return records
        first, self._next = self._next, self._next + len(records)
        return [record._replace(offset=first + number) for number, record in enumerate(records)]


def _first(problems: BaseExceptionGroup[BaseException]) -> BaseException:
    found = problems.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
