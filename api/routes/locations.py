"""Positions in bulk, from trackers. msgspec decodes the body: up to a thousand small objects, thirty times a second."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import ServicesDep
from api.http.auth import Tracker
from api.http.responses import problems, shown
from api.http.strict_route import BULK_LIMIT, StrictRoute, read_at_most, require_json
from api.schemas.volunteers import Locations, PositionsAccepted
from api.writes.positions import divided, read_fixes
from streams import clock

router = APIRouter(prefix="/v1/locations", tags=["locations"], route_class=StrictRoute)
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{Locations.__name__}"}}},
    }
}


@router.post(
    "",
    status_code=202,
    response_model=PositionsAccepted,
    responses=problems(400, 413, 415),
    openapi_extra=_BODY,
)
async def post_locations(request: Request, caller: Tracker, services: ServicesDep) -> Response:
    """Accepts up to 1,000 positions. Each is checked by itself: valid ones are written to Kafka even if others are rejected.

    People who are not registered and people for whom the token does not speak are rejected alike (`unknown_volunteer`). A repeat
    is harmless, so no Idempotency-Key is required. 503 while Redis is down if the token speaks for an organisation.
    """
    require_json(request)
    # Decoded from the bytes: `StrictRequest.json` would build every object twice.
    found, refused = read_fixes(await read_at_most(request, BULK_LIMIT), clock.now_ms())
    accepted, rejected = await divided(services, caller, found, refused)
    if accepted:
        await services.positions.send(accepted)
    return shown({"accepted": len(accepted), "rejected": rejected}, 202)
