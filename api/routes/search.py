"""One search for incidents, people and places."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import NearPlace, ServicesDep
from api.http.audit import disclosed
from api.http.auth import Reporter
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.search import incidents_named, incidents_near, is_number, people_named, places_called
from api.schemas.search import SearchResult
from api.views.negotiation import VARY, LanguageOfTexts
from dispatch.ports import NotReady, StoreUnavailable
from streams.tokens import Role

router = APIRouter(prefix="/v1/search", tags=["incidents"], route_class=StrictRoute)


@router.get("", response_model=SearchResult, responses=problems())
async def search(
    request: Request,
    caller: Reporter,
    services: ServicesDep,
    language: LanguageOfTexts,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=100,
            description="id, call number or external id of an incident; id or label of a person; name of a place",
        ),
    ],
    near: NearPlace,
) -> Response:
    """Incidents by id (also ended ones, for 35 days), by call number (`AK-042`, in either alphabet; of each day that has it, the
    newest first) and by external id (open ones first, then ended ones of the last 35 days); people by id, and
    those on duty by the begin of a word of their label; places by name, those
    `near` first, with the open incidents within 5 km of the first.

    Phone numbers of callers are not indexed and cannot be searched for. With the role `feed`: only incidents that the feed
    reported itself, by their ids and numbers.
    """
    text = q.strip()
    of_feed = caller.id if caller.role is Role.FEED else None
    is_exact, is_complete = is_number(text) or of_feed is not None, True
    places = [] if is_exact else places_called(services, text, near, language)
    try:
        named = await incidents_named(services, text, of_feed)
        # A number of an incident names no place and no person.
        is_exact = is_exact or bool(named)
        people = [] if is_exact else await people_named(services, text)
        around = [] if is_exact or not places else await incidents_near(services, places[0][0], named)
    except (StoreUnavailable, NotReady):
        is_complete, named, people, around = False, [], [], []
    items = [*named, *people, *([] if is_exact else [entry for _, entry in places]), *around]
    disclosed(request, [one["id"] for one in items if one["type"] != "place"])
    return shown({"items": items, "complete": is_complete}, headers=VARY)
