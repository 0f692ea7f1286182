"""Opening what is private: from the sealed record in Redis, with the deployment's key, and never without an audit entry."""

from collections.abc import Sequence
from typing import Any

import structlog

from api import material
from api.auth import Caller
from api.orders import incident_ref, volunteer_ref
from api.parts import Parts
from dispatch.model import Incident
from dispatch.ports import NotReady, StoreTrouble
from streams import clock, metrics, wire
from streams.tokens import Role
from streams.wire import AuditRecord, IncidentPrivate, VolunteerPrivate

_log = structlog.get_logger(__name__)


def noted(parts: Parts, caller: Caller, action: str, subject: str) -> None:
    """An entry of the audit: who did or saw what."""
    parts.intake.audit(
        AuditRecord(actor=caller.id, role=caller.role, action=action, subject=subject, at_ms=clock.now_ms())
    )


async def opened(parts: Parts, caller: Caller, incident_id: str) -> IncidentPrivate | None:
    """What is private of an incident; None when there is nothing. Raises StoreTrouble or NotReady."""
    sealed = await parts.picture.private(incident_ref(incident_id))
    record = _open(parts, incident_ref(incident_id), sealed)
    if not isinstance(record, IncidentPrivate):
        return None
    noted(parts, caller, "incident.private.read", incident_id)
    return record


async def opened_or_none(parts: Parts, caller: Caller, incident_id: str) -> IncidentPrivate | None:
    """As `opened`, but None while Redis gives no answer: the rest is shown all the same."""
    try:
        return await opened(parts, caller, incident_id)
    except (StoreTrouble, NotReady):
        return None


async def opened_texts(parts: Parts, caller: Caller, incident_id: str, refs: Sequence[str]) -> dict[str, str]:
    """Texts of notes, reasons and results by reference. Raises StoreTrouble or NotReady."""
    if not refs:
        return {}
    texts = {}
    for ref, sealed in zip(refs, await parts.picture.privates(refs), strict=True):
        record = _open(parts, ref, sealed)
        if isinstance(record, IncidentPrivate) and record.text is not None:
            texts[ref] = record.text
    if texts:
        noted(parts, caller, "incident.texts.read", incident_id)
    return texts


async def opened_material(parts: Parts, caller: Caller, state: Incident) -> list[dict[str, Any]]:
    """What digital work found out, with its texts, a volunteer's own languages first. Without texts while Redis is silent."""
    refs = material.text_refs(state)
    if not refs:
        return material.shown(state, {})
    try:
        texts = await opened_texts(parts, caller, state.id, refs)
        person = await parts.picture.volunteer(caller.id) if caller.role is Role.VOLUNTEER else None
    except (StoreTrouble, NotReady):
        return material.shown(state, {})
    return material.shown(state, texts, person.languages if person else ())


async def opened_volunteer(parts: Parts, caller: Caller, volunteer_id: str) -> VolunteerPrivate | None:
    """Home and contact of a person. Raises StoreTrouble or NotReady."""
    sealed = await parts.picture.private(volunteer_ref(volunteer_id))
    record = _open(parts, volunteer_ref(volunteer_id), sealed)
    if not isinstance(record, VolunteerPrivate):
        return None
    if caller.id != volunteer_id:
        noted(parts, caller, "volunteer.private.read", volunteer_id)
    return record


def _open(parts: Parts, ref: str, sealed: bytes | None) -> VolunteerPrivate | IncidentPrivate | None:
    if sealed is None:
        return None
    try:
        return wire.open_sealed(parts.settings.require_data_key(), ref, sealed)
    except wire.Unreadable:
        metrics.UNREADABLE_SHOWN.labels(topic="private").inc()
        _log.error("a private record does not open with KOMEK_DATA_KEY")
        return None
