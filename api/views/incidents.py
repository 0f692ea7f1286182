"""Response content of incidents per role. Private texts are arguments; callers pass them only where they may be shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.views import material as material_views
from api.views import safety
from api.views.links import incident_links
from api.views.offers import offer_of_incident
from api.views.opened import Opened
from api.views.values import View, coarse_area, private_fields, time
from dispatch.matching.disclosed_fields import Disclosed
from dispatch.matching.limits import skills_now
from dispatch.model.incidents import Attention, Incident
from dispatch.model.languages import as_shown, canonicals
from dispatch.model.offers import Offer
from dispatch.model.places import Area
from dispatch.model.proposals import Proposal
from dispatch.model.requirements import Climb, Requirement
from dispatch.model.vocabulary import Capability, OfferState
from dispatch.state.edits import edit_version
from streams.wire import IncidentPrivate

_FOR_OPERATORS = (
    "external_id",
    "escalations",
    "attention",
    "proposals",
    "reports",
    "split_from",
    "split_into",
    "merging_into",
    "merged_into",
    "merge_candidates",
    *safety.FOR_OPERATORS,
)


_FOR_MONITORS = (
    "id",
    "call_number",
    "type",
    "priority",
    "status",
    "end_code",
    "exercise",
    "zone",
    "version",
    "edit_version",
    "language",
    "alarm_level",
    "escalations",
    "certainty",
    "hazard",
    "parent_id",
    "reports",
    "split_from",
    "split_into",
    "merging_into",
    "merged_into",
    "requirements",
    "times",
    "links",
)

LATER_TIMES = ("logged", "decided", "first_offer", "first_accept", "first_on_scene", "staffed", "closed", "reopened")
"""Names of times that a report without a decision has not."""


def incident(state: Incident, private: IncidentPrivate | None = None, material: Sequence[View] | None = None) -> View:
    """An incident for operators; `private` and a `material` with texts only where they may be shown."""
    times = state.times
    return {
        "id": state.id,
        "call_number": state.call_number and str(state.call_number),
        "type": state.type,
        "priority": state.priority,
        "status": state.status,
        "end_code": state.end_code,
        "exercise": state.exercise,
        "location": state.area.geometry if state.area else None,
        "zone": state.zone,
        "version": state.version,
        "edit_version": edit_version(state),
        "language": as_shown(state.language),
        "external_id": state.external_id if private is None else private.external_id or state.external_id,
        "alarm_level": state.alarm_level,
        "escalations": state.escalations,
        "certainty": state.certainty,
        "attention": [attention(entry) for entry in state.attention],
        # Those of a merged incident are decided on where it was merged into.
        "proposals": [proposal(entry) for entry in state.proposals] if state.is_open else [],
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
            "first_on_scene": time(times.first_on_scene_ms),
            "staffed": time(times.staffed_ms),
            "closed": time(times.closed_ms),
            "reopened": time(times.reopened_ms),
        },
        "links": incident_links(state.id),
        **private_fields(private),
    }


def incident_for_monitor(state: Incident) -> View:
    """An incident for monitors: what is needed, how many are asked and come, about where; no person and no exact place."""
    return without_people(incident(state, material=()), state.area)


def without_people(shown: View, area: Area | None) -> View:
    # By the fields that are kept, so that a new one is not shown before somebody has thought of it.
    return {name: shown[name] for name in _FOR_MONITORS} | {
        "location": coarse_area(area),
        # Ids of people, offers and callers are opaque, but the same everywhere: together they make a track.
        "attention": [{**entry, "detail": None, "offer_id": None} for entry in shown["attention"]],
        "external_id": None,
        "distress_of": None,
        "warned": [],
        # Their scores, distances and places are exact.
        "merge_candidates": [],
        "proposals": [],
        "material": [],
        # `requirements` counts them.
        "offers": [],
    }


def attention(entry: Attention) -> View:
    return {
        "reason": entry.reason,
        "requirement_id": entry.requirement_id,
        "since": time(entry.since_ms),
        "detail": entry.detail,
        "offer_id": entry.offer_id,
    }


def proposal(entry: Proposal) -> View:
    """`schemas.incidents.ProposalShown`. People are shown by their opaque ids."""
    return {
        "id": entry.id,
        "kind": entry.kind,
        "requirement_id": entry.requirement_id,
        "offer_id": entry.newest.offer_id,
        "by": entry.newest.volunteer_id,
        "at": time(entry.at_ms),
        "location": entry.area.geometry if entry.area else None,
        "incident_id": entry.incident_id,
        "because": entry.because,
        "said": [
            {
                "offer_id": one.offer_id,
                "volunteer_id": one.volunteer_id,
                "at": time(one.at_ms),
                "upheld": one.right.upheld if one.right else None,
                "judged": one.right.judged if one.right else None,
            }
            for one in entry.said
        ],
    }


def distance_limit_m(entry: Requirement) -> int | None:
    """None for digital work: the search for it has no place, although each requirement in the log has a limit."""
    return None if entry.capability is Capability.DIGITAL else entry.max_distance_m


def requirement(entry: Requirement, offers: Sequence[Offer]) -> View:
    return {
        "id": entry.id,
        "capability": entry.capability,
        "skill": entry.skill,
        "count": entry.count,
        "languages": canonicals(entry.languages),
        "task": entry.task,
        "max_distance_m": distance_limit_m(entry),
        "window_s": entry.window_s,
        "offered": sum(offer.state is OfferState.OFFERED for offer in offers),
        "accepted": sum(offer.is_filling for offer in offers),
        "shortfall": entry.shortfall.missing if entry.shortfall else 0,
        "shortfall_reason": entry.shortfall.reason if entry.shortfall else None,
        "shortfall_since": time(entry.shortfall.since_ms) if entry.shortfall else None,
        "role": entry.role,
        "any_of": entry.any_of,
        "max_eta_s": entry.max_eta_s,
        "language": entry.language,
        "lease_s": entry.lease_s,
        "answers_wanted": entry.answers_wanted,
        "agree": entry.agree,
        "validated": entry.validated,
        "assistant_counts": entry.assistant_counts,
        "on_false": entry.on_false,
        "settled": entry.settled,
        "ladder": ladder(entry.climb) if entry.climb else None,
        "verified": sorted(skill for skill in skills_now(entry) if entry.needs_verified(skill)),
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


def incident_for_volunteer(state: Incident, own: Sequence[Offer], opened: Opened) -> View:
    """An incident for a person who was asked: only their own offers; place and texts as their work needs them."""
    # Built for operators and then reduced: texts are added last.
    shown = incident(state, material=opened.material)
    mine = {offer.id for offer in own}
    shown["offers"] = [offer for offer in shown["offers"] if offer["id"] in mine]
    if Disclosed.LOCATION not in opened.disclosed:
        shown["location"] = coarse_area(state.area)
    # pop without a default: a renamed field fails here instead of being shown to volunteers.
    for name in _FOR_OPERATORS:
        shown.pop(name)
    return {**shown, **opened.fields()}


def feature(shown: Mapping[str, Any]) -> View:
    """An incident as a GeoJSON Feature."""
    properties = {name: value for name, value in shown.items() if name not in ("location", "id")}
    return {"type": "Feature", "id": shown["id"], "geometry": shown["location"], "properties": properties}
