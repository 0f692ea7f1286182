"""Trust: how often a person's digital answers were upheld. Computed from the log; used for ranking, and shown with proposals.

Answers are compared when work done by several people is settled. Answers equal to the settled outcome are upheld, answers that a
majority rejected are overruled. An operator who accepts a proposal upholds the answers it rests on, one who rejects it overrules
them. Not counted: answers that nobody compared, unresolved disagreements, silence, declines, expired leases, proposals that ended
without a decision, and inconclusive answers on either side.

Trust is the mean of a Beta distribution, like the acceptance estimates: a start value with the weight of `PRIOR_WEIGHT` answers,
and the person's own answers with a half-life of `HALF_LIFE_MS`. It excludes nobody. In the ranking of digital work it is a term
of at most `BOUND_S` seconds either way, 0 without own answers; for work that checks another person's answer it counts `CHECKING`
times. Only operators see it, in the record of a decision and beside a proposal.
"""

from dataclasses import dataclass

from dispatch.model.decisions import Decision
from dispatch.model.digital_events import ProposalAccepted, ProposalRejected, WorkSettled
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer, TrustFigures
from dispatch.model.people import Candidate, Need
from dispatch.model.vocabulary import Capability

START = 0.8
"""Trust in a person without answers: most volunteers are right about what they report (judgement)."""
PRIOR_WEIGHT = 4.0
HALF_LIFE_MS = 180 * 86_400_000
"""Comparable answers are rare, so they count longer than those of `estimates.py`; they decay because people learn (judgement)."""
LEAST, MOST = 0.01, 0.99
BOUND_S = 60.0
"""Equals the penalty of one recent task (`ranking.LOAD_S`): trust never outweighs more than that (judgement)."""
CHECKING = 3.0
"""Factor for work that checks another person's answer (DESIGN 53)."""
INCONCLUSIVE = frozenset({"unclear", "not_found", "not_reached"})
"""Outcomes that another answer can neither confirm nor contradict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An answer of one person that was upheld or overruled by others."""

    volunteer_id: str
    at_ms: int
    upheld: bool


def judged_by(decision: Decision, incident: Incident) -> tuple[Judged, ...]:
    """Answers that the decision upholds or overrules; `incident`: the state after it."""
    return (*_by_others(decision, incident), *_by_operator(decision))


def _by_operator(decision: Decision) -> tuple[Judged, ...]:
    return tuple(
        Judged(volunteer_id=person, at_ms=decision.decided_ms, upheld=isinstance(fact, ProposalAccepted))
        for fact in decision.events
        if isinstance(fact, ProposalAccepted | ProposalRejected)
        for person in fact.people
    )


def _by_others(decision: Decision, incident: Incident) -> tuple[Judged, ...]:
    return tuple(
        Judged(volunteer_id=offer.volunteer_id, at_ms=decision.decided_ms, upheld=offer.id in fact.offer_ids)
        for fact in decision.events
        # A single answer was compared with nobody's.
        if isinstance(fact, WorkSettled) and len(fact.offer_ids) > 1 and fact.outcome not in INCONCLUSIVE
        for offer in incident.offers_for(fact.requirement_id)
        if _claims(offer)
    )


def _claims(offer: Offer) -> bool:
    return offer.result is not None and offer.result.outcome not in INCONCLUSIVE


def figures(candidate: Candidate) -> TrustFigures:
    """The counts behind `trust`, rounded to one decimal."""
    return TrustFigures(upheld=round(candidate.upheld, 1), judged=round(candidate.upheld + candidate.overruled, 1))


def trust(candidate: Candidate) -> float:
    """Trust in a person, between `LEAST` and `MOST`."""
    known = PRIOR_WEIGHT + candidate.upheld + candidate.overruled
    return min(MOST, max(LEAST, (PRIOR_WEIGHT * START + candidate.upheld) / known))


def price_s(candidate: Candidate, need: Need) -> float:
    """Score term of trust in seconds: negative above the start value; 0 for field work and for people without answers."""
    requirement = need.requirement
    if requirement.capability is not Capability.DIGITAL or not (candidate.upheld or candidate.overruled):
        return 0.0
    checks = requirement.is_repeated and requirement.count > requirement.answers_wanted
    bound_s = BOUND_S * (CHECKING if checks else 1.0)
    return bound_s * (START - trust(candidate)) / START
