"""Splitting: one incident turns out to be two events, and the second one becomes an incident of its own.

A decision changes one incident, so a split is a sequence of commands through the log, like a merge (`merging.py`,
`follow_ups.py`):

    SplitIncident at A       A lists the new one in `split_into`, ends the named offers      -> ReportIncident at the new one,
                             (reason `split`), and releases the named reports                   AdoptReport there for each report
    ReportIncident at new    the new one refers to A (`split_from`)                          -> AssignVolunteer for each person
    AdoptReport at new       the new one lists the report                                    -> FinishMerge at the report

Of two operators who split off the same, the second is refused before anything is created: `already_split` names the incident of
the first. Where only some of what an order names is gone, the rest moves and the event lists what did not (`NotMoved`).

People stay at A unless they are named. A named person gets a new offer, since place and requirement differ. They are free once
the end of their offer is published; if the new incident asks before that, its claim fails, and a later search finds them. Nothing
else of A changes: its requirements are the operator's to edit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from dispatch.incidents.releases import let_go
from dispatch.model.commands import ReportIncident, SplitIncident
from dispatch.model.decisions import Decision
from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.merge_events import IncidentSplit, ReportReleased
from dispatch.model.merges import MovedPerson, NotMoved
from dispatch.model.offer_ends import GONE, SPLIT
from dispatch.model.offers import Offer
from dispatch.model.requirements import WorkKind
from dispatch.model.rulings import Ruling, applied, refused, unchanged

T = TypeVar("T")


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
    if any(one not in incident.reports and one not in incident.moved_by_split for one in command.reports):
        return refused("split", "no_such_report")
    if any(incident.offer(one) is None for one in command.offers):
        return refused("split", GONE if incident.forgotten_offers else "unknown_offer")
    named = named_in(incident, command.offers, command.reports)
    if (reason := named.obstacle) is not None:
        return refused("split", reason, other_incident=named.other_incident)
    facts: list[Event] = [let_go(offer, SPLIT) for offer in named.moving]
    facts += [ReportReleased(other=other) for other in named.reports]
    facts.append(
        IncidentSplit(
            into=into,
            by=command.by,
            # A part of a drill is a drill, whatever the order says.
            report=replace(command.report, exercise=incident.exercise),
            moved=tuple(map(_moved, named.moving)),
            reports=named.reports,
            numbers={one: incident.report_numbers[one] for one in named.reports if one in incident.report_numbers},
            not_moved=named.gone,
            report_distress=_of_reports(incident.report_distress, named.reports),
            report_sent_to=_of_reports(incident.report_sent_to, named.reports),
        )
    )
    return applied("split", *facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What an order to split names: the live offers and the merged reports that can move, and what is gone."""

    moving: tuple[Offer, ...]
    reports: tuple[str, ...]
    gone: tuple[NotMoved, ...]

    @property
    def other_incident(self) -> str | None:
        """The incident into which another split moved the first of those that are gone."""
        return next((one.into for one in self.gone if one.into is not None), None)

    @property
    def obstacle(self) -> str | None:
        """Why nothing may be split off: all that the order is about is gone. None: some is left, or it names nothing."""
        if not self.gone or self.moving or self.reports:
            return None
        return "offer_ended" if self.other_incident is None else "already_split"


def named_in(incident: Incident, offers: Sequence[str], reports: Sequence[str]) -> Named:
    """Those of the stated offers and reports that can move; the API asks before it sends the order. Unknown ones are left out."""
    known = [offer for one in dict.fromkeys(offers) if (offer := incident.offer(one)) is not None]
    merged = tuple(one for one in dict.fromkeys(reports) if one in incident.reports)
    ended = [_ended(offer, incident) for offer in known if not offer.is_live]
    taken = incident.moved_by_split
    released = [
        NotMoved(id=one, into=taken[one]) for one in dict.fromkeys(reports) if one not in merged and one in taken
    ]
    return Named(moving=tuple(offer for offer in known if offer.is_live), reports=merged, gone=(*ended, *released))


def _ended(offer: Offer, incident: Incident) -> NotMoved:
    into = incident.moved_by_split.get(offer.volunteer_id) if offer.reason == SPLIT else None
    return NotMoved(id=offer.id, volunteer_id=offer.volunteer_id, state=offer.state, into=into)


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


def _of_reports(known: Mapping[str, T], reports: tuple[str, ...]) -> dict[str, T]:
    return {one: known[one] for one in reports if one in known}
