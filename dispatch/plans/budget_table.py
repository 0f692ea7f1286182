"""dispatch.plans.budget_table."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from dispatch.model.vocabulary import Priority

MOST_OFFERS = 200
"""The store counts no further."""


_MOST_S = 604_800


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Defaults are judgement, to be replaced by the deploying service. Hours are local (`local_time.py`)."""

    offers_per_hour: int = 10
    offers_per_day: int = 30
    digital_offers_per_hour: int = 30
    digital_offers_per_day: int = 120
    quiet_from_h: int = 23
    quiet_until_h: int = 7
    """The same as `quiet_from_h`: no quiet hours."""
    quiet_up_to: Priority = Priority.NORMAL
    """The most urgent priority that waits for the morning; critical never does."""
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


"""For drills and demonstrations, where a day passes in an hour. Fairness stays."""


def budget_of(table: Any, faults: list[str]) -> Budget:
    """The `[budget]` of a plan file; what is wrong goes to `faults`."""
    if not isinstance(table, Mapping):
        faults.append("budget: expected a table")
        return Budget()
    known = {entry.name for entry in fields(Budget)}
    found = [f"budget.{key}: no such setting" for key in table if key not in known]
    for key, value in table.items():
        if key == "quiet_up_to":
            if not isinstance(value, str) or value not in set(Priority) - {Priority.CRITICAL}:
                found.append(f"budget.{key}: expected high, normal or low; critical never waits for the morning")
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
