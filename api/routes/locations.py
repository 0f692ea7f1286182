"""Positions in bulk, from trackers. Read by msgspec: the body is a thousand small objects, thirty times a second."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import PartsDep
from api.http.auth import trackers
from api.http.responses import problems, shown
from api.http.strict_route import BULK_LIMIT, StrictRoute, read_at_most, require_json
from api.schemas import Locations, PositionsAccepted
from api.writes.positions import read_fixes
from streams import clock

router = APIRouter(prefix="/v1/locations", tags=["locations"], route_class=StrictRoute)
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Locations"}}},
    }
}


@router.post(
    "",
    dependencies=[trackers],
    status_code=202,
    response_model=PositionsAccepted,
    responses=problems(400, 413, 415),
    openapi_extra=_BODY,
)
async def post_locations(request: Request, parts: PartsDep) -> Response:
    """Up to 1,000 fixes. Each is judged by itself; the good ones are taken in whatever the others are like. A repeat is harmless,
    so no Idempotency-Key is needed."""
    require_json(request)
    accepted, rejected = read_fixes(await read_at_most(request, BULK_LIMIT), clock.now_ms())
    if accepted:
        await parts.positions.send(accepted)
    return shown({"accepted": len(accepted), "rejected": rejected}, 202)


_ = Locations  # named in the document only
