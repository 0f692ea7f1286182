"""Bounds the size of an incident's state: an incident that stays unfilled makes offers without end.

Ended offers beyond the newest 200 are removed from the state; the log keeps them. People who may not be asked again are kept as
ids under their requirement (`Incident.declined`), and declines also by kind of work (`Incident.refused`).
"""

from collections.abc import Mapping
from dataclasses import replace

from dispatch.matching.declines import joined, of_offers
from dispatch.model.incidents import Incident
from dispatch.model.offer_ends import is_withdrawn_by_hand
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import FILLING_STATES, LIVE_STATES, OfferState

ENDED_OFFERS_KEPT = 200
"""DESIGN 35. A command about an offer beyond it gets `offer_no_longer_kept`."""
NEVER_AGAIN = frozenset({OfferState.DECLINED, OfferState.DONE, OfferState.VOID})
"""States after which a person is not asked for the same requirement again. An expired offer is not a refusal."""


def pruned(state: Incident, now_ms: int) -> Incident:
    """The state without the oldest ended offers beyond the bound. Offers that ended at `now_ms` stay: their steps are still to be
    published."""
    if len(state.offers) <= ENDED_OFFERS_KEPT:
        return state
    ended = [offer for offer in state.offers if offer.state not in LIVE_STATES | FILLING_STATES]
    surplus = len(ended) - ENDED_OFFERS_KEPT
    if surplus <= 0:
        return state
    # Ties by id, so that the live path and a rebuild forget the same offers.
    ended.sort(key=lambda offer: (offer.changed_ms, offer.id))
    gone = [offer for offer in ended[:surplus] if offer.changed_ms < now_ms]
    if not gone:
        return state
    ids = {offer.id for offer in gone}
    return replace(
        state,
        offers=tuple(offer for offer in state.offers if offer.id not in ids),
        declined=_with_decliners(state.declined, gone),
        # With the skill: a decline applies to every requirement that accepts it (DESIGN 56).
        refused=joined((*state.refused, *of_offers(gone))),
        forgotten_offers=state.forgotten_offers + len(gone),
    )


def _with_decliners(declined: Mapping[str, tuple[str, ...]], gone: list[Offer]) -> dict[str, tuple[str, ...]]:
    # A dict, not a set: the order is part of the state, and that of a set of strings differs between processes.
    people = {requirement: dict.fromkeys(ids) for requirement, ids in declined.items()}
    for offer in gone:
        if offer.state in NEVER_AGAIN or is_withdrawn_by_hand(offer):
            people.setdefault(offer.requirement_id, {})[offer.volunteer_id] = None
    return {requirement: tuple(ids) for requirement, ids in people.items()}
