"""Notes that operators leave for the next shift, beside its summary."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.deps import ServicesDep
from api.http.audit import disclosed
from api.http.auth import AdminOrOperator, keepers
from api.http.numbers import DIGITS
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.handovers import handover_page
from api.schemas.base import Accepted
from api.schemas.handovers import HandoverHead, HandoverIn, HandoverPage
from api.views.handovers import handover_head
from api.writes import handovers
from api.writes.idempotency import OnceOnly
from streams.api_paths import path_of

router = APIRouter(prefix="/v1/reports/summary/notes", tags=["incidents"], route_class=StrictRoute)
NoteId = Annotated[str, Path(max_length=64)]


@router.post("", status_code=202, response_model=Accepted, responses=problems(400, 409, 413, 415))
async def write_note(body: HandoverIn, caller: AdminOrOperator, services: ServicesDep, once: OnceOnly) -> Response:
    """Leaves a note for the next shift; every open console of the others shows that there is one. Kept for a week.

    The text is stored encrypted. It may name people as far as the next shift needs it.
    """
    if repeated := await once.repeated():
        return repeated
    note_id = once.command_id("handover")
    await handovers.write(services, caller, note_id, body)
    return once.accepted(note_id, "written", {"self": path_of("reports", "summary", "notes")})


@router.get("", dependencies=[keepers], response_model=HandoverPage, responses=problems())
async def list_notes(
    request: Request,
    services: ServicesDep,
    exercise: Annotated[
        Literal["true", "false"] | None, Query(description="those about drills alone, or without them; default: both")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100), DIGITS] = 20,
    cursor: Annotated[str | None, Query(max_length=90, description="the `next` of a page")] = None,
) -> Response:
    """The notes of the last week with their texts, newest first, and who has read each. The read becomes an audit entry."""
    wanted = None if exercise is None else exercise == "true"
    items, following = await handover_page(services, is_exercise=wanted, limit=limit, cursor=cursor)
    disclosed(request, [str(item["id"]) for item in items])
    return shown({"items": items, "next": following})


@router.post("/{note_id}/read", status_code=202, response_model=HandoverHead, responses=problems(400, 404, 413, 415))
async def mark_read(note_id: NoteId, caller: AdminOrOperator, services: ServicesDep) -> Response:
    """States that the caller has read the note, which the others see. No Idempotency-Key: a repeat changes nothing.

    `read_by` may not show the caller for a moment.
    """
    await handovers.mark_read(services, caller, note_id)
    return shown(handover_head(handovers.known(services, note_id)), 202)


@router.delete("/{note_id}", status_code=204, response_model=None, responses=problems(404))
async def delete_note(note_id: NoteId, caller: AdminOrOperator, services: ServicesDep) -> Response:
    """Deletes a note with its text, for everybody. Only whoever wrote it, or an admin, may do so."""
    await handovers.delete(services, caller, note_id)
    return Response(status_code=204)
