"""Operators answer alarms, for all desks."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from api.deps import ServicesDep
from api.http.auth import Operator
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.schemas.alarms import AlarmAnswered, AlarmHeard, AlarmShelf
from api.views.alarms import answered
from api.writes.alarm_answers import answer

router = APIRouter(prefix="/v1/alarms", tags=["alarms"], route_class=StrictRoute)
AlarmName = Annotated[
    str, Path(max_length=64, description="a name of `alarms`, of `attention`, `severe` or `unanswered`")
]
AlarmRef = Annotated[
    str, Path(max_length=80, description="`-`, an incident id, or `<incident id>.<ms>` of an entry of `attention`")
]


@router.post(
    "/{name}/{ref}/ack", status_code=202, response_model=AlarmAnswered, responses=problems(400, 404, 409, 413, 415)
)
async def acknowledge(
    name: AlarmName, ref: AlarmRef, caller: Operator, services: ServicesDep, body: AlarmHeard | None = None
) -> Response:
    """The alarm is silent at all desks until it ends, and the others see who has heard it. Settles nothing.

    409 `alarm_not_standing`: it is over, or has not begun. Nothing is silenced.

    No Idempotency-Key: a repeat changes the time only. Works while Redis is away. Ends after 12 hours.
    """
    sounded = body.sounded if body else 0
    return shown(answered(await answer(services, caller, name, ref, sounded=sounded)), 202)


@router.post(
    "/{name}/{ref}/shelve", status_code=202, response_model=AlarmAnswered, responses=problems(400, 404, 409, 413, 415)
)
async def shelve(name: AlarmName, ref: AlarmRef, body: AlarmShelf, caller: Operator, services: ServicesDep) -> Response:
    """As `ack`, for at most ten minutes; then the alarm sounds again."""
    record = await answer(services, caller, name, ref, sounded=body.sounded, shelved_ms=body.minutes * 60_000)
    return shown(answered(record), 202)
