"""The chance that the open places of a requirement fill in time from its pending offers."""

from collections.abc import Iterable

from dispatch.matching.estimates import OVERALL, answered_by, chance_within
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import OfferState


def chance_to_fill(incident: Incident, requirement: Requirement, by_ms: int, now_ms: int) -> float:
    """Probability that at least as many people accept by `by_ms` as places are open (independent answers); 1 when none is."""
    asked = [offer for offer in incident.offers_for(requirement.id) if offer.state is OfferState.OFFERED]
    return at_least(incident.open_places(requirement), chances_of(asked, now_ms, by_ms))


def chance_of(offer: Offer, by_ms: int, now_ms: int) -> float:
    """Probability that a person with a pending offer accepts by `by_ms` and before the offer expires.

    With p the probability of accepting at all and F the distribution of the time to accept (`estimates.py`), given no answer
    until now: (p F(by) - p F(now)) / (1 - p F(now)).
    """
    return chances_of((offer,), now_ms, by_ms)[0]


def chances_of(offers: Iterable[Offer], now_ms: int, by_ms: int | None = None) -> list[float]:
    """`chance_of` for many offers, by default until each expires. F is evaluated once per wave: its offers share their times."""
    shares: dict[tuple[int, int], tuple[float, float]] = {}
    chances = []
    for offer in offers:
        life = (offer.created_ms, offer.expires_ms)
        if life not in shares:
            shares[life] = _shares(*life, now_ms, by_ms)
        stated = offer.chance
        # Offers of older logs have no estimate.
        if stated is None:
            stated = chance_within(OVERALL, (offer.expires_ms - offer.created_ms) / 1000)
        gone, come = shares[life]
        chances.append(max(0.0, stated * (come - gone) / (1.0 - stated * gone)) if come > gone else 0.0)
    return chances


def _shares(created_ms: int, expires_ms: int, now_ms: int, by_ms: int | None) -> tuple[float, float]:
    """Of the people who accept an offer of this lifetime at all: the shares who have done so by now and by `by_ms`."""
    until_ms = expires_ms if by_ms is None else min(by_ms, expires_ms)
    if until_ms <= now_ms:
        return 1.0, 0.0
    # Never 0, as `answered_by` is below a millisecond.
    whole = max(answered_by((expires_ms - created_ms) / 1000), 1e-9)
    return answered_by((now_ms - created_ms) / 1000) / whole, answered_by((until_ms - created_ms) / 1000) / whole


def at_least(wanted: int, chances: list[float]) -> float:
    """Probability of at least `wanted` successes in independent trials of unequal probability (Poisson binomial, exact).

    Recursion over the trials: shares[k] is the probability of exactly k successes so far, the last entry of `wanted` or more.
    """
    if wanted <= 0:
        return 1.0
    shares = [1.0] + [0.0] * wanted
    for chance in chances:
        shares[wanted] += shares[wanted - 1] * chance
        # From the top down: each entry needs the value of the one below before this trial.
        for count in range(wanted - 1, 0, -1):
            shares[count] += (shares[count - 1] - shares[count]) * chance
        shares[0] *= 1 - chance
    # Rounding may exceed 1.
    return min(1.0, shares[wanted])
