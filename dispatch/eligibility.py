"""The hard rules: who may be asked at all. A store applies the same rules coarsely while it searches; this is the last word."""

from dispatch.model import Candidate, Need
from dispatch.travel import reach_m
from dispatch.vocabulary import Capability, Exclusion

FIX_AGE_LIMIT_S = 1_800.0
"""A position older than this says nothing of where a person is; the fallback place (home) counts then."""


def exclusion(candidate: Candidate, need: Need) -> Exclusion | None:
    """Why this person may not be asked for this need; None when they may."""
    requirement = need.requirement
    if candidate.volunteer_id in need.asked_before:
        return Exclusion.ASKED_BEFORE
    if requirement.skill not in candidate.skills:
        return Exclusion.SKILL
    if requirement.languages and not shares_language(requirement.languages, candidate.languages):
        return Exclusion.LANGUAGE
    if requirement.capability is Capability.FIELD and need.area is not None:
        return _place_exclusion(candidate, need)
    return None


def _place_exclusion(candidate: Candidate, need: Need) -> Exclusion | None:
    if candidate.distance_m is None:
        return Exclusion.STALE_PLACE
    if not candidate.from_home and (candidate.fix_age_s is None or candidate.fix_age_s > FIX_AGE_LIMIT_S):
        return Exclusion.STALE_PLACE
    own_m = reach_m(candidate.max_distance_m, candidate.travel_mode)
    if candidate.distance_m > min(own_m, need.requirement.max_distance_m):
        return Exclusion.TOO_FAR
    return None


def shares_language(wanted: tuple[str, ...], spoken: tuple[str, ...]) -> bool:
    """Compared by primary subtag: `kk-Cyrl` and `kk` are one language to a person on the phone."""
    return bool({_primary(tag) for tag in wanted} & {_primary(tag) for tag in spoken})


def _primary(tag: str) -> str:
    return tag.split("-", 1)[0].lower()
