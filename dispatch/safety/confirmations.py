"""Confirmation of job changes by assigned people: asked, reminded, overdue.

Only `ConfirmChanges` confirms. Progress and check-ins do not: a person who reports "on scene" a minute after the place was moved
may stand at the old one. Nobody loses a place for not confirming; attention is raised so that the operator can call them.

A further change never extends the time that runs. A person who confirms an older version does read: the clock of the remaining
changes restarts.
"""

from collections.abc import Iterator

from dispatch.model.answer_commands import ConfirmChanges
from dispatch.model.commands import PassDeadline
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionEnded, AttentionRaised
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import ChangesConfirmed, ConfirmationMissed
from dispatch.model.offers import Offer, Unconfirmed
from dispatch.model.reasons import AttentionReason
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import ConfirmationState, Priority

CONFIRM_WITHIN_S = {
    Priority.CRITICAL: 60,
    Priority.HIGH: 120,
    Priority.NORMAL: 180,
    Priority.LOW: 300,
}
"""Time until attention is raised; the reminder comes after half of it. An estimate of the time to take out a phone."""


def due_ms(state: Incident, offer: Offer, now_ms: int) -> int:
    """When the person, whose job changes now, is reminded or overdue; `state` is the incident after the change."""
    known = offer.unconfirmed
    if known is not None and known.state is ConfirmationState.OVERDUE:
        # The attention may have been settled meanwhile: a further change can become overdue again.
        return known.due_ms or now_ms + CONFIRM_WITHIN_S[state.priority] * 1000
    fresh_ms = now_ms + _half_ms(state)
    # The minimum: a further change never extends the time, a higher priority may shorten it.
    return fresh_ms if known is None or known.due_ms is None else min(known.due_ms, fresh_ms)


def confirmed(incident: Incident, command: ConfirmChanges, now_ms: int) -> Ruling:
    """The ruling on a confirmation; it covers all changes up to its version."""
    offer = incident.offer(command.offer_id)
    if offer is None:
        return refused("confirm", "unknown_offer")
    if not command.speaks_for(offer.volunteer_id):
        return refused("confirm", "not_your_offer")
    # Nobody can have read that version.
    if command.version > incident.version:
        return refused("confirm", "unknown_version")
    open_changes = offer.unconfirmed.changes if offer.unconfirmed else ()
    # A repeated confirmation must not restart the clock of the changes that are left.
    if not any(change.version <= command.version for change in open_changes):
        return unchanged("confirm", "nothing_to_confirm")
    is_left = any(change.version > command.version for change in open_changes)
    return applied(
        "confirm",
        ChangesConfirmed(
            offer_id=offer.id,
            volunteer_id=offer.volunteer_id,
            version=command.version,
            due_ms=now_ms + _half_ms(incident) if is_left else None,
        ),
    )


def passed(incident: Incident, command: PassDeadline, now_ms: int) -> Ruling:
    """The ruling on a confirmation deadline. Timers may fire late or twice: changes must still be open and the step be due."""
    offer = incident.offer(command.offer_id or "")
    if offer is None:
        return refused("confirmation_due", "unknown_offer")
    known = offer.unconfirmed
    if known is None:
        return unchanged("confirmation_due", "nothing_to_confirm")
    if known.due_ms is None or now_ms < known.due_ms:
        return unchanged("confirmation_due", "not_yet_due")
    if known.state is ConfirmationState.ASKED:
        # The second half of the time, from now: a late timer still leaves the person the time to read the reminder.
        again_ms = now_ms + _half_ms(incident)
        return applied("confirmation_reminded", _missed(offer, known, ConfirmationState.REMINDED, again_ms))
    alarm = AttentionRaised(
        reason=AttentionReason.CHANGE_UNCONFIRMED,
        requirement_id=offer.requirement_id,
        detail=offer.id,
        offer_id=offer.id,
    )
    return applied("confirmation_overdue", _missed(offer, known, ConfirmationState.OVERDUE, None), alarm)


def ended_alarms(state: Incident) -> Iterator[Event]:
    """Ends of attention about people who have confirmed meanwhile or no longer need to."""
    for entry in state.attention:
        if entry.reason != AttentionReason.CHANGE_UNCONFIRMED:
            continue
        offer = state.offer(entry.offer_id or "")
        known = offer.unconfirmed if offer else None
        # Also when the offer was pruned or ended: there is nobody left to call.
        if known is None or known.state is not ConfirmationState.OVERDUE:
            yield AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id, offer_id=entry.offer_id)


def _missed(offer: Offer, known: Unconfirmed, state: ConfirmationState, again_ms: int | None) -> ConfirmationMissed:
    return ConfirmationMissed(
        offer_id=offer.id, volunteer_id=offer.volunteer_id, state=state, due_ms=again_ms, changes=known.fields
    )


def _half_ms(state: Incident) -> int:
    return CONFIRM_WITHIN_S[state.priority] * 1000 // 2
