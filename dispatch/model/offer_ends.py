"""Words for why an offer has ended that more than one rule has to know."""

from dispatch.model.incidents import Offer
from dispatch.model.vocabulary import OfferState

GONE = "offer_no_longer_kept"
"""Of an offer that may have left the state (`pruning.py`): it ended long ago."""
SILENCE_REST_S = 600
"""A person who did not answer is left in peace by the same requirement for this long."""
BY_OPERATOR = "operator"
"""An operator withdrew it by hand."""
SPLIT = "split"
"""An operator named its person for the incident that was split off."""
BY_HAND = frozenset({BY_OPERATOR, SPLIT})


def is_withdrawn_by_hand(offer: Offer) -> bool:
    """The search leaves this person alone, for this requirement."""
    return offer.reason in BY_HAND and offer.state in (OfferState.WITHDRAWN, OfferState.STOOD_DOWN)
