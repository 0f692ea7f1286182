"""The newest private record of each reference in one partition, and which of them must be written again.

Kafka has no conditional write. A record that is sealed again therefore states the offset of its original and counts as if it
stood there; whatever was written in between is newer. But compaction keeps the last record of a key, whatever it states: such a
newer record would be lost after a while, so it is written again as well, with its own offset. `pending` names both kinds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

KeyOf = Callable[[str, bytes], str | None]
"""The id of the key under which a record is sealed; None: it cannot be opened."""


@dataclass(slots=True)
class Newest:
    """`offset`: its place, as readers count it. `stored_at`: where its bytes are in the log. `value`: None for a tombstone, and
    for a record under the active key, whose bytes are not kept. `key_id`: None for a tombstone or if it cannot be opened."""

    offset: int
    stored_at: int
    value: bytes | None
    key_id: str | None
    is_tombstone: bool
    is_last: bool = True
    """Whether no later record of the reference hides it from compaction."""


class PrivateFold:
    """Mutable; one per partition. Records are added in the order of the log."""

    def __init__(self, active_id: str, key_of: KeyOf) -> None:
        self._active_id = active_id
        self._key_of = key_of
        self._newest: dict[str, Newest] = {}

    def add(self, ref: str, at: int, value: bytes | None, original: int | None) -> None:
        """`at`: the offset of the record; `original`: that of the record which it repeats under another key."""
        offset = original if original is not None and original < at else at
        known = self._newest.get(ref)
        if known is not None and offset < known.offset:
            known.is_last = False
            return
        key_id = self._key_of(ref, value) if value is not None else None
        self._newest[ref] = Newest(
            offset=offset,
            stored_at=at,
            # Most records are under the active key: their bytes are read again in the rare case that they are needed.
            value=None if key_id == self._active_id else value,
            key_id=key_id,
            is_tombstone=value is None,
        )

    def pending(self) -> Iterator[tuple[str, Newest]]:
        """What must be written again under the active key, with its `offset` stated. Records that cannot be opened are left
        alone, unless a later record hides them."""
        for ref, newest in self._newest.items():
            is_outdated = not newest.is_tombstone and newest.key_id not in (None, self._active_id)
            if is_outdated or not newest.is_last:
                yield ref, newest

    def counts(self) -> dict[str | None, int]:
        """Newest records by key; None: they cannot be opened. Tombstones are not counted."""
        found: dict[str | None, int] = {}
        for newest in self._newest.values():
            if not newest.is_tombstone:
                found[newest.key_id] = found.get(newest.key_id, 0) + 1
        return found

    def refs(self) -> list[str]:
        """References of records that are no tombstones."""
        return [ref for ref, newest in self._newest.items() if not newest.is_tombstone]
