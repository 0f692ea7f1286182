"""How many people are on duty, by cells of the map."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import ServicesDep
from api.http.audit import disclosed
from api.http.auth import operators
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.listing import box_of
from api.schemas.people_cells import PeopleCell
from api.views.people_cells import cells
from dispatch.model.geo import Box
from streams.store.people_cells import cells_in

router = APIRouter(prefix="/v1/people", tags=["people"], route_class=StrictRoute)
COUNTRY = Box(west=46.0, south=40.0, east=88.0, north=56.0)


@router.get("/cells", response_model=list[PeopleCell], dependencies=[operators], responses=problems())
async def people_cells(
    request: Request,
    services: ServicesDep,
    bbox: Annotated[str | None, Query(description="west,south,east,north; the country", max_length=200)] = None,
    zoom: Annotated[
        float, Query(ge=0, le=24, allow_inf_nan=False, description="of the map: greater zooms have smaller cells")
    ] = 5.0,
    skill: Annotated[str | None, Query(max_length=64, description="only people with this skill")] = None,
) -> Response:
    """The cells with people on duty for field work. Their number per query is bounded: a large box gets larger cells.

    A count of one is told as two. Never a person; each reading is in the audit log.
    """
    counts = await services.reads.people_cells(cells_in(box_of(bbox) or COUNTRY, zoom), skill)
    # Nobody is a subject of the entry: the answer says of no person where they are.
    disclosed(request, [])
    return shown(cells(counts), headers={"Cache-Control": "no-store"})
