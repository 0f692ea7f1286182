"""A part of an export: the records of a stretch of one partition, in one file: msgpack, compressed by zlib, sealed.

Its name says topic, partition and offsets (`decisions-003-…`), so an export that was interrupted goes on behind the last one.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from dispatch.model.plain_reason import plain_reason
from streams.backup.backup_key import BackupKey
from streams.backup.documents import Part, Range, write_whole
from streams.backup.faults import BadBackup
from streams.store.record_decoders import QUIET_KEY

PART_BYTES = 8 * 1024 * 1024
"""Of keys and values in a part, before compression: some 8 MB of memory for each partition that is read."""
_NAME = re.compile(r"([a-z-]+)-(\d{3})-(\d{19})-(\d{19})\.part")
_TOPIC = re.compile(r"komek\.([a-z-]+)\.v\d+")
_QUIET = QUIET_KEY.encode()


class Record(NamedTuple):
    """A record as it stands in the log."""

    offset: int
    at_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(
    list[tuple[int, int, bytes | None, bytes | None, list[tuple[str, bytes | None]]]]
).decode


def record_of(consumed: Any) -> Record:
    return Record(consumed.offset, consumed.timestamp, consumed.key, consumed.value, tuple(consumed.headers or ()))


def size_of(record: Record) -> int:
    return len(record.key or b"") + len(record.value or b"") + 64


def is_filler(record: Record) -> bool:
    """Whether this is a record without meaning, as imports and the retention service write them."""
    return record.key == _QUIET and record.value is None


class Digest:
    """Of the records of a partition, in order: offsets, times, keys, values and headers. Records without meaning do not count."""

    def __init__(self) -> None:
        self.records = 0
        self._hash = hashlib.sha256()

    def add(self, records: Iterable[Record]) -> None:
        told = [record for record in records if not is_filler(record)]
        self.records += len(told)
        for record in told:
            self._hash.update(_encode(record))

    def __str__(self) -> str:
        return f"{self.records}:{self._hash.hexdigest()}"


def short_name(topic: str) -> str:
    """`decisions` of `komek.decisions.v1`."""
    found = _TOPIC.fullmatch(topic)
    assert found, topic
    return found[1]


def name_of(stretch: Range) -> str:
    return f"{short_name(stretch.topic)}-{stretch.partition:03}-{stretch.first:019}-{stretch.end:019}.part"


def stretch_of(name: str) -> tuple[str, int, int, int] | None:
    """Short name of the topic, partition, first and end offset; None: no name of a part."""
    found = _NAME.fullmatch(name)
    return (found[1], int(found[2]), int(found[3]), int(found[4])) if found else None


def write_part(folder: Path, key: BackupKey, export_id: str, stretch: Range, records: Sequence[Record]) -> Part:
    """Writes the file as a whole, or not at all."""
    name = name_of(stretch)
    sealed = key.seal(f"{export_id}/{name}", zlib.compress(_encode(records), 1))
    write_whole(folder / name, sealed)
    return _described(stretch, len(records), sealed)


def written_part(folder: Path, key: BackupKey, export_id: str, stretch: Range) -> Part:
    """A part that is there already. Raises BadBackup, as `read_part`."""
    name = name_of(stretch)
    return _described(stretch, len(read_part(folder, key, export_id, name)), (folder / name).read_bytes())


def _described(stretch: Range, records: int, sealed: bytes) -> Part:
    return Part(
        name=name_of(stretch),
        topic=stretch.topic,
        partition=stretch.partition,
        first=stretch.first,
        end=stretch.end,
        records=records,
        bytes=len(sealed),
        sha256=hashlib.sha256(sealed).hexdigest(),
    )


def read_part(folder: Path, key: BackupKey, export_id: str, name: str) -> list[Record]:
    """Raises BadBackup: it is missing or damaged."""
    try:
        sealed = (folder / name).read_bytes()
    except OSError as error:
        raise BadBackup(
            f"{folder / name} cannot be read: {plain_reason(error)}", "Take another copy, or an earlier export."
        ) from error
    try:
        found = _decode(zlib.decompress(key.open(f"{export_id}/{name}", sealed)))
    except (zlib.error, msgspec.DecodeError) as error:
        raise BadBackup(
            f"{folder / name} is no part of an export", "Take another copy, or an earlier export."
        ) from error
    return [Record(offset, at_ms, key_, value, tuple(headers)) for offset, at_ms, key_, value, headers in found]


def check_files(folder: Path, parts: Iterable[Part]) -> None:
    """Whether each file is there, whole and unchanged; without the key.

    Raises:
        BadBackup: names the first file that is not.
    """
    for part in parts:
        path = folder / part.name
        try:
            with path.open("rb") as file:
                size, digest = path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise BadBackup(
                f"{path} cannot be read: {plain_reason(error)}", "Take another copy, or an earlier export."
            ) from error
        if size != part.bytes:
            raise BadBackup(f"{path} has {size:,} bytes of {part.bytes:,}", "Take another copy, or an earlier export.")
        if digest != part.sha256:
            raise BadBackup(
                f"{path} is damaged: other bytes than were written", "Take another copy, or an earlier export."
            )
