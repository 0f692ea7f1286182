"""People judged by the middle of their wide cell, where the answer is told to somebody who chose place and limits of a question.

A rule that is judged by the exact place and answered with a code measures that place as well as a distance does: a dozen orders
that are refused, with the limit halved each time, or looks at "why not" from several points, tell it to metres, and nobody is
asked meanwhile who could notice. Such answers are functions of `geo.wide_cell`, so any number of them tells that cell
(DESIGN 209). The search itself keeps exact places: what it decides reaches the people it concerns.
"""

from dispatch.matching.eligibility import trusted_skills
from dispatch.model.copying import changed
from dispatch.model.geo import cell_corners, distance_to_area_m, wide_cell
from dispatch.model.hazard_areas import HazardArea
from dispatch.model.people import Candidate
from dispatch.model.places import Area
from dispatch.model.requirements import Requirement


def at_wide_cell(candidate: Candidate, area: Area | None) -> Candidate:
    """The person at the middle of their wide cell, and the distance from there; unchanged without a place or an area."""
    if candidate.place is None or area is None:
        return candidate
    middle = wide_cell(candidate.place)
    return changed(candidate, place=middle, distance_m=distance_to_area_m(middle, area))


def may_be_inside(candidate: Candidate, requirement: Requirement, ground: HazardArea | None) -> bool:
    """Whether some place of their cell (`geo.cell`) lies in a hazard area that they are not equipped for.

    Never false for somebody inside: danger is told too often rather than too rarely, as in `safety/hazard_crossings.py`.
    """
    if ground is None or candidate.place is None or ground.may_enter(trusted_skills(candidate, requirement)):
        return False
    return ground.outline.meets_between(cell_corners(candidate.place))
