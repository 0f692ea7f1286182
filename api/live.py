"""The live view as server-sent events: which happenings a caller sees, and in what words."""

from collections.abc import AsyncIterator

import msgspec
from fastapi.sse import ServerSentEvent

from api import safety, views
from api.auth import Caller
from api.marks import Newest
from dispatch.decisions import StatusRecord
from dispatch.telling import NoticeOutcome
from dispatch.vocabulary import OfferState
from streams import metrics
from streams.feed import Cursor, CutOff, Feed, Happening
from streams.notices.channels import StreamChannel
from streams.publisher import LogTrouble
from streams.tokens import Role
from streams.wire import NoticeRecord

RETRY_MS = 2_000
_encode = msgspec.json.Encoder().encode


class Live:
    """The feed in words. What many listen to is put into words once."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._words: Newest[str] = Newest(512)

    async def events(self, caller: Caller, cursor: Cursor | None) -> AsyncIterator[ServerSentEvent]:
        """What happens from the cursor on. A `reset` says: load the state anew, then connect without Last-Event-ID."""
        try:
            with self._feed.listening(cursor) as listener:
                # So that a client that loses the connection before anything happened can go on from here.
                yield ServerSentEvent(event="ready", raw_data="{}", id=str(listener.cursor), retry=RETRY_MS)
                async for happening, after in listener.happenings():
                    if is_for(caller, happening):
                        name = name_for(caller, happening)
                        yield ServerSentEvent(event=name, raw_data=self._told(happening, name), id=str(after))
        except CutOff as error:
            metrics.LIVE_CUT_OFF.inc()
            yield ServerSentEvent(event="reset", raw_data=_encode({"reason": str(error)}).decode())
        except LogTrouble:
            yield ServerSentEvent(event="reset", raw_data='{"reason":"the log cannot be read for the moment"}')

    def _told(self, happening: Happening, name: str) -> str:
        place = f"{name}/{happening.topic}/{happening.partition}/{happening.offset}"
        words = self._words.get(place)
        if words is None:
            words = told(happening, name)
            self._words.put(place, words)
        return words


def is_for(caller: Caller, happening: Happening) -> bool:
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


def name_of(happening: Happening) -> str:
    if isinstance(happening.record, NoticeRecord):
        return "notice"
    return "incident" if isinstance(happening.record, StatusRecord) else "offer"


def name_for(caller: Caller, happening: Happening) -> str:
    """The one state of an incident that a volunteer is told of is a warning."""
    name = name_of(happening)
    return "warning" if caller.role is Role.VOLUNTEER and name == "incident" else name


def told(happening: Happening, name: str | None = None) -> str:
    """JSON without anything private."""
    record = happening.record
    if isinstance(record, NoticeRecord):
        return _encode(views.notice(record)).decode()
    if not isinstance(record, StatusRecord):
        return _encode(views.offer_step(record)).decode()
    return _encode(safety.warning(record.incident) if name == "warning" else views.incident(record.incident)).decode()
