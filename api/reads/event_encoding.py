"""Records of the feed as server-sent events: which of them a caller receives, and their bytes."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from api.caller import Caller
from api.reads.row_stream import notice_data, row_data
from api.views import incidents, offers, safety
from dispatch.model.decisions import StatusRecord
from dispatch.model.vocabulary import OfferState
from dispatch.notices.rules import NoticeOutcome
from streams.notices.channels import StreamChannel
from streams.readers.feed_buffer import BufferedRecord, EncodedEvent
from streams.readers.feed_listener import FeedItem
from streams.readers.feed_records import FeedRecord
from streams.tokens import Role
from streams.wire import NoticeRecord

NOT_FOR_CALLER: EncodedEvent = (b"", ())
_encode = msgspec.json.Encoder().encode


class Chunk(NamedTuple):
    """Encoded events, and the ids of the incidents and people that they name."""

    events: bytes
    about: tuple[str, ...]


def chunk_of(
    caller: Caller,
    items: Iterable[FeedItem],
    encoded: Callable[[Caller, BufferedRecord], EncodedEvent] | None = None,
) -> Chunk:
    """The events of a batch that are for the caller, with their ids. `encoded`: unset, the full view."""
    encode = encoded or _encoded
    texts, about = [], dict[str, None]()
    for entry, identity in items:
        text, names = encode(caller, entry)
        if text:
            texts.append(b"%bid: %b\n\n" % (text, identity.encode()))
            about |= dict.fromkeys(names)
    return Chunk(b"".join(texts), tuple(about))


def _encoded(caller: Caller, entry: BufferedRecord) -> EncodedEvent:
    """The event without its id; empty if it is not for the caller. All operators receive the same bytes, and all monitors."""
    if caller.role is Role.VOLUNTEER:
        return _encoded_for(caller, entry.record)
    # Kept with the record in the buffer, so it is encoded once for all listeners.
    encoded = entry.texts.get(caller.role)
    if encoded is None:
        encoded = entry.texts[caller.role] = _encoded_for(caller, entry.record)
    return encoded


def row_encoded(caller: Caller, entry: BufferedRecord) -> EncodedEvent:
    """As `_encoded`, in the row view."""
    if caller.role is Role.VOLUNTEER:
        return _encoded(caller, entry)
    key = f"{caller.role}-row"
    encoded = entry.texts.get(key)
    if encoded is None:
        encoded = entry.texts[key] = _row_encoded_for(caller, entry.record)
    return encoded


def _row_encoded_for(caller: Caller, entry: FeedRecord) -> EncodedEvent:
    record = entry.record
    if isinstance(record, NoticeRecord) and caller.role is Role.OPERATOR:
        # Also of other channels, and failures: whom nobody could reach is what an operator must know.
        return b"event: notice\ndata: %b\n" % _encode(notice_data(record)), _about(entry)
    if isinstance(record, StatusRecord):
        return b"event: incident\ndata: %b\n" % _encode(row_data(record, caller.role)), _about(entry)
    return _encoded_for(caller, entry)


def _encoded_for(caller: Caller, entry: FeedRecord) -> EncodedEvent:
    if not is_for(caller, entry):
        return NOT_FOR_CALLER
    name = name_for(caller, entry)
    text = b"event: %b\ndata: %b\n" % (name.encode(), data_of(entry, name, caller.role).encode())
    return text, _about(entry)


def _about(entry: FeedRecord) -> tuple[str, ...]:
    record = entry.record
    if isinstance(record, StatusRecord):
        return (record.incident.id,)
    return (record.incident_id, record.volunteer_id)


def frame(name: str, data: bytes, *, id: str | None = None, retry_ms: int | None = None) -> bytes:  # noqa: A002 - name of the SSE field
    """One server-sent event (WHATWG HTML §9.2)."""
    lines = [b"event: " + name.encode(), b"data: " + data]
    lines += [b"id: " + id.encode()] if id is not None else []
    lines += [b"retry: %d" % retry_ms] if retry_ms is not None else []
    return b"\n".join(lines) + b"\n\n"


def is_for(caller: Caller, entry: FeedRecord) -> bool:
    """Whether the caller receives this record.

    Volunteers receive their own offers and notices, and warnings about themselves; monitors receive incidents, whose counts tell
    what offers do; operators receive everything, without private data. Of notices, only those sent by this channel. A volunteer
    does not receive the steps of an offer that is void by log order, except the step that says so.
    """
    record = entry.record
    if isinstance(record, NoticeRecord) and (record.channel, record.outcome) != (
        StreamChannel.name,
        NoticeOutcome.SENT,
    ):
        return False
    if caller.role is Role.MONITOR:
        return isinstance(record, StatusRecord)
    if caller.role is not Role.VOLUNTEER:
        return True
    if isinstance(record, StatusRecord):
        return safety.is_news_for(caller.id, record.incident)
    # By the same reducer as the notifier: a step of a void offer would contradict what the person is told (DESIGN 58).
    if entry.is_void and not isinstance(record, NoticeRecord) and record.state is not OfferState.VOID:
        return False
    return record.volunteer_id == caller.id


def name_of(entry: FeedRecord) -> str:
    if isinstance(entry.record, NoticeRecord):
        return "notice"
    return "incident" if isinstance(entry.record, StatusRecord) else "offer"


def name_for(caller: Caller, entry: FeedRecord) -> str:
    """The name of the event; volunteers receive states of incidents as `warning`."""
    name = name_of(entry)
    return "warning" if caller.role is Role.VOLUNTEER and name == "incident" else name


def data_of(entry: FeedRecord, name: str | None = None, role: Role = Role.OPERATOR) -> str:
    """The data of the event as JSON, without private data; for monitors also without people and exact places."""
    record = entry.record
    if isinstance(record, NoticeRecord):
        return _encode(offers.notice(record)).decode()
    if not isinstance(record, StatusRecord):
        return _encode(offers.offer_step(record)).decode()
    if name == "warning":
        return _encode(safety.warning(record.incident)).decode()
    view = incidents.incident_for_monitor if role is Role.MONITOR else incidents.incident
    return _encode(view(record.incident)).decode()
