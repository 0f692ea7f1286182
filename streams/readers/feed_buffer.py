"""A stretch of the live view's records in one order, numbered, with a bound on their count and their bytes.

Every reader goes through it by numbers, so that a thousand readers share one copy and cost nothing while they wait. The order is
this process' own; what a reader has seen is a `FeedCursor`, which means the same on every process.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streams.readers.feed_records import Arrived, FeedCursor, FeedRecord, happening_of, people_of

WEIGHT = 2
"""Memory of a record and of its text, in bytes of the log; and `WEIGHT_OF_ENTRY` for each."""
WEIGHT_OF_ENTRY = 1_000
_DROPPED_AT_ONCE = 512


@dataclass(slots=True, eq=False)
class BufferedRecord:
    """A record with the cursor behind it, as bytes: twenty thousand of them decoded would be a million objects, through which the
    garbage collector goes for a quarter of a second. `texts` is for whoever puts it into words: each once, while it is kept."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    is_void: bool
    people: tuple[str, ...]
    after: FeedCursor
    texts: dict[str, bytes] = field(default_factory=dict)
    _after_text: str | None = None

    @property
    def happening(self) -> FeedRecord:
        happening = happening_of(Arrived(0, self.topic, self.partition, self.offset, self.value))
        assert happening is not None, "only what can be read is kept"
        return happening._replace(is_void=self.is_void)

    @property
    def after_text(self) -> str:
        if self._after_text is None:
            self._after_text = str(self.after)
        return self._after_text

    @property
    def weight(self) -> int:
        return weight_of(self.value)


def weight_of(value: bytes | None) -> int:
    return len(value or b"") * WEIGHT + WEIGHT_OF_ENTRY


class FeedBuffer:
    """Appended to at the end, dropped from the front. `start` is the cursor before the first record, `heads` behind the last."""

    def __init__(self, start: FeedCursor, *, most: int, most_bytes: int) -> None:
        self.start = start
        self.heads = start
        self.first = 0
        """The number of the first record; numbers are never used again."""
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._entries: list[BufferedRecord] = []
        self._gone = 0  # entries at the front of the list that were dropped already
        self._of_person: dict[str, deque[int]] = {}

    @property
    def end(self) -> int:
        """The number that the next record will get."""
        return self.first + len(self._entries) - self._gone

    def append(self, happening: FeedRecord, value: bytes | None) -> None:
        """`value`: the record's bytes, of which the happening was made."""
        self.heads = self.heads.after(happening)
        people = tuple(people_of(happening))
        place = (happening.topic, happening.partition, happening.offset)
        entry = BufferedRecord(*place, value, happening.is_void, people, self.heads)
        for person in people:
            self._of_person.setdefault(person, deque()).append(self.end)
        self._entries.append(entry)
        self._bytes += entry.weight
        while self.end - self.first > self._most or (self._bytes > self._most_bytes and self.end > self.first):
            self._drop_first()

    def skip_to(self, cursor: FeedCursor) -> None:
        """Up to here there is nothing more: what was compacted away or cannot be read has offsets all the same."""
        self.heads = self.heads.joined(cursor)

    def entry(self, number: int) -> BufferedRecord:
        return self._entries[self._gone + number - self.first]

    def entries(self, since: int, until: int) -> Sequence[BufferedRecord]:
        """Those with the numbers from `since` up to, not including, `until`."""
        shift = self._gone - self.first
        return self._entries[since + shift : until + shift]

    def numbers_of(self, person: str, since: int) -> Iterator[int]:
        """Of what may concern a volunteer, from this number on."""
        numbers = self._of_person.get(person, ())
        return (number for number in numbers if number >= since)

    def number_after(self, cursor: FeedCursor) -> int:
        """The first record that is not behind the cursor. The cursor is not behind `start`."""
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
        self.start = entry.after
        self._bytes -= entry.weight
        self._gone += 1
        self.first += 1
        if self._gone >= _DROPPED_AT_ONCE:
            del self._entries[: self._gone]
            self._gone = 0
