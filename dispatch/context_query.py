"""Look-ups that a rule needs beyond its own incident: positions of engaged people, free people near a new place, translators,
other open incidents near a report, and the target of a merge.

Rules are pure and look nothing up. `query_of` returns the query of a command, the shell runs the queries of a whole batch in one
step, and `View.around` carries the results. Data that was not found is left out of them.
"""

from dataclasses import replace

from dispatch.matching.limits import effective
from dispatch.model.answer_commands import GiveResult
from dispatch.model.commands import (
    AcceptProposal,
    AdoptReport,
    Command,
    EscalateIncident,
    MergeIncident,
    PassDeadline,
    ReportIncident,
    UpdateIncident,
)
from dispatch.model.context import NEAR_M, ContextQuery
from dispatch.model.digests import external_digest
from dispatch.model.geojson import BadGeometry, area_of
from dispatch.model.incidents import Incident
from dispatch.model.people import Need
from dispatch.model.places import Area, Geometry
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, DeadlineKind, OfferState, Task
from dispatch.staffing.interpreters import translator_need, wants_bridge

MAX_REACH_M = 20_000.0
"""Largest radius of an area that widens the search for other incidents."""


def query_of(incident: Incident | None, command: Command) -> ContextQuery | None:
    """The query of a command; None for the many commands that need nothing beyond their own incident."""
    if isinstance(command, ReportIncident):
        return None if incident is not None else _query_for_report(command)
    if incident is None or not incident.is_open:
        return None
    if isinstance(command, MergeIncident):
        return ContextQuery(target=command.into)
    if isinstance(command, AcceptProposal):
        return _query_for_proposal(incident, command)
    if isinstance(command, UpdateIncident):
        # Another type is looked up like another place: duplicates are compared by type as well.
        area = command.area or (incident.area if command.type else None)
        return _query_around(incident, command, area) if area else None
    if isinstance(command, AdoptReport):
        # The place of the report becomes that of an incident without one.
        return _query_around(incident, command, command.area) if command.area and incident.area is None else None
    if isinstance(command, GiveResult):
        return _query_for_result(incident, command)
    return _query_for_translators(incident, command)


def _query_for_translators(incident: Incident, command: Command) -> ContextQuery | None:
    """Translators for the requirements that this command may bridge: a ladder step, or a retry of a missing translator."""
    entries: list[Requirement] = []
    if isinstance(command, EscalateIncident):
        entries = list(incident.requirements)
    elif isinstance(command, PassDeadline) and command.deadline is DeadlineKind.LADDER:
        entries = [entry for entry in incident.requirements if entry.id == command.requirement_id]
    elif isinstance(command, PassDeadline) and command.deadline is DeadlineKind.RETRY:
        # Only marked ones: a retry without them needs no look-up.
        entries = [entry for entry in incident.requirements if entry.translator_since_ms is not None]
    needs = tuple(translator_need(incident, entry, command.id) for entry in entries if wants_bridge(incident, entry))
    return ContextQuery(needs=needs) if needs else None


def _query_for_report(command: ReportIncident) -> ContextQuery | None:
    external = external_digest(command)
    if command.area is None:
        return ContextQuery(external=external, target=command.into) if external or command.into else None
    # From the edge of the area: a wide flood is near what lies beside it.
    return ContextQuery(near=command.area.centre, near_m=_near_m(command.area), external=external, target=command.into)


def _near_m(area: Area) -> float:
    return NEAR_M + min(area.reach_m, MAX_REACH_M)


def _query_for_result(incident: Incident, command: GiveResult) -> ContextQuery | None:
    offer = incident.offer(command.offer_id)
    task = offer.task if offer else None
    if task is Task.FIND_DUPLICATES and command.other_incident_id:
        # The answer may start a merge, whose rule needs the state of the target.
        return ContextQuery(target=command.other_incident_id)
    area = located(command.location) if task is Task.GEOLOCATE else None
    return _query_around(incident, command, area) if area else None


def _query_for_proposal(incident: Incident, command: AcceptProposal) -> ContextQuery | None:
    """What the result would have looked up if it had acted by itself."""
    proposal = incident.proposal(command.proposal_id)
    if proposal is None:
        return None
    if proposal.incident_id is not None:
        return ContextQuery(target=proposal.incident_id)
    return _query_around(incident, command, proposal.area) if proposal.area else None


def located(geometry: Geometry | None) -> Area | None:
    """The area of a result's location; None when there is none or its geometry is invalid."""
    try:
        return area_of(geometry) if geometry is not None else None
    except BadGeometry:
        return None


def _query_around(incident: Incident, command: Command, area: Area) -> ContextQuery:
    """Open incidents near that place, positions of people who travel, and free people who could replace them."""
    look = ContextQuery(near=area.centre, near_m=_near_m(area), external=external_digest(incident))
    # People on scene stay wherever the place moves (DESIGN 19), so their position is not needed.
    on_the_way = [
        offer
        for offer in incident.offers
        if offer.is_live and offer.capability is Capability.FIELD and offer.state is not OfferState.ON_SCENE
    ]
    if not on_the_way:
        return look
    counts = {entry.id: 0 for entry in incident.requirements}
    for offer in on_the_way:
        counts[offer.requirement_id] = counts.get(offer.requirement_id, 0) + 1
    needs = tuple(
        Need(
            incident_id=incident.id,
            command_id=command.id,
            requirement=effective(entry, incident),
            area=area,
            priority=incident.priority,
            want=counts[entry.id],
            # Whoever was asked already cannot replace anybody.
            asked_before=frozenset(offer.volunteer_id for offer in incident.offers_for(entry.id)),
        )
        for entry in incident.requirements
        if counts[entry.id]
    )
    people = tuple(dict.fromkeys(offer.volunteer_id for offer in on_the_way))
    return replace(look, people=people, needs=needs)
