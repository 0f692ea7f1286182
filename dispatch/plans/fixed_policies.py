"""Plan settings of the wave size: a certainty, or one of four fixed rules for comparison."""

from collections.abc import Mapping
from typing import Any

from dispatch.model.incidents import Policy

MAX_NEAREST = 100
MAX_WITHIN_M = 100_000
MAX_OFFERS_PER_PLACE = 20
MAX_WINDOW_S = 3_600
LEAST_CERTAINTY, MOST_CERTAINTY = 0.5, 0.999
_RULES = ("nearest", "within_m", "greedy", "offers_per_place")


def certainty_faults(where: str, row: Mapping[str, Any]) -> list[str]:
    """A fault if `certainty` is not a number in range; none if it is absent."""
    value = row.get("certainty", LEAST_CERTAINTY)
    if _is_number(value) and LEAST_CERTAINTY <= value <= MOST_CERTAINTY:
        return []
    return [f"{where}.certainty: expected a number from {LEAST_CERTAINTY} to {MOST_CERTAINTY}, got {value!r}"]


def policy_faults(where: str, row: Mapping[str, Any]) -> list[str]:
    """Faults of the `policy` table; none if it is absent."""
    if "policy" not in row:
        return []
    place, table = f"{where}.policy", row["policy"]
    if not isinstance(table, Mapping):
        return [f"{place}: expected a table such as {{ nearest = 3, window_s = 30 }}"]
    faults = [f"{place}.{key}: no such setting" for key in table if key not in (*_RULES, "window_s")]
    if len([rule for rule in _RULES if rule in table]) != 1:
        faults.append(f"{place}: expected one of {', '.join(_RULES)}")
    for key, most in (("nearest", MAX_NEAREST), ("within_m", MAX_WITHIN_M), ("window_s", MAX_WINDOW_S)):
        if key in table and not _is_whole(table[key], most):
            faults.append(f"{place}.{key}: expected a whole number from 1 to {most}, got {table[key]!r}")
    if table.get("greedy", True) is not True:
        faults.append(f"{place}.greedy: expected true")
    ratio = table.get("offers_per_place", 1)
    if not (_is_number(ratio) and 1 <= ratio <= MAX_OFFERS_PER_PLACE):
        # Below 1, fewer people would be asked than needed, and the missing ones would be reported as a shortfall.
        faults.append(f"{place}.offers_per_place: expected a number from 1 to {MAX_OFFERS_PER_PLACE}, got {ratio!r}")
    return faults


def policy_of(table: Mapping[str, Any] | None) -> Policy | None:
    """The policy of a valid table."""
    return None if table is None else Policy(**table)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
