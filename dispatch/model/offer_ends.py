"""Reasons for the end of an offer that several rules share."""

from dispatch.model.offers import Offer
from dispatch.model.vocabulary import OfferState

GONE = "offer_no_longer_kept"
"""Reason for a command about an offer that was pruned from the state (`pruning.py`): it ended long ago."""
SILENCE_REST_S = 600
"""A person who did not answer is not asked again for the same requirement for this long."""
BY_OPERATOR = "operator"
"""An operator withdrew the offer."""
SPLIT = "split"
"""An operator transferred the person to an incident that was split off."""
BY_HAND = frozenset({BY_OPERATOR, SPLIT})


def is_withdrawn_by_hand(offer: Offer) -> bool:
    """Whether an operator ended the offer; the search then no longer asks this person for this requirement."""
    return offer.reason in BY_HAND and offer.state in (OfferState.WITHDRAWN, OfferState.STOOD_DOWN)
