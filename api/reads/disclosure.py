"""Decrypts private records from Redis with the data key of the deployment, and writes an audit entry for each disclosure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog

from api.caller import Caller
from api.http.audit import record_audit
from api.http.problems import ProblemResponse
from api.process.services import Services
from api.views import material
from api.views.safety import lon_lat, warning
from api.views.values import OpenedIncident, OpenedPerson, View
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.private_refs import volunteer_ref
from dispatch.ports import NotReady, StoreUnavailable
from dispatch.state.edits import details_of
from streams import metrics, wire
from streams.clock import rfc3339
from streams.tokens import Role
from streams.wire import IncidentPrivate, VolunteerPrivate

_log = structlog.get_logger(__name__)


class Unsealed(dict[str, IncidentPrivate]):
    """Decrypted records by reference. `unreadable`: references whose record exists and cannot be decrypted."""

    unreadable: frozenset[str] = frozenset()


class Texts(dict[str, str]):
    """Texts by reference. `unreadable`: as in `Unsealed`."""

    unreadable: frozenset[str] = frozenset()


async def unsealed(services: Services, refs: Iterable[str]) -> Unsealed:
    """The decrypted records of incidents by reference, in one round trip; absent ones are omitted.

    Writes no audit entry: the caller does, if it shows them. Raises StoreUnavailable or NotReady.
    """
    # Several fields may be held by one record.
    wanted = list(dict.fromkeys(refs))
    records = dict(zip(wanted, await services.reads.privates(wanted), strict=True))
    opened = {ref: _open(services, ref, sealed) for ref, sealed in records.items()}
    found = Unsealed({ref: record for ref, record in opened.items() if isinstance(record, IncidentPrivate)})
    found.unreadable = frozenset(ref for ref, sealed in records.items() if sealed is not None and opened[ref] is None)
    return found


async def opened(services: Services, caller: Caller, state: Incident) -> IncidentPrivate | None:
    """The private fields of an incident, each from the record that holds it; None if there is no record.

    Raises StoreUnavailable or NotReady.
    """
    held = details_of(state)
    records = await unsealed(services, held.values())
    if records:
        # Before the response is built: an error in between leaves an entry too many, never one too few.
        record_audit(services, caller, "incident.private.read", state.id)
    gone = {ref for ref in state.details.values() if ref not in records and ref not in records.unreadable}
    # While it is open a record may be on its way to Redis.
    erased = () if state.is_open else tuple(name for name, ref in state.details.items() if ref in gone)
    if not (records or records.unreadable or erased):
        return None
    return OpenedIncident(
        **{name: getattr(records.get(ref), name, None) for name, ref in held.items()},
        unreadable=tuple(name for name, ref in held.items() if ref in records.unreadable),
        erased=erased,
    )


async def opened_or_none(services: Services, caller: Caller, state: Incident) -> IncidentPrivate | None:
    """As `opened`, but None while Redis does not answer, so that the other fields can be shown."""
    try:
        return await opened(services, caller, state)
    except (StoreUnavailable, NotReady):
        return None


async def opened_texts(services: Services, caller: Caller, incident_id: str, refs: Sequence[str]) -> Texts:
    """Texts of notes, reasons and results by reference. Raises StoreUnavailable or NotReady."""
    if not refs:
        return Texts()
    records = await unsealed(services, refs)
    texts = Texts({ref: record.text for ref, record in records.items() if record.text is not None})
    texts.unreadable = records.unreadable
    if texts:
        record_audit(services, caller, "incident.texts.read", incident_id)
    return texts


async def opened_material(services: Services, caller: Caller, state: Incident) -> list[dict[str, Any]]:
    """`views.material.shown` with decrypted texts, for volunteers by language; without texts while Redis does not answer."""
    refs = material.text_refs(state)
    if not refs:
        return material.shown(state, {})
    try:
        texts = await opened_texts(services, caller, state.id, refs)
        person = await services.reads.volunteer(caller.id) if caller.role is Role.VOLUNTEER else None
    except (StoreUnavailable, NotReady):
        return material.shown(state, {})
    return material.shown(state, texts, person.languages if person else ())


async def opened_volunteer(services: Services, caller: Caller, volunteer_id: str) -> VolunteerPrivate | None:
    """Home and contact of a person; an audit entry if the caller is somebody else. Raises StoreUnavailable or NotReady."""
    sealed = await services.reads.private(volunteer_ref(volunteer_id))
    record = _open(services, volunteer_ref(volunteer_id), sealed)
    if not isinstance(record, VolunteerPrivate):
        return OpenedPerson(unreadable=("home", "contact")) if sealed is not None else None
    if caller.id != volunteer_id:
        record_audit(services, caller, "volunteer.private.read", volunteer_id)
    return record


async def labels_of(services: Services, volunteer_ids: Sequence[str]) -> dict[str, str]:
    """The names by which these people chose to be shown; those without one are absent.

    Writes no audit entry: the caller does. Raises StoreUnavailable or NotReady.
    """
    refs = [volunteer_ref(one) for one in volunteer_ids]
    records = zip(volunteer_ids, refs, await services.reads.privates(refs), strict=True)
    opened_records = {one: _open(services, ref, sealed) for one, ref, sealed in records}
    return {
        one: record.label
        for one, record in opened_records.items()
        if isinstance(record, VolunteerPrivate) and record.label is not None
    }


async def labels_or_none(services: Services, volunteer_ids: Sequence[str]) -> dict[str, str]:
    """As `labels_of`, but without names while Redis does not answer, so that the other fields can be shown."""
    if not volunteer_ids:
        return {}
    try:
        return await labels_of(services, volunteer_ids)
    except (StoreUnavailable, NotReady):
        return {}


def _open(services: Services, ref: str, sealed: bytes | None) -> VolunteerPrivate | IncidentPrivate | None:
    if sealed is None:
        return None
    try:
        return wire.open_sealed(services.ring.now, ref, sealed)
    except wire.Unreadable as error:
        if isinstance(error, wire.UnknownKey) and error.key_id is not None:
            services.ring.met(error.key_id)
        # A record under another data key must not make the whole incident unreadable. The reference is not logged: it names a
        # person or incident.
        metrics.UNREADABLE_SHOWN.labels(topic="private").inc()
        _log.error("private record cannot be decrypted")
        return None


async def refuse_to_replace_unreadable(services: Services, ref: str) -> None:
    """Checks that the record under a reference can be decrypted, if there is one, before it is replaced.

    Raises:
        ProblemResponse: 409, it cannot: replacing it would lose what it says.
        StoreUnavailable, NotReady: Redis cannot be read, and this process lacks a key.
    """
    try:
        sealed = await services.reads.private(ref)
    except (StoreUnavailable, NotReady):
        # With a complete ring every record opens, so a write does not wait for Redis.
        if services.ring.missing:
            raise
        return
    if sealed is not None and _open(services, ref, sealed) is None:
        raise ProblemResponse("private_unreadable")


async def people_in_distress(
    services: Services, caller: Caller, state: Incident, labels: Mapping[str, str] | None = None
) -> View:
    """The fields `person` and `others_in_distress` of an incident about people in distress: their latest places. For operators
    and the people assigned. `labels`: names by id, for operators only."""
    if not state.is_open:
        return {}
    found = [await _in_distress(services, caller, one, labels) for one in state.people_in_distress]
    return {"person": found[0], "others_in_distress": found[1:]} if found else {}


async def _in_distress(services: Services, caller: Caller, person: str, labels: Mapping[str, str] | None) -> View:
    try:
        known = await services.reads.volunteer(person, with_places=True)
    except (StoreUnavailable, NotReady):
        known = None
    record_audit(services, caller, "distress.place.read", person)
    seen = known is not None and known.place is not None
    return {
        "volunteer_id": person,
        **({} if labels is None else {"label": labels.get(person)}),
        "place": lon_lat(known.place) if known and known.place else None,
        "accuracy_m": known.accuracy_m if known and seen else None,
        "seen_at": rfc3339(known.fix_at_ms) if known and seen and known.fix_at_ms is not None else None,
    }


async def grounds_on_way(services: Services, offers: Iterable[Offer]) -> dict[str, View]:
    """Warnings of the hazard areas on the way of these offers, by incident; empty while Redis does not answer."""
    # One read for all offers of a list.
    wanted = sorted({incident_id for offer in offers for incident_id in offer.hazards_on_way})
    if not wanted:
        return {}
    try:
        states = await services.reads.incidents(wanted)
    except (StoreUnavailable, NotReady):
        return {}
    return {state.id: warning(state) for state in states if state is not None}
