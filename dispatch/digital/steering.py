"""Effects of digital results on the running field response.

verify_report    confirmed: certainty rises; false: people are stood down and the incident is closed, or attention is raised
call_back        false: likewise
geolocate        located: the incident moves, and its people are checked against the new place (`relocation.py`)
find_duplicates  duplicate: the incident is merged into the other one (`merging.py`); an operator can undo it

Other results (translations, summaries, observations, maps) have no effect; they are material for the people who go. Work that
several people do takes effect only when enough of them agree (`consensus.py`).
"""

from dispatch.context_query import located
from dispatch.digital.consensus import Consensus, ConsensusVerdict, finding
from dispatch.incidents import merging, releases
from dispatch.incidents.relocation import replanned
from dispatch.model.commands import DISPATCHER
from dispatch.model.context import DecisionContext
from dispatch.model.digital_events import AnswerWanted, CertaintyChanged, WorkSettled
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionEnded, AttentionRaised, IncidentClosed, IncidentMoved
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMoved
from dispatch.model.offers import Offer
from dispatch.model.reasons import AttentionReason
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import FALSE, Capability, Certainty, OfferState, OnFalse, Task
from dispatch.state.derived_facts import Unfolding

AGREED = "agreed"
FALSE_REPORT = "false_report"
_SAYS_WHETHER = frozenset({Task.VERIFY_REPORT, Task.CALL_BACK})


def steer(unfolding: Unfolding, facts: tuple[Event, ...], around: DecisionContext) -> None:
    """Adds the effects of digital work that `facts` complete."""
    for fact in facts:
        if not isinstance(fact, OfferMoved) or fact.state is not OfferState.DONE or not unfolding.state.is_open:
            continue
        offer = unfolding.state.offer(fact.offer_id)
        if offer is not None and offer.task is not None:
            _finished(unfolding, offer, around)


def _finished(unfolding: Unfolding, offer: Offer, around: DecisionContext) -> None:
    requirement = _requirement(unfolding.state, offer.requirement_id)
    if requirement is None or not requirement.is_repeated:
        if offer.result is not None:
            _apply(unfolding, offer, requirement, around)
    elif requirement.settled is None:
        _judge(unfolding, requirement, finding(unfolding.state, requirement), around)


def _requirement(state: Incident, requirement_id: str) -> Requirement | None:
    return next((entry for entry in state.requirements if entry.id == requirement_id), None)


def _judge(unfolding: Unfolding, requirement: Requirement, found: Consensus, around: DecisionContext) -> None:
    if found.verdict is ConsensusVerdict.SETTLED:
        _settle(unfolding, requirement, found.supporters)
        _apply(unfolding, found.supporters[-1], requirement, around)
    elif found.verdict is ConsensusVerdict.VALIDATE:
        unfolding.add(_another(requirement, "validation"))
    elif found.verdict is ConsensusVerdict.ASK_ANOTHER:
        unfolding.add(_another(requirement, "disagreement"))
    elif found.verdict is ConsensusVerdict.DISAGREE:
        _disagree(unfolding, requirement)


def _another(requirement: Requirement, reason: str) -> AnswerWanted:
    return AnswerWanted(requirement_id=requirement.id, count=requirement.count + 1, reason=reason)


def _settle(unfolding: Unfolding, requirement: Requirement, supporters: tuple[Offer, ...]) -> None:
    """Ends the work early: people still working on it are released."""
    outcome = supporters[-1].result.outcome if supporters[-1].result else ""
    offers = unfolding.state.offers_for(requirement.id)
    unfolding.add(
        WorkSettled(requirement_id=requirement.id, outcome=outcome, offer_ids=tuple(offer.id for offer in supporters)),
        *releases.released(offers, AGREED),
    )
    _end_attention(unfolding, AttentionReason.DISAGREEMENT, requirement.id)


def _disagree(unfolding: Unfolding, requirement: Requirement) -> None:
    unfolding.add(AttentionRaised(reason=AttentionReason.DISAGREEMENT, requirement_id=requirement.id))
    if requirement.task in _SAYS_WHETHER:
        _become(unfolding, Certainty.DISPUTED)


def _apply(unfolding: Unfolding, offer: Offer, requirement: Requirement | None, around: DecisionContext) -> None:
    result = offer.result
    assert result is not None  # only answers are applied
    if offer.task in _SAYS_WHETHER and result.outcome == FALSE:
        _false(unfolding, offer, requirement)
    elif offer.task is Task.VERIFY_REPORT and result.outcome == "confirmed":
        _confirmed(unfolding, offer)
    elif offer.task is Task.GEOLOCATE and result.outcome == "located":
        _located(unfolding, offer, around)
    elif offer.task is Task.FIND_DUPLICATES and result.outcome == "duplicate":
        _duplicate(unfolding, result.incident_id or "", around)


def _confirmed(unfolding: Unfolding, offer: Offer) -> None:
    if unfolding.state.certainty is Certainty.FALSE:
        _contradict(unfolding, offer)
    else:
        _become(unfolding, Certainty.CONFIRMED)


def _false(unfolding: Unfolding, offer: Offer, requirement: Requirement | None) -> None:
    """Closes the incident automatically only if nobody contradicts: no confirmation exists and no field worker is on scene."""
    state = unfolding.state
    if state.certainty is Certainty.CONFIRMED:
        _contradict(unfolding, offer)
        return
    _become(unfolding, Certainty.FALSE)
    on_scene = any(one.state is OfferState.ON_SCENE and one.capability is Capability.FIELD for one in state.offers)
    asks = requirement is not None and requirement.on_false is OnFalse.ASK_OPERATOR
    if asks or on_scene:
        detail = "on_scene" if on_scene else None
        reason = AttentionReason.REPORTED_FALSE
        unfolding.add(AttentionRaised(reason=reason, requirement_id=offer.requirement_id, detail=detail))
        return
    unfolding.add(
        *releases.released(state.offers, FALSE_REPORT),
        IncidentClosed(by=DISPATCHER, reason=FALSE_REPORT),
    )


def _contradict(unfolding: Unfolding, offer: Offer) -> None:
    _become(unfolding, Certainty.DISPUTED)
    unfolding.add(AttentionRaised(reason=AttentionReason.CONTRADICTION, requirement_id=offer.requirement_id))


def _become(unfolding: Unfolding, certainty: Certainty) -> None:
    if unfolding.state.certainty is not certainty:
        unfolding.add(CertaintyChanged(certainty=certainty))


def _located(unfolding: Unfolding, offer: Offer, around: DecisionContext) -> None:
    area = located(offer.result.location if offer.result else None)
    before = unfolding.state.area
    if area is None or area == before:
        return
    unfolding.add(IncidentMoved(area=area))
    unfolding.add(*replanned(unfolding.state, before, around))


def _duplicate(unfolding: Unfolding, other: str, around: DecisionContext) -> None:
    if unfolding.state.merging is not None:
        return
    reason = merging.obstacle(unfolding.state, other, around.target)
    if reason is None:
        unfolding.add(merging.begun(unfolding.state, other, by=DISPATCHER, now_ms=unfolding.now_ms))
    else:
        unfolding.add(AttentionRaised(reason=AttentionReason.DUPLICATE_ENDED, detail=other))


def _end_attention(unfolding: Unfolding, reason: AttentionReason, requirement_id: str) -> None:
    if any((one.reason, one.requirement_id) == (reason, requirement_id) for one in unfolding.state.attention):
        unfolding.add(AttentionEnded(reason=reason, requirement_id=requirement_id))
