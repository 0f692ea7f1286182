"""Candidates built from the state of a person who was looked up by id, as a search would return them."""

from dataclasses import replace

from dispatch.matching.eligibility import FIX_AGE_LIMIT_S
from dispatch.matching.place_uncertainty import is_coarse
from dispatch.model.geo import distance_m, distance_to_area_m
from dispatch.model.people import AskedLately, Candidate, Presence
from dispatch.model.places import Area
from dispatch.model.travel import reach_m


def with_past(candidate: Candidate, past: AskedLately | None, now_ms: int) -> Candidate:
    """The candidate with their recent offers, answers and work; unchanged if `past` is None."""
    if past is None:
        return candidate
    return replace(
        candidate,
        heard_s=_since_s(past.heard_ms, now_ms),
        rested_s=_since_s(past.worked_ms, now_ms),
        worked_heavy=past.worked_heavy,
        offers_last_hour=past.offers_last_hour,
        offers_last_day=past.offers_last_day,
        accepted=past.accepted,
        refused=past.refused,
        work=past.work,
        upheld=past.upheld,
        overruled=past.overruled,
    )


def _since_s(at_ms: int | None, now_ms: int) -> float | None:
    return None if at_ms is None else (now_ms - at_ms) / 1000


def candidate_of(volunteer_id: str, seen: Presence, area: Area | None, now_ms: int) -> Candidate:
    """The person as a candidate for `area`: at their fix if it is fresh and accurate enough, else at home, else at their last
    fix. `distance_m` is None without a place or an area."""
    age_s = None if seen.fix_at_ms is None else max(0.0, (now_ms - seen.fix_at_ms) / 1000)
    candidate = Candidate(
        volunteer_id=volunteer_id,
        skills=seen.skills,
        languages=seen.languages,
        travel_mode=seen.travel_mode,
        max_distance_m=seen.max_distance_m,
        verified=seen.verified,
        place=seen.place,
        fix_age_s=age_s,
        accuracy_m=seen.accuracy_m,
    )
    own_m = reach_m(seen.max_distance_m, seen.travel_mode)
    is_lost = age_s is None or age_s > FIX_AGE_LIMIT_S or is_coarse(seen.accuracy_m, own_m)
    if is_lost and seen.home is not None:
        candidate = replace(candidate, place=seen.home, fix_age_s=None, accuracy_m=None, from_home=True)
    elif seen.home is not None and seen.place is not None:
        candidate = replace(candidate, home_m=distance_m(seen.place, seen.home))
    if candidate.place is None or area is None:
        return candidate
    return replace(candidate, distance_m=distance_to_area_m(candidate.place, area))
