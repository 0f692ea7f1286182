"""Applies the rate limits to requests: 429 with Retry-After (RFC 6585 §4)."""

import math
from collections.abc import Mapping

from fastapi import Request

from api.caller import Caller
from api.http.problems import ProblemResponse
from api.process.in_flight import Work
from api.process.rate_limits import RequestClass
from api.process.services import Services
from dispatch.model.vocabulary import Priority
from dispatch.plans.book import PlanBook
from streams import metrics


async def limit(request: Request, caller: Caller, kind: RequestClass) -> None:
    """Raises ProblemResponse (429) if the caller or its role has used up the rate of this class.

    Reads the body of a report only if the rate of reports is used up: critical reports have a rate of their own.
    """
    services: Services = request.app.state.services
    wait_s = services.rates.wait_s(kind, caller.role, caller.id)
    if wait_s > 0 and kind is RequestClass.REPORT and is_critical(await request.json(), services.plans):
        kind = RequestClass.CRITICAL
        wait_s = services.rates.wait_s(kind, caller.role, caller.id)
    if wait_s > 0:
        raise limited(kind, caller.role.value, wait_s)


def limited(kind: RequestClass | Work, role: str, wait_s: float) -> ProblemResponse:
    """429 with Retry-After, counted."""
    metrics.LIMITED.labels(kind=kind, role=role).inc()
    after_s = max(1, math.ceil(wait_s))
    return ProblemResponse(
        "too_many_requests",
        f"too many requests of this kind: the next is accepted in {after_s} s",
        headers={"Retry-After": str(after_s)},
    )


def is_critical(report: object, plans: PlanBook) -> bool:
    """Whether a body that is not validated yet reports a critical incident: by its priority, or by its type's."""
    if not isinstance(report, Mapping):
        return False
    stated = report.get("priority")
    if stated is None:
        kind = report.get("type")
        plan = plans.plans.get(kind) if isinstance(kind, str) else None
        return plan is not None and plan.priority is Priority.CRITICAL
    return bool(stated == Priority.CRITICAL)
