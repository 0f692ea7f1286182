"""Dangerous ground: who is warned of it, who may enter it, where the others gather, and what a way across it costs.

A polygon of a type whose plan says `hazard = true` is dangerous ground while its incident is open. People found inside are
warned, and so is who walks in later, once for each state of the ground. Who has one of the skills in the plan's `equipped` is
sent in. Of the others, those inside are not asked (they are warned), and those outside are sent to a staging point on its edge:
the nearest of eight that follow from the polygon alone, so that people gather, and so that the log says nothing about where
anybody stood (the nearest point of the edge together with a distance would be a position). Each metre of the straight way that
leads through another incident's dangerous ground counts three times: round a round area it would be 1.6, but floods are long and
bridges few. Eight and three are judgement.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.changes import changed
from dispatch.commands import EnterHazard
from dispatch.events import AttentionRaised, Event, HazardDeclared, HazardEnded, HazardWarned
from dispatch.geo import Outline, distance_m, nearest_of_area
from dispatch.model import Area, Candidate, Hazard, Incident, Need, Place
from dispatch.precautions import Precautions
from dispatch.ruling import Ruling, applied, unchanged
from dispatch.vocabulary import AttentionReason, Capability

STAGING_POINTS = 8
COUNTS_AS = 3.0
"""A metre through dangerous ground, for who is not equipped for it."""
WARNED_MOST = 500
"""People a decision names; a larger crowd is warned by sirens and cell broadcast, which the operator is asked to order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardArea:
    """Dangerous ground of an open incident, with its outline made ready. Make it by `hazard_area`."""

    incident_id: str
    equipped: tuple[str, ...]
    since: int
    area: Area
    outline: Outline = field(compare=False, repr=False)
    staging: tuple[Place, ...] = field(compare=False, repr=False)

    def may_enter(self, skills: Iterable[str]) -> bool:
        return not set(self.equipped).isdisjoint(skills)

    def is_near_way(self, start: Place, end: Place) -> bool:
        """Cheap, and never wrong when it says no."""
        reach = distance_m(start, end) + self.area.reach_m
        return distance_m(start, self.area.centre) <= reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Who was found on dangerous ground; `beyond`: how many more there are at least."""

    volunteer_ids: tuple[str, ...]
    beyond: int = 0


def inside_of(area: Area, people: Mapping[str, Place], is_everybody: bool) -> Inside:
    """Who of these people stands on the ground; one more is assumed when the look around it was cut short."""
    outline = Outline(area)
    found = sorted(volunteer for volunteer, place in people.items() if outline.covers(place))
    return Inside(volunteer_ids=tuple(found), beyond=0 if is_everybody else 1)


def hazard_area(incident_id: str, hazard: Hazard, area: Area) -> HazardArea:
    outline = Outline(area)
    return HazardArea(
        incident_id=incident_id,
        equipped=hazard.equipped,
        since=hazard.since,
        area=area,
        outline=outline,
        staging=outline.edge_points(STAGING_POINTS),
    )


def ground_of(incident: Incident | None) -> HazardArea | None:
    """Of an open incident; None for a point: only a polygon is ground."""
    if incident is None or not incident.is_open or incident.hazard is None:
        return None
    if incident.area is None or incident.area.reach_m <= 0:
        return None
    return hazard_area(incident.id, incident.hazard, incident.area)


def approach(candidate: Candidate, need: Need, own: HazardArea | None, others: Sequence[HazardArea]) -> Candidate:
    """The candidate with the way they would really be sent: how far to which point, and what lies across."""
    place = candidate.place
    if need.requirement.capability is not Capability.FIELD or need.area is None or place is None:
        return candidate
    if own is not None and not own.may_enter(candidate.skills):
        if own.outline.covers(place):
            return changed(candidate, in_hazard=True)
        staging = min(own.staging, key=lambda point: distance_m(place, point))
        candidate = changed(candidate, staging=staging, distance_m=distance_m(place, staging))
    elif need.area.reach_m > 0:
        candidate = changed(candidate, distance_m=distance_m(place, nearest_of_area(place, need.area)))
    if not others:
        return candidate
    target = target_of(candidate, need.area)
    return changed(candidate, detour_m=_detour_m(candidate.skills, place, target, need.incident_id, others))


def target_of(candidate: Candidate, area: Area) -> Place:
    """Where this person would go; `candidate` as `approach` gave it."""
    if candidate.staging is not None or candidate.place is None:
        return candidate.staging or area.centre
    return nearest_of_area(candidate.place, area)


def _detour_m(
    skills: frozenset[str], start: Place, target: Place, incident_id: str, others: Iterable[HazardArea]
) -> float:
    inside = sum(
        other.outline.metres_inside(start, target)
        for other in others
        if other.incident_id != incident_id and not other.may_enter(skills) and other.is_near_way(start, target)
    )
    return inside * (COUNTS_AS - 1.0)


def declared(state: Incident, precautions: Precautions) -> list[Event]:
    """Brings the incident in line with the plan of its type; the ground of a distress is its parent's."""
    if not state.is_open or state.distress_of is not None:
        return []
    wanted = Hazard(equipped=precautions.equipped) if precautions.hazard else None
    if (wanted and wanted.equipped) == (state.hazard and state.hazard.equipped):
        return []
    return [HazardEnded()] if wanted is None else [HazardDeclared(equipped=wanted.equipped)]


def new_ground(before: Incident | None, after: Incident | None) -> Area | None:
    """The area in which people have to be looked for and warned; None when it is no news."""
    if after is None or after.distress_of is not None or ground_of(after) is None:
        return None
    known = before is not None and before.is_open and before.hazard is not None and before.area == after.area
    return None if known else after.area


def warned(state: Incident, inside: Iterable[str], beyond: int) -> list[Event]:
    """Who has not been warned of this ground before, in a stable order; more than can be named is for the operator."""
    since = state.hazard.since if state.hazard else 0
    known = {volunteer for volunteer, epoch in state.warned.items() if epoch >= since}
    fresh = sorted(set(inside) - known)
    room = max(0, WARNED_MOST - len(known))
    named, left = tuple(fresh[:room]), len(fresh[room:]) + beyond
    facts: list[Event] = [HazardWarned(volunteer_ids=named, beyond=left)] if named or left else []
    if left:
        facts.append(AttentionRaised(reason=AttentionReason.WARNING_INCOMPLETE))
    return facts


def entered(incident: Incident, command: EnterHazard) -> Ruling:
    """People who walked in after the ground was declared: one warning for each person and each state of the ground.

    A change of the ground has looked for people itself, so what was seen on the ground before it says nothing any more.
    """
    if not incident.is_open or ground_of(incident) is None:
        return unchanged("enter_hazard", "no_dangerous_ground")
    if incident.hazard is None or incident.hazard.since != command.ground:
        return unchanged("enter_hazard", "another_ground")
    facts = warned(incident, command.volunteer_ids, 0)
    is_told = any(entry.reason == AttentionReason.WARNING_INCOMPLETE for entry in incident.attention)
    news = [fact for fact in facts if isinstance(fact, HazardWarned) and fact.volunteer_ids]
    if not news and (not facts or is_told):
        return unchanged("enter_hazard", "already_told")
    return applied("enter_hazard", *facts)
