"""Rules for orders about a whole incident: report, update, cancel, close, reopen, note."""

from collections.abc import Iterable, Iterator

from dispatch.incidents import releases
from dispatch.incidents.reopening import reopened
from dispatch.incidents.reprioritising import reprioritised
from dispatch.incidents.requirement_changes import in_language, restated
from dispatch.incidents.retyping import priority_of, retyped
from dispatch.model.call_numbers import CallNumber
from dispatch.model.commands import (
    DISPATCHER,
    AddNote,
    CancelIncident,
    CloseIncident,
    Command,
    PassDeadline,
    ReopenIncident,
    ReportIncident,
    SettleAttention,
    UpdateIncident,
    VoidOffer,
)
from dispatch.model.copying import changed
from dispatch.model.digests import are_comparable
from dispatch.model.events import Event
from dispatch.model.incident_events import (
    IncidentCancelled,
    IncidentClosed,
    IncidentReported,
    IncidentUpdated,
    NoteAdded,
)
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.requirements import Requirement
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import ASSIGNED_STATES, IncidentStatus, OfferState, Priority
from dispatch.plans.book import PlanBook
from dispatch.safety import distress
from dispatch.state.edits import changed_fields, conflicts, held_from_now_on, in_order

NOT_NEEDED = "not_needed"


def rule(
    incident: Incident | None,
    command: Command,
    plans: PlanBook,
    logged_ms: int,
    call_number: CallNumber | None = None,
) -> Ruling | None:
    """The ruling; None when the command is no order about a whole incident. Refuses commands about unknown or ended incidents."""
    if isinstance(command, ReportIncident):
        return _report(incident, command, plans, logged_ms, call_number)
    if incident is None:
        return refused("unknown_incident", "unknown_incident")
    # Notes and reopening are for ended incidents, too.
    if isinstance(command, AddNote):
        return applied("note", NoteAdded(by=command.by, private_ref=command.private_ref))
    if isinstance(command, ReopenIncident):
        return reopened(incident, command, logged_ms)
    if isinstance(command, SettleAttention):
        # Attention about distress outlives the incident, so it must be possible to settle it after the end.
        return None
    if not incident.is_open:
        return _ended(incident, command)
    if isinstance(command, UpdateIncident):
        return _update(incident, command, plans)
    if isinstance(command, CancelIncident):
        return applied(
            "cancel",
            *releases.released(incident.offers, "cancelled"),
            IncidentCancelled(by=command.by, code=command.code),
        )
    if isinstance(command, CloseIncident):
        return applied(
            "close", *releases.finished(incident.offers, "closed"), IncidentClosed(by=command.by, code=command.code)
        )
    return None


def _ended(incident: Incident, command: Command) -> Ruling:
    # A close of a cancelled incident is refused: its outcome would change.
    repeated = CancelIncident if incident.status is IncidentStatus.CANCELLED else CloseIncident
    if isinstance(command, repeated):
        return unchanged("ended", f"already_{incident.status}")
    # Nobody's mistake: a timer or a void offer that came after the end.
    if isinstance(command, PassDeadline | VoidOffer):
        return unchanged("ended", f"incident_{incident.status}")
    return refused("ended", "incident_merged" if incident.merged_into else f"incident_{incident.status}")


def _report(
    incident: Incident | None,
    command: ReportIncident,
    plans: PlanBook,
    logged_ms: int,
    call_number: CallNumber | None,
) -> Ruling:
    if incident is not None:
        return _reported_again(incident, command, plans, logged_ms)
    plan = plans.plan(command.type)
    priority = command.priority or plan.priority
    requirements = plan.stated(priority)
    if command.requirements:
        completed = plans.requirements(command.requirements, command.type)
        requirements = tuple(changed(entry, stated=True) for entry in completed)
    return applied(
        "report",
        IncidentReported(
            type=command.type,
            priority=priority,
            area=command.area,
            language=command.language,
            requirements=requirements,
            plan_version=plans.version,
            reported_by=command.by,
            # As claimed and only shown; rules use `logged_ms` (DESIGN 8).
            reported_ms=command.reported_ms or logged_ms,
            logged_ms=logged_ms,
            external_id=command.external_id,
            external_digest=command.external_digest,
            body_digest=command.body_digest,
            text_print=command.text_print,
            parent_id=command.parent_id,
            distress_of=command.distress_of,
            hazard=command.hazard,
            split_from=command.split_from,
            moved=command.moved,
            details=dict.fromkeys(command.private_fields, command.private_ref) if command.private_ref else {},
            exercise=command.exercise,
            call_number=call_number,
        ),
    )


def _reported_again(incident: Incident, command: ReportIncident, plans: PlanBook, logged_ms: int) -> Ruling:
    if command.distress_of is not None and command.distress_of == incident.distress_of:
        if not incident.is_open:
            return distress.after_the_end(incident, command, logged_ms)
        return _pressed_again(incident, command, plans)
    # The same key with the same body is a repeat; with another body it is an error of the client.
    # Digests under two keys say nothing of the bodies: a repeat sent after an upgrade must not be called a conflict.
    if incident.body_digest == command.body_digest or not are_comparable(incident.body_digest, command.body_digest):
        return unchanged("report", "repeated_report")
    return refused("report", "idempotency_key_reused")


def _pressed_again(incident: Incident, command: ReportIncident, plans: PlanBook) -> Ruling:
    """A person in distress signals again: it sounds anew, and the newest place they stated counts."""
    linked = distress.linked(incident, command)
    again = distress.renewed(incident, command)
    if not again:
        return applied("report", *linked) if linked else unchanged("report", "repeated_report")
    moved = UpdateIncident(
        id=command.id,
        incident_id=command.incident_id,
        by=command.by,
        sent_ms=command.sent_ms,
        # A signal of somebody who was sent names the place to which they were sent; an operator may know better by now. It is
        # better than none: without a place nobody is asked.
        area=None if command.by == DISPATCHER and incident.area is not None else command.area,
        private_ref=command.private_ref,
        private_fields=command.private_fields,
    )
    return applied("report", *linked, *_update(incident, moved, plans).events, *again)


def _update(incident: Incident, command: UpdateIncident, plans: PlanBook) -> Ruling:
    language = command.language or incident.language
    incident_type = command.type or incident.type
    priority = command.priority or priority_of(incident, incident_type, plans)
    requirements = in_language(incident, _requirements(incident, command, priority, plans), language)
    changes = changed_fields(incident, command, requirements)
    # Before "nothing changed", so that a failed precondition is always reported.
    if missed := conflicts(incident, command, changes):
        reason = "edit_conflict" if command.expected_version is None else "version_conflict"
        return changed(refused("update", reason), conflicts=missed)
    if not changes:
        return unchanged("update", "nothing_changed")
    if priority is not incident.priority:
        # Also where it follows from the type. Added after the check for conflicts: the client has not stated it.
        changes = in_order({*changes, "priority"})
    update = IncidentUpdated(
        type=incident_type,
        priority=priority,
        area=command.area or incident.area,
        language=language,
        requirements=requirements,
        plan_version=plans.version,
        changed=changes,
        by=command.by,
        details=held_from_now_on(command, changes),
    )
    # The ends of offers first: afterwards their requirements are gone.
    return applied("update", *_released_by(incident, requirements), update)


def _released_by(incident: Incident, after: Iterable[Requirement]) -> Iterator[Event]:
    """Ends of offers for requirements that the update removes, and of assignments beyond the counts it leaves."""
    counts = {entry.id: entry.count for entry in after}
    for entry in incident.requirements:
        offers = incident.offers_for(entry.id)
        if entry.id in counts:
            yield from releases.stood_down(_surplus_assigned(offers, counts[entry.id]), NOT_NEEDED)
        else:
            yield from releases.released(offers, NOT_NEEDED)


def _requirements(
    incident: Incident, command: UpdateIncident, priority: Priority, plans: PlanBook
) -> tuple[Requirement, ...]:
    """The requirements after the update: as stated, else as the plan gives them for another type or priority."""
    if command.requirements is not None:
        return restated(incident, plans.requirements(command.requirements, command.type or incident.type))
    if command.type and command.type != incident.type:
        return retyped(incident, command.type, priority, plans)
    if priority is not incident.priority:
        return reprioritised(incident, priority, plans.plan(incident.type))
    return incident.requirements


def _surplus_assigned(offers: Iterable[Offer], count: int) -> list[Offer]:
    """Assigned people beyond `count`. People with the most progress stay; among equals those who accepted first."""
    # Done counts as a filled place, so it is kept first; only assigned people can be stood down.
    order = (OfferState.DONE, OfferState.ON_SCENE, OfferState.EN_ROUTE, OfferState.ACCEPTED)
    filling = [offer for offer in offers if offer.is_filling]
    filling.sort(key=lambda offer: (order.index(offer.state), offer.accepted_ms or 0, offer.id))
    return [offer for offer in filling[count:] if offer.state in ASSIGNED_STATES]
