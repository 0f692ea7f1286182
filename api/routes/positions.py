"""Where the people engaged in an incident are."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import IncidentId, ServicesDep
from api.http.audit import disclosed
from api.http.auth import operators
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.positions import positions_of
from api.schemas.positions import PositionList

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], route_class=StrictRoute)


@router.get("/{incident_id}/positions", response_model=PositionList, dependencies=[operators], responses=problems(404))
async def read_positions(incident_id: IncidentId, request: Request, services: ServicesDep) -> Response:
    """The people with accepted field work in this incident, with their newest position. Empty once it has ended.

    Nobody who has only been asked is shown. Each reading is in the audit log, with the people it named.
    """
    state = await services.reads.incident(incident_id)
    if state is None:
        raise ProblemResponse("not_found", "there is no decided incident with this id")
    items = await positions_of(services, state)
    disclosed(request, [str(item["volunteer_id"]) for item in items])
    return shown({"items": items}, headers={"Cache-Control": "no-store"})
