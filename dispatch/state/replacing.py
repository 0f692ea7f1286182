"""An incident with one of its offers or requirements replaced."""

from collections.abc import Callable

from dispatch.model.copying import changed
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.requirements import Requirement


def with_offer(state: Incident, offer_id: str, change: Callable[[Offer], Offer]) -> Incident:
    """The incident with one offer replaced; unchanged if it has no such offer (it may have been pruned)."""
    return changed(state, offers=tuple(change(one) if one.id == offer_id else one for one in state.offers))


def with_requirement(state: Incident, requirement_id: str, change: Callable[[Requirement], Requirement]) -> Incident:
    """The incident with one requirement replaced; unchanged if it has no such requirement."""
    entries = tuple(change(one) if one.id == requirement_id else one for one in state.requirements)
    return changed(state, requirements=entries)
