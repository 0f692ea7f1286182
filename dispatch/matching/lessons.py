"""Lessons of a decision about its people: answers, for the estimates, and ends of work, for the rest.

- An acceptance counts as one accepted answer, also if it is late or too late; a decline counts as one refused answer.
- A silence counts as refused by its length: fully after the usual window, partly if the offer was withdrawn before
  (`estimates.silence_weight`, with the estimate at the time of the offer). It affects the estimate only.
- Void offers, answers entered by an operator and offers withdrawn by an operator do not count: they do not show how the person
  answers an offer.
"""

from dataclasses import dataclass

from dispatch.matching import estimates
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Incident
from dispatch.model.offer_ends import BY_HAND
from dispatch.model.offer_events import OfferMoved
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import Capability, OfferState

_LEAST_WEIGHT = 0.001
"""Lighter silences are dropped: `estimates.added` takes the logarithm of the weight."""
_ANSWERS = frozenset({OfferState.ACCEPTED, OfferState.DECLINED, OfferState.STOOD_DOWN})
"""Steps that an operator may enter for the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """An answer of one person. `cell`: its cell in the prior table (`estimates.cell_of`)."""

    volunteer_id: str
    cell: str
    at_ms: int
    accepted: float = 0.0
    refused: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkEnded:
    """A completed field assignment."""

    volunteer_id: str
    at_ms: int
    heavy: bool


def lessons_of(decision: Decision, incident: Incident) -> tuple[Lesson, ...]:
    """Answers recorded by the decision; `incident`: the state after it."""
    return tuple(
        lesson
        for fact in decision.events
        if isinstance(fact, OfferMoved)
        and not (decision.heard_by is not None and fact.state in _ANSWERS)
        and fact.reason not in BY_HAND
        and (offer := incident.offer(fact.offer_id))
        and (lesson := _lesson(fact, offer, decision.decided_ms))
    )


def _lesson(fact: OfferMoved, offer: Offer, at_ms: int) -> Lesson | None:
    cell = estimates.cell_of(offer.capability, offer.distance_m, offer.created_ms)
    # The person did accept; that others were faster says nothing against them (DESIGN 56).
    too_late = fact.state is OfferState.STOOD_DOWN and offer.accepted_ms is None
    if fact.state is OfferState.ACCEPTED or too_late:
        return Lesson(volunteer_id=offer.volunteer_id, cell=cell, at_ms=at_ms, accepted=1.0)
    if fact.state is OfferState.DECLINED:
        return Lesson(volunteer_id=offer.volunteer_id, cell=cell, at_ms=at_ms, refused=1.0)
    if fact.state not in (OfferState.EXPIRED, OfferState.WITHDRAWN):
        return None
    # A timer that fires late does not make the silence longer.
    silent_s = (min(at_ms, offer.expires_ms) - offer.created_ms) / 1000
    weight = estimates.silence_weight(silent_s, offer.chance or estimates.OVERALL)
    if weight < _LEAST_WEIGHT:
        return None
    return Lesson(volunteer_id=offer.volunteer_id, cell=cell, at_ms=at_ms, refused=weight)


def work_ended(decision: Decision, incident: Incident) -> tuple[WorkEnded, ...]:
    """Field assignments completed by the decision; `incident`: the state after it. Digital work needs no rest."""
    heavy = {entry.id for entry in incident.requirements if entry.heavy}
    return tuple(
        WorkEnded(volunteer_id=offer.volunteer_id, at_ms=decision.decided_ms, heavy=offer.requirement_id in heavy)
        for fact in decision.events
        if isinstance(fact, OfferMoved)
        and fact.state is OfferState.DONE
        and (offer := incident.offer(fact.offer_id))
        and offer.capability is Capability.FIELD
    )
