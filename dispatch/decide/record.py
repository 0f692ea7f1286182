"""The decision record that is written to the log."""

from dispatch.decide.settled import Settled
from dispatch.model.answer_commands import AnswerCommand
from dispatch.model.decisions import Decision, Why
from dispatch.model.events import Event
from dispatch.model.ids import decision_id, zone_of_incident
from dispatch.model.offer_events import OfferMade
from dispatch.model.reasons import Exclusion
from dispatch.model.vocabulary import Outcome
from dispatch.state.edits import unused_refs


def decision_of(settled: Settled, facts: tuple[Event, ...], why: Why) -> Decision:
    """The record; a ruling that was not applied has no events and leaves the version as it is."""
    view, command, ruling = settled.view, settled.command, settled.ruling
    before = view.incident.version if view.incident else 0
    applied = ruling.outcome is Outcome.APPLIED
    return Decision(
        id=decision_id(command.id),
        cause=view.cause,
        incident_id=command.incident_id,
        # An id without a zone is decided all the same: every command gets one decision.
        zone=zone_of_incident(command.incident_id) or "",
        outcome=ruling.outcome,
        reason=ruling.reason,
        by=command.by,
        heard_by=command.heard_by if isinstance(command, AnswerCommand) else None,
        # Only applied decisions change the epoch, which fences claims and serves as `If-Match`.
        version=before + 1 if applied else before,
        # No effect without `applied`, whatever the steps computed.
        events=facts if applied else (),
        why=why,
        logged_ms=view.logged_ms,
        decided_ms=view.now_ms,
        conflicts=ruling.conflicts,
        against=ruling.against,
        unused_refs=unused_refs(command, settled.incident if applied else None),
    )


def chosen_people(decision: Decision) -> dict[str, Exclusion]:
    """People whom this decision offers something, as `taken` of the commands after it in the same batch."""
    return {fact.volunteer_id: Exclusion.ENGAGED for fact in decision.events if isinstance(fact, OfferMade)}
