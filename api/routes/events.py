"""GET /v1/events: the live view."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header

from api.deps import PartsDep
from api.http.auth import Reader
from api.http.problems import invalid
from api.http.responses import problems
from api.http.server_sent_events import EventStream
from api.http.strict_route import StrictRoute
from streams.readers.feed import FeedCursor

router = APIRouter(prefix="/v1/events", tags=["live"], route_class=StrictRoute)


async def _cursor(
    last_event_id: Annotated[str | None, Header(description="the id of the last event that was seen")] = None,
) -> FeedCursor | None:
    if not last_event_id:
        return None
    try:
        return FeedCursor.parsed(last_event_id)
    except ValueError:
        raise invalid("Last-Event-ID", "the id of an event of this stream", "text") from None


@router.get("", status_code=200, response_class=EventStream, responses=problems() | EventStream.described)
async def events(
    caller: Reader, parts: PartsDep, cursor: Annotated[FeedCursor | None, Depends(_cursor)]
) -> EventStream:
    """`incident`, `offer` and `notice` events as they happen (a `notice` is what its person was told; a repeat has the same
    `id`), `ready` at once, `reset` when the state must be loaded anew, `end` with a `reason` when the token has expired. With
    Last-Event-ID it goes on exactly after that event, on any API process."""
    return EventStream(parts.live.frames(caller, cursor))
