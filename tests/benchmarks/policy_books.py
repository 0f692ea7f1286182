"""The policies that are compared, each as a book of plans: the same needs, limits and ladders, another rule for who is asked.

Digital work is left out of the books: it has no distance, so the fixed rules say nothing about it, and it would be the same for
all. The fixed rules stand for systems that keep no budget of notifications and no fairness: theirs are lifted.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dispatch.model.vocabulary import Capability, Priority
from dispatch.plans.book import BUILT_IN, PlanBook, parse
from dispatch.plans.budget_table import UNLIMITED
from dispatch.plans.defaults import FALLBACK_TYPE

KOMEK = "Komek"
UNBOUND = "Komek, no budget"
NO_BUDGET = replace(UNLIMITED, fairness_s=0, critical_fairness_s=0, beyond_s=0)
RULES: Mapping[str, Mapping[str, Any]] = {
    "3 nearest, 30 s": {"nearest": 3, "window_s": 30},
    "all within 1.5 km": {"within_m": 1_500},
    "greedy nearest": {"greedy": True},
}
"""After KATRETTER; after HartslagNu (a hundred at most); one for each open place, the next on decline or silence."""


def books() -> dict[str, PlanBook]:
    """By the policy's name; the first is Komek's own. `UNBOUND` shows what its budget costs."""
    own = _book(None)
    return {
        KOMEK: own,
        UNBOUND: replace(own, budget=NO_BUDGET),
        **{name: replace(_book(rule), budget=NO_BUDGET) for name, rule in RULES.items()},
    }


def _book(rule: Mapping[str, Any] | None) -> PlanBook:
    raw = tomllib.loads(BUILT_IN.read_text("utf-8"))
    if rule is not None:
        raw["defaults"]["policy"] = dict(rule)
    for name, table in raw["types"].items():
        if name != FALLBACK_TYPE:
            table["requirements"] = [
                row for row in table["requirements"] if Capability(row["capability"]) is Capability.FIELD
            ]
    return parse(raw, source="the built-in plans")


def has_field_work(book: PlanBook, incident_type: str, priority: Priority) -> bool:
    """Whether an incident asks for anybody at its scene."""
    return any(entry.capability is Capability.FIELD for entry in book.plan(incident_type).stated(priority))
