"""GET /v1/events: incidents, offers and notices as server-sent events."""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Request

from api.caller import Caller
from api.deps import ServicesDep
from api.http.audit import disclosed, record_audit
from api.http.auth import Reader
from api.http.problems import TABLE, ProblemResponse, invalid, retry_later
from api.http.responses import problems
from api.http.server_sent_events import EventStream
from api.http.strict_route import StrictRoute
from api.process.live_views import ViewRoom, Wanted
from api.process.services import Services
from api.reads.listing import box_of
from api.reads.row_news import RowNews
from streams.readers.feed_records import FeedCursor
from streams.tokens import Role

router = APIRouter(prefix="/v1/events", tags=["live"], route_class=StrictRoute)


async def _cursor(
    last_event_id: Annotated[str | None, Header(description="the id of the last event that was received")] = None,
) -> FeedCursor | None:
    if not last_event_id:
        return None
    try:
        return FeedCursor.parsed(last_event_id)
    except ValueError:
        raise invalid("Last-Event-ID", "the id of an event of this stream", "text") from None


@router.get("", status_code=200, response_class=EventStream, responses=problems() | EventStream.described)
async def events(
    request: Request,
    caller: Reader,
    services: ServicesDep,
    cursor: Annotated[FeedCursor | None, Depends(_cursor)],
    view: Annotated[Literal["full", "row"], Query()] = "full",
    bbox: Annotated[str | None, Query(description="west,south,east,north; row view only", max_length=200)] = None,
    incident: Annotated[str | None, Query(description="the open incident; row view only", max_length=64)] = None,
) -> EventStream:
    """A stream of events while the token is valid, or the session renewed.

    With Last-Event-ID it continues exactly after that event, on any API process.

    The data of each event is JSON; its schema is in the components of this document:

    - `ready` (`ReadyEvent`): sent first.
    - `incident` (`IncidentShown`): the state of an incident after a decision; operators and monitors only. It is the only kind
      that monitors receive, with coarse places and without people.
    - `offer` (`OfferEvent`): a step of an offer.
    - `notice` (`NoticeEvent`): a notice that was sent to a person; a repeat has the same `id`.
    - `warning` (`WarningShown`): the person was found in a hazard area, or it ended; volunteers only.
    - `tick` (`TickEvent`): row view only, every 5 s.
    - `alarm` (`AlarmEvent`), `positions` (`PositionsEvent`), `presence` (`PresenceShown`): row view only, without an id, when
      they change; operators only. So are `handover` (`HandoverEvent`), notes of a shift for the next one, and
      `conversations` (`ConversationsEvent`): what the public has sent and waits.
    - `assistant` (`AssistantEvent`): without an id, to everybody, when work of the assistant was switched on or off.
    - `alive` (`AliveEvent`): nothing for the caller in the last 5 s; its id is the position to resume from.
    - `reset` (`ResetEvent`): the state must be loaded again; then connect without Last-Event-ID.
    - `end` (`EndEvent`): the token or session has ended: by time, revocation, logout, erasure, or with the key that signed it.

    `view=row`: `incident` is an `IncidentRow`; `offer` and `notice` only of the incident that `incident` names, except notices
    that failed, which are all shown. `bbox` limits the incidents to those in the box or without a place; one that leaves the box
    is sent once more. After a reconnection load the list of the box again: what left it meanwhile is not sent.

    Volunteers receive their own offers and notices. Lines that start with `:` are comments.
    """
    # Before the audit entry: a refused view shows nothing.
    _require_room(services, caller)
    # A person's own view has no entry, as other reads of one's own data.
    if caller.role is Role.VOLUNTEER:
        disclosed(request, [caller.id])
    record = partial(record_audit, services, caller, "events.shown", "")
    wanted = Wanted(is_row=view == "row", box=box_of(bbox), incident_id=incident)
    news = RowNews(services, caller, wanted) if wanted.is_row and caller.role is Role.OPERATOR else None
    return EventStream(services.live.frames(caller, cursor, record, wanted, news), _place(services, caller))


@contextlib.contextmanager
def _place(services: Services, caller: Caller) -> Iterator[None]:
    """Takes a place among the live views. Looks again: many requests may have passed the first look at once."""
    _require_room(services, caller)
    with services.live.counted(caller):
        yield


def _require_room(services: Services, caller: Caller) -> None:
    match services.live.room_for(caller):
        case ViewRoom.IDENTITY_IS_FULL:
            # The newest is refused: if the oldest were closed, clients that reconnect would replace each other for ever.
            raise ProblemResponse("too_many_live_views", headers={"Retry-After": "30"})
        case ViewRoom.PROCESS_IS_FULL:
            raise retry_later("overloaded", TABLE["overloaded"].title, 5)
