"""What a place is worth: the newest fix loses its meaning with its age, and home is where a person is looked for when it is lost.

A fix counts for half an hour (`eligibility.FIX_AGE_LIMIT_S`). It places the person in a circle: the accuracy that the device
states, and what people of their mode cover since while they go about their day, but no further than to their home, for that is
where they tend to be otherwise. Half of the circle's radius is added to the way in the score. A fix whose accuracy is worse than
how far the person goes says nothing of where they are. After half an hour, and then, home counts, with a limit of its own: half
of how far the person would be asked from a fresh fix.
"""

from dispatch.model.people import Candidate
from dispatch.model.travel import reach_m, travel_time_s
from dispatch.model.vocabulary import TravelMode

IDLE_M_S = {TravelMode.FOOT: 0.2, TravelMode.BICYCLE: 0.4, TravelMode.CAR: 1.0}
"""About a tenth of the speed at which they travel when they mean to. Judgement: most people, most of the time, stay."""
FRESH_S = 60.0
"""Phones report every half minute; one that misses a turn says nothing."""
EXPECTED_SHARE = 0.5
"""Of the radius: they may as well have come nearer."""
HOME_SHARE = 0.5


def uncertainty_m(candidate: Candidate) -> float:
    """Radius of the circle in which the person is now; 0 when it is not known better, or judged from home."""
    if candidate.from_home or candidate.fix_age_s is None:
        return 0.0
    gone_m = max(0.0, candidate.fix_age_s - FRESH_S) * IDLE_M_S[candidate.travel_mode]
    gone_m = gone_m if candidate.home_m is None else min(gone_m, candidate.home_m)
    return (candidate.accuracy_m or 0.0) + gone_m


def is_coarse(accuracy_m: float | None, limit_m: float) -> bool:
    """Whether a fix of this accuracy says nothing of who is within the limit. A device that states none is taken at its word."""
    return accuracy_m is not None and accuracy_m > limit_m


def uncertainty_s(candidate: Candidate) -> float:
    """Its price in travel time."""
    if candidate.distance_m is None:
        return 0.0
    further_m = candidate.distance_m + EXPECTED_SHARE * uncertainty_m(candidate)
    mode = candidate.travel_mode
    return travel_time_s(further_m, mode) - travel_time_s(candidate.distance_m, mode)


def asked_within_m(candidate: Candidate) -> float:
    """How far the person is asked to go from the place they were found at."""
    own_m = reach_m(candidate.max_distance_m, candidate.travel_mode)
    return own_m * HOME_SHARE if candidate.from_home else float(own_m)
