"""Deadlines that the state of an incident implies, and the command that each becomes when it passes."""

from collections.abc import Iterator
from typing import TypeAlias

from dispatch.model.commands import DISPATCHER, PassDeadline
from dispatch.model.ids import derived
from dispatch.model.incidents import Incident
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import DeadlineKind, OfferState
from dispatch.safety.absence import COMING
from dispatch.safety.check_ins import is_on_scene


def timers_of(incident: Incident) -> tuple[Timer, ...]:
    """Every timer the state implies; none for an incident that has ended."""
    if not incident.is_open:
        return ()
    due = (*_due_of_offers(incident), *_due_of_incident(incident), *_due_of_requirements(incident))
    return tuple(
        Timer(kind=kind, incident_id=incident.id, ref=ref, due_ms=due_ms)
        for kind, ref, due_ms in due
        if due_ms is not None
    )


_Due: TypeAlias = tuple[DeadlineKind, str, int | None]
"""Kind, id of the offer or requirement it concerns (else empty), and time; None: not running."""


def _due_of_incident(incident: Incident) -> Iterator[_Due]:
    yield DeadlineKind.RETRY, "", incident.retry_at_ms
    if incident.merging is not None:
        yield DeadlineKind.MERGE, "", incident.merging.due_ms


def _due_of_requirements(incident: Incident) -> Iterator[_Due]:
    for entry in incident.requirements:
        if entry.climb is not None:
            yield DeadlineKind.LADDER, entry.id, entry.climb.due_ms
        # The state keeps the time of a filled wave; a timer for it would only cause an unchanged decision.
        if entry.look_at_ms is not None and incident.open_places(entry):
            yield DeadlineKind.WAVE, entry.id, entry.look_at_ms


def _due_of_offers(incident: Incident) -> Iterator[_Due]:
    for offer in incident.offers:
        if offer.state is OfferState.OFFERED:
            yield DeadlineKind.OFFER_EXPIRY, offer.id, offer.expires_ms
        if offer.is_assigned:
            yield DeadlineKind.LEASE, offer.id, offer.lease_expires_ms
        if offer.check_in is not None and is_on_scene(offer):
            yield DeadlineKind.CHECK_IN, offer.id, offer.check_in.due_ms
        if offer.watch is not None and offer.state in COMING:
            yield DeadlineKind.WATCH, offer.id, offer.watch.due_ms
        # The fold clears it when the assignment ends.
        if offer.unconfirmed is not None:
            yield DeadlineKind.CONFIRMATION, offer.id, offer.unconfirmed.due_ms


def waiting_of(incident: Incident) -> tuple[str, ...]:
    """Ids of the requirements for which a person who becomes available should be considered."""
    if not incident.is_open:
        return ()
    return tuple(entry.id for entry in incident.requirements if incident.waits_for_people(entry))


ATTEMPT_MS = 30_000
"""How long a timer repeats the same command before it sends another one."""


def deadline_command(timer: Timer, now_ms: int) -> PassDeadline:
    """The command that proposes the deadline. The same timer gives the same command id, so a timer that fires twice is a repeat.

    A timer that is still there gets another id every `ATTEMPT_MS`: a decision of "not yet due", made after the store's clock went
    back, must not suppress the deadline for ever.
    """
    # For these kinds `ref` is the id of a requirement, for the others that of an offer.
    of_requirement = timer.kind in (DeadlineKind.LADDER, DeadlineKind.WAVE)
    # Not negative: the timer may be fetched by a clock that went back.
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
