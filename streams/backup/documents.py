"""The documents of an export: `plan.json`, written first, and `manifest.json`, written last: without it, it is half an export.

Both are JSON that anybody may read (ids, offsets, counts and times; no data of people) with a MAC under the backup's key. A file:
`{"mac": "…", "document": {…}}`, the MAC over the bytes of the document as they stand.
"""

from pathlib import Path
from typing import TypeVar

import msgspec

from dispatch.model.plain_reason import plain_reason
from streams import private_file
from streams.backup.backup_key import BackupKey
from streams.backup.faults import BadBackup, NotWritten

FORMAT = 1
PLAN, MANIFEST = "plan.json", "manifest.json"
READ_BACK = "read-back"
"""Beside the manifest once every part was opened and read; empty. Nothing depends on it but `ages.py`."""


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a partition: from the first offset (inclusive) to the end (exclusive)."""

    topic: str
    partition: int
    first: int
    end: int


class Committed(msgspec.Struct, frozen=True, kw_only=True):
    """What a consumer group has committed."""

    group: str
    topic: str
    partition: int
    offset: int
    metadata: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an export will hold, decided before its first part. `lineage`: which log it was made of (`erasures.py`)."""

    id: str
    version: str
    lineage: str
    begun_ms: int
    salt: str
    check: str
    settings: dict[str, str]
    cuts: tuple[Range, ...]
    groups: tuple[Committed, ...]
    format: int = FORMAT


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A file with the records of a stretch. `sha256`: of the file."""

    name: str
    topic: str
    partition: int
    first: int
    end: int
    records: int
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A complete export. `ranges`: what it holds of each partition; compacted topics reach further than they were cut."""

    plan: Plan
    completed_ms: int
    seconds: float
    ranges: tuple[Range, ...]
    parts: tuple[Part, ...]
    has_keys: bool = False

    @property
    def records(self) -> int:
        return sum(part.records for part in self.parts)

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    def parts_of(self, topic: str, partition: int) -> list[Part]:
        """In the order of their offsets."""
        found = [part for part in self.parts if (part.topic, part.partition) == (topic, partition)]
        return sorted(found, key=lambda part: part.first)


class _Signed(msgspec.Struct):
    mac: str
    document: msgspec.Raw


class _Head(msgspec.Struct):
    format: int
    salt: str
    check: str


class _Nested(msgspec.Struct):
    plan: _Head


Document = TypeVar("Document", Plan, Manifest)


def write(path: Path, document: Plan | Manifest, key: BackupKey) -> None:
    raw = msgspec.json.format(msgspec.json.encode(document), indent=1)
    write_whole(path, msgspec.json.encode(_Signed(mac=key.mac(raw), document=msgspec.Raw(raw))))


def read_unverified(path: Path, kind: type[Document]) -> Document:
    """For whoever looks at times and sizes without the key. Raises BadBackup."""
    return _decoded(path, kind, _signed(path))


def key_of(path: Path, secret: str) -> BackupKey:
    """The key of the export of which this is the plan or the manifest.

    Raises:
        BadBackup: the file cannot be read, or this is another secret.
    """
    signed = _signed(path)
    head = _decoded(path, _Nested, signed).plan if path.name == MANIFEST else _decoded(path, _Head, signed)
    if head.format > FORMAT:
        raise BadBackup(
            f"{path}: format {head.format}, known is {FORMAT}",
            "Import it with the version of Komek that made it, or a later one.",
        )
    try:
        key = BackupKey(secret, bytes.fromhex(head.salt))
    except ValueError as error:
        if isinstance(error, BadBackup):
            raise
        raise _damaged(path) from error
    if key.check != head.check:
        raise BadBackup(
            f"{path.parent} was sealed under another key", "Give the key that was in use when the export was made."
        )
    return key


def read(path: Path, kind: type[Document], key: BackupKey) -> Document:
    """Raises BadBackup: the file cannot be read, or was changed after it was written."""
    signed = _signed(path)
    if key.mac(bytes(signed.document)) != signed.mac:
        raise BadBackup(f"{path} was changed after it was written", "Take another copy, or an earlier export.")
    return _decoded(path, kind, signed)


def write_whole(path: Path, content: bytes, *, mode: int = private_file.OWNER_ONLY) -> None:
    """Writes a file, for its owner only by default; after a crash it is there as a whole, or not at all.

    Raises:
        NotWritten: the disk is full, or this user may not; nothing of it is left.
    """
    try:
        private_file.replace(path, content, mode=mode)
    except OSError as error:
        raise NotWritten(path, error) from error


def _signed(path: Path) -> _Signed:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Signed)
    except OSError as error:
        raise BadBackup(f"{path} cannot be read: {plain_reason(error)}", "Name the folder of an export.") from error
    except msgspec.DecodeError as error:
        raise _damaged(path) from error


_Any = TypeVar("_Any")


def _decoded(path: Path, kind: type[_Any], signed: _Signed) -> _Any:
    try:
        return msgspec.json.decode(signed.document, type=kind)
    except msgspec.DecodeError as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> BadBackup:
    return BadBackup(f"{path} is damaged", "Take another copy, or an earlier export.")
