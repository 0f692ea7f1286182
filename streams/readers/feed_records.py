"""What the live view is made of: a record at its place, and the cursor that says how far somebody has come."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from operator import attrgetter, ge
from typing import Any, NamedTuple, Protocol

from aiokafka import TopicPartition

from dispatch.model.decisions import OfferStep, StatusRecord
from streams import metrics, wire
from streams.topics import INCIDENT_STATUS, NOTICES, OFFERS
from streams.wire import NoticeRecord

_DECODE: dict[str, Callable[[bytes | None], StatusRecord | OfferStep | NoticeRecord]] = {
    INCIDENT_STATUS.name: wire.decode_status,
    OFFERS.name: wire.decode_offer_step,
    NOTICES.name: wire.decode_notice,
}
TOPICS_SHOWN = tuple(_DECODE)


class FeedRecord(NamedTuple):
    """A record of one of the topics at its place. `is_void`: a step of an offer that the order of the log makes void."""

    topic: str
    partition: int
    offset: int
    record: StatusRecord | OfferStep | NoticeRecord
    is_void: bool = False


class Placed(Protocol):
    """Something that stands in one of the topics."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """The next offset of each partition: those of `incident-status`, of `offers`, of `notices`. Cursors given out before there
    were notices have none of these."""

    status: tuple[int, ...]
    offers: tuple[int, ...]
    notices: tuple[int, ...] = ()

    def __str__(self) -> str:
        parts = (self.status, self.offers, *([self.notices] if self.notices else []))
        return "_".join(".".join(map(str, part)) for part in parts)

    @classmethod
    def parsed(cls, text: str) -> "FeedCursor":
        """Raises ValueError."""
        parts = text.split("_")
        if len(parts) not in (2, 3) or len(text) > 4096 or not text.isascii():
            raise ValueError("no cursor of ours")
        return cls(*(tuple(map(_natural, part.split("."))) for part in parts))

    def of(self, topic: str) -> tuple[int, ...]:
        if topic == INCIDENT_STATUS.name:
            return self.status
        return self.offers if topic == OFFERS.name else self.notices

    def next_of(self, place: "Placed") -> int:
        return self.of(place.topic)[place.partition]

    def covers(self, other: "FeedCursor") -> bool:
        """Whether everything behind the other cursor is behind this one, too."""
        return all(
            all(map(ge, mine, theirs))
            for mine, theirs in (
                (self.status, other.status),
                (self.offers, other.offers),
                (self.notices, other.notices),
            )
        )

    def joined(self, other: "FeedCursor") -> "FeedCursor":
        """Behind which stands what is behind either."""
        return self._with(other, max)

    def met(self, other: "FeedCursor") -> "FeedCursor":
        """Behind which stands what is behind both."""
        return self._with(other, min)

    def distance(self, other: "FeedCursor") -> int:
        """Offsets from this cursor to the other, where that is further on; compaction may have left fewer records."""
        return sum(
            max(0, b - a) for topic in TOPICS_SHOWN for a, b in zip(self.of(topic), other.of(topic), strict=True)
        )

    def _with(self, other: "FeedCursor", choose: Callable[[int, int], int]) -> "FeedCursor":
        return FeedCursor(*(tuple(map(choose, self.of(topic), other.of(topic))) for topic in TOPICS_SHOWN))

    def after(self, happening: Placed) -> "FeedCursor":
        nexts = list(self.of(happening.topic))
        nexts[happening.partition] = max(nexts[happening.partition], happening.offset + 1)
        if happening.topic == INCIDENT_STATUS.name:
            return replace(self, status=tuple(nexts))
        if happening.topic == OFFERS.name:
            return replace(self, offers=tuple(nexts))
        return replace(self, notices=tuple(nexts))


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("no offset")
    return int(text)


class Arrived(NamedTuple):
    """A record as it was read, with the time at which the log took it in."""

    at_ms: int
    topic: str
    partition: int
    offset: int
    value: bytes | None


def read(batches: Mapping[TopicPartition, Sequence[Any]]) -> list[Arrived]:
    """Records in the order of their time, so that a re-read tells a story and not one partition after the other.

    The order within a partition is that of the log, whatever a clock of a broker says.
    """
    parts = [
        [Arrived(one.timestamp, part.topic, part.partition, one.offset, one.value) for one in records]
        for part, records in batches.items()
    ]
    return list(merge(*parts, key=attrgetter("at_ms")))


def happening_of(arrived: Arrived) -> FeedRecord | None:
    """None for what cannot be read, which is counted."""
    try:
        record = _DECODE[arrived.topic](arrived.value)
    except wire.Unreadable:
        metrics.UNREADABLE_SHOWN.labels(topic=arrived.topic).inc()
        return None
    return FeedRecord(arrived.topic, arrived.partition, arrived.offset, record)


def people_of(happening: FeedRecord) -> Iterable[str]:
    """The volunteers whom a record may concern; who it does concern is judged by the view (`api/reads/event_stream.py`)."""
    record = happening.record
    return record.incident.warned if isinstance(record, StatusRecord) else (record.volunteer_id,)
