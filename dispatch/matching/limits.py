"""Effective limits of a requirement: those of the plan, widened and relaxed by the ladder steps taken."""

from dispatch.model.copying import changed
from dispatch.model.incidents import Incident
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, LanguageRule

WIDEST_M = 100_000
"""Largest distance of a wider ring, unless the plan states more: beyond an hour's drive nobody arrives in time."""


def effective(entry: Requirement, incident: Incident) -> Requirement:
    """The requirement to search for: `languages` are the required ones, `any_of` includes the substitutes."""
    ring = entry.climb.ring if entry.climb else 1
    return changed(
        entry,
        max_distance_m=_widened_m(entry, ring),
        max_eta_s=None if entry.max_eta_s is None else entry.max_eta_s * ring,
        any_of=skills_now(entry)[1:],
        languages=required_languages(entry, incident),
    )


def skills_now(entry: Requirement) -> tuple[str, ...]:
    """All accepted skills, the preferred one first and the substitutes of the ladder last."""
    substitutes = entry.climb.substitutes if entry.climb else ()
    return tuple(dict.fromkeys((*entry.skills, *substitutes)))


def _widened_m(entry: Requirement, ring: int) -> int:
    # A plan may state more than the widest ring; no step ever narrows it.
    widened_m = max(entry.max_distance_m, min(WIDEST_M, entry.max_distance_m * ring))
    return min(widened_m, _policy_m(entry))


def _policy_m(entry: Requirement) -> int:
    """A `within_m` policy limits the distance regardless of the ladder."""
    within_m = entry.policy.within_m if entry.policy else None
    return max(WIDEST_M, entry.max_distance_m) if within_m is None else within_m


def is_widest(entry: Requirement, incident: Incident) -> bool:
    """Whether a wider ring would reach nobody new: the limit is at its maximum, or distance does not apply."""
    if entry.capability is not Capability.FIELD or incident.area is None:
        return True
    return _widened_m(entry, entry.climb.ring if entry.climb else 1) >= min(WIDEST_M, _policy_m(entry))


def wanted_languages(entry: Requirement, incident: Incident) -> tuple[str, ...]:
    """Languages stated by the plan or the operator, else the caller's language if known."""
    return entry.languages or ((incident.language,) if incident.language else ())


def required_languages(entry: Requirement, incident: Incident) -> tuple[str, ...]:
    """Languages of which a person must speak one; empty if none is required or a translator is assigned."""
    # A preference never excludes anybody; it costs time in the ranking.
    if entry.language is LanguageRule.PREFER or (entry.climb and entry.climb.bridged):
        return ()
    if entry.language is LanguageRule.REQUIRE:
        return wanted_languages(entry, incident)
    return entry.languages
