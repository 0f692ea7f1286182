"""PUT /v1/incidents/{id}/presence: an operator looks at an incident, or edits a field of it."""

from contextlib import suppress

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import IncidentId, ServicesDep
from api.http.auth import Operator
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.decision_log import check_known
from api.reads.presence import colleagues
from api.schemas.presence import DoingHere, PresenceShown
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.store.operators_here import OperatorHere

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], route_class=StrictRoute)


@router.put("/{incident_id}/presence", response_model=PresenceShown, responses=problems(400, 404, 413, 415))
async def put_presence(incident_id: IncidentId, body: DoingHere, caller: Operator, services: ServicesDep) -> Response:
    """Shows the caller to the other operators at this incident for 15 s, and them to the caller.

    A courtesy, never a lock. It is in no log; while Redis is away nobody is shown. No Idempotency-Key: a repeat renews it.
    """
    # While Redis is away nobody is shown, and it is no fault of the id.
    with suppress(StoreUnavailable, NotReady):
        await services.marks.read_promptly(check_known(services, incident_id))
    one = OperatorHere(id=caller.id, doing=body.doing, field=body.field)
    found = services.operators_here.put(incident_id, one, clock.now_ms())
    return shown(await colleagues(incident_id, caller, found))
