"""Records of `shadow`: what another book of plans would have decided, where it differs, and how often it does not. Counts and ids
of incidents and decisions; nobody is named."""

from dataclasses import dataclass
from enum import StrEnum


class ShadowCode(StrEnum):
    """How the other book's choice for one requirement differs."""

    MORE = "more"  # asks more people, those of the decision among them or not
    FEWER = "fewer"
    OTHERS = "others"  # as many, but not the same
    ONLY_REAL = "only_real"  # the other book does not search for it now
    ONLY_SHADOW = "only_shadow"  # the decision does not search for it now, or searched for something else
    TOO_FEW_FOUND = "too_few_found"  # would have asked more than the search of the decision had found


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRequirement:
    """`asked` by the decision, `shadow_asked` by the other book on the same candidates, `in_common` by both."""

    requirement_id: str
    skill: str
    code: ShadowCode
    asked: int
    shadow_asked: int
    in_common: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowDifference:
    """Key `difference|<decision id>`: a decision that the other book would have made otherwise. `plans`, `shadow_plans`: versions
    of the two books."""

    decision_id: str
    incident_id: str
    at_ms: int
    plans: str
    shadow_plans: str
    requirements: tuple[ShadowRequirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowTally:
    """Key `tally|<worker>|<until_ms>`: the sums of one worker over a stretch of time.

    `compared`: decisions that search people, `different` ones among them; `asked`, `shadow_asked`: offers in all of them.
    `passed_over`: decisions that were not compared because the worker had more urgent work. `failed`: the comparison itself did.
    """

    from_ms: int
    until_ms: int
    plans: str
    shadow_plans: str
    compared: int
    different: int
    asked: int
    shadow_asked: int
    passed_over: int
    failed: int
