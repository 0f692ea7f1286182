"""The live view as server-sent events: which happenings a caller sees, and in what words."""

from collections.abc import AsyncIterator, Iterable

import msgspec

from api.caller import Caller
from api.process.intake_marks import Newest
from api.views import incidents, safety
from dispatch.model.decisions import StatusRecord
from dispatch.model.vocabulary import OfferState
from dispatch.notices.rules import NoticeOutcome
from streams import clock, metrics
from streams.errors import LogUnavailable
from streams.notices.channels import StreamChannel
from streams.readers.feed import Batch, Feed, FeedCursor, FeedItem, FeedRecord, Listener, ResyncRequired
from streams.readers.feed_buffer import BufferedRecord
from streams.tokens import Role
from streams.wire import NoticeRecord

RETRY_MS = range(1_500, 2_500, 37)
"""Clients come back after different times, so that all do not come at once."""
ALIVE_EVERY_S = 15.0
CHUNKS_KEPT = 64
_EVERYBODY = "everybody"
_encode = msgspec.json.Encoder().encode


class Live:
    """The feed in words. What many listen to is put into words once, and once into the bytes of a chunk."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._chunks: Newest[bytes] = Newest(CHUNKS_KEPT)
        self._views = 0

    async def frames(self, caller: Caller, cursor: FeedCursor | None) -> AsyncIterator[bytes]:
        """What happens from the cursor on, until the caller's token ends. A `reset` says: load the state anew, then connect
        without Last-Event-ID. An `end` says why there is no more."""
        try:
            with self._feed.listening(cursor, caller.id if caller.role is Role.VOLUNTEER else None) as listener:
                # So that a client that loses the connection before anything happened can go on from here.
                self._views += 1
                retry_ms = RETRY_MS[self._views % len(RETRY_MS)]
                yield frame("ready", b"{}", id=str(listener.cursor), retry_ms=retry_ms)
                async for chunk in self._chunks_of(caller, listener):
                    yield chunk
        except ResyncRequired as error:
            metrics.LIVE_CUT_OFF.inc()
            yield frame("reset", _encode({"reason": str(error)}))
        except LogUnavailable:
            yield frame("reset", b'{"reason":"the log cannot be read for the moment"}')

    async def _chunks_of(self, caller: Caller, listener: Listener) -> AsyncIterator[bytes]:
        told = listener.cursor
        while (left_s := caller.valid_for_s(clock.now_ms())) > 0:
            batch = await listener.next(min(left_s, ALIVE_EVERY_S))
            if caller.valid_for_s(clock.now_ms()) <= 0:
                break
            if batch is not None:
                if chunk := self._chunk(caller, batch):
                    told = listener.cursor
                    yield chunk
            elif self._feed.has_ended:
                return
            elif told == listener.cursor:
                yield b": alive\n\n"
            else:  # who heard nothing for long can go on from here, too, and need not be told again what is not for them
                told = listener.cursor
                yield frame("alive", b"{}", id=str(told))
        yield frame("end", b'{"reason":"token_expired"}')

    def _chunk(self, caller: Caller, batch: Batch) -> bytes:
        if batch.common is None:
            return chunk_of(caller, batch.items)
        key = "{}-{}".format(*batch.common)
        chunk = self._chunks.get(key)
        if chunk is None:
            chunk = chunk_of(caller, batch.items)
            self._chunks.put(key, chunk)
        return chunk


def chunk_of(caller: Caller, told: Iterable[FeedItem]) -> bytes:
    words = ((_words(caller, entry), identity) for entry, identity in told)
    return b"".join(b"%bid: %b\n\n" % (text, identity.encode()) for text, identity in words if text)


def _words(caller: Caller, entry: BufferedRecord) -> bytes:
    """The event without its id; nothing where it is not for the caller. All who are no volunteers are told the same."""
    if caller.role is Role.VOLUNTEER:
        return _words_for(caller, entry.record)
    words = entry.texts.get(_EVERYBODY)
    if words is None:
        words = entry.texts[_EVERYBODY] = _words_for(caller, entry.record)
    return words


def _words_for(caller: Caller, happening: FeedRecord) -> bytes:
    if not is_for(caller, happening):
        return b""
    name = name_for(caller, happening)
    return b"event: %b\ndata: %b\n" % (name.encode(), told(happening, name).encode())


def frame(name: str, data: bytes, *, id: str | None = None, retry_ms: int | None = None) -> bytes:  # noqa: A002 - its name
    lines = [b"event: " + name.encode(), b"data: " + data]
    lines += [b"id: " + id.encode()] if id is not None else []
    lines += [b"retry: %d" % retry_ms] if retry_ms is not None else []
    return b"\n".join(lines) + b"\n\n"


def is_for(caller: Caller, happening: FeedRecord) -> bool:
    """A volunteer sees their own offers and the warnings meant for them; operators and monitors see everything, without
    personal data. Of what went out, this stream shows its own channel's; what the log's order makes void, a volunteer hears of
    only when it is said to be void."""
    record = happening.record
    if isinstance(record, NoticeRecord) and (record.channel, record.outcome) != (
        StreamChannel.name,
        NoticeOutcome.SENT,
    ):
        return False
    if caller.role is not Role.VOLUNTEER:
        return True
    if isinstance(record, StatusRecord):
        return safety.is_news_for(caller.id, record.incident)
    if happening.is_void and not isinstance(record, NoticeRecord) and record.state is not OfferState.VOID:
        return False
    return record.volunteer_id == caller.id


def name_of(happening: FeedRecord) -> str:
    if isinstance(happening.record, NoticeRecord):
        return "notice"
    return "incident" if isinstance(happening.record, StatusRecord) else "offer"


def name_for(caller: Caller, happening: FeedRecord) -> str:
    """The one state of an incident that a volunteer is told of is a warning."""
    name = name_of(happening)
    return "warning" if caller.role is Role.VOLUNTEER and name == "incident" else name


def told(happening: FeedRecord, name: str | None = None) -> str:
    """JSON without anything private."""
    record = happening.record
    if isinstance(record, NoticeRecord):
        return _encode(incidents.notice(record)).decode()
    if not isinstance(record, StatusRecord):
        return _encode(incidents.offer_step(record)).decode()
    return _encode(
        safety.warning(record.incident) if name == "warning" else incidents.incident(record.incident)
    ).decode()
