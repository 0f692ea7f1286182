"""The `[budget]` table of a plan file: limits on what may be asked of one person. `matching/budget.py` applies them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from dispatch.model.vocabulary import Priority

MOST_OFFERS = 200
"""Upper bound of the offer limits: the store keeps at most so many offer times per person."""
_MOST_S = 604_800


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits per person; 0 means no limit. The defaults are judgement, to be replaced by the deploying service.

    Hours are local (`local_time.py`). `fairness_s` and `critical_fairness_s` are the largest ranking penalties for recent work,
    `beyond_s` is the penalty for asking beyond the budget.
    """

    offers_per_hour: int = 10
    offers_per_day: int = 30
    digital_offers_per_hour: int = 30
    digital_offers_per_day: int = 120
    quiet_from_h: int = 23
    quiet_until_h: int = 7
    """Equal to `quiet_from_h`: no quiet hours."""
    quiet_up_to: Priority = Priority.NORMAL
    """The most urgent priority that respects quiet hours; critical never does."""
    rest_s: int = 1_800
    heavy_rest_s: int = 14_400
    fairness_s: int = 120
    critical_fairness_s: int = 30
    beyond_s: int = 180


UNLIMITED = Budget(
    offers_per_hour=0,
    offers_per_day=0,
    digital_offers_per_hour=0,
    digital_offers_per_day=0,
    quiet_until_h=23,
    rest_s=0,
    heavy_rest_s=0,
)
"""For drills and demonstrations, where a day passes in an hour. Fairness still applies."""


def budget_of(table: Any, faults: list[str]) -> Budget:
    """The budget of a `[budget]` table; faults are appended to `faults`, and the default budget is returned."""
    if not isinstance(table, Mapping):
        faults.append("budget: expected a table")
        return Budget()
    known = {entry.name for entry in fields(Budget)}
    found = [f"budget.{key}: no such setting" for key in table if key not in known]
    for key, value in table.items():
        if key == "quiet_up_to":
            if not isinstance(value, str) or value not in set(Priority) - {Priority.CRITICAL}:
                found.append(f"budget.{key}: expected high, normal or low; critical ignores quiet hours")
        elif key in known:
            most = 23 if key.endswith("_h") else _MOST_S if key.endswith("_s") else MOST_OFFERS
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
                found.append(f"budget.{key}: expected a whole number from 0 to {most}, got {value!r}")
    faults.extend(found)
    if found:
        return Budget()
    stated: dict[str, Any] = dict(table)
    stated["quiet_up_to"] = Priority(stated.get("quiet_up_to", Budget().quiet_up_to))
    return Budget(**stated)
