"""What may be asked of one person: offers per hour and day, quiet hours, rest after work, and a fair share of the work.

The numbers of a deployment stand in `[budget]` of its plans (`Budget`); a limit of 0 is no limit. Who is held back is not asked,
with two exceptions, both at a price of `beyond_s` in the ranking that the record shows. Critical needs may go beyond the
budget, the quiet hours and an ordinary rest. And nobody's budget or rest leaves a place empty: where fewer others can be
asked than places are open, as many of those who are held back are asked, the least tired first (never in quiet hours).

Fairness is a price as well: each recent acceptance halves what is left to `fairness_s`, eight offers without one weigh the same.
However willing somebody is, they are never passed over for a person who is more than that bound slower.
"""

from collections.abc import Iterable

from dispatch.model.local_time import DAY_MS, last_time_it_was, local_hour
from dispatch.model.people import Candidate, Need
from dispatch.model.vocabulary import Capability, Exclusion, Priority
from dispatch.plans.budget_table import Budget

_OFFERS_LIKE_ONE_ACCEPTANCE = 8.0


def asleep_unless_heard_ms(priority: Priority, budget: Budget, now_ms: int) -> int | None:
    """In quiet hours, for needs that wait for the morning: who gave no sign of life since this moment sleeps. Else None."""
    if priority is Priority.CRITICAL or not _is_quiet(priority, budget, now_ms):
        return None
    return last_time_it_was(budget.quiet_from_h, now_ms)


def quiet_until_ms(budget: Budget, now_ms: int) -> int:
    """The next end of the quiet hours."""
    return last_time_it_was(budget.quiet_until_h, now_ms) + DAY_MS


def held_back(candidate: Candidate, need: Need, budget: Budget, now_ms: int) -> Exclusion | None:
    """Why this person should be left in peace now; None when nothing speaks against asking."""
    if _is_quiet(need.priority, budget, now_ms) and not _is_awake(candidate, budget, now_ms):
        return Exclusion.QUIET_HOURS
    if need.requirement.capability is Capability.FIELD and _rests(candidate, budget):
        return Exclusion.RESTING
    return Exclusion.BUDGET_SPENT if _has_spent(candidate, need, budget) else None


def free_again_ms(candidate: Candidate, reason: Exclusion, budget: Budget, now_ms: int) -> int | None:
    """When this reason for leaving somebody in peace ends; None for a spent budget: which offer leaves it when is not known."""
    if reason is Exclusion.RESTING and candidate.rested_s is not None:
        return now_ms + round((_rest_s(candidate, budget) - candidate.rested_s) * 1000)
    if reason is Exclusion.QUIET_HOURS:
        return quiet_until_ms(budget, now_ms)
    return None


def first_free_ms(people: Iterable[tuple[Candidate, Exclusion]], budget: Budget, now_ms: int) -> int | None:
    """When the first of those who are left in peace may be asked, as far as that is known."""
    ends = (free_again_ms(candidate, reason, budget, now_ms) for candidate, reason in people)
    return min((end for end in ends if end is not None), default=None)


def may_go_beyond(candidate: Candidate, need: Need, reason: Exclusion) -> bool:
    """Whether this need may ask a person who is held back."""
    return need.priority is Priority.CRITICAL and not (reason is Exclusion.RESTING and candidate.worked_heavy)


def yields_to_need(reason: Exclusion) -> bool:
    """Whether this reason gives way when a place would otherwise have nobody asked. Sleep does not."""
    return reason is not Exclusion.QUIET_HOURS


def prices(candidate: Candidate, need: Need, budget: Budget, reason: Exclusion | None) -> dict[str, float]:
    """Terms of the score, in seconds; `reason`: what the need goes beyond."""
    terms: dict[str, float] = {}
    burden = candidate.work + candidate.load / _OFFERS_LIKE_ONE_ACCEPTANCE
    if need.requirement.capability is Capability.FIELD and burden > 0:
        bound = budget.critical_fairness_s if need.priority is Priority.CRITICAL else budget.fairness_s
        terms["fairness"] = bound * (1.0 - 2.0**-burden)
    if reason is not None:
        terms["beyond_budget"] = float(budget.beyond_s)
    return terms


def _rests(candidate: Candidate, budget: Budget) -> bool:
    return candidate.rested_s is not None and candidate.rested_s < _rest_s(candidate, budget)


def _rest_s(candidate: Candidate, budget: Budget) -> int:
    return budget.heavy_rest_s if candidate.worked_heavy else budget.rest_s


def _is_quiet(priority: Priority, budget: Budget, now_ms: int) -> bool:
    if priority.order < budget.quiet_up_to.order:
        return False
    since_from = (local_hour(now_ms) - budget.quiet_from_h) % 24
    return since_from < (budget.quiet_until_h - budget.quiet_from_h) % 24


def _is_awake(candidate: Candidate, budget: Budget, now_ms: int) -> bool:
    """Who wrote their own duty or profile since the quiet hours began has said that they are up."""
    began_ms = last_time_it_was(budget.quiet_from_h, now_ms)
    return candidate.heard_s is not None and candidate.heard_s * 1000 <= now_ms - began_ms


def _has_spent(candidate: Candidate, need: Need, budget: Budget) -> bool:
    if need.requirement.capability is Capability.DIGITAL:
        hour, day = budget.digital_offers_per_hour, budget.digital_offers_per_day
    else:
        hour, day = budget.offers_per_hour, budget.offers_per_day
    return (0 < hour <= candidate.offers_last_hour) or (0 < day <= candidate.offers_last_day)
