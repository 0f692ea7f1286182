"""Figures over many incidents."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.deps import ServicesDep
from api.fields import Instant
from api.http.auth import OPERATOR, Watcher
from api.http.problems import invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.listing import Filters
from api.reads.summary import summary
from api.schemas.summary import PeriodSummary
from api.views.summary import By
from api.views.values import time
from streams import clock
from streams.retention.classes import ENDED_S

router = APIRouter(prefix="/v1/reports", tags=["incidents"], route_class=StrictRoute)
DAY_MS = 86_400_000
LONGEST_MS = 31 * DAY_MS


@router.get("/summary", response_model=PeriodSummary, responses=problems())
async def shift_summary(
    caller: Watcher,
    services: ServicesDep,
    by: Annotated[By, Query()] = By.KIND,
    from_: Annotated[Instant | None, Query(alias="from", description="inclusive; default: a day before `to`")] = None,
    to: Annotated[Instant | None, Query(description="exclusive; default: now")] = None,
    exercise: Annotated[Literal["true", "false"], Query(description="drills alone, or without them")] = "false",
) -> Response:
    """How many incidents were reported in a period of at most 31 days, and how long the first offer, acceptance and arrival took.

    Counts only. Ended incidents are kept for 35 days: `complete` says whether all of the period can be counted.
    """
    now_ms = clock.now_ms()
    to_ms = now_ms if to is None else to
    from_ms = to_ms - DAY_MS if from_ is None else from_
    if not from_ms < to_ms <= from_ms + LONGEST_MS:
        raise invalid("from", "a time before `to`, at most 31 days", "text")
    filters = Filters(reported_from_ms=from_ms, reported_to_ms=to_ms, is_exercise=exercise == "true")
    items, total, oldest_ms = await summary(services, filters, by, coarse=caller.role is not OPERATOR)
    kept_from_ms = now_ms - ENDED_S * 1000
    counted_from_ms = max(from_ms, kept_from_ms, oldest_ms or 0)
    return shown(
        {
            "from": time(from_ms),
            "to": time(to_ms),
            "by": by,
            "items": items,
            "total": total,
            "complete": counted_from_ms == from_ms,
            "counted_from": time(counted_from_ms),
            "kept_from": time(kept_from_ms),
        }
    )
