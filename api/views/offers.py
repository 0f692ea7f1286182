"""Offers as their person and operators see them, and the events about them. Private texts are arguments."""

from collections.abc import Mapping
from dataclasses import replace

from api.views import safety, task_questions
from api.views.links import offer_links
from api.views.negotiation import DEFAULT
from api.views.opened import NOTHING, Opened
from api.views.values import View, coarse_area, distance, private_fields, time, travel_time
from dispatch.matching.disclosed_fields import is_at_work
from dispatch.model.decisions import OfferStep
from dispatch.model.incidents import Incident
from dispatch.model.languages import as_shown, canonicals
from dispatch.model.merges import MergeCandidate
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import Capability, OfferState, Task
from streams.wire import IncidentPrivate, NoticeRecord


def offer_of_incident(offer: Offer) -> View:
    """`schemas.offers.OfferOfIncident`."""
    return {
        "id": offer.id,
        "volunteer_id": offer.volunteer_id,
        "requirement_id": offer.requirement_id,
        "state": offer.state,
        "source": offer.source,
        "set_aside": offer.set_aside,
        "distance_m": distance(offer.distance_m),
        "eta_s": travel_time(offer.eta_s),
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
    """`schemas.offers.ResultShown`."""
    if offer.result is None:
        return None
    return {
        "outcome": offer.result.outcome,
        "at": time(offer.result.at_ms),
        "location": offer.result.location,
        "incident_id": offer.result.incident_id,
    }


def is_opened(state: Incident, offer: Offer) -> bool:
    """Whether its person sees what their work needs (`Opened`): while they are at work and the incident is open."""
    return is_at_work(state, offer)


def offer(
    state: Incident,
    held: Offer,
    seen: Opened = NOTHING,
    language: str = DEFAULT,
    grounds: Mapping[str, View] | None = None,
    near: View | None = None,
) -> View:
    """An offer for its person; `seen` is empty before acceptance. `grounds`: warnings of the hazard areas on the way, by
    incident. `near`: the surroundings of the coarse area."""
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
        "distance_m": distance(held.distance_m),
        "eta_s": travel_time(held.eta_s),
        "area": coarse_area(state.area),
        "near": near,
        **safety.of_offer(held),
        "grounds_on_way": [ground for one, ground in sorted((grounds or {}).items()) if one in held.hazards_on_way],
        "incident": {
            "type": state.type,
            "priority": state.priority,
            "status": state.status,
            "exercise": state.exercise,
            "language": as_shown(state.language),
        },
        "hazard": state.hazard is not None,
        "people_in_distress": len(state.people_in_distress),
        "outcome": outcome(state),
        **places(state, held),
        "result": result(held),
        "links": offer_links(held.id, state.id),
    }
    if opened:
        shown["location"] = seen.location(state.area)
        shown.update(private_fields(IncidentPrivate()), **seen.fields())
        shown["material"] = seen.material
    if held.capability is Capability.DIGITAL and held.task is not None:
        # After the end nothing but the hints that were held back until the answer.
        shown["task"] = task(state, held, seen if opened else replace(NOTHING, hints=seen.hints), language)
    return shown


def places(state: Incident, held: Offer) -> View:
    """How many the requirement of the offer wants and has, and the languages it needs; nulls once it is no longer part of the
    incident."""
    wanted = state.requirement(held.requirement_id)
    if wanted is None:
        return {"wanted": None, "accepted": None, "requirement_languages": []}
    return {
        "wanted": wanted.count,
        "accepted": sum(offer.is_filling for offer in state.offers_for(wanted.id)),
        "requirement_languages": list(canonicals(wanted.languages)),
    }


def outcome(state: Incident) -> View | None:
    """`schemas.offers.OutcomeShown`: a status and a code, never the text of whoever ended it."""
    return (
        None
        if state.is_open
        else {"status": state.status, "code": state.end_code, "merged": state.merged_into is not None}
    )


def task(state: Incident, held: Offer, seen: Opened, language: str) -> View:
    """`schemas.offers.TaskShown`; `seen` is empty before acceptance."""
    assert held.task is not None
    wanted = state.requirement(held.requirement_id)
    # Type and language suffice to decide about the offer; everything else identifies people or places.
    material: View = {"incident_type": state.type, "language": as_shown(state.language)}
    if seen.details is not None:
        material.update(seen.fields(), location=seen.location(state.area))
    if seen.material:
        material["found"] = seen.material
    return {
        "hints": list(seen.hints),
        "hints_follow": seen.hints_follow,
        "kind": held.task,
        "question": task_questions.question(held.task, language),
        "languages": list(canonicals(wanted.languages)) if wanted else [],
        "lease_expires_at": time(held.expires_ms if held.state is OfferState.OFFERED else held.lease_expires_ms),
        "outcomes": task_questions.outcomes(held.task),
        "others": [_other(one) for one in state.merge_candidates] if _compares(held, seen) else [],
        "material": material,
    }


def _compares(held: Offer, seen: Opened) -> bool:
    return held.task is Task.FIND_DUPLICATES and seen.details is not None


def _other(one: MergeCandidate) -> View:
    return {
        "incident_id": one.incident_id,
        "distance_m": None if one.distance_m is None else round(one.distance_m / 100) * 100,
        "apart_s": round(one.apart_s / 60) * 60,
        "same_type": one.type >= 1.0,
        "likeness": round(one.score, 2),
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
        "exercise": step.exercise,
        "links": offer_links(step.id, step.incident_id),
    }


def notice(record: NoticeRecord) -> View:
    """The data of a `notice` event; a repeat has the same `id`."""
    return {
        "id": record.id,
        "kind": record.kind,
        # Empty: the notice is about the person's duty.
        "offer_id": record.offer_id or None,
        "incident_id": record.incident_id or None,
        "volunteer_id": record.volunteer_id,
        "reason": record.reason,
        "changes": record.changes,
        "version": record.version,
        "at": time(record.at_ms),
        "links": offer_links(record.offer_id, record.incident_id) if record.offer_id else {},
    }
