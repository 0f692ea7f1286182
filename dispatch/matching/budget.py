"""Limits on what is asked of one person: offers per hour and day, quiet hours, rest after work, and fairness.

The limits are in `[budget]` of the plans (`Budget`); 0 means no limit. People who have reached one are not asked, with two
exceptions, each with a penalty of `beyond_s` in the ranking that the decision records. First, critical needs may exceed the
budget, the quiet hours and an ordinary rest. Second, if fewer other people can be asked than places are open, resting or
over-budget people are asked for the difference, the least tired first (never in quiet hours).

Fairness is a penalty that approaches `fairness_s`: each recent acceptance halves the remaining gap, and so do eight offers
without an acceptance. A person is therefore never passed over for one who is slower by more than `fairness_s`.
"""

from collections.abc import Iterable

from dispatch.model.local_time import DAY_MS, last_time_it_was, local_hour
from dispatch.model.people import Candidate, Need
from dispatch.model.reasons import Exclusion
from dispatch.model.vocabulary import Capability, Priority
from dispatch.plans.budget_table import Budget

_OFFERS_LIKE_ONE_ACCEPTANCE = 8.0


def asleep_unless_heard_ms(priority: Priority, budget: Budget, now_ms: int) -> int | None:
    """People without a sign of life since this time count as asleep; None outside quiet hours or if the need cannot wait."""
    if priority is Priority.CRITICAL or not _is_quiet(priority, budget, now_ms):
        return None
    return last_time_it_was(budget.quiet_from_h, now_ms, budget.time_zone)


def quiet_until_ms(budget: Budget, now_ms: int) -> int:
    """The next time at which the quiet hours end."""
    return last_time_it_was(budget.quiet_until_h, now_ms + DAY_MS, budget.time_zone)


def held_back(candidate: Candidate, need: Need, budget: Budget, now_ms: int) -> Exclusion | None:
    """The limit that this person has reached (quiet hours, rest or budget); None if they may be asked."""
    if _is_quiet(need.priority, budget, now_ms) and not _is_awake(candidate, budget, now_ms):
        return Exclusion.QUIET_HOURS
    if need.requirement.capability is Capability.FIELD and _is_resting(candidate, budget):
        return Exclusion.RESTING
    return Exclusion.BUDGET_SPENT if _is_budget_spent(candidate, need, budget) else None


def free_again_ms(candidate: Candidate, reason: Exclusion, budget: Budget, now_ms: int) -> int | None:
    """When the limit no longer applies; None for a spent budget, because the times of the counted offers are not known here."""
    if reason is Exclusion.RESTING and candidate.rested_s is not None:
        return now_ms + round((_rest_s(candidate, budget) - candidate.rested_s) * 1000)
    if reason is Exclusion.QUIET_HOURS:
        return quiet_until_ms(budget, now_ms)
    return None


def first_free_ms(people: Iterable[tuple[Candidate, Exclusion]], budget: Budget, now_ms: int) -> int | None:
    """When the first of these people may be asked again; None if unknown."""
    ends = (free_again_ms(candidate, reason, budget, now_ms) for candidate, reason in people)
    return min((end for end in ends if end is not None), default=None)


def may_go_beyond(candidate: Candidate, need: Need, reason: Exclusion) -> bool:
    """Whether this need may exceed the limit: critical needs may, except for the rest after heavy work."""
    return need.priority is Priority.CRITICAL and not (reason is Exclusion.RESTING and candidate.worked_heavy)


def yields_to_need(reason: Exclusion) -> bool:
    """Whether the limit may be exceeded when otherwise nobody would be asked for a place; quiet hours may not."""
    return reason is not Exclusion.QUIET_HOURS


def prices(candidate: Candidate, need: Need, budget: Budget, reason: Exclusion | None) -> dict[str, float]:
    """Terms of the score in seconds; `reason`: the limit that the need exceeds."""
    terms: dict[str, float] = {}
    burden = candidate.work + candidate.load / _OFFERS_LIKE_ONE_ACCEPTANCE
    if need.requirement.capability is Capability.FIELD and burden > 0:
        bound = budget.critical_fairness_s if need.priority is Priority.CRITICAL else budget.fairness_s
        terms["fairness"] = bound * (1.0 - 2.0**-burden)
    if reason is not None:
        terms["beyond_budget"] = float(budget.beyond_s)
    return terms


def _is_resting(candidate: Candidate, budget: Budget) -> bool:
    return candidate.rested_s is not None and candidate.rested_s < _rest_s(candidate, budget)


def _rest_s(candidate: Candidate, budget: Budget) -> int:
    return budget.heavy_rest_s if candidate.worked_heavy else budget.rest_s


def _is_quiet(priority: Priority, budget: Budget, now_ms: int) -> bool:
    if priority.order < budget.quiet_up_to.order:
        return False
    since_from = (local_hour(now_ms, budget.time_zone) - budget.quiet_from_h) % 24
    return since_from < (budget.quiet_until_h - budget.quiet_from_h) % 24


def _is_awake(candidate: Candidate, budget: Budget, now_ms: int) -> bool:
    """Whether the person changed their own duty or profile since the quiet hours began."""
    began_ms = last_time_it_was(budget.quiet_from_h, now_ms, budget.time_zone)
    return candidate.heard_s is not None and candidate.heard_s * 1000 <= now_ms - began_ms


def _is_budget_spent(candidate: Candidate, need: Need, budget: Budget) -> bool:
    if need.requirement.capability is Capability.DIGITAL:
        hour, day = budget.digital_offers_per_hour, budget.digital_offers_per_day
    else:
        hour, day = budget.offers_per_hour, budget.offers_per_day
    return (0 < hour <= candidate.offers_last_hour) or (0 < day <= candidate.offers_last_day)
