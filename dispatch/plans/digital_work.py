"""Plan settings of digital work: lease, number of parallel answers, agreement, consequence of `false`."""

from collections.abc import Mapping
from typing import Any

from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import Capability

KEYS = ("lease_s", "answers_wanted", "agree", "validated", "assistant_counts", "on_false")
LEASE_S = 600
"""Default lease: ten minutes without a sign of life. The simulator's digital work takes five minutes in the median, and another
person can still do it while field responders travel (79 % accept within a minute, then travel for some minutes)."""
MAX_LEASE_S = 86_400
MAX_ANSWERS = 9


def only_of_digital_work(row: Mapping[str, Any]) -> list[str]:
    """Settings of digital work that a field requirement states."""
    if row.get("capability") == Capability.DIGITAL:
        return []
    return [key for key in sorted({*KEYS, "task"}) if key in row]


def not_with_validated(row: Mapping[str, Any]) -> list[str]:
    """Settings that contradict `validated`."""
    return [key for key in ("answers_wanted", "agree") if key in row] if row.get("validated", False) else []


def can_agree(row: Mapping[str, Any]) -> bool:
    """Whether enough people are asked for the required number of equal answers."""
    return bool(row.get("validated", False) or row.get("agree", 1) <= row.get("answers_wanted", 1))


def people(spec: RequirementSpec) -> int:
    """The count of the requirement. For digital work it covers all parallel answers; validated work starts with one person."""
    if spec.capability is not Capability.DIGITAL:
        return spec.count
    return 1 if spec.validated else max(spec.count, spec.answers_wanted)


def completed(spec: RequirementSpec, lease_s: int) -> dict[str, Any]:
    """The settings as fields of a `Requirement`. Requirements of operators come unchecked from the log, so `agree` is limited to
    `answers_wanted`."""
    if spec.capability is not Capability.DIGITAL:
        return {}
    return {
        "lease_s": spec.lease_s or lease_s,
        "answers_wanted": spec.answers_wanted,
        "agree": max(1, min(spec.agree, spec.answers_wanted)),
        "validated": spec.validated,
        "assistant_counts": spec.assistant_counts,
        "on_false": spec.on_false,
    }
