"""Uncertainty of a person's place: it grows with the age of the fix; the home is the fallback.

A fix is used for half an hour (`eligibility.FIX_AGE_LIMIT_S`). The person is somewhere in a circle around it. Its radius is the
accuracy stated by the device plus the distance that people of their travel mode drift since then, at most the distance to their
home, where they are likely to be otherwise. Half of the radius is added to the distance in the score. A fix with an accuracy
worse than the person's distance limit is not used. Without a usable fix the home is used, with half of the person's distance
limit.
"""

from dispatch.model.people import Candidate
from dispatch.model.travel import reach_m, travel_time_s
from dispatch.model.vocabulary import TravelMode

IDLE_M_S = {TravelMode.FOOT: 0.2, TravelMode.BICYCLE: 0.4, TravelMode.CAR: 1.0}
"""Drift speed: about a tenth of the travel speed. Judgement: most people stay where they are most of the time."""
FRESH_S = 60.0
"""Age up to which a fix counts as exact: phones report every half minute, so this allows one missed report."""
EXPECTED_SHARE = 0.5
"""Share of the radius added to the distance; less than all of it, because the person may as well have come nearer."""
HOME_SHARE = 0.5
"""Share of the distance limit that applies when the home is used."""


def uncertainty_m(candidate: Candidate) -> float:
    """Radius of the circle in which the person is now; 0 if the age of the fix is unknown or the home is used."""
    if candidate.from_home or candidate.fix_age_s is None:
        return 0.0
    gone_m = max(0.0, candidate.fix_age_s - FRESH_S) * IDLE_M_S[candidate.travel_mode]
    gone_m = gone_m if candidate.home_m is None else min(gone_m, candidate.home_m)
    return (candidate.accuracy_m or 0.0) + gone_m


def is_coarse(accuracy_m: float | None, limit_m: float) -> bool:
    """Whether the accuracy of a fix is too poor to tell if the person is within the limit. No stated accuracy counts as exact."""
    return accuracy_m is not None and accuracy_m > limit_m


def uncertainty_s(candidate: Candidate, base_s: float | None = None) -> float:
    """Travel time added to the score for the uncertainty. `base_s`: the time without it, where it is known already."""
    if candidate.distance_m is None:
        return 0.0
    further_m = candidate.distance_m + EXPECTED_SHARE * uncertainty_m(candidate)
    mode = candidate.travel_mode
    return travel_time_s(further_m, mode) - (travel_time_s(candidate.distance_m, mode) if base_s is None else base_s)


def asked_within_m(candidate: Candidate) -> float:
    """Distance limit of the person from the place that is used for them."""
    own_m = reach_m(candidate.max_distance_m, candidate.travel_mode)
    return own_m * HOME_SHARE if candidate.from_home else float(own_m)
