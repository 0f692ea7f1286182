"""The bound on an incident's state: a long unfilled incident must not grow for ever.

Ended offers beyond the newest 200 leave the state (the log keeps them). What must not be forgotten with them is who may not be
asked again: those people stay as bare ids under their requirement.
"""

from collections.abc import Mapping
from dataclasses import replace

from dispatch.model.incidents import Incident, Offer
from dispatch.model.offer_ends import is_withdrawn_by_hand
from dispatch.model.vocabulary import FILLING_STATES, LIVE_STATES, OfferState

ENDED_OFFERS_KEPT = 200
NEVER_AGAIN = frozenset({OfferState.DECLINED, OfferState.DONE, OfferState.VOID})
"""Outcomes after which a person is not asked for the same requirement again. Silence is no refusal."""


def pruned(state: Incident, now_ms: int) -> Incident:
    """Without the oldest ended offers beyond the bound. Those that ended at this moment stay: they have still to be told of."""
    if len(state.offers) <= ENDED_OFFERS_KEPT:
        return state
    ended = [offer for offer in state.offers if offer.state not in LIVE_STATES | FILLING_STATES]
    surplus = len(ended) - ENDED_OFFERS_KEPT
    if surplus <= 0:
        return state
    ended.sort(key=lambda offer: (offer.changed_ms, offer.id))
    gone = [offer for offer in ended[:surplus] if offer.changed_ms < now_ms]
    if not gone:
        return state
    ids = {offer.id for offer in gone}
    return replace(
        state,
        offers=tuple(offer for offer in state.offers if offer.id not in ids),
        declined=_with_decliners(state.declined, gone),
        forgotten_offers=state.forgotten_offers + len(gone),
    )


def _with_decliners(declined: Mapping[str, tuple[str, ...]], gone: list[Offer]) -> dict[str, tuple[str, ...]]:
    people = {requirement: dict.fromkeys(ids) for requirement, ids in declined.items()}
    for offer in gone:
        if offer.state in NEVER_AGAIN or is_withdrawn_by_hand(offer):
            people.setdefault(offer.requirement_id, {})[offer.volunteer_id] = None
    return {requirement: tuple(ids) for requirement, ids in people.items()}
