"""Assigned people confirm what changed of their job: reminded, then missed.

Only `ConfirmChanges` confirms. Neither progress nor a check-in does: who says "on scene" a minute after the place was moved may
stand at the old one. Nobody is taken off for not confirming; the operator is told and reaches them another way.

A change that comes while others are open never gives more time. Who confirms an older version is alive and reads: the clock of
what is left begins anew.
"""

from collections.abc import Iterator

from dispatch.model.commands import ConfirmChanges, PassDeadline
from dispatch.model.events import AttentionEnded, AttentionRaised, ChangesConfirmed, ConfirmationMissed, Event
from dispatch.model.incidents import Incident, Offer, Unconfirmed
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import AttentionReason, ConfirmationState, Priority

CONFIRM_WITHIN_S = {
    Priority.CRITICAL: 60,
    Priority.HIGH: 120,
    Priority.NORMAL: 180,
    Priority.LOW: 300,
}
"""Until the operator is alarmed; the person is reminded after half of it. Judgement: time enough to take out a phone."""


def due_ms(state: Incident, offer: Offer, now_ms: int) -> int:
    """When the next step follows for this person, whose job changes now; `state` is the incident after the change."""
    known = offer.unconfirmed
    if known is not None and known.state is ConfirmationState.OVERDUE:
        # The alarm may have been settled: what changes after it is missed again.
        return known.due_ms or now_ms + CONFIRM_WITHIN_S[state.priority] * 1000
    fresh_ms = now_ms + _half_ms(state)
    return fresh_ms if known is None or known.due_ms is None else min(known.due_ms, fresh_ms)


def confirmed(incident: Incident, command: ConfirmChanges, now_ms: int) -> Ruling:
    offer = incident.offer(command.offer_id)
    if offer is None:
        return refused("confirm", "unknown_offer")
    if not command.speaks_for(offer.volunteer_id):
        return refused("confirm", "not_your_offer")
    if command.version > incident.version:
        return refused("confirm", "unknown_version")
    open_changes = offer.unconfirmed.changes if offer.unconfirmed else ()
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
    """The timer only proposes: something must still be open, and the time of this step really be over."""
    offer = incident.offer(command.offer_id or "")
    if offer is None:
        return refused("confirmation_due", "unknown_offer")
    known = offer.unconfirmed
    if known is None:
        return unchanged("confirmation_due", "nothing_to_confirm")
    if known.due_ms is None or now_ms < known.due_ms:
        return unchanged("confirmation_due", "not_yet_due")
    if known.state is ConfirmationState.ASKED:
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
    """Alarms of people who have confirmed meanwhile, or need not any more."""
    for entry in state.attention:
        if entry.reason != AttentionReason.CHANGE_UNCONFIRMED:
            continue
        offer = state.offer(entry.offer_id or "")
        known = offer.unconfirmed if offer else None
        if known is None or known.state is not ConfirmationState.OVERDUE:
            yield AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id, offer_id=entry.offer_id)


def _missed(offer: Offer, known: Unconfirmed, state: ConfirmationState, again_ms: int | None) -> ConfirmationMissed:
    return ConfirmationMissed(
        offer_id=offer.id, volunteer_id=offer.volunteer_id, state=state, due_ms=again_ms, changes=known.fields
    )


def _half_ms(state: Incident) -> int:
    return CONFIRM_WITHIN_S[state.priority] * 1000 // 2
