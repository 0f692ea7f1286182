"""The fold: computes the state of an incident from its events, for the dispatcher, the projection, the API and the rebuild.

`fold(None, decision)` creates an incident from its first decision; each further applied decision gives the next version. The same
decisions in the same order always give the same state.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from typing import Any

from dispatch.model import events, incident_events, offer_events
from dispatch.model.copying import changed
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Attention, Incident, Times
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, Outcome, ResultKind
from dispatch.state.edits import edited, overruling
from dispatch.state.errors import BrokenLog
from dispatch.state.moment import Moment
from dispatch.state.offer_folds import FOLDS as OFFER_FOLDS
from dispatch.state.offer_folds import offers_made
from dispatch.state.pruning import pruned
from dispatch.state.requirement_folds import FOLDS as REQUIREMENT_FOLDS
from dispatch.state.safety_folds import FOLDS as SAFETY_FOLDS
from dispatch.state.safety_folds import on_ground
from dispatch.state.work_folds import FOLDS as WORK_FOLDS

_MOVING = frozenset({OfferState.EN_ROUTE, OfferState.ON_SCENE, OfferState.DONE})
"""Of the offers that fill a place: states in which work has begun, so the incident is `in_progress`."""


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
    # Consecutive offers are folded together: one copy of the incident per wave, not per person (DESIGN 45).
    for kind, run in groupby(facts, type):
        if kind is offer_events.OfferMade and state is not None:
            state = offers_made(state, run, moment)
            continue
        for fact in run:
            state = _first(fact, moment) if state is None else _next(state, fact, moment)
    return None if state is None else _settled(state, moment)


def _first(fact: events.Event, moment: Moment) -> Incident:
    if not isinstance(fact, incident_events.IncidentReported):
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
        external_digest=fact.external_digest,
        body_digest=fact.body_digest,
        text_print=fact.text_print,
        parent_id=fact.parent_id,
        distress_of=fact.distress_of,
        hazard=fact.hazard,
        split_from=fact.split_from,
        details=fact.details,
        exercise=fact.exercise,
        call_number=fact.call_number,
    )


def _next(state: Incident, fact: events.Event, moment: Moment) -> Incident:
    # Not left to the table: its `KeyError` would not name the incident.
    if isinstance(fact, incident_events.IncidentReported):
        raise BrokenLog(f"{state.id} is reported a second time")
    return _APPLY[type(fact)](state, fact, moment)


def _updated(state: Incident, fact: incident_events.IncidentUpdated, moment: Moment) -> Incident:
    return changed(
        on_ground(state, fact.area, moment),
        type=fact.type,
        priority=fact.priority,
        language=fact.language,
        requirements=fact.requirements,
        plan_version=fact.plan_version,
        # The event names only the records it replaces; the other fields keep theirs (DESIGN 79).
        details={**state.details, **fact.details},
        edits=edited(state, fact.changed, moment),
    )


def _cancelled(state: Incident, fact: incident_events.IncidentCancelled, moment: Moment) -> Incident:
    times = changed(state.times, closed_ms=moment.at_ms)
    return changed(state, status=IncidentStatus.CANCELLED, times=times, retry_at_ms=None, end_code=fact.code)


def _closed(state: Incident, fact: incident_events.IncidentClosed, moment: Moment) -> Incident:
    times = changed(state.times, closed_ms=moment.at_ms)
    return changed(state, status=IncidentStatus.CLOSED, times=times, retry_at_ms=None, end_code=fact.code)


def _reopened(state: Incident, fact: incident_events.IncidentReopened, moment: Moment) -> Incident:
    """The hazard area counts as new: nobody was warned of it while the incident was ended."""
    times = changed(state.times, closed_ms=None, reopened_ms=moment.at_ms)
    hazard = state.hazard
    # `since` 0: another incident warns the people in it, so it stays 0.
    if hazard is not None and hazard.since:
        hazard = replace(hazard, since=moment.version)
    offers = tuple(
        # Digital answers stay valid after a reopening (DESIGN 100): they still fill their places.
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
        end_code=None,
        # Whoever reopens it says that there is something to do.
        overruled=overruling(state, ResultKind.FALSE),
    )


def _escalated(state: Incident, fact: incident_events.IncidentEscalated, _: Moment) -> Incident:
    return changed(state, alarm_level=fact.alarm_level, escalations=(*state.escalations, fact.reason))


def _noted(state: Incident, fact: incident_events.NoteAdded, _: Moment) -> Incident:
    return changed(state, notes=(*state.notes, fact.private_ref))


def _attention_raised(state: Incident, fact: incident_events.AttentionRaised, moment: Moment) -> Incident:
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


def _attention_ended(state: Incident, fact: incident_events.AttentionEnded, _: Moment) -> Incident:
    return changed(state, attention=tuple(entry for entry in state.attention if not _is_same_attention(entry, fact)))


def _is_same_attention(
    entry: Attention, fact: incident_events.AttentionRaised | incident_events.AttentionEnded
) -> bool:
    # With the offer: a second overdue person of the same requirement is an entry of their own (DESIGN 83).
    return (entry.reason, entry.requirement_id, entry.offer_id) == (fact.reason, fact.requirement_id, fact.offer_id)


# Without `OfferMade`: `evolve` folds offers a wave at a time.
_APPLY: dict[type, Callable[[Incident, Any, Moment], Incident]] = {
    incident_events.IncidentUpdated: _updated,
    incident_events.IncidentCancelled: _cancelled,
    incident_events.IncidentClosed: _closed,
    incident_events.IncidentReopened: _reopened,
    incident_events.IncidentEscalated: _escalated,
    incident_events.NoteAdded: _noted,
    incident_events.AttentionRaised: _attention_raised,
    incident_events.AttentionEnded: _attention_ended,
    **OFFER_FOLDS,
    **REQUIREMENT_FOLDS,
    **WORK_FOLDS,
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
    if not any(map(state.is_short_of_people, state.requirements)):
        # The next shortfall is a new one, so its retry interval starts again at `retry_s`. No retry can end a lack of a place.
        waits = any(map(state.waits_for_people, state.requirements))
        changes |= {"retry_at_ms": state.retry_at_ms if waits else None, "retries": 0}
    # After the status: an event of this decision may have filled or opened places.
    changes["requirements"] = tuple(_at_rest(state, entry) for entry in state.requirements)
    return pruned(changed(state, **changes), moment.at_ms)


def _at_rest(state: Incident, entry: Requirement) -> Requirement:
    """Stops the ladder clock of a requirement that is filled or lacks a place; what its steps allow stays allowed."""
    if entry.climb is None or entry.climb.since_ms is None:
        return entry
    if state.open_places(entry) and not state.lacks_place(entry):
        return entry
    # `ladder_clock.schedule` starts the clock anew when people are searched again.
    return changed(entry, climb=changed(entry.climb, since_ms=None, due_ms=None, due_reason=None))


def status_of(state: Incident) -> IncidentStatus:
    """The status of an open incident. A shortfall takes precedence, so partial success never hides it."""
    if any(requirement.shortfall for requirement in state.requirements):
        return IncidentStatus.UNFILLED
    if any(state.open_places(requirement) for requirement in state.requirements):
        return IncidentStatus.DISPATCHING
    moving = any(offer.state in _MOVING and offer.is_filling for offer in state.offers)
    return IncidentStatus.IN_PROGRESS if moving else IncidentStatus.STAFFED
