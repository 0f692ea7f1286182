"""Opening what is private: from the sealed record in Redis, with the deployment's key, and never without an audit entry."""

from collections.abc import Iterable, Sequence
from typing import Any

import structlog

from api.caller import Caller
from api.process.services import Services
from api.views import material
from api.views.safety import View, lon_lat, warning
from dispatch.model.incidents import Incident, Offer
from dispatch.model.private_refs import volunteer_ref
from dispatch.ports import NotReady, StoreTrouble
from dispatch.state.edits import details_of
from streams import clock, metrics, wire
from streams.clock import rfc3339
from streams.tokens import Role
from streams.wire import AuditRecord, IncidentPrivate, VolunteerPrivate

_log = structlog.get_logger(__name__)


def noted(parts: Services, caller: Caller, action: str, subject: str) -> None:
    """An entry of the audit: who did or saw what."""
    parts.intake.audit(
        AuditRecord(actor=caller.id, role=caller.role, action=action, subject=subject, at_ms=clock.now_ms())
    )


async def unsealed(parts: Services, refs: Iterable[str]) -> dict[str, IncidentPrivate]:
    """Records of incidents by reference, those that there are; in one round trip. Raises StoreTrouble or NotReady.

    Not noted: whoever shows something of them says so.
    """
    wanted = list(dict.fromkeys(refs))
    records = zip(wanted, await parts.picture.privates(wanted), strict=True)
    opened = {ref: _open(parts, ref, sealed) for ref, sealed in records}
    return {ref: record for ref, record in opened.items() if isinstance(record, IncidentPrivate)}


async def opened(parts: Services, caller: Caller, state: Incident) -> IncidentPrivate | None:
    """What is private of an incident, each field from the record that holds it; None when there is nothing.

    Raises StoreTrouble or NotReady.
    """
    held = details_of(state)
    records = await unsealed(parts, held.values())
    if not records:
        return None
    noted(parts, caller, "incident.private.read", state.id)
    return IncidentPrivate(**{name: getattr(records.get(ref), name, None) for name, ref in held.items()})


async def opened_or_none(parts: Services, caller: Caller, state: Incident) -> IncidentPrivate | None:
    """As `opened`, but None while Redis gives no answer: the rest is shown all the same."""
    try:
        return await opened(parts, caller, state)
    except (StoreTrouble, NotReady):
        return None


async def opened_texts(parts: Services, caller: Caller, incident_id: str, refs: Sequence[str]) -> dict[str, str]:
    """Texts of notes, reasons and results by reference. Raises StoreTrouble or NotReady."""
    if not refs:
        return {}
    records = await unsealed(parts, refs)
    texts = {ref: record.text for ref, record in records.items() if record.text is not None}
    if texts:
        noted(parts, caller, "incident.texts.read", incident_id)
    return texts


async def opened_material(parts: Services, caller: Caller, state: Incident) -> list[dict[str, Any]]:
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


async def opened_volunteer(parts: Services, caller: Caller, volunteer_id: str) -> VolunteerPrivate | None:
    """Home and contact of a person. Raises StoreTrouble or NotReady."""
    sealed = await parts.picture.private(volunteer_ref(volunteer_id))
    record = _open(parts, volunteer_ref(volunteer_id), sealed)
    if not isinstance(record, VolunteerPrivate):
        return None
    if caller.id != volunteer_id:
        noted(parts, caller, "volunteer.private.read", volunteer_id)
    return record


def _open(parts: Services, ref: str, sealed: bytes | None) -> VolunteerPrivate | IncidentPrivate | None:
    if sealed is None:
        return None
    try:
        return wire.open_sealed(parts.settings.require_data_key(), ref, sealed)
    except wire.Unreadable:
        metrics.UNREADABLE_SHOWN.labels(topic="private").inc()
        _log.error("a private record does not open with KOMEK_DATA_KEY")
        return None


async def person_in_distress(parts: Services, caller: Caller, state: Incident) -> View:
    """Where the person in danger was last seen, from the live picture alone; for who goes to them, and for operators."""
    if state.distress_of is None or not state.is_open:
        return {}
    try:
        known = await parts.picture.volunteer(state.distress_of, with_places=True)
    except (StoreTrouble, NotReady):
        known = None
    noted(parts, caller, "distress.place.read", state.distress_of)
    seen = known is not None and known.place is not None
    return {
        "person": {
            "volunteer_id": state.distress_of,
            "place": lon_lat(known.place) if known and known.place else None,
            "accuracy_m": known.accuracy_m if known and seen else None,
            "seen_at": rfc3339(known.fix_at_ms) if known and seen and known.fix_at_ms is not None else None,
        }
    }


async def grounds_on_way(parts: Services, offers: Iterable[Offer]) -> dict[str, View]:
    """The dangerous ground of other incidents of which these people were told, by incident; without it while Redis is silent."""
    wanted = sorted({incident_id for offer in offers for incident_id in offer.hazards_on_way})
    if not wanted:
        return {}
    try:
        states = await parts.picture.incidents(wanted)
    except (StoreTrouble, NotReady):
        return {}
    return {state.id: warning(state) for state in states if state is not None}
