"""Response content of incidents and offers per role. Private texts are arguments; callers pass them only where they may be shown.

The keys of each view are those of its model in `api/schemas/`; the API tests compare them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from api.views import material as material_views
from api.views import safety, task_questions
from api.views.negotiation import DEFAULT
from dispatch.model import geo
from dispatch.model.commands import ReportIncident
from dispatch.model.decisions import OfferStep
from dispatch.model.ids import zone_of_incident
from dispatch.model.incidents import Area, Attention, Climb, Geometry, Incident, Offer, Place, Requirement
from dispatch.model.languages import as_shown, canonicals
from dispatch.model.vocabulary import Capability, Certainty, IncidentStatus, OfferState, Priority
from dispatch.plans.book import PlanBook
from dispatch.state.edits import edit_version
from streams.api_paths import path_of
from streams.clock import rfc3339
from streams.wire import IncidentPrivate, NoticeRecord

View = dict[str, Any]
_FOR_OPERATORS = (
    "external_id",
    "escalations",
    "attention",
    "reports",
    "split_from",
    "split_into",
    "merging_into",
    "merged_into",
    "merge_candidates",
    *safety.FOR_OPERATORS,
)


def time(at_ms: int | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if at_ms is None else rfc3339(at_ms)


def point(place: Place) -> Geometry:
    return {"type": "Point", "coordinates": [place.lon, place.lat]}


def coarse_area(area: Area | None) -> Geometry | None:
    """The approximate place that people see before they accept (`geo.coarse`)."""
    return None if area is None else point(geo.coarse(area.centre))


def incident_links(incident_id: str) -> dict[str, str]:
    links = {"self": path_of("incidents", incident_id)}
    return links | {name: path_of("incidents", incident_id, name) for name in ("timeline", "decisions")}


def order_links(incident_id: str, command_id: str) -> dict[str, str]:
    """The links of an order; `outcome` gives its outcome."""
    return incident_links(incident_id) | {"outcome": path_of("incidents", incident_id, "commands", command_id)}


def offer_links(offer: str, incident_id: str) -> dict[str, str]:
    return {"self": path_of("offers", offer), "incident": path_of("incidents", incident_id)}


def incident(state: Incident, private: IncidentPrivate | None = None, material: Sequence[View] | None = None) -> View:
    """An incident for operators and monitors; `private` and a `material` with texts only for operators."""
    times = state.times
    return {
        "id": state.id,
        "type": state.type,
        "priority": state.priority,
        "status": state.status,
        "location": state.area.geometry if state.area else None,
        "zone": state.zone,
        "version": state.version,
        "edit_version": edit_version(state),
        "language": as_shown(state.language),
        "external_id": state.external_id,
        "alarm_level": state.alarm_level,
        "escalations": state.escalations,
        "certainty": state.certainty,
        "attention": [attention(entry) for entry in state.attention],
        **safety.of_incident(state),
        "reports": state.reports,
        "split_from": state.split_from,
        "split_into": state.split_into,
        "merging_into": state.merging.into if state.merging else None,
        "merged_into": state.merged_into,
        "merge_candidates": state.merge_candidates,
        "material": material_views.shown(state, {}) if material is None else material,
        "requirements": [requirement(entry, state.offers_for(entry.id)) for entry in state.requirements],
        "offers": [offer_of_incident(offer) for offer in state.offers],
        "times": {
            "reported": time(times.reported_ms),
            "logged": time(times.logged_ms),
            "decided": time(times.decided_ms),
            "first_offer": time(times.first_offer_ms),
            "first_accept": time(times.first_accept_ms),
            "staffed": time(times.staffed_ms),
            "closed": time(times.closed_ms),
            "reopened": time(times.reopened_ms),
        },
        "links": incident_links(state.id),
        **private_fields(private),
    }


def attention(entry: Attention) -> View:
    return {
        "reason": entry.reason,
        "requirement_id": entry.requirement_id,
        "since": time(entry.since_ms),
        "detail": entry.detail,
        "offer_id": entry.offer_id,
    }


def private_fields(private: IncidentPrivate | None) -> View:
    if private is None:
        return {}
    return {"description": private.description, "address": private.address, "caller": private.caller}


def requirement(entry: Requirement, offers: Sequence[Offer]) -> View:
    return {
        "id": entry.id,
        "capability": entry.capability,
        "skill": entry.skill,
        "count": entry.count,
        "languages": canonicals(entry.languages),
        "task": entry.task,
        "max_distance_m": entry.max_distance_m,
        "window_s": entry.window_s,
        "offered": sum(offer.state is OfferState.OFFERED for offer in offers),
        "accepted": sum(offer.is_filling for offer in offers),
        "shortfall": entry.shortfall.missing if entry.shortfall else 0,
        "shortfall_reason": entry.shortfall.reason if entry.shortfall else None,
        "shortfall_since": time(entry.shortfall.since_ms) if entry.shortfall else None,
        "role": entry.role,
        "any_of": entry.any_of,
        "max_eta_s": entry.max_eta_s,
        "settled": entry.settled,
        "ladder": ladder(entry.climb) if entry.climb else None,
    }


def ladder(climb: Climb) -> View:
    """`schemas.incidents.LadderShown`."""
    return {
        "name": climb.ladder,
        "steps_taken": climb.steps_taken,
        "next_step_at": time(climb.due_ms),
        "ring": climb.ring,
        "ended": climb.ended,
    }


def offer_of_incident(offer: Offer) -> View:
    return {
        "id": offer.id,
        "volunteer_id": offer.volunteer_id,
        "requirement_id": offer.requirement_id,
        "state": offer.state,
        "source": offer.source,
        "set_aside": offer.set_aside,
        "distance_m": offer.distance_m,
        "eta_s": offer.eta_s,
        "expires_at": time(offer.expires_ms),
        "created_at": time(offer.created_ms),
        "changed_at": time(offer.changed_ms),
        "accepted_at": time(offer.accepted_ms),
        "lease_expires_at": time(offer.lease_expires_ms),
        **safety.of_offer(offer),
        "reason": offer.reason,
        "result": result(offer),
    }


def result(offer: Offer) -> View | None:
    if offer.result is None:
        return None
    return {
        "outcome": offer.result.outcome,
        "at": time(offer.result.at_ms),
        "location": offer.result.location,
        "incident_id": offer.result.incident_id,
    }


def as_reported(command: ReportIncident, plans: PlanBook) -> tuple[Priority, tuple[Requirement, ...]]:
    """Priority and requirements that the report gets by the response plans in force."""
    plan = plans.plan(command.type)
    priority = command.priority or plan.priority
    return priority, plans.requirements(command.requirements) if command.requirements else plan.stated(priority)


def reported(command: ReportIncident, plans: PlanBook) -> View:
    """A report without a decision, as an incident of version 0."""
    priority, requirements = as_reported(command, plans)
    return {
        "id": command.incident_id,
        "type": command.type,
        "priority": priority,
        "status": IncidentStatus.REPORTED,
        "location": command.area.geometry if command.area else None,
        "zone": zone_of_incident(command.incident_id),
        "version": 0,
        "edit_version": 0,
        "language": as_shown(command.language),
        "external_id": command.external_id,
        "alarm_level": 1,
        "escalations": [],
        "certainty": Certainty.UNCONFIRMED,
        "attention": [],
        "hazard": None,
        "warned": [],
        "parent_id": None,
        "distress_of": None,
        "reports": [],
        "split_from": command.split_from,
        "split_into": [],
        "merging_into": None,
        "merged_into": None,
        "merge_candidates": [],
        "material": [],
        "requirements": [requirement(entry, ()) for entry in requirements],
        "offers": [],
        "times": {
            "reported": time(command.reported_ms or command.sent_ms),
            **dict.fromkeys(("logged", "decided", "first_offer", "first_accept", "staffed", "closed", "reopened")),
        },
        "links": incident_links(command.incident_id),
    }


def incident_for_volunteer(
    state: Incident, own: Sequence[Offer], private: IncidentPrivate | None, material: Sequence[View] = ()
) -> View:
    """An incident for a person who was asked: only their own offers; the exact place and private texts after acceptance."""
    shown = incident(state, material=material)
    accepted = any(is_opened(state, offer) for offer in own)
    mine = {offer.id for offer in own}
    shown["offers"] = [offer for offer in shown["offers"] if offer["id"] in mine]
    shown["location"] = shown["location"] if accepted else coarse_area(state.area)
    for name in _FOR_OPERATORS:
        shown.pop(name)
    return {**shown, **(private_fields(private) if accepted else {})}


def is_opened(state: Incident, offer: Offer) -> bool:
    """Whether its person may see the exact place and private texts: assigned or done, while the incident is open."""
    return offer.is_filling and state.is_open


def offer(
    state: Incident,
    held: Offer,
    private: IncidentPrivate | None = None,
    language: str = DEFAULT,
    material: Sequence[View] = (),
    grounds: Mapping[str, View] | None = None,
) -> View:
    """An offer for its person; `private` and `material` are ignored before acceptance. `grounds`: warnings of the hazard areas on
    the way, by incident."""
    opened = is_opened(state, held)
    shown: View = {
        "id": held.id,
        "incident_id": state.id,
        "requirement_id": held.requirement_id,
        "volunteer_id": held.volunteer_id,
        "capability": held.capability,
        "skill": held.skill,
        "state": held.state,
        "reason": held.reason,
        "created_at": time(held.created_ms),
        "expires_at": time(held.expires_ms),
        "changed_at": time(held.changed_ms),
        "accepted_at": time(held.accepted_ms),
        "distance_m": held.distance_m,
        "eta_s": held.eta_s,
        "area": coarse_area(state.area),
        **safety.of_offer(held),
        "grounds_on_way": [ground for one, ground in sorted((grounds or {}).items()) if one in held.hazards_on_way],
        "incident": {
            "type": state.type,
            "priority": state.priority,
            "status": state.status,
            "language": as_shown(state.language),
        },
        "result": result(held),
        "links": offer_links(held.id, state.id),
    }
    if opened:
        shown["location"] = state.area.geometry if state.area else None
        shown.update(private_fields(private or IncidentPrivate()))
        shown["material"] = material
    if held.capability is Capability.DIGITAL and held.task is not None:
        shown["task"] = task(state, held, private if opened else None, language, material if opened else ())
    return shown


def task(
    state: Incident, held: Offer, private: IncidentPrivate | None, language: str, found: Sequence[View] = ()
) -> View:
    """`schemas.offers.TaskShown`; `private` and `found` only after acceptance."""
    assert held.task is not None
    wanted = next((entry for entry in state.requirements if entry.id == held.requirement_id), None)
    material: View = {"incident_type": state.type, "language": as_shown(state.language)}
    if private is not None:
        material.update(private_fields(private), location=state.area.geometry if state.area else None)
    if found:
        material["found"] = found
    return {
        "kind": held.task,
        "question": task_questions.question(held.task, language),
        "languages": list(canonicals(wanted.languages)) if wanted else [],
        "lease_expires_at": time(held.expires_ms if held.state is OfferState.OFFERED else held.lease_expires_ms),
        "outcomes": task_questions.outcomes(held.task),
        "material": material,
    }


def offer_step(step: OfferStep) -> View:
    """The data of an `offer` event."""
    return {
        "id": step.id,
        "incident_id": step.incident_id,
        "requirement_id": step.requirement_id,
        "volunteer_id": step.volunteer_id,
        "capability": step.capability,
        "skill": step.skill,
        "state": step.state,
        "reason": step.reason,
        "notice": step.notice,
        "changes": step.changes,
        "version": step.epoch,
        "at": time(step.at_ms),
        "expires_at": time(step.expires_ms),
        "links": offer_links(step.id, step.incident_id),
    }


def notice(record: NoticeRecord) -> View:
    """The data of a `notice` event; a repeat has the same `id`."""
    return {
        "id": record.id,
        "kind": record.kind,
        "offer_id": record.offer_id,
        "incident_id": record.incident_id,
        "volunteer_id": record.volunteer_id,
        "reason": record.reason,
        "changes": record.changes,
        "version": record.version,
        "at": time(record.at_ms),
        "links": offer_links(record.offer_id, record.incident_id),
    }


def feature(shown: Mapping[str, Any]) -> View:
    """An incident as a GeoJSON Feature."""
    properties = {name: value for name, value in shown.items() if name not in ("location", "id")}
    return {"type": "Feature", "id": shown["id"], "geometry": shown["location"], "properties": properties}
