"""What a decision means outside its incident: the records of `offers`, and the people it engages and releases."""

from typing import Any

from dispatch.model import offer_events
from dispatch.model.decisions import Decision, OfferStep, offer_step
from dispatch.model.incidents import Incident
from dispatch.model.people import Hold
from dispatch.model.vocabulary import ASSIGNED_STATES, FILLING_STATES, OfferState, Outcome
from dispatch.notices.safety_notices import notice_steps
from dispatch.state.errors import BrokenLog

_ENDED = {OfferState.DONE} | (frozenset(OfferState) - FILLING_STATES - {OfferState.OFFERED})
"""States that release the person."""


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
        if not isinstance(fact, offer_events.OfferMade | offer_events.OfferMoved):
            continue
        offer = offers.get(fact.offer_id)
        if offer is None:
            if incident.version > decision.version:
                continue  # pruned since (`pruning.py`): a repeat is computed from a later state
            raise BrokenLog(f"{fact.offer_id} is not in {incident.id}")
        # From the event, not from the offer: a repeat is computed from a later state and must give the same record.
        state, reason = (
            (OfferState.OFFERED, None) if isinstance(fact, offer_events.OfferMade) else (fact.state, fact.reason)
        )
        of_incident: dict[str, Any] = {"priority": incident.priority, "exercise": incident.exercise}
        steps.append(offer_step(offer, decision, partition, offset, state=state, reason=reason, **of_incident))
    return [*steps, *notice_steps(incident, decision, partition, offset)]


def held_by(decision: Decision) -> tuple[Hold, ...]:
    """The people this decision engages: offers made, and offers revived by a late acceptance."""
    return tuple(
        Hold(volunteer_id=fact.volunteer_id, offer_id=fact.offer_id)
        for fact in decision.events
        if isinstance(fact, offer_events.OfferMade)
        or (isinstance(fact, offer_events.OfferMoved) and fact.state in ASSIGNED_STATES)
    )


def freed_by(decision: Decision) -> tuple[Hold, ...]:
    """The people this decision releases."""
    return tuple(
        Hold(volunteer_id=fact.volunteer_id, offer_id=fact.offer_id)
        for fact in decision.events
        # An acceptance too: a late one engages a person who was released, another one confirms the hold.
        if isinstance(fact, offer_events.OfferMoved) and fact.state in _ENDED
    )
