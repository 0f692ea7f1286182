"""Whether the target will be kept: the chance that the open places of a requirement fill in time from the offers that are out."""

from dispatch.estimates import OVERALL, answered_by, chance_within
from dispatch.model import Incident, Offer, Requirement
from dispatch.vocabulary import OfferState


def chance_to_fill(incident: Incident, requirement: Requirement, by_ms: int, now_ms: int) -> float:
    """1 when no place is open; else the chance that at least as many accept by then as places are open, each by themselves."""
    chances = [
        chance_of(offer, by_ms, now_ms)
        for offer in incident.offers_for(requirement.id)
        if offer.state is OfferState.OFFERED
    ]
    return at_least(incident.open_places(requirement), chances)


def chance_of(offer: Offer, by_ms: int, now_ms: int) -> float:
    """Chance that a person who is asked and has been silent so far accepts by then, and before the offer ends.

    With the time to accept distributed as F (`estimates.py`): (p F(by) - p F(now)) / (1 - p F(now)).
    """
    window_s = (offer.expires_ms - offer.created_ms) / 1000
    stated = chance_within(OVERALL, window_s) if offer.chance is None else offer.chance
    whole = max(answered_by(window_s), 1e-9)
    until_ms = min(by_ms, offer.expires_ms)
    if until_ms <= now_ms:
        return 0.0
    gone, come = (stated * answered_by((at - offer.created_ms) / 1000) / whole for at in (now_ms, until_ms))
    return max(0.0, (come - gone) / (1.0 - gone))


def at_least(wanted: int, chances: list[float]) -> float:
    """Chance of at least `wanted` successes among independent ones of unequal chance (Poisson binomial, exact).

    By the recursion over people: shares[k] is the chance of exactly k so far, the last entry of `wanted` or more.
    """
    if wanted <= 0:
        return 1.0
    shares = [1.0] + [0.0] * wanted
    for chance in chances:
        shares[wanted] += shares[wanted - 1] * chance
        for count in range(wanted - 1, 0, -1):
            shares[count] += (shares[count - 1] - shares[count]) * chance
        shares[0] *= 1 - chance
    return min(1.0, shares[wanted])
