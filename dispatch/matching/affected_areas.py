"""People who may themselves be hit by what an incident is about are asked for digital work last: they have other things to do,
and the power and the network that they need may fail first.

A person is taken to be affected while a fresh fix puts them inside the incident's area or up to five kilometres around it. Where
nobody knows where they are they are treated as if they were outside: most of those who work from afar never send a position.
"""

from dispatch.matching.eligibility import FIX_AGE_LIMIT_S
from dispatch.model.geo import distance_to_area_m
from dispatch.model.people import Candidate, Need

MARGIN_M = 5_000.0
"""An area is drawn by where an event was seen; roads, power and people beyond it are hit as well (judgement)."""
AFFECTED_S = 300.0
"""As much as five recent tasks (`ranking.LOAD_S`): the busiest person outside is asked before an idle one inside."""


def price_s(candidate: Candidate, need: Need) -> float:
    """Seconds that are added for a person who is in the affected area; 0 for everybody else."""
    if need.area is None or candidate.place is None or candidate.fix_age_s is None:
        return 0.0
    if candidate.fix_age_s > FIX_AGE_LIMIT_S:
        return 0.0
    return AFFECTED_S if distance_to_area_m(candidate.place, need.area) <= MARGIN_M else 0.0
