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
from streams.store.people_cells import COUNTRY, cells_in, skill_cells_in

router = APIRouter(prefix="/v1/people", tags=["people"], route_class=StrictRoute)


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

    Numbers are lower ends of classes, and cells with fewer than five people are told only from about 114 x 74 km on, so that no
    difference of readings tells of one person. With a skill all cells have that size, at any zoom: of a rare skill there is often
    one known person. Never a person; each reading is in the audit log, with its box and skill.
    """
    box = box_of(bbox) or COUNTRY
    asked = cells_in(box, zoom) if skill is None else skill_cells_in(box)
    counts = await services.reads.people_cells(asked, skill)
    # No person is a subject of the entry: the answer says of nobody where they are. What was looked at is.
    sides = ",".join(f"{side:.2f}" for side in (box.west, box.south, box.east, box.north))
    disclosed(request, [], about=f"{sides} {skill or 'all'}")
    return shown(cells(counts), headers={"Cache-Control": "no-store"})
