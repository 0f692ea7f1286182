"""The fold: computes the state of an incident from its events, for the dispatcher, the projection, the API and the rebuild.

`fold(None, decision)` creates an incident from its first decision; each further applied decision gives the next version. The same
decisions in the same order always give the same state.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from dispatch.model import events
from dispatch.model.copying import changed
from dispatch.model.decisions import Decision, OfferStep, offer_step
from dispatch.model.incidents import Attention, Incident, Offer, Requirement, Times
from dispatch.model.people import Hold
from dispatch.model.vocabulary import ASSIGNED_STATES, FILLING_STATES, Capability, IncidentStatus, OfferState, Outcome
from dispatch.notices.safety_notices import notice_steps
from dispatch.state.edits import edited
from dispatch.state.pruning import pruned
from dispatch.state.replacing import with_offer, with_requirement
from dispatch.state.safety_folds import FOLDS as SAFETY_FOLDS
from dispatch.state.safety_folds import on_ground
from dispatch.state.work_folds import FOLDS

_ENDED = {OfferState.DONE} | (frozenset(OfferState) - FILLING_STATES - {OfferState.OFFERED})
_MOVING = frozenset({OfferState.EN_ROUTE, OfferState.ON_SCENE, OfferState.DONE})


class BrokenLog(Exception):
    """Events that cannot follow from the state: a bug or a damaged log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Time, epoch and author of the events of one decision."""

    incident_id: str
    zone: str
    version: int
    at_ms: int
    by: str = ""


def fold(incident: Incident | None, decision: Decision) -> Incident | None:
    """The state after a decision; the same object if the decision was not applied.

    Raises:
        BrokenLog: an event cannot follow from the state.
    """
    if decision.outcome is not Outcome.APPLIED:
        return incident
    moment = Moment(
        incident_id=decision.incident_id,
        zone=decision.zone,
        version=decision.version,
        at_ms=decision.decided_ms,
        by=decision.by,
    )
    return evolve(incident, decision.events, moment)


def evolve(incident: Incident | None, facts: tuple[events.Event, ...], moment: Moment) -> Incident | None:
    """The state after the events of one decision, with its status, times and size bound; None before the report.

    Raises:
        BrokenLog: an event cannot follow from the state.
    """
    state = incident
    for kind, run in groupby(facts, type):
        if kind is events.OfferMade and state is not None:
            state = _offers_made(state, run, moment)
            continue
        for fact in run:
            state = _first(fact, moment) if state is None else _next(state, fact, moment)
    return None if state is None else _settled(state, moment)


def offer_steps(incident: Incident | None, decision: Decision, partition: int, offset: int) -> list[OfferStep]:
    """The records of `offers` for a decision at this position in the log; `incident`: the state after it, or a later one.

    Raises:
        BrokenLog: the decision moves an offer that the incident does not have.
    """
    if incident is None or decision.outcome is not Outcome.APPLIED:
        return []
    steps = []
    offers = {offer.id: offer for offer in incident.offers}
    for fact in decision.events:
        if not isinstance(fact, events.OfferMade | events.OfferMoved):
            continue
        offer = offers.get(fact.offer_id)
        if offer is None:
            if incident.version > decision.version:
                continue  # pruned since (`pruning.py`): a repeat is computed from a later state
            raise BrokenLog(f"{fact.offer_id} is not in {incident.id}")
        state, reason = (OfferState.OFFERED, None) if isinstance(fact, events.OfferMade) else (fact.state, fact.reason)
        steps.append(offer_step(offer, decision, partition, offset, state=state, reason=reason))
    return [*steps, *notice_steps(incident, decision, partition, offset)]


def held_by(decision: Decision) -> tuple[Hold, ...]:
    """The people this decision engages: offers made, and offers revived by a late acceptance."""
    return tuple(
        Hold(volunteer_id=fact.volunteer_id, offer_id=fact.offer_id)
        for fact in decision.events
        if isinstance(fact, events.OfferMade) or (isinstance(fact, events.OfferMoved) and fact.state in ASSIGNED_STATES)
    )


def freed_by(decision: Decision) -> tuple[Hold, ...]:
    """The people this decision releases."""
    return tuple(
        Hold(volunteer_id=fact.volunteer_id, offer_id=fact.offer_id)
        for fact in decision.events
        if isinstance(fact, events.OfferMoved) and fact.state in _ENDED
    )


def _first(fact: events.Event, moment: Moment) -> Incident:
    if not isinstance(fact, events.IncidentReported):
        raise BrokenLog(f"{moment.incident_id}: {type(fact).__name__} before the report")
    return Incident(
        id=moment.incident_id,
        zone=moment.zone,
        version=moment.version,
        type=fact.type,
        priority=fact.priority,
        status=IncidentStatus.REPORTED,
        area=fact.area,
        language=fact.language,
        requirements=fact.requirements,
        times=Times(reported_ms=fact.reported_ms, logged_ms=fact.logged_ms, decided_ms=moment.at_ms),
        plan_version=fact.plan_version,
        reported_by=fact.reported_by,
        external_id=fact.external_id,
        body_digest=fact.body_digest,
        text_print=fact.text_print,
        parent_id=fact.parent_id,
        distress_of=fact.distress_of,
        hazard=fact.hazard,
        split_from=fact.split_from,
        details=fact.details,
    )


def _next(state: Incident, fact: events.Event, moment: Moment) -> Incident:
    if isinstance(fact, events.IncidentReported):
        raise BrokenLog(f"{state.id} is reported a second time")
    return _APPLY[type(fact)](state, fact, moment)


def _updated(state: Incident, fact: events.IncidentUpdated, moment: Moment) -> Incident:
    return changed(
        on_ground(state, fact.area, moment),
        type=fact.type,
        priority=fact.priority,
        language=fact.language,
        requirements=fact.requirements,
        plan_version=fact.plan_version,
        details={**state.details, **fact.details},
        edits=edited(state, fact.changed, moment),
    )


def _cancelled(state: Incident, _: events.IncidentCancelled, moment: Moment) -> Incident:
    times = changed(state.times, closed_ms=moment.at_ms)
    return changed(state, status=IncidentStatus.CANCELLED, times=times, retry_at_ms=None)


def _closed(state: Incident, _: events.IncidentClosed, moment: Moment) -> Incident:
    times = changed(state.times, closed_ms=moment.at_ms)
    return changed(state, status=IncidentStatus.CLOSED, times=times, retry_at_ms=None)


def _reopened(state: Incident, fact: events.IncidentReopened, moment: Moment) -> Incident:
    """The hazard area counts as new: nobody was warned of it while the incident was ended."""
    times = changed(state.times, closed_ms=None, reopened_ms=moment.at_ms)
    hazard = state.hazard
    if hazard is not None and hazard.since:
        hazard = replace(hazard, since=moment.version)
    offers = tuple(
        changed(offer, before_reopening=True)
        if offer.state is OfferState.DONE and offer.capability is Capability.FIELD
        else offer
        for offer in state.offers
    )
    return changed(
        state,
        status=IncidentStatus.DISPATCHING,
        times=times,
        requirements=fact.requirements,
        offers=offers,
        hazard=hazard,
    )


def _escalated(state: Incident, fact: events.IncidentEscalated, _: Moment) -> Incident:
    return changed(state, alarm_level=fact.alarm_level, escalations=(*state.escalations, fact.reason))


def _noted(state: Incident, fact: events.NoteAdded, _: Moment) -> Incident:
    return changed(state, notes=(*state.notes, fact.private_ref))


def _offers_made(state: Incident, facts: Iterable[Any], moment: Moment) -> Incident:
    """Folds a whole wave in one copy of the incident: most events of a decision are offers."""
    offers = (*state.offers, *(_made(fact, moment) for fact in facts))
    if state.times.first_offer_ms is not None:
        return changed(state, offers=offers)
    return changed(state, offers=offers, times=changed(state.times, first_offer_ms=moment.at_ms))


def _made(fact: events.OfferMade, moment: Moment) -> Offer:
    return Offer(
        id=fact.offer_id,
        requirement_id=fact.requirement_id,
        volunteer_id=fact.volunteer_id,
        capability=fact.capability,
        skill=fact.skill,
        state=OfferState.OFFERED,
        epoch=moment.version,
        created_ms=moment.at_ms,
        expires_ms=fact.expires_ms,
        changed_ms=moment.at_ms,
        distance_m=fact.distance_m,
        eta_s=fact.eta_s,
        task=fact.task,
        chance=fact.chance,
        shares_language=fact.shares_language,
        staging=fact.staging,
        source=fact.source,
        set_aside=fact.set_aside,
    )


def _offer_moved(state: Incident, fact: events.OfferMoved, moment: Moment) -> Incident:
    def moved(offer: Offer) -> Offer:
        accepted = offer.accepted_ms
        if fact.state is OfferState.ACCEPTED and accepted is None:
            accepted = moment.at_ms
        return changed(
            offer,
            state=fact.state,
            reason=fact.reason,
            changed_ms=moment.at_ms,
            accepted_ms=accepted,
            private_ref=fact.private_ref or offer.private_ref,
            unconfirmed=offer.unconfirmed if fact.state in ASSIGNED_STATES else None,
            hazards_on_way=offer.hazards_on_way if fact.state in ASSIGNED_STATES else {},
        )

    state = _with_known_offer(state, fact.offer_id, moved)
    if fact.state is OfferState.ACCEPTED and state.times.first_accept_ms is None:
        state = changed(state, times=changed(state.times, first_accept_ms=moment.at_ms))
    return state


def _result_given(state: Incident, fact: events.ResultGiven, moment: Moment) -> Incident:
    return _with_known_offer(
        state, fact.offer_id, lambda offer: changed(offer, result=fact.result, changed_ms=moment.at_ms)
    )


def _checked_in(state: Incident, fact: events.CheckedIn, moment: Moment) -> Incident:
    return _with_known_offer(state, fact.offer_id, lambda offer: changed(offer, changed_ms=moment.at_ms))


def _with_known_offer(state: Incident, offer_id: str, change: Callable[[Offer], Offer]) -> Incident:
    if state.offer(offer_id) is None:
        raise BrokenLog(f"{offer_id} is not in {state.id}")
    return with_offer(state, offer_id, change)


def _short(state: Incident, fact: events.ShortfallFound, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, shortfall=fact.shortfall))


def _no_longer_short(state: Incident, fact: events.ShortfallEnded, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, shortfall=None))


def _wave_timed(state: Incident, fact: events.WaveTimed, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, look_at_ms=fact.look_at_ms))


def _wave_fell_short(state: Incident, fact: events.WaveFellShort, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, short_since_ms=fact.since_ms))


def _translator_lacked(state: Incident, fact: events.TranslatorLacked, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, translator_since_ms=fact.since_ms))


def _retry_scheduled(state: Incident, fact: events.RetryScheduled, _: Moment) -> Incident:
    return changed(state, retry_at_ms=fact.at_ms, retries=state.retries + 1)


def _ladder_scheduled(state: Incident, fact: events.LadderScheduled, _: Moment) -> Incident:
    def scheduled(entry: Requirement) -> Requirement:
        if entry.climb is None:
            return entry
        climb = changed(entry.climb, since_ms=fact.since_ms, due_ms=fact.due_ms, due_reason=fact.reason)
        return changed(entry, climb=climb)

    return with_requirement(state, fact.requirement_id, scheduled)


def _ladder_stepped(state: Incident, fact: events.LadderStepped, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, climb=fact.climb))


def _requirements_added(state: Incident, fact: events.RequirementsAdded, _: Moment) -> Incident:
    return changed(state, requirements=(*state.requirements, *fact.requirements))


def _partner_asked(state: Incident, fact: events.PartnerAsked, _: Moment) -> Incident:
    return changed(state, escalations=(*state.escalations, f"partner:{fact.partner}"))


def _attention_raised(state: Incident, fact: events.AttentionRaised, moment: Moment) -> Incident:
    if any(_is_same_attention(entry, fact) for entry in state.attention):
        return state
    raised = Attention(
        reason=fact.reason,
        requirement_id=fact.requirement_id,
        since_ms=moment.at_ms,
        detail=fact.detail,
        offer_id=fact.offer_id,
    )
    return changed(state, attention=(*state.attention, raised))


def _attention_ended(state: Incident, fact: events.AttentionEnded, _: Moment) -> Incident:
    return changed(state, attention=tuple(entry for entry in state.attention if not _is_same_attention(entry, fact)))


def _is_same_attention(entry: Attention, fact: events.AttentionRaised | events.AttentionEnded) -> bool:
    return (entry.reason, entry.requirement_id, entry.offer_id) == (fact.reason, fact.requirement_id, fact.offer_id)


_APPLY: dict[type, Callable[[Incident, Any, Moment], Incident]] = {
    events.IncidentUpdated: _updated,
    events.IncidentCancelled: _cancelled,
    events.IncidentClosed: _closed,
    events.IncidentReopened: _reopened,
    events.IncidentEscalated: _escalated,
    events.NoteAdded: _noted,
    events.OfferMoved: _offer_moved,
    events.ResultGiven: _result_given,
    events.CheckedIn: _checked_in,
    events.ShortfallFound: _short,
    events.ShortfallEnded: _no_longer_short,
    events.RetryScheduled: _retry_scheduled,
    events.WaveTimed: _wave_timed,
    events.WaveFellShort: _wave_fell_short,
    events.TranslatorLacked: _translator_lacked,
    events.LadderScheduled: _ladder_scheduled,
    events.LadderStepped: _ladder_stepped,
    events.RequirementsAdded: _requirements_added,
    events.PartnerAsked: _partner_asked,
    events.AttentionRaised: _attention_raised,
    events.AttentionEnded: _attention_ended,
    **FOLDS,
    **SAFETY_FOLDS,
}


def _settled(state: Incident, moment: Moment) -> Incident:
    """Sets the epoch, and the status and times that follow from the state."""
    if not state.is_open:
        return changed(state, version=moment.version)
    status = status_of(state)
    changes: dict[str, Any] = {"version": moment.version, "status": status}
    is_staffed = status in (IncidentStatus.STAFFED, IncidentStatus.IN_PROGRESS) and bool(state.requirements)
    if is_staffed and state.times.staffed_ms is None:
        changes["times"] = changed(state.times, staffed_ms=moment.at_ms)
    if not any(requirement.shortfall for requirement in state.requirements):
        # The next shortfall is a new one, so its retry interval starts again at `retry_s`.
        waits = any(map(state.waits_for_people, state.requirements))
        changes |= {"retry_at_ms": state.retry_at_ms if waits else None, "retries": 0}
    changes["requirements"] = tuple(_at_rest(state, entry) for entry in state.requirements)
    return pruned(changed(state, **changes), moment.at_ms)


def _at_rest(state: Incident, entry: Requirement) -> Requirement:
    """Stops the ladder clock of a filled requirement; what its steps allow stays allowed."""
    if entry.climb is None or entry.climb.since_ms is None or state.open_places(entry):
        return entry
    return changed(entry, climb=changed(entry.climb, since_ms=None, due_ms=None, due_reason=None))


def status_of(state: Incident) -> IncidentStatus:
    """The status of an open incident. A shortfall takes precedence, so partial success never hides it."""
    if any(requirement.shortfall for requirement in state.requirements):
        return IncidentStatus.UNFILLED
    if any(state.open_places(requirement) for requirement in state.requirements):
        return IncidentStatus.DISPATCHING
    moving = any(offer.state in _MOVING and offer.is_filling for offer in state.offers)
    return IncidentStatus.IN_PROGRESS if moving else IncidentStatus.STAFFED
