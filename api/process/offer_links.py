"""One-offer links (`/v/#o=TOKEN`): whose offer a token opens, and what may be done with it now.

A link stands for its person at one offer, without a session. It travels in clear and may be forwarded, so it reads that offer
and answers it, and nothing else. It ends with the offer, with the key it was derived from, with a revocation of the person or
the role, and with the person's erasure.

Redis maps tokens to offers. After a loss of Redis the tokens are derived anew from the open incidents, which were rebuilt from
the log: the first unknown token pays for that, at most once a minute (`rate_limits.LINKS_RESTORED`).
"""

import asyncio

from api.caller import OpenLink
from api.process.services import Services
from dispatch.matching.disclosed_fields import is_at_work
from dispatch.model.ids import parts_of_offer
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import OfferState, Priority
from streams import clock, wire
from streams.errors import InvalidInput
from streams.tokens import Role

AFTERWARDS_MS = 600_000
"""How long an ended offer can still be looked at, and its last answer repeated: a phone may not know that it arrived."""
_AT_ONCE = 100

BEFORE = frozenset({"accept", "decline"})
AT_WORK = BEFORE | {"progress", "check-in", "confirm", "need-help", "distress", "result"}
_REPEATS = {
    # A late yes counts while a place is open, as from the app.
    OfferState.EXPIRED: BEFORE,
    OfferState.DECLINED: frozenset({"decline"}),
    # Who was there may still be there, and have nothing but the link.
    OfferState.DONE: frozenset({"progress", "result", "distress"}),
    OfferState.STOOD_DOWN: frozenset({"distress"}),
}


class LinkRefused(InvalidInput):
    """The token opens nothing: it never existed, or its offer, person or key has ended. `is_unknown`: it may be a guess."""

    def __init__(self, *, is_unknown: bool = False) -> None:
        super().__init__("the link has ended or does not exist")
        self.is_unknown = is_unknown


async def opened(services: Services, token: str) -> OpenLink:
    """What a token stands for.

    Raises:
        LinkRefused: nothing.
        StoreUnavailable, NotReady: Redis cannot be read; the token may be valid.
    """
    found = await _offer_of(services, token)
    if found is None:
        raise LinkRefused(is_unknown=True)
    volunteer_id, offer_id = found
    place = parts_of_offer(offer_id)
    state = await services.reads.incident(place.incident_id) if place else None
    offer = state.offer(offer_id) if state else None
    if state is None or offer is None or offer.volunteer_id != volunteer_id:
        raise LinkRefused
    answers = answers_now(state, offer, clock.now_ms())
    if answers is None or services.sessions.has_revoked(volunteer_id, Role.VOLUNTEER, offer.created_ms):
        raise LinkRefused
    if await services.reads.volunteer(volunteer_id) is None:
        # Erased: their offers end a moment later.
        raise LinkRefused
    return OpenLink(offer_id=offer_id, volunteer_id=volunteer_id, answers=answers)


def answers_now(state: Incident, offer: Offer, now_ms: int) -> frozenset[str] | None:
    """The answers that a link to this offer may give; empty: it can only be looked at; None: the link has ended."""
    if is_at_work(state, offer):
        return AT_WORK
    if offer.state is OfferState.OFFERED and now_ms < offer.expires_ms:
        return BEFORE
    # An offer whose time is up waits for the dispatcher to end it.
    ended, ended_ms = (
        (OfferState.EXPIRED, offer.expires_ms) if offer.state is OfferState.OFFERED else (offer.state, offer.changed_ms)
    )
    return _REPEATS.get(ended, frozenset()) if now_ms < ended_ms + AFTERWARDS_MS else None


async def _offer_of(services: Services, token: str) -> tuple[str, str] | None:
    if not wire.is_token(token):
        return None
    found = await _known(services, token)
    if found is None:
        # One at a time: a valid link must not be refused while another request restores it.
        async with services.links_lock:
            if await _known(services, token) is None and services.rates.links_restored_wait_s() == 0:
                await _restore(services)
        found = await _known(services, token)
    # Derived again: an entry in Redis alone opens nothing, and a retired key ends its links.
    return found if found is not None and wire.is_token_of(services.ring.now, token, found[1]) else None


async def _known(services: Services, token: str) -> tuple[str, str] | None:
    for name in wire.token_names(services.ring.now, token):
        found = await services.reach.offer_linked(name)
        if found is not None:
            return found
    return None


async def _restore(services: Services) -> None:
    """Writes the tokens of all live offers to Redis again."""
    ring = services.ring.now
    for priority in Priority:
        after = None
        while listed := await services.reads.open_of(priority, after=after, limit=_AT_ONCE):
            after = listed[-1]
            states = await services.reads.incidents([one.id for one in listed])
            live = [offer for state in states if state for offer in state.offers if offer.is_live]
            await asyncio.gather(
                *(
                    services.reach.put_offer_link(
                        wire.token_names(ring, wire.offer_tokens(ring, offer.id)[0])[0], offer.volunteer_id, offer.id
                    )
                    for offer in live
                )
            )
