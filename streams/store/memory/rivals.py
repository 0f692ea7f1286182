"""Shortfalls that compete for the same people, in memory. Counterpart of `count_waiting` in find.lua."""

from collections.abc import Iterable, Mapping

from dispatch.model.incidents import Incident
from dispatch.model.people import Need
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability
from dispatch.staffing.urgency import urgency
from streams.store.apply import waited_skills
from streams.store.memory.distances import metres
from streams.store.search import limit_m


def waiting_beside(need: Need, waiting: Iterable[Mapping[str, tuple[Incident, str]]], now_ms: int) -> int:
    """Counts shortfalls of other incidents that want the same people and are at least as urgent.

    `waiting`: for each incident, its waiting requirements by index member.
    """
    own = need.requirement.shortfall
    mine = urgency(need.priority, own.since_ms if own else now_ms)
    return sum(
        _wants_the_same(need, incident, requirement)
        and requirement.shortfall is not None
        and urgency(incident.priority, requirement.shortfall.since_ms) <= mine
        for of_incident in waiting
        for incident, requirement_id in of_incident.values()
        for requirement in incident.requirements
        if requirement.id == requirement_id
    )


def _wants_the_same(need: Need, incident: Incident, requirement: Requirement) -> bool:
    if incident.id == need.incident_id:
        return False
    same = [placed for skill, placed in waited_skills(incident, requirement) if skill in need.requirement.skills]
    # An entry with a place is in a GEO index and one without in a ZSET; find.lua reads only the index of its kind.
    if need.requirement.capability is not Capability.FIELD or need.area is None:
        return not all(same)
    near = incident.area is not None and metres(need.area.centre, incident.area.centre) <= limit_m(need)
    return any(same) and near
