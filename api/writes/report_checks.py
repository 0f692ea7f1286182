"""Checks of a report that need the response plans or the clock."""

from collections.abc import Collection, Sequence

from pydantic import BaseModel

from api.caller import Caller
from api.deps import zone_of_known_cell
from api.http.problems import invalid
from api.schemas.reports import IncidentReport, RequirementIn, StatedIncident
from dispatch.plans.book import PlanBook
from dispatch.staffing.interpreters import ROLE
from streams import clock
from streams.tokens import Role

AHEAD_AT_MOST_MS = 86_400_000
"""A day: a clock in the wrong time zone is accepted."""
EARLIEST_MS = 946_684_800_000
"""2000-01-01. Clocks that were never set start in 1970 or 1980."""


def check_report(body: StatedIncident, plans: PlanBook) -> None:
    """Raises ProblemResponse (422) as the checks below."""
    check_type(body.type, plans)
    check_roles(body.requirements, plans)
    check_reported_at(body.reported_at)
    # Its form alone: a report whose other incident has ended by now is stored all the same.
    if isinstance(body, IncidentReport) and body.into is not None and zone_of_known_cell(body.into) is None:
        raise invalid("into", "the id of another incident", "text")


def check_names_nobody(caller: Caller, body: BaseModel) -> None:
    """A feed reads what strangers write: it puts no number beside which somebody is called back, and ends no conversation.

    Raises:
        ProblemResponse: 422 for the first field about people.
    """
    if caller.role is Role.FEED:
        for field in ("caller", "conversation_id"):
            if getattr(body, field, None) is not None:
                raise invalid(field, "nothing: a feed names no people", "null")


def check_type(name: str, plans: PlanBook) -> None:
    """Raises ProblemResponse (422) if no response plan has this type."""
    # The book in force: types may be added and removed while the API runs (DESIGN 32).
    if name not in plans.plans:
        raise invalid("type", "one of " + ", ".join(sorted(plans.plans)), "text")


def check_roles(requirements: Sequence[RequirementIn] | None, plans: PlanBook, present: Collection[str] = ()) -> None:
    """`present`: roles that the incident has already, so that a form that was read can be sent back under other plans.

    Raises:
        ProblemResponse: 422 for the first role that no response plan states.
    """
    # A role stays in the log in clear, with the requirement that it labels; words that people type are encrypted (DESIGN 136).
    known = {"", ROLE, *present, *plans.roles}
    for number, entry in enumerate(requirements or ()):
        if entry.role not in known:
            stated = ", ".join(sorted(plans.roles)) or "none: the plans state no roles"
            raise invalid(
                f"requirements[{number}].role", f"one of {stated}; other words belong into the description", "text"
            )


def check_reported_at(reported_at_ms: int | None) -> None:
    """Accepts a clock that is wrong by hours and refuses one that was never set. Raises ProblemResponse (422)."""
    if reported_at_ms is None:
        return
    if reported_at_ms > clock.now_ms() + AHEAD_AT_MOST_MS:
        raise invalid("reported_at", "a time at most a day in the future", "text")
    if reported_at_ms < EARLIEST_MS:
        raise invalid("reported_at", "a time from the year 2000 on", "text")
