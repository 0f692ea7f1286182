"""What a report would find, before it is sent."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import ServicesDep
from api.http.audit import record_audit
from api.http.auth import Operator
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.places import place_at
from api.schemas.previews import ReportPreviewShown
from api.schemas.reports import IncidentReport
from api.views import previews
from api.writes import commands
from api.writes.report_checks import check_report
from dispatch.model import geo
from streams import clock
from streams.wire.client_digests import client_digests

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], route_class=StrictRoute)


@router.post("/preview", response_model=ReportPreviewShown, responses=problems(400, 413, 415))
async def preview(body: IncidentReport, caller: Operator, services: ServicesDep) -> Response:
    """Open incidents that the report may repeat, the district of its place, and for each requirement how many people are free.

    Takes the body of POST /v1/incidents and refuses what that refuses; stores nothing and asks nobody, so it needs no
    Idempotency-Key. Every person counts as being in the middle of their cell of some 5 km². 503 while Redis cannot be read: the
    report itself can still be sent.
    """
    check_report(body, services.plans)
    digests, is_drill = client_digests(services.ring.now), services.settings.exercise
    command, _ = commands.report(body, commands.Preview(caller), digests, is_drill=is_drill)
    found, place = await asyncio.gather(
        services.previews.of(command, services.plans, logged_ms=clock.now_ms()),
        place_at(services, command.area.centre, with_incidents=True) if command.area else _nowhere(),
    )
    # With the cell, so that somebody who looks again and again around one place is seen.
    around = f"{body.type} {geo.cell_index(command.area.centre)}" if command.area else body.type
    # A time to the nearest of one or two people tells of them: repeated around them, where they are. They can see who asked.
    subjects = [*(one.incident_id for one, _ in found.similar), *found.told_of]
    record_audit(services, caller, "incidents.preview", around, subjects)
    return shown(
        {
            "similar": [previews.similar(one, known, body.type) for one, known in found.similar],
            "place": place,
            "needs": list(map(previews.need, found.needs)),
        }
    )


async def _nowhere() -> None:
    return None
