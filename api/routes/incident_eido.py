"""An incident as an Emergency Incident Data Object (NENA-STA-021.1), for other control rooms."""

from collections.abc import Iterable

from fastapi import APIRouter
from fastapi.responses import Response

from api.caller import Caller
from api.deps import IncidentId, ServicesDep
from api.http.auth import OPERATOR, Watcher
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.decision_log import decisions_of
from api.reads.disclosure import opened_or_none, opened_texts
from api.schemas.eido import EidoDocument
from api.views import incidents
from api.views.values import time
from dispatch.cards.eido_writing import EidoNote, EidoWriter
from dispatch.model.decisions import Decision
from dispatch.model.incident_events import NoteAdded
from dispatch.ports import NotReady, StoreUnavailable

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], route_class=StrictRoute)
MOST_READ = 200
"""Decisions, of which the notes are taken; the newest count."""


@router.get("/{incident_id}/eido", response_model=EidoDocument, responses=problems(404))
async def read_eido(incident_id: IncidentId, caller: Watcher, services: ServicesDep) -> Response:
    """The incident as an Emergency Incident Data Object, version 1.0: state, place (PIDF-LO), notes, merges and splits, and who
    called.

    Monitors get a coarse place, no caller, no texts and no number of another system. Volunteers are in none.
    `lastUpdateTimeStamp` is the time of the newest decision. 404 before the first one. `deploy/cards.md` says which field
    becomes which.
    """
    decisions = list((await decisions_of(services, incident_id, MOST_READ)).values())
    state = await services.reads.incident(incident_id)
    if state is None:
        raise ProblemResponse("not_found", "the incident has no decision yet")
    if caller.role is OPERATOR:
        view = incidents.incident(state, await opened_or_none(services, caller, state), material=())
        notes = await _notes(services, caller, incident_id, decisions)
    else:
        view, notes = incidents.incident_for_monitor(state), []
    changed_ms = max((one.decided_ms for one in decisions), default=state.times.decided_ms)
    writer = EidoWriter(
        sender=services.settings.cap_sender,
        table=services.card_table.eido,
        titles={plan.type: plan.title.get("en", plan.type) for plan in services.plans.plans.values()},
    )
    headers = {"ETag": f'"{state.version}"'}
    return shown(writer.document(view, notes, str(time(changed_ms))), headers=headers)


async def _notes(services: Services, caller: Caller, incident_id: str, decisions: Iterable[Decision]) -> list[EidoNote]:
    """The notes of operators with their times; none while Redis does not answer."""
    added = [
        (one.decided_ms, fact.private_ref) for one in decisions for fact in one.events if isinstance(fact, NoteAdded)
    ]
    try:
        texts = await opened_texts(services, caller, incident_id, [ref for _, ref in added])
    except (StoreUnavailable, NotReady):
        return []
    return [EidoNote(at=str(time(at_ms)), text=texts[ref]) for at_ms, ref in added if ref in texts]
