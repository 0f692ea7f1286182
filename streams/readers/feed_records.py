"""Records of the live feed, and the cursor that holds a reader's position."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from operator import attrgetter, ge
from typing import Any, NamedTuple, Protocol

from aiokafka import TopicPartition

from dispatch.model.decisions import OfferStep, StatusRecord
from streams import metrics, wire
from streams.errors import GiveUp
from streams.topics import INCIDENT_STATUS, NOTICES, OFFERS
from streams.wire import NoticeRecord

_DECODE: dict[str, Callable[[bytes | None], StatusRecord | OfferStep | NoticeRecord]] = {
    INCIDENT_STATUS.name: wire.decode_status,
    OFFERS.name: wire.decode_offer_step,
    NOTICES.name: wire.decode_notice,
}
# The order of the topics is the order of the parts in a cursor, which clients hold: never change it.
TOPICS_SHOWN = tuple(_DECODE)


class ResyncRequired(GiveUp):
    """The listener was too slow, or its cursor is not in the log any more: it must load the state again."""


class FeedRecord(NamedTuple):
    """A decoded record with its position. `is_void`: an offer step that is void by the order of the log."""

    topic: str
    partition: int
    offset: int
    record: StatusRecord | OfferStep | NoticeRecord
    is_void: bool = False


class Placed(Protocol):
    """Anything with a position in one of the topics."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """The next offset of each partition of `incident-status`, `offers` and `notices`.

    `notices` is empty in cursors issued before that topic existed.
    """

    status: tuple[int, ...]
    offers: tuple[int, ...]
    notices: tuple[int, ...] = ()

    def __str__(self) -> str:
        parts = (self.status, self.offers, *([self.notices] if self.notices else []))
        return "_".join(".".join(map(str, part)) for part in parts)

    @classmethod
    def parsed(cls, text: str) -> "FeedCursor":
        """Inverse of `str`.

        Raises:
            ValueError: not a cursor.
        """
        parts = text.split("_")
        # The text comes from a client, so its length is bounded. `isdecimal` also accepts digits of other scripts, hence
        # `isascii`.
        if len(parts) not in (2, 3) or len(text) > 4096 or not text.isascii():
            raise ValueError("not a cursor")
        return cls(*(tuple(map(_natural, part.split("."))) for part in parts))

    def of(self, topic: str) -> tuple[int, ...]:
        """Next offsets of a topic, by partition number."""
        if topic == INCIDENT_STATUS.name:
            return self.status
        return self.offers if topic == OFFERS.name else self.notices

    def next_of(self, place: "Placed") -> int:
        """Next offset of the partition that holds `place`."""
        return self.of(place.topic)[place.partition]

    def covers(self, other: "FeedCursor") -> bool:
        """Whether this cursor is at or beyond the other one in every partition."""
        return all(
            all(map(ge, mine, theirs))
            for mine, theirs in (
                (self.status, other.status),
                (self.offers, other.offers),
                (self.notices, other.notices),
            )
        )

    def joined(self, other: "FeedCursor") -> "FeedCursor":
        """The larger offset of each partition."""
        return self._with(other, max)

    def met(self, other: "FeedCursor") -> "FeedCursor":
        """The smaller offset of each partition."""
        return self._with(other, min)

    def distance(self, other: "FeedCursor") -> int:
        """Sum of the offsets by which the other cursor is ahead; an upper bound of the records in between, because of
        compaction."""
        return sum(
            max(0, b - a) for topic in TOPICS_SHOWN for a, b in zip(self.of(topic), other.of(topic), strict=True)
        )

    def _with(self, other: "FeedCursor", choose: Callable[[int, int], int]) -> "FeedCursor":
        return FeedCursor(*(tuple(map(choose, self.of(topic), other.of(topic))) for topic in TOPICS_SHOWN))

    def after(self, record: Placed) -> "FeedCursor":
        """This cursor advanced past a record."""
        nexts = list(self.of(record.topic))
        nexts[record.partition] = max(nexts[record.partition], record.offset + 1)
        if record.topic == INCIDENT_STATUS.name:
            return replace(self, status=tuple(nexts))
        if record.topic == OFFERS.name:
            return replace(self, offers=tuple(nexts))
        return replace(self, notices=tuple(nexts))


def _natural(text: str) -> int:
    if not text.isdecimal() or len(text) > 19:  # Kafka's offsets are 64-bit
        raise ValueError("not an offset")
    return int(text)


class Arrived(NamedTuple):
    """A consumed record with its append time in ms."""

    at_ms: int
    topic: str
    partition: int
    offset: int
    value: bytes | None


def read(batches: Mapping[TopicPartition, Sequence[Any]]) -> list[Arrived]:
    """Records merged by append time across partitions; within a partition the order of the log holds, whatever brokers' clocks
    say."""
    parts = [
        [Arrived(one.timestamp, part.topic, part.partition, one.offset, one.value) for one in records]
        for part, records in batches.items()
    ]
    return list(merge(*parts, key=attrgetter("at_ms")))


def feed_record_of(arrived: Arrived) -> FeedRecord | None:
    """Decodes a record; an unreadable one is counted and gives None."""
    try:
        record = _DECODE[arrived.topic](arrived.value)
    except wire.Unreadable:
        metrics.UNREADABLE_SHOWN.labels(topic=arrived.topic).inc()
        return None
    return FeedRecord(arrived.topic, arrived.partition, arrived.offset, record)


def people_of(feed_record: FeedRecord) -> Iterable[str]:
    """Volunteers that a record may concern; the view (`api/reads/event_encoding.py`) decides which of them see it."""
    record = feed_record.record
    return record.incident.warned if isinstance(record, StatusRecord) else (record.volunteer_id,)
