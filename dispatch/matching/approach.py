"""The way a person would be sent: target point, distance, and detour around hazard areas."""

from collections.abc import Iterable, Sequence

from dispatch.matching.eligibility import trusted_skills
from dispatch.model.copying import changed
from dispatch.model.geo import distance_m, nearest_of_area, wide_cell
from dispatch.model.hazard_areas import HazardArea, staging_of_cell
from dispatch.model.people import Candidate, Need
from dispatch.model.places import Area, Place
from dispatch.model.recorded_way import coarse_centre, recorded_m
from dispatch.model.vocabulary import Capability

COUNTS_AS = 3.0
"""Length factor of the part of a straight line that crosses a hazard area for which the person is not equipped."""


def approach(candidate: Candidate, need: Need, own: HazardArea | None, others: Sequence[HazardArea]) -> Candidate:
    """The candidate with the distance to their actual target, its staging point, the detour around other hazard areas, and the
    same distances as cells tell them (`recorded_way.py`).

    `own`: hazard area of this incident. People without the equipment are sent to its nearest staging point; those inside are
    marked `in_hazard`. Unchanged for digital work and without a place.
    """
    place = candidate.place
    if need.requirement.capability is not Capability.FIELD or need.area is None or place is None:
        return candidate
    candidate = changed(candidate, recorded_m=recorded_m(place, need.area))
    # The hazard area of the incident itself ends the way at its edge; it is no detour.
    if own is not None and not own.may_enter(trusted_skills(candidate, need.requirement)):
        if own.outline.covers(place):
            return changed(candidate, in_hazard=True)
        staging = staging_of_cell(place, own)
        candidate = changed(candidate, staging=staging, distance_m=distance_m(place, staging))
    # The nearest point of an area: its centre may be kilometres further.
    elif need.area.reach_m > 0:
        candidate = changed(candidate, distance_m=distance_m(place, nearest_of_area(place, need.area)))
    if not others:
        return candidate
    target = target_of(candidate, need.area)
    way = (wide_cell(place), coarse_centre(need.area))
    return changed(
        candidate,
        detour_m=_detour_m(candidate.skills, place, target, need.incident_id, others),
        recorded_detour_m=_detour_m(candidate.skills, *way, need.incident_id, others),
    )


def target_of(candidate: Candidate, area: Area) -> Place:
    """The point to which this person would go; `candidate` must come from `approach`."""
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
    # The length itself is in the distance already.
    return inside * (COUNTS_AS - 1.0)
