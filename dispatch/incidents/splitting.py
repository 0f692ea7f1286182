"""Splitting: one incident turns out to be two events, and the second one becomes an incident of its own.

A decision changes one incident, so a split is a sequence of commands through the log, like a merge (`merging.py`,
`follow_ups.py`):

    SplitIncident at A       A lists the new one in `split_into`, ends the named offers      -> ReportIncident at the new one,
                             (reason `split`), and releases the named reports                   AdoptReport there for each report
    ReportIncident at new    the new one refers to A (`split_from`)                          -> AssignVolunteer for each person
    AdoptReport at new       the new one lists the report                                    -> FinishMerge at the report

People stay at A unless they are named. A named person gets a new offer, since place and requirement differ. They are free once
the end of their offer is published; if the new incident asks before that, its claim fails, and a later search finds them. Nothing
else of A changes: its requirements are the operator's to edit.
"""

from dataclasses import fields, replace

from dispatch.incidents.releases import let_go
from dispatch.model.commands import ReportIncident, SplitIncident
from dispatch.model.decisions import Decision
from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.merge_events import IncidentSplit, ReportReleased
from dispatch.model.merges import MovedPerson
from dispatch.model.offer_ends import SPLIT
from dispatch.model.offers import Offer
from dispatch.model.requirements import WorkKind
from dispatch.model.rulings import Ruling, applied, refused, unchanged


def rule(incident: Incident | None, command: object) -> Ruling | None:
    """The ruling; None when the command is no split. `incident` is open."""
    if incident is None or not isinstance(command, SplitIncident):
        return None
    into = command.report.incident_id
    # The id follows from the order, so a repeat names the same new incident.
    if into in incident.split_into:
        return unchanged("split", "already_split")
    if into == incident.id:
        return refused("split", "into_itself")
    if set(command.reports) - set(incident.reports):
        return refused("split", "no_such_report")
    named = [incident.offer(one) for one in dict.fromkeys(command.offers)]
    if None in named:
        return refused("split", "unknown_offer")
    # Offers that ended meanwhile are left: their people are free and can be found.
    moving = [offer for offer in named if offer is not None and offer.is_live]
    facts: list[Event] = [let_go(offer, SPLIT) for offer in moving]
    facts += [ReportReleased(other=other) for other in dict.fromkeys(command.reports)]
    facts.append(
        IncidentSplit(
            into=into,
            by=command.by,
            # A part of a drill is a drill, whatever the order says.
            report=replace(command.report, exercise=incident.exercise),
            moved=tuple(map(_moved, moving)),
            reports=tuple(dict.fromkeys(command.reports)),
            numbers={one: incident.report_numbers[one] for one in command.reports if one in incident.report_numbers},
        )
    )
    return applied("split", *facts)


def report_of(decision: Decision, fact: IncidentSplit) -> ReportIncident:
    """The report of the new incident. The same decision gives the same report, so a repeated one changes nothing."""
    stated = {entry.name: getattr(fact.report, entry.name) for entry in fields(fact.report)}
    return ReportIncident(
        id=stated.pop("command_id"),
        by=fact.by,
        sent_ms=decision.decided_ms,
        split_from=decision.incident_id,
        moved=fact.moved,
        **stated,
    )


def _moved(offer: Offer) -> MovedPerson:
    work = WorkKind(capability=offer.capability, skill=offer.skill, task=offer.task)
    return MovedPerson(volunteer_id=offer.volunteer_id, work=work)
