"""What the live view is made of: a record at its place, and the cursor that says how far somebody has come."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from aiokafka import TopicPartition

from dispatch.decisions import OfferStep, StatusRecord
from streams import metrics, wire
from streams.topics import INCIDENT_STATUS, NOTICES, OFFERS
from streams.wire import NoticeRecord

_DECODE: dict[str, Callable[[bytes | None], StatusRecord | OfferStep | NoticeRecord]] = {
    INCIDENT_STATUS.name: wire.decode_status,
    OFFERS.name: wire.decode_offer_step,
    NOTICES.name: wire.decode_notice,
}
TOPICS_SHOWN = tuple(_DECODE)


class Happening(NamedTuple):
    """A record of one of the topics at its place. `is_void`: a step of an offer that the order of the log makes void."""

    topic: str
    partition: int
    offset: int
    record: StatusRecord | OfferStep | NoticeRecord
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next offset of each partition: those of `incident-status`, of `offers`, of `notices`. Cursors given out before there
    were notices have none of these."""

    status: tuple[int, ...]
    offers: tuple[int, ...]
    notices: tuple[int, ...] = ()

    def __str__(self) -> str:
        parts = (self.status, self.offers, *([self.notices] if self.notices else []))
        return "_".join(".".join(map(str, part)) for part in parts)

    @classmethod
    def parsed(cls, text: str) -> "Cursor":
        """Raises ValueError."""
        parts = text.split("_")
        if len(parts) not in (2, 3) or len(text) > 4096 or not text.isascii():
            raise ValueError("no cursor of ours")
        return cls(*(tuple(map(_natural, part.split("."))) for part in parts))

    def of(self, topic: str) -> tuple[int, ...]:
        if topic == INCIDENT_STATUS.name:
            return self.status
        return self.offers if topic == OFFERS.name else self.notices

    def next_of(self, happening: Happening) -> int:
        return self.of(happening.topic)[happening.partition]

    def after(self, happening: Happening) -> "Cursor":
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


def read(batches: "dict[TopicPartition, list[object]]") -> list[Happening]:
    """Records in the order of their time, so that a re-read tells a story and not one partition after the other."""
    found = []
    for part, records in batches.items():
        decode = _DECODE[part.topic]
        for record in records:
            try:
                happening = Happening(part.topic, part.partition, record.offset, decode(record.value))  # type: ignore[attr-defined]
            except wire.Unreadable:
                metrics.UNREADABLE_SHOWN.labels(topic=part.topic).inc()
                continue
            found.append((record.timestamp, happening))  # type: ignore[attr-defined]
    found.sort(key=lambda entry: entry[0])
    return [happening for _, happening in found]
