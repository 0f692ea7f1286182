"""Events that end offers: pending ones are withdrawn, assigned people are stood down or done."""

from collections.abc import Iterable

from dispatch.model.events import Event
from dispatch.model.offer_events import OfferMoved
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import ASSIGNED_STATES, OfferState


def withdrawn(offers: Iterable[Offer], reason: str) -> list[Event]:
    """Ends the offers that are not answered; leaves the others alone."""
    return [_ended(offer, OfferState.WITHDRAWN, reason) for offer in offers if offer.state is OfferState.OFFERED]


def stood_down(offers: Iterable[Offer], reason: str) -> list[Event]:
    """Ends the assignments; leaves pending offers alone."""
    return [_ended(offer, OfferState.STOOD_DOWN, reason) for offer in offers if offer.state in ASSIGNED_STATES]


def released(offers: Iterable[Offer], reason: str) -> list[Event]:
    """Ends every live offer: pending ones are withdrawn, assigned people are stood down."""
    offers = tuple(offers)
    return [*withdrawn(offers, reason), *stood_down(offers, reason)]


def finished(offers: Iterable[Offer], reason: str) -> list[Event]:
    """Like `released`, but people on scene have done their work."""
    offers = tuple(offers)
    on_scene = [offer for offer in offers if offer.state is OfferState.ON_SCENE]
    done: list[Event] = [_ended(offer, OfferState.DONE, reason) for offer in on_scene]
    others = [offer for offer in offers if offer not in on_scene]
    return [*withdrawn(others, reason), *done, *stood_down(others, reason)]


def let_go(offer: Offer, reason: str) -> OfferMoved:
    """Ends one live offer: withdrawn if it is not answered, else stood down."""
    state = OfferState.WITHDRAWN if offer.state is OfferState.OFFERED else OfferState.STOOD_DOWN
    return _ended(offer, state, reason)


def _ended(offer: Offer, state: OfferState, reason: str) -> OfferMoved:
    return OfferMoved(offer_id=offer.id, volunteer_id=offer.volunteer_id, state=state, reason=reason)
