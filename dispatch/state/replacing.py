"""An incident with one of its offers or requirements replaced."""

from collections.abc import Callable

from dispatch.model.copying import changed
from dispatch.model.incidents import Incident, Offer, Requirement


def with_offer(state: Incident, offer_id: str, change: Callable[[Offer], Offer]) -> Incident:
    """The same incident when the offer is not there: pruning may have dropped it."""
    return changed(state, offers=tuple(change(one) if one.id == offer_id else one for one in state.offers))


def with_requirement(state: Incident, requirement_id: str, change: Callable[[Requirement], Requirement]) -> Incident:
    """The same incident when the requirement is not there."""
    entries = tuple(change(one) if one.id == requirement_id else one for one in state.requirements)
    return changed(state, requirements=entries)
