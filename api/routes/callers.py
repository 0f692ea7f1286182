"""What is stored about the caller of an incident: read and erased by admins, also long after the end."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import IncidentId, ServicesDep
from api.http.audit import record_audit
from api.http.auth import Admin
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.schemas.callers import CallerErased, CallerStored
from dispatch.model.incidents import Incident
from dispatch.ports import NotReady, StoreUnavailable
from streams import wire
from streams.store.people import PrivateWrite
from streams.wire import IncidentPrivate

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], route_class=StrictRoute)


@router.get("/{incident_id}/caller", response_model=CallerStored, responses=problems(404, 409))
async def read_caller(incident_id: IncidentId, caller: Admin, services: ServicesDep) -> Response:
    """Everything that is stored about the caller: every private record of the incident, decrypted.

    Read from the log, so it is complete also after the incident has left Redis, and while Redis is down. `state` is `stored`,
    `erased` (the records have been erased) or `none`. Recorded in the audit topic.
    """
    sealed = await services.private_log.of_incident(incident_id)
    if not sealed:
        _check_known(await _state(services, incident_id))
    # Before the response is built: an error in between leaves an entry too many, never one too few.
    record_audit(services, caller, "incident.caller.read", incident_id)
    items = [_item(services, incident_id, ref, value) for ref, value in sorted(sealed.items()) if value is not None]
    state = "stored" if items else "erased" if sealed else "none"
    return shown({"incident_id": incident_id, "state": state, "items": items})


@router.delete("/{incident_id}/caller", status_code=202, response_model=CallerErased, responses=problems(404, 409))
async def erase_caller(incident_id: IncidentId, caller: Admin, services: ServicesDep) -> Response:
    """Erases every private record of an ended incident: caller, address, description, and all notes, reasons and results, because
    texts name callers as well. By tombstones in the log (compacted within a day); a repeat is harmless.

    409 `incident_open` while the incident is open: people on their way need the address. PATCH `caller` to null removes name and
    phone.
    """
    state = await _state(services, incident_id)
    if state is not None and state.is_open:
        raise ProblemResponse("incident_open", f"the incident is {state.status}", state=state.status)
    sealed = await services.private_log.of_incident(incident_id)
    if not sealed:
        _check_known(state)
    refs = sorted(ref for ref, value in sealed.items() if value is not None)
    record_audit(services, caller, "incident.caller.erase", incident_id)
    writes = [
        PrivateWrite(ref=ref, offset=(await services.intake.erase_private(ref)).offset, sealed=None) for ref in refs
    ]
    try:
        await services.people.put_private(writes)
    except (StoreUnavailable, NotReady):
        return shown({"incident_id": incident_id, "state": "erasing", "records": len(refs)}, 202)
    return shown({"incident_id": incident_id, "state": "erased", "records": len(refs)}, 202)


def _check_known(state: Incident | None) -> None:
    """For an incident of which nothing private is stored. Raises ProblemResponse (404)."""
    if state is None:
        raise ProblemResponse("not_found", "neither an incident with this id nor a private record of it is known")


async def _state(services: Services, incident_id: str) -> Incident | None:
    """From Redis, or from the log while Redis is away; None when both have forgotten the incident after its end."""
    try:
        return await services.reads.incident(incident_id)
    except (StoreUnavailable, NotReady):
        known = await services.last_known.read()
        return next((state for state in known.states if state.id == incident_id), None)


def _item(services: Services, incident_id: str, ref: str, sealed: bytes) -> dict[str, Any]:
    """`kind`: `report`, or the kind of text in the reference (`private_refs.text_ref`)."""
    kind = ref.removeprefix(f"incident:{incident_id}").lstrip(":").partition(":")[0] or "report"
    try:
        record = wire.open_sealed(services.ring.now, ref, sealed)
    except wire.Unreadable:
        record = None
    if not isinstance(record, IncidentPrivate):
        return {"kind": kind, "unreadable": True}
    fields = {
        "description": record.description,
        "address": record.address,
        "caller": record.caller,
        "external_id": record.external_id,
        "text": record.text,
    }
    return {"kind": kind, **{name: value for name, value in fields.items() if value is not None}}
