"""Plan settings of digital work: lease, number of parallel answers, agreement, consequence of `false`."""

from collections.abc import Mapping
from typing import Any

from dispatch.model.incidents import RequirementSpec
from dispatch.model.vocabulary import Capability, OnFalse

KEYS = {"lease_s", "answers_wanted", "agree", "validated", "on_false"}
LEASE_S = 600
"""Default lease: ten minutes without a sign of life. The simulator's digital work takes five minutes in the median, and another
person can still do it while field responders travel (79 % accept within a minute, then travel for some minutes)."""
MAX_LEASE_S = 86_400
MAX_ANSWERS = 9


def faults(where: str, row: Mapping[str, Any]) -> list[str]:
    """Faults of these settings of a requirement, one line each with a remedy."""
    misplaced = only_of_digital_work(row)
    if misplaced:
        return [f"{where}.{key}: only for digital work; remove it" for key in misplaced]
    found = []
    for key, most in (("lease_s", MAX_LEASE_S), ("answers_wanted", MAX_ANSWERS), ("agree", MAX_ANSWERS)):
        if key in row and not _is_whole(row[key], most):
            found.append(f"{where}.{key}: expected a whole number from 1 to {most}, got {row[key]!r}")
    if not isinstance(row.get("validated", False), bool):
        found.append(f"{where}.validated: expected true or false")
    if row.get("on_false", OnFalse.STAND_DOWN) not in tuple(OnFalse):
        found.append(f"{where}.on_false: expected one of {', '.join(OnFalse)}")
    return found or _contradictions(where, row)


def _contradictions(where: str, row: Mapping[str, Any]) -> list[str]:
    if not can_agree(row):
        wanted, agree = row.get("answers_wanted", 1), row["agree"]
        return [f"{where}.agree: {agree} of {wanted} answers can never agree; raise answers_wanted or lower agree"]
    return [
        f"{where}.{key}: a validated answer uses two people, one after the other; remove {key} or validated"
        for key in not_with_validated(row)
    ]


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


def _is_whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def stated(row: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a valid row as fields of a `RequirementSpec`."""
    given = {key: row[key] for key in KEYS if key in row}
    if "on_false" in given:
        given["on_false"] = OnFalse(given["on_false"])
    return given


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
        "on_false": spec.on_false,
    }
