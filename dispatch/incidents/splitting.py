"""One incident turns out to be two events: the other one becomes an incident of its own.

A decision changes one incident, so a split is a conversation through the log, like a merge (`merging.py`, `follow_ups.py`):

    SplitIncident at A       A lists the new one in `split_into`, lets go whose offers are   -> ReportIncident at the new one,
                             named (`split`), and releases the further reports that are         AdoptReport there for each report
    ReportIncident at new    the new one says where it comes from (`split_from`)             -> AssignVolunteer for each person
    AdoptReport at new       the new one lists the report                                    -> FinishMerge at the report

People stay where they are unless they are named. Who is named is asked anew, by name: it is another place and another need. They
are free once the end of their offer is published; should the new incident ask before that, the claim refuses it, and the search
finds them in its turn. Nothing else of A changes: what it needs from now on is for the operator to say.
"""

from dataclasses import fields

from dispatch.incidents.releases import let_go
from dispatch.model.commands import ReportIncident, SplitIncident
from dispatch.model.decisions import Decision
from dispatch.model.events import Event, IncidentSplit, ReportReleased
from dispatch.model.incidents import Incident, MovedPerson, Offer, WorkKind
from dispatch.model.offer_ends import SPLIT
from dispatch.model.rulings import Ruling, applied, refused, unchanged


def rule(incident: Incident | None, command: object) -> Ruling | None:
    """The ruling, or None when the command splits nothing. `incident` is open."""
    if incident is None or not isinstance(command, SplitIncident):
        return None
    into = command.report.incident_id
    if into in incident.split_into:
        return unchanged("split", "already_split")
    if into == incident.id:
        return refused("split", "into_itself")
    if set(command.reports) - set(incident.reports):
        return refused("split", "no_such_report")
    named = [incident.offer(one) for one in dict.fromkeys(command.offers)]
    if None in named:
        return refused("split", "unknown_offer")
    moving = [offer for offer in named if offer is not None and offer.is_live]
    facts: list[Event] = [let_go(offer, SPLIT) for offer in moving]
    facts += [ReportReleased(other=other) for other in dict.fromkeys(command.reports)]
    facts.append(
        IncidentSplit(
            into=into,
            by=command.by,
            report=command.report,
            moved=tuple(map(_moved, moving)),
            reports=tuple(dict.fromkeys(command.reports)),
        )
    )
    return applied("split", *facts)


def report_of(decision: Decision, fact: IncidentSplit) -> ReportIncident:
    """The same decision gives the same report, so a repeat is a repeat."""
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
