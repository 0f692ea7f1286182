"""Digital work: people who may be affected by the incident themselves are asked last. Their power and network may fail first.

A person counts as affected if a fresh fix is inside the incident's area or up to five kilometres around it. A person without a
fresh fix counts as unaffected: most people who work remotely never send a position.
"""

from dispatch.matching.eligibility import FIX_AGE_LIMIT_S
from dispatch.model.people import Candidate, Need
from dispatch.model.recorded_way import recorded_m

MARGIN_M = 5_000.0
"""An area shows where an event was seen; roads, power and people beyond it are affected as well (judgement)."""
AFFECTED_S = 300.0
"""Equals five recent tasks (`ranking.LOAD_S`): a person outside with five recent tasks ranks like an idle one inside."""


def price_s(candidate: Candidate, need: Need) -> float:
    """Seconds added to the score of a person in the affected area; 0 for everybody else."""
    if need.area is None or candidate.place is None or candidate.fix_age_s is None:
        return 0.0
    # An old fix counts as none, as in the rules of the search.
    if candidate.fix_age_s > FIX_AGE_LIMIT_S:
        return 0.0
    # By cells, because the price is recorded.
    return AFFECTED_S if recorded_m(candidate.place, need.area) <= MARGIN_M else 0.0
