"""A requirement as it stands now: the plan's limits, widened and relaxed by the steps its ladder has taken."""

from dispatch.model.copying import changed
from dispatch.model.incidents import Incident, Requirement
from dispatch.model.vocabulary import Capability, LanguageRule

WIDEST_M = 100_000
"""No ring is wider, unless a plan itself says so: beyond an hour's drive nobody comes in time."""


def effective(entry: Requirement, incident: Incident) -> Requirement:
    """What is searched for: whose `languages` are those that are required, `any_of` all that will do besides `skill`."""
    ring = entry.climb.ring if entry.climb else 1
    substitutes = entry.climb.substitutes if entry.climb else ()
    return changed(
        entry,
        max_distance_m=_widened_m(entry, ring),
        max_eta_s=None if entry.max_eta_s is None else entry.max_eta_s * ring,
        any_of=tuple(dict.fromkeys((*entry.any_of, *substitutes))),
        languages=required_languages(entry, incident),
    )


def _widened_m(entry: Requirement, ring: int) -> int:
    widened_m = max(entry.max_distance_m, min(WIDEST_M, entry.max_distance_m * ring))
    return min(widened_m, _policy_m(entry))


def _policy_m(entry: Requirement) -> int:
    """A rule that asks everybody within a distance never looks beyond it, whatever the ladder says."""
    within_m = entry.policy.within_m if entry.policy else None
    return max(WIDEST_M, entry.max_distance_m) if within_m is None else within_m


def is_widest(entry: Requirement, incident: Incident) -> bool:
    """Whether a wider ring would reach nobody: the limit is the widest there is, or no distance counts."""
    if entry.capability is not Capability.FIELD or incident.area is None:
        return True
    return _widened_m(entry, entry.climb.ring if entry.climb else 1) >= min(WIDEST_M, _policy_m(entry))


def wanted_languages(entry: Requirement, incident: Incident) -> tuple[str, ...]:
    """What the plan or the operator states, else the caller's language where it is known."""
    return entry.languages or ((incident.language,) if incident.language else ())


def required_languages(entry: Requirement, incident: Incident) -> tuple[str, ...]:
    """Any one of them must be spoken; none once a translator bridges."""
    if entry.language is LanguageRule.PREFER or (entry.climb and entry.climb.bridged):
        return ()
    if entry.language is LanguageRule.REQUIRE:
        return wanted_languages(entry, incident)
    return entry.languages
