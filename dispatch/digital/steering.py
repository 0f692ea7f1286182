"""Effects of digital results on the running field response.

verify_report    false: everybody is stood down and the incident is closed
call_back        false: likewise
geolocate        located: the incident moves, and its people are checked against the new place (`relocation.py`)
find_duplicates  duplicate: the incident is merged into the other one (`merging.py`); an operator can undo it

These three kinds act by themselves only within bounds (`incidents/exceeded_bounds.py`); else they are proposals, which change
nothing until an operator accepts them. Two results change what people see of the report, and no help: `confirmed` raises its
certainty, answers that disagree make it disputed. All others (translations, summaries, observations, maps) are material for the
people who go. Work that several people do takes effect only when enough of them agree (`consensus.py`).

An answer that one person gives takes effect at once, also where a hint of the assistant says otherwise: then one more person is
asked, and if these two differ, the operator decides (`hint_weight.py`).
"""

from dataclasses import dataclass

from dispatch.context_query import located
from dispatch.digital import hint_weight
from dispatch.digital.consensus import Consensus, ConsensusVerdict, finding, is_same
from dispatch.incidents import exceeded_bounds, merging, proposals, releases
from dispatch.incidents.relocation import replanned
from dispatch.model.commands import DISPATCHER
from dispatch.model.context import DecisionContext
from dispatch.model.digital_events import AnswerWanted, CertaintyChanged, WorkSettled
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionEnded, AttentionRaised, IncidentClosed, IncidentMoved
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMoved
from dispatch.model.offers import Offer
from dispatch.model.reasons import AttentionReason, ProposalCause
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import FALSE, Certainty, OfferState, ResultKind, Task
from dispatch.plans.book import PlanBook
from dispatch.state.derived_facts import Unfolding

AGREED = "agreed"
HINT_DISAGREES = "hint_disagrees"
_SAYS_WHETHER = frozenset({Task.VERIFY_REPORT, Task.CALL_BACK})


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What results are judged by: the plans and the looked-up context."""

    plans: PlanBook
    around: DecisionContext


def steer(unfolding: Unfolding, facts: tuple[Event, ...], plans: PlanBook, around: DecisionContext) -> None:
    """Adds the effects of digital work that `facts` complete."""
    grounds = _Grounds(plans, around)
    for fact in facts:
        if not isinstance(fact, OfferMoved) or fact.state is not OfferState.DONE or not unfolding.state.is_open:
            continue
        offer = unfolding.state.offer(fact.offer_id)
        if offer is not None and offer.task is not None:
            _finished(unfolding, offer, grounds)


def _finished(unfolding: Unfolding, offer: Offer, grounds: _Grounds) -> None:
    requirement = _requirement(unfolding.state, offer.requirement_id)
    if requirement is None or not requirement.is_repeated:
        if offer.result is not None:
            _alone(unfolding, offer, requirement, grounds)
    elif requirement.settled is None:
        _judge(unfolding, requirement, finding(unfolding.state, requirement), grounds)


def _alone(unfolding: Unfolding, offer: Offer, requirement: Requirement | None, grounds: _Grounds) -> None:
    """An answer that is compared with nobody's, unless a hint had doubted an earlier one."""
    doubted = hint_weight.doubted_before(unfolding.state, offer)
    if requirement is None or doubted is None or not hint_weight.is_conclusive(doubted):
        _apply(unfolding, (offer,), requirement, grounds)
    elif hint_weight.is_conclusive(offer) and not is_same(doubted, offer):
        _disagree(unfolding, requirement)
        return
    # The effect comes first and is the same with any hint; whoever is asked then can only add.
    goes_on = unfolding.state.is_open and unfolding.state.merging is None
    if requirement is None or doubted is not None or not goes_on or not hint_weight.is_doubted(offer):
        return
    if hint_weight.may_ask_another(unfolding.state):
        unfolding.add(_another(requirement, HINT_DISAGREES))


def _requirement(state: Incident, requirement_id: str) -> Requirement | None:
    return next((entry for entry in state.requirements if entry.id == requirement_id), None)


def _judge(unfolding: Unfolding, requirement: Requirement, found: Consensus, grounds: _Grounds) -> None:
    if found.verdict is ConsensusVerdict.SETTLED:
        _settle(unfolding, requirement, found)
        _apply(unfolding, found.supporters, requirement, grounds)
    elif found.verdict is ConsensusVerdict.VALIDATE:
        unfolding.add(_another(requirement, "validation"))
    elif found.verdict is ConsensusVerdict.ASK_ANOTHER:
        unfolding.add(_another(requirement, "disagreement"))
    elif found.verdict is ConsensusVerdict.DISAGREE:
        _disagree(unfolding, requirement)


def _another(requirement: Requirement, reason: str) -> AnswerWanted:
    return AnswerWanted(requirement_id=requirement.id, count=requirement.count + 1, reason=reason)


def _settle(unfolding: Unfolding, requirement: Requirement, found: Consensus) -> None:
    """Ends the work early: people still working on it are released."""
    supporters = found.supporters
    outcome = supporters[-1].result.outcome if supporters[-1].result else ""
    offers = unfolding.state.offers_for(requirement.id)
    unfolding.add(
        WorkSettled(
            requirement_id=requirement.id,
            outcome=outcome,
            offer_ids=tuple(offer.id for offer in supporters),
            hint_id=found.hint_id,
        ),
        *releases.released(offers, AGREED),
    )
    _end_attention(unfolding, AttentionReason.DISAGREEMENT, requirement.id)


def _disagree(unfolding: Unfolding, requirement: Requirement) -> None:
    unfolding.add(AttentionRaised(reason=AttentionReason.DISAGREEMENT, requirement_id=requirement.id))
    if requirement.task in _SAYS_WHETHER:
        _become(unfolding, Certainty.DISPUTED)


def _apply(
    unfolding: Unfolding, supporters: tuple[Offer, ...], requirement: Requirement | None, grounds: _Grounds
) -> None:
    """The effect of an answer; `supporters` are the people who gave it, the newest last."""
    offer = supporters[-1]
    result = offer.result
    assert result is not None  # only answers are applied
    if offer.task in _SAYS_WHETHER and result.outcome == FALSE:
        _false(unfolding, supporters, requirement, grounds)
    elif offer.task is Task.VERIFY_REPORT and result.outcome == "confirmed":
        _confirmed(unfolding, offer)
    elif offer.task is Task.GEOLOCATE and result.outcome == "located":
        _located(unfolding, supporters, grounds)
    elif offer.task is Task.FIND_DUPLICATES and result.outcome == "duplicate":
        _duplicate(unfolding, supporters, result.incident_id or "", grounds)


def _confirmed(unfolding: Unfolding, offer: Offer) -> None:
    state = unfolding.state
    is_said_false = any(one.kind is ResultKind.FALSE for one in state.proposals)
    if state.certainty is Certainty.FALSE or is_said_false:
        _contradict(unfolding, offer)
    else:
        _become(unfolding, Certainty.CONFIRMED)


def _false(
    unfolding: Unfolding, supporters: tuple[Offer, ...], requirement: Requirement | None, grounds: _Grounds
) -> None:
    state, newest = unfolding.state, supporters[-1]
    because = exceeded_bounds.of_false(state, newest.requirement_id, requirement, grounds.plans)
    if ProposalCause.CONFIRMED in because:
        _contradict(unfolding, newest)
    if because:
        # The certainty stays: people on the way would read `false` as the order to turn back.
        proposal = proposals.proposal_of(ResultKind.FALSE, supporters, because, unfolding.now_ms)
        unfolding.add(*proposals.made(state, proposal))
        return
    _become(unfolding, Certainty.FALSE)
    unfolding.add(
        *releases.released(state.offers, proposals.FALSE_REPORT),
        IncidentClosed(by=DISPATCHER, reason=proposals.FALSE_REPORT),
    )


def _contradict(unfolding: Unfolding, offer: Offer) -> None:
    _become(unfolding, Certainty.DISPUTED)
    unfolding.add(AttentionRaised(reason=AttentionReason.CONTRADICTION, requirement_id=offer.requirement_id))


def _become(unfolding: Unfolding, certainty: Certainty) -> None:
    if unfolding.state.certainty is not certainty:
        unfolding.add(CertaintyChanged(certainty=certainty))


def _located(unfolding: Unfolding, supporters: tuple[Offer, ...], grounds: _Grounds) -> None:
    newest = supporters[-1]
    area = located(newest.result.location if newest.result else None)
    before = unfolding.state.area
    if area is None or area == before:
        return
    because = exceeded_bounds.of_move(unfolding.state, area, newest.requirement_id, grounds.plans)
    if because:
        proposal = proposals.proposal_of(ResultKind.LOCATED, supporters, because, unfolding.now_ms, area=area)
        unfolding.add(*proposals.made(unfolding.state, proposal))
        return
    unfolding.add(*proposals.ended_kind(unfolding.state, ResultKind.LOCATED, "superseded"), IncidentMoved(area=area))
    unfolding.add(*replanned(unfolding.state, before, grounds.around))


def _duplicate(unfolding: Unfolding, supporters: tuple[Offer, ...], other: str, grounds: _Grounds) -> None:
    state, newest = unfolding.state, supporters[-1]
    if state.merging is not None:
        return
    if merging.obstacle(state, other, grounds.around.target) is not None:
        unfolding.add(AttentionRaised(reason=AttentionReason.DUPLICATE_ENDED, detail=other))
        return
    because = exceeded_bounds.of_merge(state, other, newest.requirement_id, grounds.plans, grounds.around)
    if because:
        proposal = proposals.proposal_of(ResultKind.DUPLICATE, supporters, because, unfolding.now_ms, incident_id=other)
        unfolding.add(*proposals.made(state, proposal))
        return
    unfolding.add(
        *proposals.ended_kind(state, ResultKind.DUPLICATE, "superseded"),
        merging.begun(state, other, by=DISPATCHER, now_ms=unfolding.now_ms),
    )


def _end_attention(unfolding: Unfolding, reason: AttentionReason, requirement_id: str) -> None:
    if any((one.reason, one.requirement_id) == (reason, requirement_id) for one in unfolding.state.attention):
        unfolding.add(AttentionEnded(reason=reason, requirement_id=requirement_id))
