"""Who saw or did what: for admins, and for each person about themselves."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.deps import ServicesDep, VolunteerId
from api.fields import Instant
from api.http.auth import VolunteerOrAdmin, admins, only_own
from api.http.numbers import DIGITS, natural
from api.http.problems import invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.schemas.audit import AuditEntries
from api.views.audit import entry_view
from streams.audit.reader import AuditFilter

router = APIRouter(prefix="/v1", tags=["audit"], route_class=StrictRoute)
Limit = Annotated[int, Query(ge=1, le=500), DIGITS]
Cursor = Annotated[str | None, Query(max_length=20, description="the `next` of a page")]
Word = Annotated[str | None, Query(max_length=200)]
Since = Annotated[Instant | None, Query()]


@router.get("/audit", dependencies=[admins], response_model=AuditEntries, responses=problems())
async def list_entries(
    services: ServicesDep,
    subject: Word = None,
    actor: Word = None,
    action: Word = None,
    since: Since = None,
    until: Since = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Entries of the audit log, newest first; the read becomes one. `action` also matches those that begin with it and a dot."""
    wanted = AuditFilter(subject=subject, actor=actor, action=action, since_ms=since, until_ms=until)
    return await _page(services, wanted, limit, cursor)


@router.get("/volunteers/{volunteer_id}/audit", response_model=AuditEntries, responses=problems())
async def read_own(
    volunteer_id: VolunteerId,
    caller: VolunteerOrAdmin,
    services: ServicesDep,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Who saw a person's data, and what was done about them: roles, times and opaque ids of the actors."""
    only_own(caller, volunteer_id)
    return await _page(services, AuditFilter(subject=volunteer_id), limit, cursor)


async def _page(services: Services, wanted: AuditFilter, limit: int, cursor: str | None) -> Response:
    before = None if cursor is None else natural(cursor)
    if cursor is not None and before is None:
        raise invalid("cursor", "the `next` of a page", "text")
    page = await services.audit_pages.page(wanted, limit=limit, before=before)
    items = [entry_view(entry) for _, entry in page.entries]
    return shown({"items": items, "next": None if page.before is None else str(page.before)})
