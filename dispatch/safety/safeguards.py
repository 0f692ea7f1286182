"""Entry point of the room: dispatches commands to its rules, and adds safety events that follow from any command."""

from dispatch.model.answer_commands import (
    AcceptOffer,
    AskForHelp,
    ConfirmChanges,
    LeaveDuty,
    LoseVerification,
    RaiseDistress,
)
from dispatch.model.commands import (
    AssignVolunteer,
    CheckWay,
    Command,
    EnterHazard,
    PassDeadline,
    ReopenIncident,
    ReportIncident,
)
from dispatch.model.context import DecisionContext
from dispatch.model.distress_commands import MarkDistress, StateSafety, YieldOffer
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionRaised, IncidentReported
from dispatch.model.incidents import Incident
from dispatch.model.reasons import AttentionReason
from dispatch.model.rulings import Ruling, refused, unchanged
from dispatch.model.vocabulary import DeadlineKind
from dispatch.plans.book import PlanBook
from dispatch.safety import (
    absence,
    check_ins,
    confirmations,
    distress,
    distress_links,
    hazard_crossings,
    hazards,
    lost_verifications,
    reinforcements,
)


def rule(
    incident: Incident | None, command: Command, plans: PlanBook, around: DecisionContext, now_ms: int
) -> Ruling | None:
    """The ruling; None if no rule of `dispatch/safety` handles the command. Called first: distress counts after the end too."""
    if incident is None:
        return None
    # Above the check for an open incident: these commands have answers of their own for one that has ended.
    if isinstance(command, RaiseDistress):
        return distress.raised(incident, command, now_ms)
    if isinstance(command, MarkDistress):
        return distress_links.marked(incident, command)
    if isinstance(command, YieldOffer):
        return distress_links.withdrawn(incident, command)
    if isinstance(command, StateSafety):
        return distress_links.stated_safe(incident, command)
    if isinstance(command, LeaveDuty):
        return _leave_duty(incident, command, around)
    if isinstance(command, LoseVerification):
        return lost_verifications.ruled(incident, command, around)
    if isinstance(command, EnterHazard):
        return hazards.entered(incident, command)
    if isinstance(command, ConfirmChanges):
        return confirmations.confirmed(incident, command, now_ms)
    if isinstance(command, CheckWay):
        return hazard_crossings.checked(incident, command, around)
    # `orders.rule` answers the rest for an ended incident.
    if not incident.is_open:
        return None
    if isinstance(command, AskForHelp):
        return _help(incident, command, plans)
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.CHECK_IN:
        return check_ins.passed(incident, command, now_ms)
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.CONFIRMATION:
        return confirmations.passed(incident, command, now_ms)
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.WATCH:
        offer = incident.offer(command.offer_id or "")
        seen = around.presence.get(offer.volunteer_id) if offer else None
        return absence.checked(incident, command, seen, now_ms)
    return None


def _leave_duty(incident: Incident, command: LeaveDuty, around: DecisionContext) -> Ruling:
    offer = incident.offer(command.offer_id)
    if offer is None or not incident.is_open:
        return unchanged("leave_duty", "unknown_offer" if offer is None else f"incident_{incident.status}")
    return absence.left_duty(offer, around.presence.get(offer.volunteer_id))


def _help(incident: Incident, command: AskForHelp, plans: PlanBook) -> Ruling:
    offer = incident.offer(command.offer_id)
    if offer is None:
        return refused("help", "unknown_offer")
    if not command.speaks_for(offer.volunteer_id):
        return refused("help", "not_your_offer")
    return reinforcements.asked(incident, offer, command, plans)


def consequences(state: Incident, facts: tuple[Event, ...], plans: PlanBook, now_ms: int) -> tuple[Event, ...]:
    """Events that follow from `facts`: hazard areas, clocks, watches, and attention. `state` is the incident after the facts."""
    precautions = plans.plan(state.type).precautions
    # All of them see the same state; none reads what another adds.
    more = [
        *hazards.declared(state, precautions),
        *check_ins.clocks(state, facts, precautions.check_in_s, now_ms),
        *absence.watches(state, facts, now_ms),
        *absence.heard(state, facts, now_ms),
        *lost_verifications.over(state),
        *reinforcements.answered(state),
        *distress_links.over(state, facts),
    ]
    if state.distress_of is not None and any(isinstance(fact, IncidentReported) for fact in facts):
        more.append(AttentionRaised(reason=AttentionReason.DISTRESS))
    return tuple(more)


def looked_at(incident: Incident | None, command: Command) -> str | None:
    """Id of the person whose presence the rule needs from the store; None when it needs nobody's."""
    # Before the check for an open incident: these two open one.
    if isinstance(command, ReportIncident) and incident is None:
        return command.distress_of
    if isinstance(command, ReopenIncident) and incident is not None:
        return incident.distress_of
    if incident is None or not incident.is_open:
        return None
    if isinstance(command, AssignVolunteer):
        return command.volunteer_id
    watches = isinstance(command, PassDeadline) and command.deadline is DeadlineKind.WATCH
    # Every look-up costs the batch: only rules that judge the present state of a person get it.
    if not (watches or isinstance(command, LeaveDuty | LoseVerification | AcceptOffer)):
        return None
    offer = incident.offer(getattr(command, "offer_id", None) or "")
    return offer.volunteer_id if offer else None
