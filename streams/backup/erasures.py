"""What must not come back with an export: whatever was erased or revoked after it was made.

The deployment that knew of it is gone when an export is imported, so a list of it lies beside the exports. It is kept up by each
export, and by `komek export --erasures`, which takes a second and is run every few minutes: tombstones of people, verifications,
sessions and private records, and revocations. Ids only, sealed under the backup's key. It names the offsets that it covers: an
import asks for a list of the same log without a gap from the end of the export on.

A log is told from another by the id of its topic of private records: after a restore there is another one, and another list.
"""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from dispatch.model.plain_reason import plain_reason
from streams import clock
from streams.backup.backup_key import SALT_BYTES, BackupKey, new_salt
from streams.backup.carried import ERASING
from streams.backup.documents import Manifest, write_whole
from streams.backup.faults import BadBackup
from streams.backup.parts import is_filler, record_of
from streams.kafka.log_reader import LogReader
from streams.retention.classes import DAY_S, ERASED_S
from streams.topics import SESSIONS

KEPT_MS = 2 * ERASED_S * 1000
"""Entries older than this are dropped; then no export from before can be imported with the list."""
LONGEST_GAP_MS = ERASED_S * 1000 - DAY_S * 1000
"""Compaction may have removed tombstones from before: after a longer pause the list begins anew."""
REVOKED = b"revoked:"
_MAGIC = b"KML1"


class Erased(msgspec.Struct, frozen=True, array_like=True):
    """`value`: None for a tombstone; the record of a revocation."""

    topic: str
    partition: int
    offset: int
    at_ms: int
    key: bytes
    value: bytes | None


class Covered(msgspec.Struct, frozen=True, array_like=True):
    """Everything of this partition from `first` to `end` (exclusive) that counts is in the list."""

    topic: str
    partition: int
    first: int
    end: int


class ErasureList(msgspec.Struct, frozen=True, kw_only=True):
    """`until_ms`: what happened later is not in it."""

    lineage: str
    since_ms: int
    until_ms: int
    covered: tuple[Covered, ...]
    entries: tuple[Erased, ...] = ()

    def lacks(self, manifest: Manifest) -> str | None:
        """Why this list cannot say what has happened since an export; None if it can."""
        if self.lineage != manifest.plan.lineage:
            return "it is the list of another deployment"
        covered = {(one.topic, one.partition): one for one in self.covered}
        for one in manifest.ranges:
            if one.topic not in _NAMES:
                continue
            known = covered.get((one.topic, one.partition))
            if known is None or not known.first <= one.end <= known.end:
                return f"it does not cover {one.topic}/{one.partition} from offset {one.end} on"
        return None

    def after(self, manifest: Manifest) -> dict[tuple[str, int], dict[bytes, Erased]]:
        """What happened after an export, by partition and key: the last of each."""
        ends = {(one.topic, one.partition): one.end for one in manifest.ranges}
        found: dict[tuple[str, int], dict[bytes, Erased]] = {}
        for one in self.entries:
            place = (one.topic, one.partition)
            if one.offset >= ends.get(place, 0):
                found.setdefault(place, {})[one.key] = one
        return found


_NAMES = frozenset(topic.name for topic in ERASING)


def path_of(backups: Path, lineage: str) -> Path:
    return backups / f"erasures-{lineage}.sealed"


def read(path: Path, secret: str, lineage: str) -> ErasureList:
    """Raises BadBackup: it is missing or damaged, or this is another key."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadBackup(
            f"{path} cannot be read: {plain_reason(error)}", "Name the newest list with --erasures."
        ) from error
    head = len(_MAGIC) + SALT_BYTES
    if content[: len(_MAGIC)] != _MAGIC:
        raise BadBackup(f"{path} is no list of erasures", "Name the newest list with --erasures.")
    try:
        plain = BackupKey(secret, content[len(_MAGIC) : head]).open(_name(lineage), content[head:])
        return msgspec.msgpack.decode(plain, type=ErasureList)
    except (BadBackup, msgspec.DecodeError) as error:
        raise BadBackup(
            f"{path} cannot be opened: it is damaged, of another deployment, or sealed under another key",
            "Take another copy of the list, or the key that was in use.",
        ) from error


def write(path: Path, secret: str, known: ErasureList) -> None:
    salt = new_salt()
    sealed = BackupKey(secret, salt).seal(_name(known.lineage), msgspec.msgpack.encode(known))
    write_whole(path, _MAGIC + salt + sealed)


async def update(
    reader: LogReader, path: Path, secret: str, lineage: str, partitions: Mapping[str, int]
) -> ErasureList:
    """Adds what has happened since the last update. Begins the list where there is none, or after too long a pause.

    Raises:
        BadBackup: the list that is there cannot be opened.
        LogUnavailable: Kafka did not answer; a repeat goes on.
    """
    # Before the ends: what happens between is told as not contained, and will be.
    now_ms = clock.now_ms()
    known = await asyncio.to_thread(_known, path, secret, lineage)
    if known is not None and now_ms - known.until_ms > LONGEST_GAP_MS:
        known = None
    reached = {(one.topic, one.partition): one for one in known.covered} if known else {}
    entries = list(known.entries) if known else []
    covered: list[Covered] = []
    for topic in ERASING:
        ends = await reader.ends(topic.name, range(partitions[topic.name]))
        firsts = {number: reached[topic.name, number].end if known else end for number, end in ends.items()}
        async for chunk in reader.read(topic.name, {number: (firsts[number], end) for number, end in ends.items()}):
            entries += [one for record in chunk if (one := _erased(topic.name, record)) is not None]
        covered += [
            Covered(topic.name, number, reached[topic.name, number].first if known else end, end)
            for number, end in sorted(ends.items())
        ]
    made = _pruned(
        ErasureList(
            lineage=lineage,
            since_ms=known.since_ms if known else now_ms,
            until_ms=now_ms,
            covered=tuple(covered),
            entries=tuple(entries),
        ),
        now_ms - KEPT_MS,
    )
    await asyncio.to_thread(write, path, secret, made)
    return made


def _known(path: Path, secret: str, lineage: str) -> ErasureList | None:
    return read(path, secret, lineage) if path.exists() else None


def _erased(topic: str, consumed: Any) -> Erased | None:
    record = record_of(consumed)
    if is_filler(record) or record.key is None:
        return None
    is_revocation = topic == SESSIONS.name and record.key.startswith(REVOKED)
    if record.value is not None and not is_revocation:
        return None
    return Erased(topic, consumed.partition, record.offset, record.at_ms, record.key, record.value)


def _pruned(known: ErasureList, before_ms: int) -> ErasureList:
    dropped = _last(one for one in known.entries if one.at_ms < before_ms)
    if not dropped:
        return known
    return ErasureList(
        lineage=known.lineage,
        since_ms=before_ms,
        until_ms=known.until_ms,
        covered=tuple(
            Covered(one.topic, one.partition, max(one.first, dropped.get((one.topic, one.partition), -1) + 1), one.end)
            for one in known.covered
        ),
        entries=tuple(one for one in known.entries if one.offset > dropped.get((one.topic, one.partition), -1)),
    )


def _last(entries: Iterable[Erased]) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for one in entries:
        found[one.topic, one.partition] = max(one.offset, found.get((one.topic, one.partition), -1))
    return found


def _name(lineage: str) -> str:
    return f"erasures/{lineage}"
