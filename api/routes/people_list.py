"""The list of people for operators."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import ServicesDep, zone_of_known_cell
from api.http.audit import disclosed
from api.http.auth import operators
from api.http.numbers import DIGITS
from api.http.problems import invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.people_list import PeopleFilters, people_page
from api.schemas.people_list import PeopleList

router = APIRouter(prefix="/v1/volunteers", tags=["volunteers"], route_class=StrictRoute)


@router.get("", response_model=PeopleList, dependencies=[operators], responses=problems())
async def list_people(
    request: Request,
    services: ServicesDep,
    q: Annotated[str, Query(max_length=100, description="an id, or the begin of a word of the label")] = "",
    skill: Annotated[str | None, Query(max_length=64)] = None,
    on_duty: Annotated[Literal["true", "false"] | None, Query()] = None,
    incident: Annotated[
        str | None, Query(max_length=64, description="from which the distance is shown; none for a drill")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100), DIGITS] = 50,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """The people, in no order; of a page with `incident`, by the class of the distance, then by id.

    At most 500 people are examined for a page, so it may be short and have a next one. People who come or go meanwhile may be
    missed or repeated.
    """
    area = None
    if incident is not None:
        if zone_of_known_cell(incident) is None:
            raise invalid("incident", "the id of an incident", "text")
        state = await services.reads.incident(incident)
        # A drill needs no real distances, and anybody may open one anywhere.
        area = state.area if state and not state.exercise else None
    filters = PeopleFilters(
        text=q.strip(), skill=skill, on_duty=None if on_duty is None else on_duty == "true", area=area
    )
    items, following = await people_page(services, filters, limit=limit, cursor=cursor)
    if area is not None:
        # By nothing finer than what is shown: an order compares people, and tells who is nearer.
        items.sort(key=lambda one: (one["about_km"] is None, one["about_km"] or 0, one["id"]))
    disclosed(request, [one["id"] for one in items])
    return shown({"items": items, "next": following})
