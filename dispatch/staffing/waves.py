"""Wave size: the fewest people to ask at a time so that the open places fill with the stated certainty.

A requirement states its certainty, such as 95 % that enough people accept within the window. A wave is the fewest top-ranked
people who, together with the pending offers, reach it. The probability is exact (`forecast.at_least`): each person counts by
their own estimate, and a pending offer by the probability that is left after the time without an answer. Every answer decides
again:

- a person who declines, lets the window expire or is lost is replaced at once, up to the full certainty;
- after an acceptance, or time without answers, more people are asked only when the certainty is below `DOUBT` of the stated one.
  The time at which silence alone leads there is computed in advance and has a timer (`DeadlineKind.WAVE`).

Two rules make a wave smaller, never below the open places; it then takes the likeliest people instead of the best ranked:

- while other needs, at least as urgent, wait for the same people, it takes a fair share: the free people divided by the number of
  needs. This applies only after a complete search, since an incomplete one leaves more people to find;
- at most `MOST_PER_PLACE` people are asked at a time for each open place.

A plan may state a fixed rule instead (`Policy`), to compare with other systems.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf

from dispatch.matching.estimates import DIGITAL_BAND, USUAL_BAND, Priors, chance_within, prior
from dispatch.matching.ranking import Ranked
from dispatch.model.answer_commands import AnswerCommand
from dispatch.model.commands import AddNote, Command, PassDeadline, WithdrawOffer
from dispatch.model.decisions import WaveWhy
from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.people import Found, Need
from dispatch.model.requirements import Policy, Requirement
from dispatch.model.rulings import Ruling, applied, unchanged
from dispatch.model.staffing_events import WaveTimed
from dispatch.model.vocabulary import FILLING_STATES, Capability, DeadlineKind, OfferState, WaveRule
from dispatch.plans.fixed_policies import MAX_NEAREST, MAX_OFFERS_PER_PLACE
from dispatch.staffing.forecast import at_least, chances_of

TOP_UP = 1.0
"""Share of the stated certainty below which more people are asked after an answer or an order."""
DOUBT = 0.5
"""The same share when nobody has answered and only time has passed."""
MOST_PER_PLACE = MAX_OFFERS_PER_PLACE
"""Beyond it the likeliest are taken, so that one more free person never lowers the chance of being staffed (DESIGN 39)."""
WITHIN_AT_MOST = MAX_NEAREST
"""Most people asked by a `within_m` policy; HartslagNu asks the nearest hundred within its distance."""
LOOK_PRECISION_MS = 500
"""Width at which the bisection of `look_at_ms` stops."""
LOOK_TOO_LATE_MS = 5_000
"""No timer is set in the last seconds of a window: its expiry decides anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """The people to ask now, in rank order, and the reasons for their number."""

    chosen: tuple[Ranked, ...]
    why: WaveWhy


def offers_out(incident: Incident, requirement: Requirement) -> int:
    """Number of pending offers."""
    return sum(offer.state is OfferState.OFFERED for offer in incident.offers_for(requirement.id))


def chances_left(incident: Incident, requirement: Requirement, now_ms: int) -> list[float]:
    """For each pending offer, in order: the probability that the person still accepts before it expires."""
    asked = [offer for offer in incident.offers_for(requirement.id) if offer.state is OfferState.OFFERED]
    return chances_of(asked, now_ms)


def wanted(incident: Incident, requirement: Requirement, *, now_ms: int, priors: Priors, share: float) -> int:
    """How many new people to search for; 0 while the chance to fill the open places is at least `share` of the certainty.

    `share` is `TOP_UP` after an answer or an order, else `DOUBT`. The search runs before individual estimates are known, so the
    average person is counted; `wave` then sizes the wave from the people found.
    """
    places, out = incident.open_places(requirement), offers_out(incident, requirement)
    if places == 0:
        return 0
    if requirement.policy is not None:
        return max(0, _wanted_by(requirement.policy, places) - out)
    left = chances_left(incident, requirement, now_ms)
    # Enough is pending: most answers end here, without a search.
    if at_least(places, left) >= requirement.certainty * share:
        return 0
    band = DIGITAL_BAND if requirement.capability is Capability.DIGITAL else USUAL_BAND
    stranger = chance_within(prior(band, now_ms, priors), requirement.window_s)
    strangers = [stranger] * max(0, MOST_PER_PLACE * places - out)
    # At least one person per place that nobody is asked for, however likely the pending ones are.
    return max(places - out, fewest(places, left, strangers, requirement.certainty))


def _wanted_by(policy: Policy, places: int) -> int:
    if policy.nearest is not None:
        return max(policy.nearest, places)
    if policy.within_m is not None:
        return max(WITHIN_AT_MOST, places)
    return places if policy.greedy else ceil(places * (policy.offers_per_place or 1.0))


def fewest(places: int, asked: Sequence[float], others: Sequence[float], certainty: float) -> int:
    """How many of `others`, in their order, reach `certainty` together with `asked`; all of them when they do not suffice.

    Both are probabilities to accept. Binary search: the certainty grows with every person added.
    """
    low, high = 0, len(others)
    while low < high:
        middle = (low + high) // 2
        if at_least(places, [*asked, *others[:middle]]) >= certainty:
            high = middle
        else:
            low = middle + 1
    return low


def wave(
    ranked: Sequence[Ranked], chances: Mapping[str, float], need: Need, found: Found, incident: Incident, now_ms: int
) -> Wave:
    """Picks the people to ask now. `chances`: person id → probability that they accept within the window."""
    requirement = next(entry for entry in incident.requirements if entry.id == need.requirement.id)
    places, out = incident.open_places(requirement), offers_out(incident, requirement)
    left = chances_left(incident, requirement, now_ms)
    if requirement.policy is not None:
        chosen, rule = _by_rule(requirement.policy, ranked, need.want), WaveRule.POLICY
        is_short = len(chosen) < need.want
    else:
        # After an incomplete search others are left to find, so nothing has to be shared.
        rivals = need.rivals + found.waiting if found.complete else 0
        chosen, rule = _by_certainty(ranked, chances, requirement.certainty, left, _Limits(places, out, rivals))
        is_short = rule is WaveRule.SHORT
    reached = at_least(places, [*left, *(chances[entry.candidate.volunteer_id] for entry in chosen)])
    why = WaveWhy(
        size=len(chosen),
        out=out,
        rule=rule,
        stated=None if requirement.policy else requirement.certainty,
        reached=round(reached, 4),
        free=len(ranked),
        rivals=need.rivals + found.waiting,
        beyond_budget=sum("beyond_budget" in entry.terms for entry in chosen),
        is_short=is_short,
    )
    return Wave(chosen=tuple(chosen), why=why)


@dataclass(frozen=True, slots=True)
class _Limits:
    places: int
    out: int
    rivals: int

    @property
    def missing(self) -> int:
        return max(0, self.places - self.out)

    @property
    def cap(self) -> int:
        return max(self.missing, MOST_PER_PLACE * self.places - self.out)

    def share(self, free: int) -> int:
        return max(self.missing, ceil(free / (self.rivals + 1)))


def _by_certainty(
    ranked: Sequence[Ranked], chances: Mapping[str, float], certainty: float, left: Sequence[float], limits: _Limits
) -> tuple[list[Ranked], WaveRule]:
    def chance(entry: Ranked) -> float:
        return chances[entry.candidate.volunteer_id]

    def fewest_of(people: Sequence[Ranked]) -> int:
        return fewest(limits.places, left, [chance(entry) for entry in people], certainty)

    most = min(limits.cap, limits.share(len(ranked)))
    size = fewest_of(ranked)
    # Not cut: the best ranked stay, also where likelier people would do with fewer.
    if size <= most:
        chosen = list(ranked[:size])
        reached = at_least(limits.places, [*left, *map(chance, chosen)])
        return chosen, WaveRule.CERTAINTY if reached >= certainty else WaveRule.SHORT
    # The sort is stable: equally likely people keep their rank order.
    likeliest = sorted(ranked, key=chance, reverse=True)[:most]
    chosen = likeliest[: fewest_of(likeliest)]
    ids = {entry.candidate.volunteer_id for entry in chosen}
    rule = WaveRule.CAP if most == limits.cap else WaveRule.SHARED
    return [entry for entry in ranked if entry.candidate.volunteer_id in ids], rule


def _by_rule(policy: Policy, ranked: Sequence[Ranked], want: int) -> list[Ranked]:
    if policy.offers_per_place is not None:
        return list(ranked[:want])

    def way(entry: Ranked) -> tuple[float, str]:
        length = entry.eta_s if policy.greedy else entry.candidate.distance_m
        # Unknown distances last; ties by id, so that the order of the search does not matter.
        return (inf if length is None else length, entry.candidate.volunteer_id)

    near = sorted(ranked, key=way)
    if policy.within_m is not None:
        # The search is bounded by the same distance (`limits.py`), whatever the ladder has widened.
        near = [entry for entry in near if (entry.candidate.distance_m or 0.0) <= policy.within_m]
    return near[:want]


def prompted_by(command: Command, facts: Sequence[Event], incident: Incident) -> frozenset[str]:
    """Ids of requirements whose wave must be topped up to the full certainty now.

    All of them after an order, a retry or a ladder deadline; else those of which a pending offer or an assignment has ended. None
    after a withdrawal whose place is given up.
    """
    if isinstance(command, WithdrawOffer) and not command.replace:
        return frozenset()
    looks_only = isinstance(command, AnswerCommand | AddNote) or (
        isinstance(command, PassDeadline) and command.deadline not in (DeadlineKind.RETRY, DeadlineKind.LADDER)
    )
    if not looks_only:
        return frozenset(entry.id for entry in incident.requirements)
    # An acceptance is no end: it never asks more people up to the full certainty.
    ended = {fact.offer_id for fact in facts if isinstance(fact, OfferMoved) and fact.state not in FILLING_STATES}
    return frozenset(offer.requirement_id for offer in incident.offers if offer.id in ended)


def rule(incident: Incident | None, command: Command, now_ms: int) -> Ruling | None:
    """The ruling on a wave's deadline; None for every other command."""
    if incident is None or not isinstance(command, PassDeadline) or command.deadline is not DeadlineKind.WAVE:
        return None
    requirement = incident.requirement(command.requirement_id)
    if requirement is None or requirement.look_at_ms is None or incident.open_places(requirement) == 0:
        return unchanged("wave", "nothing_waits")
    if now_ms < requirement.look_at_ms:
        return unchanged("wave", "not_yet_due")
    return applied("wave", WaveTimed(requirement_id=requirement.id, look_at_ms=None))


def timed(incident: Incident | None, facts: Sequence[Event], now_ms: int) -> list[Event]:
    """Timers of the waves that these facts have changed; `incident` is the state after them."""
    if incident is None or not incident.is_open:
        return []
    moved = {fact.offer_id for fact in facts if isinstance(fact, OfferMade | OfferMoved)}
    touched = {offer.requirement_id for offer in incident.offers if offer.id in moved}
    looks = [
        (entry, look_at_ms(incident, entry, now_ms))
        for entry in incident.requirements
        if entry.id in touched and incident.open_places(entry)
    ]
    # Equal times give no event: the timer stands.
    return [WaveTimed(requirement_id=entry.id, look_at_ms=at) for entry, at in looks if at != entry.look_at_ms]


def look_at_ms(incident: Incident, requirement: Requirement, now_ms: int) -> int | None:
    """When silence alone brings the certainty below `DOUBT` of the stated one, to within `LOOK_PRECISION_MS`.

    None when an offer expires first, or when the certainty is below it already because no more people were found.
    """
    asked = [offer for offer in incident.offers_for(requirement.id) if offer.state is OfferState.OFFERED]
    if requirement.policy is not None or not asked:
        return None
    doubtful = requirement.certainty * DOUBT
    places = incident.open_places(requirement)

    def is_doubtful(at_ms: int) -> bool:
        return at_least(places, chances_of(asked, at_ms)) < doubtful

    low, high = now_ms, min(offer.expires_ms for offer in asked) - LOOK_TOO_LATE_MS
    if low >= high or is_doubtful(low) or not is_doubtful(high):
        return None
    # Silence only lowers the chances before the first expiry, so the threshold is crossed once.
    while high - low > LOOK_PRECISION_MS:
        middle = (low + high) // 2
        low, high = (low, middle) if is_doubtful(middle) else (middle, high)
    return high
