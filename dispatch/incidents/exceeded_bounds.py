"""Which bounds a result of digital work exceeds: within all of them it acts by itself, else it is a proposal (`proposals.py`).

The bounds are those of the plan (`plans/result_bounds.py`) and those that no plan lifts: nobody is engaged, there is no hazard
area, no other zone, and nothing is against an operator's own statement. They are above every agreement between answers: two
strangers can agree, so agreement is a condition and no permission.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from dispatch.model.context import DecisionContext
from dispatch.model.geo import distance_m, zone_of
from dispatch.model.incidents import Incident
from dispatch.model.places import Area
from dispatch.model.reasons import ProposalCause
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, Certainty, OnFalse, ResultKind
from dispatch.plans.book import PlanBook
from dispatch.plans.result_bounds import ResultBounds
from dispatch.state.edits import is_stated_by_operator

_ENDING = frozenset({ResultKind.FALSE, ResultKind.DUPLICATE})


def of_false(
    incident: Incident, requirement_id: str, requirement: Requirement | None, plans: PlanBook
) -> tuple[ProposalCause, ...]:
    """Bounds that closing the incident as false exceeds. `requirement`: that of the answer; None: it was removed meanwhile."""

    def exceeded() -> Iterator[ProposalCause]:
        if requirement is None or requirement.on_false is OnFalse.ASK_OPERATOR:
            yield ProposalCause.PLAN
        yield from _common(incident, ResultKind.FALSE, {requirement_id}, plans)
        if incident.certainty is Certainty.CONFIRMED:
            yield ProposalCause.CONFIRMED
        if _is_raised(incident, plans):
            yield ProposalCause.OPERATOR

    return _once(exceeded())


def of_move(incident: Incident, area: Area, requirement_id: str, plans: PlanBook) -> tuple[ProposalCause, ...]:
    """Bounds that moving the incident to `area` exceeds. The first place of an incident is no move: nothing is left behind."""

    def exceeded() -> Iterator[ProposalCause]:
        yield from _common(incident, ResultKind.LOCATED, {requirement_id}, plans)
        if is_stated_by_operator(incident, "location"):
            yield ProposalCause.OPERATOR
        if incident.area is not None:
            yield from _apart(incident.area, area, _bounds(incident, plans))

    return _once(exceeded())


def of_merge(
    incident: Incident, other: str, requirement_id: str, plans: PlanBook, around: DecisionContext
) -> tuple[ProposalCause, ...]:
    """Bounds that merging the incident into `other`, the target of `around`, exceeds."""

    def exceeded() -> Iterator[ProposalCause]:
        yield from _common(incident, ResultKind.DUPLICATE, {requirement_id}, plans)
        # Whoever split them has said that they are two events.
        if other == incident.split_from or other in incident.split_into:
            yield ProposalCause.OPERATOR
        target = around.target
        if incident.area is None or target is None or target.area is None:
            yield ProposalCause.PLACE_UNKNOWN
        else:
            yield from _apart(incident.area, target.area, _bounds(incident, plans))

    return _once(exceeded())


def of_started_merge(incident: Incident, plans: PlanBook) -> tuple[ProposalCause, ...]:
    """Bounds that an incident has left since a result began to merge it: somebody may have accepted meanwhile."""
    into = incident.merging.into if incident.merging is not None else None
    # Others at the work whose result began the merge disturb it as little now as they did then.
    works = {
        offer.requirement_id
        for offer in incident.offers
        if offer.result is not None and offer.result.incident_id is not None and offer.result.incident_id == into
    }
    return _once(_common(incident, ResultKind.DUPLICATE, works, plans))


def _common(incident: Incident, kind: ResultKind, works: AbstractSet[str], plans: PlanBook) -> Iterator[ProposalCause]:
    """`works`: ids of the requirements that the result is an answer to."""
    bounds = _bounds(incident, plans)
    if kind not in bounds.results:
        yield ProposalCause.PLAN
    if not bounds.allow(incident.priority):
        yield ProposalCause.PRIORITY
    if _is_engaged(incident, kind, works):
        yield ProposalCause.ENGAGED
    if incident.hazard is not None:
        yield ProposalCause.HAZARD
    if kind in incident.overruled:
        yield ProposalCause.OPERATOR


def _is_engaged(incident: Incident, kind: ResultKind, works: AbstractSet[str]) -> bool:
    """Whether somebody would be stood down or redirected: in the field, or at other digital work that would end.

    People who accepted count like those en route: whoever makes ready to leave is as hard to bring back.
    """
    return any(
        (offer.is_assigned and _is_disturbed(offer.capability, kind, offer.requirement_id in works))
        # Somebody sent here was in danger; that nobody is on scene any more proves nothing.
        or offer.distress is not None
        for offer in incident.offers
    )


def _is_disturbed(capability: Capability, kind: ResultKind, is_same_work: bool) -> bool:
    return capability is Capability.FIELD or (kind in _ENDING and not is_same_work)


def _is_raised(incident: Incident, plans: PlanBook) -> bool:
    """Whether an operator holds the incident for urgent: set its priority, or reported it as more urgent than its type is."""
    # Which way an edit changed the priority is not stored, so lowering it counts too: one more question to the operator.
    is_above = incident.priority.order < plans.plan(incident.type).priority.order
    return is_above or is_stated_by_operator(incident, "priority")


def _apart(here: Area, there: Area, bounds: ResultBounds) -> Iterator[ProposalCause]:
    # Two discs: no point of one is further from the other (their Hausdorff distance). Centres alone would let an outline of a
    # whole region replace a point in its middle.
    shift_m = distance_m(here.centre, there.centre) + abs(here.reach_m - there.reach_m)
    if shift_m > bounds.within_m:
        yield ProposalCause.DISTANCE
    if zone_of(here.centre) != zone_of(there.centre):
        yield ProposalCause.ZONE


def _bounds(incident: Incident, plans: PlanBook) -> ResultBounds:
    return plans.plan(incident.type).bounds


def _once(causes: Iterator[ProposalCause]) -> tuple[ProposalCause, ...]:
    return tuple(dict.fromkeys(causes))
