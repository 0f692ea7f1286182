"""Who of those decided together chooses first: the most urgent, and among equals who has waited longest.

After a standstill the log holds a low-priority report before a critical one, for the same few people. Decisions are still written
and applied in the order of the log; only the people are given out in this order.
"""

from collections.abc import Sequence

from dispatch.model.incidents import Incident
from dispatch.model.people import Need
from dispatch.staffing.urgency import Urgency, urgency

AT_ONCE = Urgency(-1, 0)
"""What chooses nobody, like an answer: whom it names has said so themselves."""


def precedence(incident: Incident | None, needs: Sequence[Need]) -> Urgency:
    """Sorts what is served first to the front. Ties keep the order of the log."""
    if incident is None or not needs:
        return AT_ONCE
    return min(urgency(need.priority, _since_ms(incident, need)) for need in needs)


def _since_ms(incident: Incident, need: Need) -> int:
    """As logged: a client's clock gives nobody precedence."""
    shortfall = need.requirement.shortfall
    return shortfall.since_ms if shortfall else incident.times.logged_ms
