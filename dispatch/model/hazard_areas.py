"""dispatch.model.hazard_areas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dispatch.model.geo import Outline, distance_m
from dispatch.model.incidents import Area, Hazard, Incident, Place

STAGING_POINTS = 8


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
