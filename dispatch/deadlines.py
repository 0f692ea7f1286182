"""The clocks of an incident: which deadlines its state implies, and the command each becomes when it passes."""

from dispatch.model.commands import DISPATCHER, PassDeadline
from dispatch.model.ids import derived
from dispatch.model.incidents import Incident
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import ASSIGNED_STATES, DeadlineKind, OfferState
from dispatch.safety.absence import COMING
from dispatch.safety.check_ins import is_on_scene


def timers_of(incident: Incident) -> tuple[Timer, ...]:
    """Every timer the state implies; none for an incident that has ended."""
    if not incident.is_open:
        return ()
    expiries = [
        Timer(kind=DeadlineKind.OFFER_EXPIRY, incident_id=incident.id, ref=offer.id, due_ms=offer.expires_ms)
        for offer in incident.offers
        if offer.state is OfferState.OFFERED
    ]
    if incident.retry_at_ms is not None:
        expiries.append(Timer(kind=DeadlineKind.RETRY, incident_id=incident.id, ref="", due_ms=incident.retry_at_ms))
    expiries += [
        Timer(kind=DeadlineKind.LEASE, incident_id=incident.id, ref=offer.id, due_ms=offer.lease_expires_ms)
        for offer in incident.offers
        if offer.state in ASSIGNED_STATES and offer.lease_expires_ms is not None
    ]
    expiries += [
        Timer(kind=DeadlineKind.LADDER, incident_id=incident.id, ref=entry.id, due_ms=entry.climb.due_ms)
        for entry in incident.requirements
        if entry.climb is not None and entry.climb.due_ms is not None
    ]
    expiries += [
        Timer(kind=DeadlineKind.WAVE, incident_id=incident.id, ref=entry.id, due_ms=entry.look_at_ms)
        for entry in incident.requirements
        if entry.look_at_ms is not None and incident.open_places(entry)
    ]
    expiries += [
        Timer(kind=DeadlineKind.CHECK_IN, incident_id=incident.id, ref=offer.id, due_ms=offer.check_in.due_ms)
        for offer in incident.offers
        if offer.check_in is not None and offer.check_in.due_ms is not None and is_on_scene(offer)
    ]
    expiries += [
        Timer(kind=DeadlineKind.WATCH, incident_id=incident.id, ref=offer.id, due_ms=offer.watch.due_ms)
        for offer in incident.offers
        if offer.watch is not None and offer.state in COMING
    ]
    expiries += [
        Timer(kind=DeadlineKind.CONFIRMATION, incident_id=incident.id, ref=offer.id, due_ms=offer.unconfirmed.due_ms)
        for offer in incident.offers
        if offer.unconfirmed is not None and offer.unconfirmed.due_ms is not None
    ]
    if incident.merging is not None:
        expiries.append(Timer(kind=DeadlineKind.MERGE, incident_id=incident.id, ref="", due_ms=incident.merging.due_ms))
    return tuple(expiries)


def waiting_of(incident: Incident) -> tuple[str, ...]:
    """Ids of the requirements that wait for a person to become available."""
    if not incident.is_open:
        return ()
    return tuple(entry.id for entry in incident.requirements if incident.waits_for_people(entry))


ATTEMPT_MS = 30_000


def deadline_command(timer: Timer, now_ms: int) -> PassDeadline:
    """The same timer gives the same command id, so a double tick is a repeat.

    After every 30 s in which it is still there it gives a new one: a decision that said "not yet", because the store's clock had
    gone back by then, must not silence the deadline for ever.
    """
    of_requirement = timer.kind in (DeadlineKind.LADDER, DeadlineKind.WAVE)
    attempt = max(0, now_ms - timer.due_ms) // ATTEMPT_MS
    return PassDeadline(
        id=str(derived("deadline", timer.kind, timer.incident_id, timer.ref, str(timer.due_ms), str(attempt))),
        incident_id=timer.incident_id,
        by=DISPATCHER,
        sent_ms=now_ms,
        deadline=timer.kind,
        due_ms=timer.due_ms,
        offer_id=None if of_requirement else timer.ref or None,
        requirement_id=timer.ref if of_requirement else None,
    )
