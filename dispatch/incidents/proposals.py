"""Proposals: results of digital work beyond the bounds (`exceeded_bounds.py`). Nothing changes until an operator accepts them.

A proposal comes with attention, which ends with it. It ends when an operator accepts or rejects it, when a newer result of its
kind takes its place, when an operator edits the same field or orders the same merge, and with the incident. A merge carries it to
the other incident; taking the report out again brings it back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dispatch.incidents import merging, releases
from dispatch.model.commands import DISPATCHER, AcceptProposal, AdoptReport, Command, RejectProposal
from dispatch.model.context import DecisionContext
from dispatch.model.digital_events import (
    CertaintyChanged,
    ProposalAccepted,
    ProposalEnded,
    ProposalMade,
    ProposalRejected,
)
from dispatch.model.events import Event
from dispatch.model.ids import parts_of_offer, proposal_id
from dispatch.model.incident_events import (
    AttentionEnded,
    AttentionRaised,
    IncidentCancelled,
    IncidentClosed,
    IncidentMoved,
    IncidentUpdated,
)
from dispatch.model.incidents import Incident
from dispatch.model.merge_events import MergeBegun, ReportReleased
from dispatch.model.offers import Offer
from dispatch.model.places import Area
from dispatch.model.proposals import Proposal, Statement
from dispatch.model.reasons import AttentionReason, ProposalCause
from dispatch.model.rulings import Ruling, applied, refused
from dispatch.model.vocabulary import Certainty, ResultKind

FALSE_REPORT = "false_report"
ATTENTION: Mapping[ResultKind, AttentionReason] = {
    ResultKind.FALSE: AttentionReason.REPORTED_FALSE,
    ResultKind.LOCATED: AttentionReason.REPORTED_ELSEWHERE,
    ResultKind.DUPLICATE: AttentionReason.REPORTED_DUPLICATE,
}
OUTDATED = "proposal_outdated"
"""Reason of a refusal: another proposal has taken its place, or it has ended."""


def rule(incident: Incident, command: Command, around: DecisionContext, now_ms: int) -> Ruling | None:
    """The ruling on an operator's decision; None for every other command. `incident` is open."""
    if not isinstance(command, AcceptProposal | RejectProposal):
        return None
    name = "accept_proposal" if isinstance(command, AcceptProposal) else "reject_proposal"
    proposal = incident.proposal(command.proposal_id)
    if proposal is None:
        return refused(name, OUTDATED)
    people = tuple(dict.fromkeys(one.volunteer_id for one in proposal.said))
    ended = _attention_ended(incident, proposal)
    if isinstance(command, RejectProposal):
        rejected = ProposalRejected(proposal_id=proposal.id, result=proposal.kind, by=command.by, people=people)
        return applied(name, rejected, *ended)
    if obstacle := _obstacle(incident, proposal, around):
        return refused(name, obstacle)
    accepted = ProposalAccepted(proposal_id=proposal.id, result=proposal.kind, by=command.by, people=people)
    return applied(name, accepted, *ended, *_carried_out(incident, proposal, command.by, now_ms))


def _obstacle(incident: Incident, proposal: Proposal, around: DecisionContext) -> str | None:
    if proposal.kind is not ResultKind.DUPLICATE:
        return None
    if incident.merging is not None:
        return "already_merging"
    return merging.obstacle(incident, proposal.incident_id or "", around.target)


def _carried_out(incident: Incident, proposal: Proposal, by: str, now_ms: int) -> Iterator[Event]:
    if proposal.kind is ResultKind.FALSE:
        if incident.certainty is not Certainty.FALSE:
            yield CertaintyChanged(certainty=Certainty.FALSE)
        yield from releases.finished(incident.offers, FALSE_REPORT)
        yield IncidentClosed(by=by, reason=FALSE_REPORT)
    elif proposal.kind is ResultKind.DUPLICATE:
        yield merging.begun(incident, proposal.incident_id or "", by=by, now_ms=now_ms)
    elif proposal.area is not None and proposal.area != incident.area:
        # Its people are checked against the new place by the rules that follow (`digital/tasks.py`).
        yield IncidentMoved(area=proposal.area, by=by)


def proposal_of(
    kind: ResultKind,
    supporters: tuple[Offer, ...],
    because: tuple[ProposalCause, ...],
    now_ms: int,
    *,
    area: Area | None = None,
    incident_id: str | None = None,
) -> Proposal:
    """The proposal that rests on the answers of these offers, the newest last."""
    newest = supporters[-1]
    return Proposal(
        id=proposal_id(newest.id),
        kind=kind,
        requirement_id=newest.requirement_id,
        at_ms=now_ms,
        said=tuple(_statement(offer, now_ms) for offer in supporters),
        because=because,
        area=area,
        incident_id=incident_id,
    )


def _statement(offer: Offer, now_ms: int) -> Statement:
    return Statement(
        offer_id=offer.id,
        volunteer_id=offer.volunteer_id,
        at_ms=offer.result.at_ms if offer.result else now_ms,
        right=offer.right,
    )


def made(incident: Incident, proposal: Proposal) -> Iterator[Event]:
    """The events by which a proposal is put to the operator, and an older one of its kind ends."""
    older = next((one for one in incident.proposals if one.kind is proposal.kind), None)
    if older is not None:
        if older.is_same(proposal):
            # Whoever said the same before is judged with it.
            offers = {one.offer_id for one in proposal.said}
            earlier = tuple(one for one in older.said if one.offer_id not in offers)
            proposal = replace(proposal, said=(*earlier, *proposal.said))
        yield from ended(incident, older, "superseded")
    yield ProposalMade(proposal=proposal)
    yield AttentionRaised(reason=ATTENTION[proposal.kind], requirement_id=proposal.requirement_id, detail=proposal.id)


def ended(incident: Incident, proposal: Proposal, reason: str) -> Iterator[Event]:
    """The events by which a proposal ends without a decision on it."""
    yield ProposalEnded(proposal_id=proposal.id, result=proposal.kind, reason=reason)
    yield from _attention_ended(incident, proposal)


def ended_kind(incident: Incident, kind: ResultKind, reason: str) -> Iterator[Event]:
    """Ends the proposal of this kind, if there is one."""
    for proposal in incident.proposals:
        if proposal.kind is kind:
            yield from ended(incident, proposal, reason)


def _attention_ended(incident: Incident, proposal: Proposal) -> Iterator[Event]:
    for entry in incident.attention:
        if entry.detail == proposal.id:
            yield AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id, offer_id=entry.offer_id)


def consequences(incident: Incident, facts: tuple[Event, ...], command: Command) -> Iterator[Event]:
    """Ends of proposals that follow from the events of a decision, and proposals of a report that it merges into this incident.

    `incident` is the state after the events.
    """
    for proposal in incident.proposals:
        reason = next((why for fact in facts if (why := _overtaken_by(proposal, fact))), None)
        if reason is not None:
            yield from ended(incident, proposal, reason)
    if isinstance(command, AdoptReport) and command.other in incident.reports:
        yield from _carried(incident, command)


def _overtaken_by(proposal: Proposal, fact: Event) -> str | None:
    """Why a proposal ends with this event; None when it does not."""
    # Not with a merge: the other incident carries it, and it is back when the report is taken out again.
    if isinstance(fact, IncidentClosed | IncidentCancelled):
        return "incident_ended"
    if isinstance(fact, IncidentUpdated) and fact.by != DISPATCHER:
        is_edited = proposal.kind is ResultKind.LOCATED and "location" in fact.changed
        return "edited" if is_edited else None
    if isinstance(fact, MergeBegun) and fact.by != DISPATCHER and proposal.kind is ResultKind.DUPLICATE:
        return "edited"
    if isinstance(fact, ReportReleased) and _is_from(proposal, fact.other):
        return "unmerged"
    return None


def _is_from(proposal: Proposal, incident_id: str) -> bool:
    parts = parts_of_offer(proposal.newest.offer_id)
    return parts is not None and parts.incident_id == incident_id


def _carried(incident: Incident, command: AdoptReport) -> Iterator[Event]:
    """The proposals of the report of kinds of which the incident has none of its own."""
    kinds = {one.kind for one in incident.proposals}
    for proposal in command.proposals:
        if proposal.kind not in kinds:
            yield from made(incident, proposal)
