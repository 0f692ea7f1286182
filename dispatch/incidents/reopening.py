"""Reopening of an incident that was closed or cancelled.

Everybody was released when it ended, so field places are counted from zero: people who were done are still shown as done, but
fill no place, and may be asked again (after their rest). Digital answers and declines stay valid. Ladders, waves and their clocks
start again at the present alarm level; translators that a ladder added are removed. Attention about the earlier people and
ladders ends.

Incidents of people in distress at it (`parent_id`) and reports that were merged into it stay as they are: each has an end of its
own. Texts, address and caller are shown again unless they were erased in between; what was erased stays erased.
"""

from dataclasses import replace

from dispatch.model.commands import ReopenIncident
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionEnded, IncidentReopened
from dispatch.model.incidents import Incident
from dispatch.model.reasons import AttentionReason
from dispatch.model.requirements import Climb, Requirement
from dispatch.model.rulings import Ruling, applied, refused, unchanged

_ENDED_BY_REOPENING = frozenset(
    {
        AttentionReason.UNFILLED,
        AttentionReason.ASK_PARTNER,
        AttentionReason.LADDER_ENDED,
        AttentionReason.CHECK_IN_OVERDUE,
        AttentionReason.HELP_ASKED,
        AttentionReason.CHANGE_UNCONFIRMED,
        AttentionReason.PERSON_SILENT,
        AttentionReason.VERIFICATION_ENDED,
    }
)


WITHIN_S = 86_400
"""After that the incident is history: what begins again is a new report."""


def is_too_late(incident: Incident, at_ms: int) -> bool:
    """Whether an incident ended too long before `at_ms` to be reopened."""
    ended_ms = incident.times.closed_ms
    return ended_ms is not None and at_ms > ended_ms + WITHIN_S * 1000


def reopened(incident: Incident, command: ReopenIncident, logged_ms: int) -> Ruling:
    """The ruling on a reopening; a merged incident cannot be reopened, nor one that ended more than `WITHIN_S` ago.

    The order counts from the time at which it was logged, so that it does not run out while no worker runs.
    """
    if incident.is_open:
        return unchanged("reopen", "already_open")
    if incident.merged_into is not None:
        return refused("reopen", "incident_merged")
    if is_too_late(incident, logged_ms):
        return refused("reopen", "ended_too_long_ago")
    ended: list[Event] = [
        AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id, offer_id=entry.offer_id)
        for entry in incident.attention
        if entry.reason in _ENDED_BY_REOPENING
    ]
    # Without translators of ladders: the ladder starts again and may add one again.
    needs = tuple(_restarted(entry) for entry in incident.requirements if entry.bridges is None)
    return applied("reopen", IncidentReopened(by=command.by, requirements=needs), *ended)


def _restarted(entry: Requirement) -> Requirement:
    return replace(
        entry,
        climb=Climb(ladder=entry.climb.ladder) if entry.climb else None,
        shortfall=None,
        short_since_ms=None,
        look_at_ms=None,
        translator_since_ms=None,
    )
