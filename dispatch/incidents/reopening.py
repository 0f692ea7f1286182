"""An incident that was closed or cancelled is open again.

Everybody was released when it ended, so its field places are counted anew: who was done then stays done and is shown, but fills
no place any more, and may be asked again (a rest after work speaks as always). Digital answers stand: what was found out is still
known. Who declined stays declined. Ladders, waves and their clocks begin anew, at the alarm level that was reached; translators
who were bound by a ladder are no need any more. Attention that spoke of the people and ladders of before ends.
"""

from dataclasses import replace

from dispatch.model.commands import ReopenIncident
from dispatch.model.events import AttentionEnded, Event, IncidentReopened
from dispatch.model.incidents import Climb, Incident, Requirement
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import AttentionReason

_OF_BEFORE = frozenset(
    {
        AttentionReason.UNFILLED,
        AttentionReason.ASK_PARTNER,
        AttentionReason.LADDER_ENDED,
        AttentionReason.CHECK_IN_OVERDUE,
        AttentionReason.HELP_ASKED,
        AttentionReason.CHANGE_UNCONFIRMED,
        AttentionReason.PERSON_SILENT,
    }
)


def reopened(incident: Incident, command: ReopenIncident) -> Ruling:
    if incident.is_open:
        return unchanged("reopen", "already_open")
    if incident.merged_into is not None:
        return refused("reopen", "incident_merged")
    ended: list[Event] = [
        AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id, offer_id=entry.offer_id)
        for entry in incident.attention
        if entry.reason in _OF_BEFORE
    ]
    needs = tuple(_anew(entry) for entry in incident.requirements if entry.bridges is None)
    return applied("reopen", IncidentReopened(by=command.by, requirements=needs), *ended)


def _anew(entry: Requirement) -> Requirement:
    return replace(
        entry,
        climb=Climb(ladder=entry.climb.ladder) if entry.climb else None,
        shortfall=None,
        short_since_ms=None,
        look_at_ms=None,
        translator_since_ms=None,
    )
