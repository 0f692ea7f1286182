"""Checks of a report that need the response plans or the clock."""

from api.http.problems import invalid
from dispatch.plans.book import PlanBook
from streams import clock

AHEAD_AT_MOST_MS = 86_400_000
"""A day: a clock in the wrong time zone is accepted."""
EARLIEST_MS = 946_684_800_000
"""2000-01-01. Clocks that were never set start in 1970 or 1980."""


def check_type(name: str, plans: PlanBook) -> None:
    """Raises ProblemResponse (422) if no response plan has this type."""
    # The book in force: types may be added and removed while the API runs (DESIGN 32).
    if name not in plans.plans:
        raise invalid("type", "one of " + ", ".join(sorted(plans.plans)), "text")


def check_reported_at(reported_at_ms: int | None) -> None:
    """Accepts a clock that is wrong by hours and refuses one that was never set. Raises ProblemResponse (422)."""
    if reported_at_ms is None:
        return
    if reported_at_ms > clock.now_ms() + AHEAD_AT_MOST_MS:
        raise invalid("reported_at", "a time at most a day in the future", "text")
    if reported_at_ms < EARLIEST_MS:
        raise invalid("reported_at", "a time from the year 2000 on", "text")
