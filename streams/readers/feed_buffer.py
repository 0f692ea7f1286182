"""A numbered buffer of feed records in one order, limited in count and bytes.

Readers address records by number, so that a thousand readers share one copy and cost nothing while they wait. The order across
partitions is specific to this process; a reader's position is a `FeedCursor`, which is valid on every process.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streams.readers.feed_records import Arrived, FeedCursor, FeedRecord, feed_record_of, people_of

KEPT_BYTES = 96 * 2**20
"""Estimated memory of the newest records; older records that are read again may use as much once more."""
WEIGHT = 2
"""Memory per byte of a record's value, with its rendered text; each record adds `WEIGHT_OF_ENTRY` bytes."""
WEIGHT_OF_ENTRY = 1_000
EncodedEvent = tuple[bytes, tuple[str, ...]]
"""Rendered text, and the ids of the incidents and people that it names; empty for callers who do not receive it."""
_DROPPED_AT_ONCE = 512
"""Deleting from the front of a list moves all other entries, so dropped entries are deleted in chunks."""


@dataclass(slots=True, eq=False)
class BufferedRecord:
    """A record with the cursor after it, kept as bytes.

    Twenty thousand decoded records would be a million objects, and the garbage collector would need a quarter of a second to
    traverse them. `texts` caches rendered texts by the caller's key while the record is buffered.
    """

    topic: str
    partition: int
    offset: int
    value: bytes | None
    is_void: bool
    people: tuple[str, ...]
    after: FeedCursor
    texts: dict[str, EncodedEvent] = field(default_factory=dict)
    _after_text: str | None = None

    @property
    def record(self) -> FeedRecord:
        """The decoded record."""
        record = feed_record_of(Arrived(0, self.topic, self.partition, self.offset, self.value))
        assert record is not None, "only readable records are buffered"
        return record._replace(is_void=self.is_void)

    @property
    def after_text(self) -> str:
        if self._after_text is None:
            self._after_text = str(self.after)
        return self._after_text

    @property
    def weight(self) -> int:
        """Estimated memory in bytes."""
        return weight_of(self.value)


def weight_of(value: bytes | None) -> int:
    """Estimated memory in bytes of a buffered record with this value."""
    return len(value or b"") * WEIGHT + WEIGHT_OF_ENTRY


class FeedBuffer:
    """Records are appended at the end and dropped from the front. `start` is the cursor before the first, `heads` after the
    last."""

    def __init__(self, start: FeedCursor, *, most: int, most_bytes: int) -> None:
        self.start = start
        self.heads = start
        self.first = 0
        """Number of the first record; numbers are never reused."""
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._entries: list[BufferedRecord] = []
        self._gone = 0  # dropped entries at the front of the list; deleted in chunks
        self._of_person: dict[str, deque[int]] = {}

    @property
    def end(self) -> int:
        """Number of the next record to be appended."""
        return self.first + len(self._entries) - self._gone

    def append(self, record: FeedRecord, value: bytes | None) -> None:
        """Appends a record; `value` is its encoded form. Drops the oldest records beyond the limits."""
        self.heads = self.heads.after(record)
        people = tuple(people_of(record))
        place = (record.topic, record.partition, record.offset)
        entry = BufferedRecord(*place, value, record.is_void, people, self.heads)
        for person in people:
            self._of_person.setdefault(person, deque()).append(self.end)
        self._entries.append(entry)
        self._bytes += entry.weight
        # A single record above the limit in bytes is dropped as well; then the buffer is empty and the loop ends.
        while self.end - self.first > self._most or (self._bytes > self._most_bytes and self.end > self.first):
            self._drop_first()

    def skip_to(self, cursor: FeedCursor) -> None:
        """Advances `heads` over offsets without a readable record: compacted or unreadable ones."""
        self.heads = self.heads.joined(cursor)

    def entry(self, number: int) -> BufferedRecord:
        """The record with this number, which must be in the buffer."""
        return self._entries[self._gone + number - self.first]

    def entries(self, since: int, until: int) -> Sequence[BufferedRecord]:
        """Records numbered from `since` (inclusive) to `until` (exclusive)."""
        shift = self._gone - self.first
        return self._entries[since + shift : until + shift]

    def numbers_of(self, person: str, since: int) -> Iterator[int]:
        """Numbers, from `since` on, of records that may concern this volunteer."""
        numbers = self._of_person.get(person, ())
        return (number for number in numbers if number >= since)

    def number_after(self, cursor: FeedCursor) -> int:
        """Number of the first record that the cursor does not cover. The cursor must cover `start`."""
        # Binary search: the cursors after the records only grow.
        low, high = self.first, self.end
        while low < high:
            middle = (low + high) // 2
            if cursor.covers(self.entry(middle).after):
                low = middle + 1
            else:
                high = middle
        return low

    def _drop_first(self) -> None:
        entry = self._entries[self._gone]
        for person in entry.people:
            numbers = self._of_person[person]
            numbers.popleft()
            if not numbers:
                del self._of_person[person]
        # A cursor that covers `start` has seen everything that was dropped.
        self.start = entry.after
        self._bytes -= entry.weight
        self._gone += 1
        self.first += 1
        if self._gone >= _DROPPED_AT_ONCE:
            del self._entries[: self._gone]
            self._gone = 0
