"""Reads `komek.handovers.v1` from the beginning and follows it: the notes of a shift for the next one, and who has read them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from streams import clock, wire
from streams.readers.readable_records import RecordFollower
from streams.retention.classes import HANDOVER_S
from streams.settings import Settings
from streams.topics import HANDOVERS
from streams.wire import HandoverNote, HandoverRead

KEPT_MS = HANDOVER_S * 1000
MOST_NOTES = 500
"""Notes that are kept: three a day by twenty desks, for a week. Beyond them no further one is taken."""
MOST_READERS = 200
"""Of one note."""
_NOTE, _READ = "note", "read"


def note_key(note_id: str) -> str:
    return f"{_NOTE}|{note_id}"


def read_key(note_id: str, operator_id: str) -> str:
    return f"{_READ}|{note_id}|{operator_id}"


@dataclass(slots=True)
class _Entry:
    """`note` None: only somebody who read it is known. Its record cannot be read by this version, or has been deleted."""

    note: HandoverNote | None = None
    reads: dict[str, HandoverRead] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptNote:
    """A note with those who have read it, the first one first."""

    note: HandoverNote
    reads: tuple[HandoverRead, ...]

    def is_read_by(self, operator_id: str) -> bool:
        return any(one.by == operator_id for one in self.reads)


class HandoverBook:
    """The notes in memory, without texts. `version` grows with every change; no method blocks or raises."""

    def __init__(self, now_ms: Callable[[], int] = clock.now_ms) -> None:
        self._now_ms = now_ms
        self._entries: dict[str, _Entry] = {}
        self.version = 0

    @property
    def is_full(self) -> bool:
        return len(self._entries) >= MOST_NOTES

    def apply(self, key: str, record: HandoverNote | HandoverRead | None) -> None:
        """Takes the next record of the log; None is a tombstone. A key of another form changes nothing."""
        kind, _, rest = key.partition("|")
        note_id, _, operator_id = rest.partition("|")
        entry = self._entries.get(note_id, _Entry())
        if kind == _NOTE and not isinstance(record, HandoverRead):
            entry.note = record
        elif kind == _READ and record is None:
            entry.reads.pop(operator_id, None)
        elif kind == _READ and isinstance(record, HandoverRead):
            entry.reads[operator_id] = record
        if entry.note is None and not entry.reads:
            self._entries.pop(note_id, None)
        else:
            self._entries[note_id] = entry
        self.version += 1

    def get(self, note_id: str) -> KeptNote | None:
        """The note, unless it has ended."""
        entry = self._entries.get(note_id)
        if entry is None or entry.note is None or entry.note.until_ms <= self._now_ms():
            return None
        return KeptNote(note=entry.note, reads=tuple(sorted(entry.reads.values(), key=lambda one: (one.at_ms, one.by))))

    def in_force(self) -> list[KeptNote]:
        """The notes that have not ended, the newest first."""
        found = [kept for note_id in self._entries if (kept := self.get(note_id)) is not None]
        return sorted(found, key=lambda kept: (kept.note.at_ms, kept.note.id), reverse=True)

    def ended(self) -> list[str]:
        """Ids of notes without effect, whose records are to be replaced by tombstones."""
        before_ms = self._now_ms() - KEPT_MS
        return [note_id for note_id, entry in self._entries.items() if self._is_over(note_id, entry, before_ms)]

    def _is_over(self, note_id: str, entry: _Entry, before_ms: int) -> bool:
        if entry.note is not None:
            return self.get(note_id) is None
        # Not at once: the note may be one of a later version.
        return all(one.at_ms <= before_ms for one in entry.reads.values())

    def written_by(self, operator_id: str) -> list[str]:
        """Ids of the notes that this person wrote."""
        return [note_id for note_id, one in self._entries.items() if one.note and one.note.by == operator_id]

    def read_by(self, operator_id: str) -> list[str]:
        """Ids of the notes that this person has read."""
        return [note_id for note_id, one in self._entries.items() if operator_id in one.reads]

    def keys_of(self, note_id: str) -> list[str]:
        """The keys of all records about a note, that of the note last: while it remains, an end that broke off is repeated."""
        entry = self._entries.get(note_id, _Entry())
        notes = [note_key(note_id)] if entry.note is not None else []
        return [*(read_key(note_id, one) for one in entry.reads), *notes]


class Handovers(RecordFollower):
    """Keeps `book` at the end of the log. What is unreadable has no effect: a note is not shown, or shown as unread once more."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        super().__init__(settings, client_id, HANDOVERS)
        self.book = HandoverBook()

    def _apply(self, key: str, value: bytes | None) -> None:
        self.book.apply(key, None if value is None else _decoded(key, value))


def _decoded(key: str, value: bytes) -> HandoverNote | HandoverRead:
    """Raises Unreadable, also for a record that is not the one of its key."""
    if key.startswith(f"{_READ}|"):
        read = wire.decode_handover_read(value)
        if key != read_key(read.note_id, read.by):
            raise wire.Unreadable("handovers: expected the key of the record")
        return read
    note = wire.decode_handover_note(value)
    if key != note_key(note.id):
        raise wire.Unreadable("handovers: expected the key of the record")
    return note
