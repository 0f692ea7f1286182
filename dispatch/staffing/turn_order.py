"""The order in which the commands of a batch choose people: the most urgent first, among equals the longest waiting.

After an outage the log may hold a low-priority report before a critical one that needs the same few people. Decisions are still
written and applied in log order; only the people are assigned in this order.
"""

from collections.abc import Sequence

from dispatch.model.incidents import Incident
from dispatch.model.people import Need
from dispatch.staffing.urgency import Urgency, urgency

AT_ONCE = Urgency(-1, 0)
"""Precedence of commands that choose nobody, such as answers."""


def precedence(incident: Incident | None, needs: Sequence[Need]) -> Urgency:
    """Sort key, most urgent first. A stable sort keeps log order for ties."""
    if incident is None or not needs:
        return AT_ONCE
    # A command chooses for all its needs at once, so the most urgent one decides.
    return min(urgency(need.priority, _since_ms(incident, need)) for need in needs)


def _since_ms(incident: Incident, need: Need) -> int:
    """Log time, not the reported time: a client's clock must not give precedence."""
    shortfall = need.requirement.shortfall
    return shortfall.since_ms if shortfall else incident.times.logged_ms
