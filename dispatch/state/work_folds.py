"""Fold of the events of digital work and merging: leases, answers, certainty, location, merged reports.

`FOLDS` is part of the table of `lifecycle.py`. Each function takes the state before an event and returns the state after it.
"""

from collections.abc import Callable
from typing import Any

from dispatch.matching.declines import joined
from dispatch.model import digital_events, incident_events, merge_events, offer_events
from dispatch.model.commands import DISPATCHER
from dispatch.model.copying import changed
from dispatch.model.incidents import Incident
from dispatch.model.merges import MERGED, Merging
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, ResultKind
from dispatch.state.edits import edited, overruling
from dispatch.state.moment import Moment
from dispatch.state.replacing import with_offer, with_requirement
from dispatch.state.safety_folds import on_ground


def lease_held(state: Incident, fact: digital_events.LeaseHeld, _: Moment) -> Incident:
    return with_offer(state, fact.offer_id, lambda offer: changed(offer, lease_expires_ms=fact.until_ms))


def answer_wanted(state: Incident, fact: digital_events.AnswerWanted, _: Moment) -> Incident:
    # From here on `count` is what the work needs now, not what the plan states (DESIGN 17).
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, count=fact.count))


def work_settled(state: Incident, fact: digital_events.WorkSettled, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, settled=fact.outcome))


def certainty_changed(state: Incident, fact: digital_events.CertaintyChanged, _: Moment) -> Incident:
    return changed(state, certainty=fact.certainty)


def moved(state: Incident, fact: incident_events.IncidentMoved, moment: Moment) -> Incident:
    # An edit, so that an older value of an operator conflicts with the place that was found (DESIGN 79).
    edits = edited(state, ("location",), moment, found=fact.by is None)
    return changed(on_ground(state, fact.area, moment), edits=edits)


def proposal_made(state: Incident, fact: digital_events.ProposalMade, _: Moment) -> Incident:
    others = tuple(one for one in state.proposals if one.kind is not fact.proposal.kind)
    return changed(state, proposals=(*others, fact.proposal))


def proposal_over(
    state: Incident, fact: digital_events.ProposalAccepted | digital_events.ProposalEnded, _: Moment
) -> Incident:
    return changed(state, proposals=tuple(one for one in state.proposals if one.id != fact.proposal_id))


def proposal_rejected(state: Incident, fact: digital_events.ProposalRejected, _: Moment) -> Incident:
    left = tuple(one for one in state.proposals if one.id != fact.proposal_id)
    return changed(state, proposals=left, overruled=overruling(state, fact.result))


def remeasured(state: Incident, fact: offer_events.OfferRemeasured, _: Moment) -> Incident:
    return with_offer(state, fact.offer_id, lambda offer: changed(offer, distance_m=fact.distance_m, eta_s=fact.eta_s))


def merge_proposed(state: Incident, fact: merge_events.MergeProposed, _: Moment) -> Incident:
    return changed(state, merge_candidates=fact.candidates)


def merge_begun(state: Incident, fact: merge_events.MergeBegun, _: Moment) -> Incident:
    return changed(state, merging=Merging(into=fact.into, due_ms=fact.due_ms, by=fact.by))


def merge_ended(state: Incident, fact: merge_events.MergeEnded, _: Moment) -> Incident:
    # The dispatcher ends a merge for lack of an answer; an operator, because it is another event.
    overruled = state.overruled if fact.by == DISPATCHER else overruling(state, ResultKind.DUPLICATE)
    return changed(state, merging=None, overruled=overruled)


def merged(state: Incident, fact: merge_events.IncidentMerged, moment: Moment) -> Incident:
    """A merged incident is closed; its work continues in the other incident."""
    times = changed(state.times, closed_ms=moment.at_ms)
    return changed(
        state, status=IncidentStatus.CLOSED, times=times, retry_at_ms=None, merging=None, merged_into=fact.into
    )


def unmerged(state: Incident, _fact: merge_events.IncidentUnmerged, _: Moment) -> Incident:
    times = changed(state.times, closed_ms=None)
    # The merge ended the work of whoever was on scene; it was not done. What was done before the merge still counts.
    offers = tuple(
        changed(offer, before_reopening=True)
        if offer.state is OfferState.DONE and offer.reason == MERGED and offer.capability is Capability.FIELD
        else offer
        for offer in state.offers
    )
    # Any open status will do: `lifecycle` computes the status of open incidents after the last event.
    overruled = overruling(state, ResultKind.DUPLICATE)
    return changed(
        state, status=IncidentStatus.DISPATCHING, times=times, offers=offers, merged_into=None, overruled=overruled
    )


def merge_declined(state: Incident, _fact: merge_events.MergeDeclined, _: Moment) -> Incident:
    # Only `follow_ups.py` reads this event: the other incident releases the report.
    return state


def report_adopted(state: Incident, fact: merge_events.ReportAdopted, _: Moment) -> Incident:
    # An empty entry would only make the state larger.
    numbers = {**state.report_numbers, fact.other: fact.numbers} if fact.numbers else state.report_numbers
    distress = {**state.report_distress, fact.other: fact.in_distress} if fact.in_distress else state.report_distress
    sent_to = {**state.report_sent_to, fact.other: fact.sent_to} if fact.sent_to else state.report_sent_to
    refused = joined((*state.refused, *fact.refused))
    # A report that was merged is no longer proposed for merging.
    proposed = tuple(one for one in state.merge_candidates if one.incident_id != fact.other)
    return changed(
        state,
        reports=(*state.reports, fact.other),
        merge_candidates=proposed,
        refused=refused,
        report_numbers=numbers,
        report_distress=distress,
        report_sent_to=sent_to,
    )


def report_released(state: Incident, fact: merge_events.ReportReleased, _: Moment) -> Incident:
    numbers = {other: known for other, known in state.report_numbers.items() if other != fact.other}
    reports = tuple(other for other in state.reports if other != fact.other)
    distress = {other: people for other, people in state.report_distress.items() if other != fact.other}
    sent_to = {other: people for other, people in state.report_sent_to.items() if other != fact.other}
    return changed(state, reports=reports, report_numbers=numbers, report_distress=distress, report_sent_to=sent_to)


def split(state: Incident, fact: merge_events.IncidentSplit, _: Moment) -> Incident:
    taken = dict.fromkeys((*(person.volunteer_id for person in fact.moved), *fact.reports), fact.into)
    return changed(state, split_into=(*state.split_into, fact.into), moved_by_split={**state.moved_by_split, **taken})


FOLDS: dict[type, Callable[[Incident, Any, Moment], Incident]] = {
    digital_events.LeaseHeld: lease_held,
    digital_events.AnswerWanted: answer_wanted,
    digital_events.WorkSettled: work_settled,
    digital_events.CertaintyChanged: certainty_changed,
    digital_events.ProposalMade: proposal_made,
    digital_events.ProposalAccepted: proposal_over,
    digital_events.ProposalRejected: proposal_rejected,
    digital_events.ProposalEnded: proposal_over,
    incident_events.IncidentMoved: moved,
    offer_events.OfferRemeasured: remeasured,
    merge_events.MergeProposed: merge_proposed,
    merge_events.MergeBegun: merge_begun,
    merge_events.MergeEnded: merge_ended,
    merge_events.IncidentMerged: merged,
    merge_events.IncidentUnmerged: unmerged,
    merge_events.MergeDeclined: merge_declined,
    merge_events.ReportAdopted: report_adopted,
    merge_events.ReportReleased: report_released,
    merge_events.IncidentSplit: split,
}
