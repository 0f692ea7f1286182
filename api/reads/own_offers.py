"""Pages of the offers made to one person."""

from collections.abc import Set
from itertools import dropwhile

from api.process.services import StateReads
from dispatch.model.vocabulary import OfferState
from dispatch.plans.budget_table import MOST_OFFERS
from streams.store.reads import OfferOf

OFFERS_SHOWN = 50


async def offers_page(
    reads: StateReads, volunteer_id: str, states: Set[OfferState], *, limit: int, cursor: str | None
) -> tuple[list[OfferOf], str | None]:
    """A page, newest first, and the cursor of the next one: the id of its last offer.

    An offer that is no longer kept was the oldest, so nothing follows it. Raises StoreUnavailable, NotReady.
    """
    # Filtered before the list is cut (DESIGN 90): an open offer may be older than fifty ended ones.
    is_whole = bool(states) or cursor is not None
    known = await reads.offers_of(volunteer_id, limit=MOST_OFFERS if is_whole else limit + 1)
    if cursor is not None:
        known = list(dropwhile(lambda entry: entry.offer.id != cursor, known))[1:]
    held = [entry for entry in known if not states or entry.offer.state in states]
    return held[:limit], held[limit - 1].offer.id if len(held) > limit else None
