"""Writes an export: a folder with the plan, the parts and, last of all, the manifest.

Killed in between, it goes on where it was: each part is a file that is there as a whole or not at all, and its name says how far
its partition has been read. The deployment runs meanwhile.

A compacted topic is read once more to the end that it has when everything else is written: compaction may have removed a record
for the sake of a newer one behind the cut. States of incidents behind the cut of `decisions` are left out of that: they would
tell of decisions that the export does not hold.
"""

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from streams import clock
from streams.backup import cut, documents
from streams.backup.backup_key import BackupKey, new_salt
from streams.backup.carried import CARRIED, Carried, read_on
from streams.backup.documents import MANIFEST, PLAN, Manifest, Part, Plan, Range
from streams.backup.faults import BadBackup, NotWritten
from streams.backup.key_files import KEYS, write_key_files
from streams.backup.parts import (
    PART_BYTES,
    Record,
    record_of,
    short_name,
    size_of,
    stretch_of,
    write_part,
    written_part,
)
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.settings import Settings
from streams.topics import DECISIONS, INCIDENT_STATUS

OnProgress = Callable[[str, int, int], None]
"""Called with what is read, and the offsets that are done and those of the whole export."""


class _StatusHead(msgspec.Struct):
    decision_partition: int
    decision_offset: int


_status_head = msgspec.json.Decoder(_StatusHead).decode


class Exporter:
    """One export. `run` is called once."""

    def __init__(
        self,
        settings: Settings,
        backups: Path,
        secret: str,
        *,
        on_progress: OnProgress = lambda *_: None,
        part_bytes: int = PART_BYTES,
    ) -> None:
        """`backups`: the folder of all exports, which exists."""
        self._settings = settings
        self._backups = backups
        self._secret = secret
        self._on_progress = on_progress
        self._part_bytes = part_bytes
        self._reader = LogReader(settings, "komek-export")
        self._parts: dict[tuple[str, int], list[Part]] = {}
        self._done = 0

    async def run(self, *, anew: bool = False, with_keys: bool = False) -> tuple[Path, Manifest]:
        """The folder of the export, and its manifest. `anew`: even if there is half an export to go on with.

        Raises:
            BadBackup: half an export was made with another key, or its files are damaged.
            NotWritten: the disk is full, or the folder cannot be written; a repeat goes on.
            LogUnavailable, BrokerError: Kafka did not answer; a repeat goes on.
        """
        began_s = clock.monotonic_s()
        try:
            await self._reader.start()
            folder, plan, key = await self._plan(anew)
            self._done = sum(part.end - part.first for some in self._parts.values() for part in some)
            if with_keys:
                write_key_files(folder, key, plan.id, self._settings)
            ends = {(one.topic, one.partition): one.end for one in plan.cuts}
            for one in CARRIED:
                await self._carry(folder, plan, key, one, ends)
            await self._catch_up(folder, plan, key, ends)
            return folder, self._completed(folder, plan, key, clock.monotonic_s() - began_s)
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"the log cannot be read: {kafka_reason(error)}") from error
        finally:
            await self._reader.stop()

    async def _plan(self, anew: bool) -> tuple[Path, Plan, BackupKey]:
        half = None if anew else unfinished(self._backups)
        if half is not None:
            key = documents.key_of(half / PLAN, self._secret)
            plan = documents.read(half / PLAN, Plan, key)
            # Of another log: what is left of an export from before a restore is of no use.
            if plan.lineage == (await asyncio.to_thread(cut.log_state, self._settings)).lineage:
                self._parts = await asyncio.to_thread(_found, half, plan, key)
                return half, plan, key
        key = await asyncio.to_thread(BackupKey, self._secret, new_salt())
        plan = await cut.plan_of(self._settings, key, self._reader)
        folder = self._backups / plan.id
        _begun(folder, plan, key)
        return folder, plan, key

    async def _carry(
        self, folder: Path, plan: Plan, key: BackupKey, one: Carried, ends: dict[tuple[str, int], int]
    ) -> None:
        """Writes what is missing of a topic up to these ends."""
        name = one.topic.name
        cuts = {entry.partition: entry for entry in plan.cuts if entry.topic == name}
        begun = await self._reader.bounds(name, cuts)
        open_: dict[int, _OpenPart] = {}
        for number, entry in cuts.items():
            reached = self._reached(name, number, entry.first)
            if begun[number][0] > reached and not one.topic.compacted:
                # Retention went past what has been written: what came before it is no longer in the deployment either.
                self._drop(folder, name, number)
                reached = min(begun[number][0], ends[name, number])
            open_[number] = _OpenPart(name, number, reached)
        stretches = {number: (part.next, ends[name, number]) for number, part in open_.items()}
        async for chunk in self._reader.read(name, stretches):
            part = open_[chunk[0].partition]
            self._add(part, chunk, plan, has_gaps=one.topic.compacted)
            if part.size >= self._part_bytes:
                await self._close(folder, plan, key, part, part.next)
        for number, part in open_.items():
            if part.first < ends[name, number] or not self._parts.get((name, number)):
                await self._close(folder, plan, key, part, max(part.first, ends[name, number]))

    def _add(self, part: "_OpenPart", chunk: list[ConsumerRecord], plan: Plan, *, has_gaps: bool) -> None:
        if not has_gaps and (chunk[0].offset != part.next or chunk[-1].offset - chunk[0].offset != len(chunk) - 1):
            raise LogUnavailable(
                f"{part.topic}/{part.number}: retention removed records while they were read; repeat the export"
            )
        records = [record_of(record) for record in chunk]
        if part.topic == INCIDENT_STATUS.name:
            records = [record for record in records if not _is_behind(record, plan)]
        part.records += records
        part.size += sum(map(size_of, records))
        self._tell(part.topic, chunk[-1].offset + 1 - part.next, plan)
        part.next = chunk[-1].offset + 1

    async def _close(self, folder: Path, plan: Plan, key: BackupKey, part: "_OpenPart", end: int) -> None:
        """Writes what was read of a partition; the next part begins at `end`."""
        stretch = Range(topic=part.topic, partition=part.number, first=part.first, end=end)
        # Compressing and sealing 8 MB takes a tenth of a second; the event loop answers Kafka's heartbeats meanwhile.
        written = await asyncio.to_thread(write_part, folder, key, plan.id, stretch, part.records)
        self._parts.setdefault((part.topic, part.number), []).append(written)
        part.first, part.next, part.size, part.records = end, end, 0, []

    async def _catch_up(self, folder: Path, plan: Plan, key: BackupKey, ends: dict[tuple[str, int], int]) -> None:
        # In the order of the table as well: the sealed texts last.
        for one in read_on():
            name = one.topic.name
            numbers = [entry.partition for entry in plan.cuts if entry.topic == name]
            newer = {(name, number): end for number, end in (await self._reader.ends(name, numbers)).items()}
            await self._carry(folder, plan, key, one, {place: max(end, ends[place]) for place, end in newer.items()})

    def _completed(self, folder: Path, plan: Plan, key: BackupKey, seconds: float) -> Manifest:
        parts = [part for some in self._parts.values() for part in some]
        manifest = Manifest(
            plan=plan,
            completed_ms=clock.now_ms(),
            seconds=round(seconds, 1),
            ranges=tuple(
                Range(topic=topic, partition=number, first=some[0].first, end=some[-1].end)
                for (topic, number), some in self._parts.items()
            ),
            parts=tuple(parts),
            has_keys=(folder / KEYS).exists(),
        )
        documents.write(folder / MANIFEST, manifest, key)
        return manifest

    def _reached(self, topic: str, partition: int, first: int) -> int:
        parts = self._parts.get((topic, partition))
        return parts[-1].end if parts else first

    def _drop(self, folder: Path, topic: str, partition: int) -> None:
        for part in self._parts.pop((topic, partition), []):
            (folder / part.name).unlink(missing_ok=True)

    def _tell(self, topic: str, done: int, plan: Plan) -> None:
        self._done += done
        self._on_progress(topic, self._done, sum(one.end - one.first for one in plan.cuts))


def _begun(folder: Path, plan: Plan, key: BackupKey) -> None:
    """Raises NotWritten: then the folder is not there, which nothing would recognise without its plan."""
    try:
        folder.mkdir(mode=0o700)
        documents.write(folder / PLAN, plan, key)
    except OSError as error:
        with contextlib.suppress(OSError):
            folder.rmdir()
        raise error if isinstance(error, NotWritten) else NotWritten(folder, error) from error


class _OpenPart:
    """What was read of a partition and is not written yet. `first`: where the part begins; `next`: what is read next."""

    def __init__(self, topic: str, number: int, first: int) -> None:
        self.topic = topic
        self.number = number
        self.first = first
        self.next = first
        self.size = 0
        self.records: list[Record] = []


def unfinished(backups: Path) -> Path | None:
    """The newest export that has a plan and no manifest."""
    found = [path.parent for path in backups.glob(f"*/{PLAN}") if not (path.parent / MANIFEST).exists()]
    return max(found, key=lambda folder: folder.name, default=None)


def drop_older(backups: Path, before_ms: int) -> list[str]:
    """Deletes complete exports that began before this time, and halves as old; never the newest complete one. Returns ids."""
    whole: list[tuple[int, Path]] = []
    halves: list[tuple[int, Path]] = []
    for path in backups.glob(f"*/{PLAN}"):
        begun_ms = documents.read_unverified(path, Plan).begun_ms
        (whole if (path.parent / MANIFEST).exists() else halves).append((begun_ms, path.parent))
    newest = max(whole, default=None)
    due = [folder for begun_ms, folder in (*whole, *halves) if begun_ms < before_ms and (begun_ms, folder) != newest]
    for folder in due:
        # The plan last: what is left after a crash is still recognised, and deleted the next time.
        (folder / MANIFEST).unlink(missing_ok=True)
        for file in [path for path in folder.iterdir() if path.name != PLAN]:
            file.unlink()
        shutil.rmtree(folder)
    return [folder.name for folder in due]


def _found(folder: Path, plan: Plan, key: BackupKey) -> dict[tuple[str, int], list[Part]]:
    """The parts that are there, by topic and partition; each is opened, so nothing damaged is built upon."""
    topics = {(short_name(one.topic), one.partition): one.topic for one in plan.cuts}
    found: dict[tuple[str, int], list[Part]] = {}
    # By name is by topic, partition and offset.
    for path in sorted(folder.glob("*.part")):
        name, partition, first, end = stretch_of(path.name) or ("", -1, 0, 0)
        if (name, partition) not in topics:
            continue
        stretch = Range(topic=topics[name, partition], partition=partition, first=first, end=end)
        parts = found.setdefault((stretch.topic, partition), [])
        if parts and parts[-1].end != first:
            raise BadBackup(f"{path} does not follow {parts[-1].name}", "Begin anew with --new.")
        parts.append(written_part(folder, key, plan.id, stretch))
    return found


def _is_behind(record: Record, plan: Plan) -> bool:
    """Whether the state of an incident follows a decision that the export does not hold."""
    if record.value is None:
        return False
    try:
        head = _status_head(record.value)
    except msgspec.DecodeError:
        return False
    ends: Iterable[int] = (
        one.end for one in plan.cuts if (one.topic, one.partition) == (DECISIONS.name, head.decision_partition)
    )
    return any(head.decision_offset >= end for end in ends)
