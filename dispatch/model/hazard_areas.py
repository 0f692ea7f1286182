"""Hazard areas: the polygons of dangerous incidents, their staging points and who stands inside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dispatch.model.geo import cell, distance_m
from dispatch.model.incidents import Hazard, Incident
from dispatch.model.outlines import Outline
from dispatch.model.places import Area, Place

STAGING_POINTS = 8
"""Staging points per hazard area. They follow from the area alone: the nearest point of the edge together with the distance
would reveal a person's position in a log that is kept for a year (DESIGN 23)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardArea:
    """Hazard area of an open incident with a prepared outline; create it with `hazard_area`."""

    incident_id: str
    equipped: tuple[str, ...]
    since: int
    area: Area
    # Derived from `area`, so not compared.
    outline: Outline = field(compare=False, repr=False)
    staging: tuple[Place, ...] = field(compare=False, repr=False)

    def may_enter(self, skills: Iterable[str]) -> bool:
        return not set(self.equipped).isdisjoint(skills)

    def is_near_way(self, start: Place, end: Place, unsure_m: float = 0.0) -> bool:
        """Cheap test before the exact one: false means that the straight line does not cross the area. `unsure_m`: how far off
        both ends may be together."""
        reach = distance_m(start, end) + self.area.reach_m + unsure_m
        # Triangle inequality: the crossing point is at most the whole way from the start, and `reach_m` from the centre.
        return distance_m(start, self.area.centre) <= reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """People found inside a hazard area; `beyond`: lower bound of how many more there are."""

    volunteer_ids: tuple[str, ...]
    beyond: int = 0


def inside_of(area: Area, people: Mapping[str, Place], is_everybody: bool) -> Inside:
    """The people who stand inside the area, sorted by id. `is_everybody` false: the search was truncated, so `beyond` is 1."""
    outline = Outline(area)
    # Sorted, so a redelivered command makes the same event.
    found = sorted(volunteer for volunteer, place in people.items() if outline.covers(place))
    return Inside(volunteer_ids=tuple(found), beyond=0 if is_everybody else 1)


def hazard_area(incident_id: str, hazard: Hazard, area: Area) -> HazardArea:
    """The hazard area with its outline prepared and its staging points computed."""
    outline = Outline(area)
    return HazardArea(
        incident_id=incident_id,
        equipped=hazard.equipped,
        since=hazard.since,
        area=area,
        outline=outline,
        staging=outline.edge_points(STAGING_POINTS),
    )


def nearest_staging(stands_at: Place, ground: HazardArea) -> Place:
    """The staging point nearest to a place that records contain anyway; for people's places `staging_of_cell`."""
    return min(ground.staging, key=lambda point: distance_m(stands_at, point))


def staging_of_cell(place: Place, ground: HazardArea) -> Place:
    """The staging point for a person: the nearest to their cell."""
    # The choice is recorded: by the exact place, eight sectors of fifty small areas would tell it (DESIGN 116).
    return nearest_staging(cell(place), ground)


def ground_of(incident: Incident | None) -> HazardArea | None:
    """Hazard area of an open incident; None if it has none or its place is a point."""
    if incident is None or not incident.is_open or incident.hazard is None:
        return None
    if incident.area is None or incident.area.reach_m <= 0:
        return None
    return hazard_area(incident.id, incident.hazard, incident.area)
