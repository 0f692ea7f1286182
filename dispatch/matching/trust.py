"""How far a person's digital answers are borne out by others: learnt from the log, used to order people who may all be asked.

Work that several people do teaches when its answers are settled. Those whose answer stood were borne out, by each other or by the
second person who looked again; those whose answer a majority set aside were not. What teaches nothing: an answer nobody compared,
a disagreement that stayed one, silence, a decline, a lease that ran out, and an honest "I cannot tell", on either side.

Trust is the mean of a Beta distribution, as the estimates of acceptance are: a stranger's start that weighs as much as
`PRIOR_WEIGHT` answers, and the person's own, each counting half as much after `HALF_LIFE_MS`. It keeps nobody from any work. In
the ranking of digital work it is a term in seconds of at most `BOUND_S` either way, 0 for a stranger; where a second person
checks the work of a first it counts `CHECKING` times. Only operators see it,
in the record of a decision; it is nobody's public mark.
"""

from dataclasses import dataclass

from dispatch.model.decisions import Decision
from dispatch.model.events import WorkSettled
from dispatch.model.incidents import Incident, Offer
from dispatch.model.people import Candidate, Need
from dispatch.model.vocabulary import Capability

START = 0.8
"""Of a stranger: most people who volunteer to look are right about what they say they saw (judgement)."""
PRIOR_WEIGHT = 4.0
HALF_LIFE_MS = 180 * 86_400_000
"""Answers that can be compared are few, so they last longer than those of `estimates.py`; still, people learn (judgement)."""
LEAST, MOST = 0.01, 0.99
BOUND_S = 60.0
"""The price of one recent task (`ranking.LOAD_S`): trust outweighs no more than that (judgement)."""
CHECKING = 3.0
INCONCLUSIVE = frozenset({"unclear", "not_found", "not_reached"})
"""Outcomes that claim nothing another answer could bear out or contradict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An answer of one person that others have borne out, or not."""

    volunteer_id: str
    at_ms: int
    upheld: bool


def judged_by(decision: Decision, incident: Incident) -> tuple[Judged, ...]:
    """`incident`: the state after the decision."""
    return tuple(
        Judged(volunteer_id=offer.volunteer_id, at_ms=decision.decided_ms, upheld=offer.id in fact.offer_ids)
        for fact in decision.events
        if isinstance(fact, WorkSettled) and len(fact.offer_ids) > 1 and fact.outcome not in INCONCLUSIVE
        for offer in incident.offers_for(fact.requirement_id)
        if _claims(offer)
    )


def _claims(offer: Offer) -> bool:
    return offer.result is not None and offer.result.outcome not in INCONCLUSIVE


def trust(candidate: Candidate) -> float:
    """Between `LEAST` and `MOST`."""
    known = PRIOR_WEIGHT + candidate.upheld + candidate.overruled
    return min(MOST, max(LEAST, (PRIOR_WEIGHT * START + candidate.upheld) / known))


def price_s(candidate: Candidate, need: Need) -> float:
    """What trust adds to the score: below 0 for who is trusted more than a stranger, 0 for field work and for strangers."""
    requirement = need.requirement
    if requirement.capability is not Capability.DIGITAL or not (candidate.upheld or candidate.overruled):
        return 0.0
    checks = requirement.is_repeated and requirement.count > requirement.answers_wanted
    bound_s = BOUND_S * (CHECKING if checks else 1.0)
    return bound_s * (START - trust(candidate)) / START
