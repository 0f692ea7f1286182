"""The hard rules: who may be asked at all. The search applies the same rules coarsely; these decide."""

from collections.abc import Iterator

from dispatch.matching.place_uncertainty import asked_within_m, is_coarse
from dispatch.model.languages import shares_language
from dispatch.model.people import Candidate, Need
from dispatch.model.reasons import Exclusion
from dispatch.model.requirements import Requirement
from dispatch.model.travel import distance_within_m, reach_m
from dispatch.model.verifications import counted
from dispatch.model.vocabulary import Capability, TravelMode

FIX_AGE_LIMIT_S = 1_800.0
"""A position older than this is not used; the home is used instead."""


def exclusion(candidate: Candidate, need: Need) -> Exclusion | None:
    """Why this person may not be asked for this need; None if they may."""
    return next(exclusions(candidate, need), None)


def exclusions(candidate: Candidate, need: Need) -> Iterator[Exclusion]:
    """All reasons against this person; at most one of them concerns their place."""
    requirement = need.requirement
    # First: `exclusion` and the counts of a search report only the first reason.
    if candidate.volunteer_id in need.asked_before:
        yield Exclusion.ASKED_BEFORE
    if candidate.skills.isdisjoint(requirement.skills):
        yield Exclusion.SKILL
    elif not accepted_skills(candidate, requirement) or (need.vouched and not candidate.verified):
        yield Exclusion.NOT_VERIFIED
    if requirement.languages and not shares_language(requirement.languages, candidate.languages):
        yield Exclusion.LANGUAGE
    if requirement.capability is Capability.FIELD and need.area is not None:
        reason = _place_exclusion(candidate, need)
        if reason is not None:
            yield reason


def accepted_skills(candidate: Candidate, requirement: Requirement) -> list[str]:
    """The person's skills that count for the requirement, the preferred one first."""
    return counted(requirement.skills, requirement.verified, candidate.skills, candidate.verified)


def trusted_skills(candidate: Candidate, requirement: Requirement) -> frozenset[str]:
    """All skills of the person that the requirement would count: a mere claim must not send anybody into a hazard area."""
    return frozenset(counted(candidate.skills, requirement.verified, candidate.skills, candidate.verified))


def _place_exclusion(candidate: Candidate, need: Need) -> Exclusion | None:
    if candidate.distance_m is None:
        return Exclusion.STALE_PLACE
    if not candidate.from_home and (candidate.fix_age_s is None or candidate.fix_age_s > FIX_AGE_LIMIT_S):
        return Exclusion.STALE_PLACE
    # `approach` sets no target for people inside, so the distance rules below do not apply to them.
    if candidate.in_hazard:
        return Exclusion.IN_HAZARD
    own_m = reach_m(candidate.max_distance_m, candidate.travel_mode)
    most_m = min(own_m, limit_m(need.requirement, candidate.travel_mode))
    # A fix less accurate than the distance counts as none (DESIGN 86).
    if not candidate.from_home and is_coarse(candidate.accuracy_m, most_m):
        return Exclusion.STALE_PLACE
    if candidate.distance_m > most_m:
        return Exclusion.TOO_FAR
    # Near enough by the limits, but too far for a place that may be outdated (DESIGN 24).
    return Exclusion.STALE_PLACE if candidate.distance_m > asked_within_m(candidate) else None


def limit_m(requirement: Requirement, mode: TravelMode) -> float:
    """Distance limit of a requirement for a travel mode: its own limit, and what its time limit allows."""
    if requirement.max_eta_s is None:
        return requirement.max_distance_m
    return min(requirement.max_distance_m, distance_within_m(requirement.max_eta_s, mode))
