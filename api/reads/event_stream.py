"""The event stream: the life of one live view, from `ready` to `end` or `reset`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeAlias

import msgspec

from api.caller import Caller
from api.process.build import build_id
from api.process.intake_marks import Newest
from api.process.live_views import EVERYTHING, LiveViews, NewsItem, ViewRoom, Wanted
from api.reads.event_encoding import Chunk, chunk_of, frame, row_encoded
from api.reads.row_stream import LOOK_EVERY_S, TICK_EVERY_S, RowFilter
from api.reads.shown_in_view import ShownInView
from streams import clock, metrics
from streams.audit.audit_log import AuditUnavailable
from streams.errors import LogUnavailable
from streams.readers.feed import Feed
from streams.readers.feed_listener import Batch, Listener
from streams.readers.feed_records import FeedCursor, ResyncRequired
from streams.tokens import Role

RETRY_MS = range(1_500, 2_500, 37)
"""Spreads reconnections over a second."""
ALIVE_EVERY_S = 5.0
"""After this long without events a listener gets a sign of life. Pages call what they show stale after ten seconds without any
(DESIGN 94, 143)."""
CHUNKS_KEPT = 64
"""Encoded chunks that listeners at the same position share; those at other positions encode their own."""
_encode = msgspec.json.Encoder().encode

News: TypeAlias = Callable[[], Awaitable[Sequence[NewsItem]]]
"""The events that are new since the last call. The view records whom they name."""


class Live:
    """Encodes the feed for its listeners. Records and chunks that many listeners share are encoded once."""

    def __init__(self, feed: Feed, modes: Callable[[], int] = lambda: 0) -> None:
        """`modes`: the version of the assistant's modes; when it changes, `Feed.interrupt_listeners` must be called."""
        self._feed = feed
        self._modes = modes
        self._chunks: Newest[Chunk] = Newest(CHUNKS_KEPT)
        self._views = 0
        self._open = LiveViews()

    def room_for(self, caller: Caller) -> ViewRoom:
        """Whether another view of this caller may be opened."""
        return self._open.room_for(caller)

    def counted(self, caller: Caller) -> AbstractContextManager[None]:
        """Counts a view of this caller for the life of the context."""
        return self._open.counted(caller)

    async def frames(
        self,
        caller: Caller,
        cursor: FeedCursor | None,
        record: Callable[[Sequence[str]], None],
        wanted: Wanted = EVERYTHING,
        news: News | None = None,
    ) -> AsyncIterator[bytes]:
        """Events after the cursor, until the caller's token becomes invalid (`end`) or the position unavailable (`reset`).

        The events and their data: `schemas/events.py`. `record` writes the audit entry about what is shown (`ShownInView`).
        `news`: further events of the row view, which are in no topic of the feed.
        """
        shown = ShownInView(caller, record)
        try:
            # With the id of a person the listener reads an index of what may concern them (DESIGN 94).
            person = caller.id if caller.role is Role.VOLUNTEER else None
            with self._feed.listening(cursor, person) as listener:
                # With an id, so that a client that disconnects before the first event can resume here.
                self._views += 1
                retry_ms = RETRY_MS[self._views % len(RETRY_MS)]
                yield frame("ready", _moment(), id=str(listener.cursor), retry_ms=retry_ms)
                chunks = (
                    self._rows_of(caller, listener, shown, wanted, news)
                    if wanted.is_row
                    else self._chunks_of(caller, listener, shown)
                )
                async for chunk in chunks:
                    yield chunk
        except ResyncRequired as error:
            # The reason is written by the feed itself and contains no data of the log.
            metrics.LIVE_CUT_OFF.inc()
            yield frame("reset", _encode({"code": "too_far_behind", "reason": str(error)}))
        except LogUnavailable:
            yield frame("reset", b'{"code":"log_unavailable","reason":"Kafka cannot be read at the moment"}')
        except AuditUnavailable:
            # Nothing is shown that cannot be recorded (DESIGN 131). The client loads the state again, which says so too.
            yield frame(
                "reset", b'{"code":"audit_unavailable","reason":"the audit log cannot be written at the moment"}'
            )

    async def _chunks_of(self, caller: Caller, listener: Listener, shown: ShownInView) -> AsyncIterator[bytes]:
        sent, modes = listener.cursor, self._modes()
        while (left_s := caller.valid_for_s(clock.now_ms())) > 0 and not caller.is_revoked():
            batch = await listener.next(min(left_s, ALIVE_EVERY_S))
            # The token may have expired or been revoked during the wait: nothing may be sent after that.
            if caller.valid_for_s(clock.now_ms()) <= 0 or caller.is_revoked():
                break
            if modes != (modes := self._modes()):
                yield frame("assistant", b"{}")
            if batch is not None:
                chunk = self._chunk(caller, batch)
                if chunk.events:
                    shown.add(chunk.about)
                    sent = listener.cursor
                    yield chunk.events
            elif self._feed.has_ended:
                return
            elif sent == listener.cursor:
                # A comment: the client has this id already. Without any bytes a broken connection would stay unnoticed.
                yield b": alive\n\n"
            else:  # the client can resume here and skip the records that were not for it
                sent = listener.cursor
                yield frame("alive", b"{}", id=str(sent))
        yield _end(caller)

    async def _rows_of(
        self, caller: Caller, listener: Listener, shown: ShownInView, wanted: Wanted, news: News | None
    ) -> AsyncIterator[bytes]:
        kept, modes = RowFilter(caller, wanted), self._modes()
        ticked_s = looked_s = clock.monotonic_s() - TICK_EVERY_S
        while (left_s := caller.valid_for_s(clock.now_ms())) > 0 and not caller.is_revoked():
            batch = await listener.next(min(left_s, LOOK_EVERY_S if news else TICK_EVERY_S))
            if caller.valid_for_s(clock.now_ms()) <= 0 or caller.is_revoked():
                break
            if modes != (modes := self._modes()):
                yield frame("assistant", b"{}")
            if batch is not None:
                chunk = chunk_of(caller, (item for item in batch.items if kept.keeps(item.entry.record)), row_encoded)
                if chunk.events:
                    shown.add(chunk.about)
                    yield chunk.events
            elif self._feed.has_ended:
                return
            now_s = clock.monotonic_s()
            if news is not None and now_s - looked_s >= LOOK_EVERY_S:
                looked_s = now_s
                items = await news()
                # As above: the look-up may have waited for Redis.
                if caller.valid_for_s(clock.now_ms()) <= 0 or caller.is_revoked():
                    break
                for item in items:
                    shown.add(item.about)
                    yield frame(item.name, item.data)
            if now_s - ticked_s >= TICK_EVERY_S:
                ticked_s = now_s
                # With the id: the client can resume here and skip the records that were not for it.
                yield frame("tick", _moment(), id=str(listener.cursor))
        yield _end(caller)

    def _chunk(self, caller: Caller, batch: Batch) -> Chunk:
        if batch.common is None:
            return chunk_of(caller, batch.items)
        # With the role: an operator's bytes name people, and a monitor at the same position must not receive them.
        key = "{}-{}-{}".format(caller.role, *batch.common)
        chunk = self._chunks.get(key)
        if chunk is None:
            chunk = chunk_of(caller, batch.items)
            self._chunks.put(key, chunk)
        return chunk


def _moment() -> bytes:
    return _encode({"at": clock.rfc3339(clock.now_ms()), "build": build_id()})


def _end(caller: Caller) -> bytes:
    reason = b"token_revoked" if caller.is_revoked() else b"token_expired"
    return frame("end", b'{"reason":"%b"}' % reason)
