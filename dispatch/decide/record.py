"""The decision record that is written to the log."""

from dispatch.decide.settled import Settled, View
from dispatch.model.answer_commands import AnswerCommand
from dispatch.model.commands import AddNote, Command
from dispatch.model.copying import changed
from dispatch.model.decisions import Decision, RequirementWhy, Why
from dispatch.model.distress_commands import StateSafety
from dispatch.model.events import Event
from dispatch.model.ids import decision_id, zone_of_incident
from dispatch.model.offer_events import OfferMade
from dispatch.model.reasons import Exclusion, SaidTime
from dispatch.model.recorded_way import recorded_count
from dispatch.model.vocabulary import Outcome
from dispatch.state.edits import unused_refs

AHEAD_MS = 60_000
BEHIND_MS = 86_400_000
"""A stated time of an answer outside these bounds around its arrival is the fault of a clock."""


def decision_of(settled: Settled, facts: tuple[Event, ...], why: Why) -> Decision:
    """The record; a ruling that was not applied has no events and leaves the version as it is."""
    view, command, ruling = settled.view, settled.command, settled.ruling
    before = view.incident.version if view.incident else 0
    applied = ruling.outcome is Outcome.APPLIED
    said_ms, said_ignored = _said(view, command)
    return Decision(
        id=decision_id(command.id),
        cause=view.cause,
        incident_id=command.incident_id,
        # An id without a zone is decided all the same: every command gets one decision.
        zone=zone_of_incident(command.incident_id) or "",
        outcome=ruling.outcome,
        reason=ruling.reason,
        by=command.by,
        heard_by=command.heard_by if isinstance(command, AnswerCommand | StateSafety) else None,
        way=command.way if isinstance(command, AnswerCommand | AddNote) else None,
        said_ms=said_ms,
        said_ignored=said_ignored,
        # Only applied decisions change the epoch, which fences claims and serves as `If-Match`.
        version=before + 1 if applied else before,
        # No effect without `applied`, whatever the steps computed.
        events=facts if applied else (),
        why=why,
        logged_ms=view.logged_ms,
        decided_ms=view.now_ms,
        conflicts=ruling.conflicts,
        against=ruling.against,
        other_incident=ruling.other_incident,
        unused_refs=unused_refs(command, settled.incident if applied else None),
    )


def as_recorded(why: RequirementWhy) -> RequirementWhy:
    """The reasons as the log keeps them: numbers of people whom it does not name are bounds (`recorded_count`).

    The steps of a decision compute with the exact numbers, so this comes last.
    """
    named = len(why.chosen) + len(why.passed_over)
    return changed(
        why,
        considered=named + recorded_count(why.considered - named),
        excluded={reason: recorded_count(people) for reason, people in why.excluded.items()},
        wave=changed(why.wave, free=named + recorded_count(why.wave.free - named)) if why.wave else None,
    )


def _said(view: View, command: Command) -> tuple[int | None, SaidTime | None]:
    """The stated time of an answer, else why it is ignored. Bounded by the time of the log, which is that of its arrival."""
    said_ms = command.said_ms if isinstance(command, AnswerCommand | StateSafety) else None
    if said_ms is None:
        return None, None
    if said_ms > view.logged_ms + AHEAD_MS:
        return None, SaidTime.FROM_THE_FUTURE
    if said_ms < view.logged_ms - BEHIND_MS:
        return None, SaidTime.TOO_OLD
    return said_ms, None


def chosen_people(decision: Decision) -> dict[str, Exclusion]:
    """People whom this decision offers something, as `taken` of the commands after it in the same batch."""
    return {fact.volunteer_id: Exclusion.ENGAGED for fact in decision.events if isinstance(fact, OfferMade)}
