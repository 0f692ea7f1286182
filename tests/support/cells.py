"""Places that records must not tell apart: anywhere in the cell of a person, anywhere in the coarse area of an incident."""

from random import Random

from dispatch.model.geo import METRES_A_DEGREE, cell, coarse, wide_cell
from dispatch.model.places import Area, Place
from dispatch.model.recorded_way import CELL_REACH_M, COARSE_REACH_M, WIDE_CELL_REACH_M
from tests.support.builders import ALMATY, point


def around(rng: Random, centre: Place = ALMATY, within_m: float = 15_000.0) -> Place:
    """A place in the square of this half side."""
    return shifted(centre, rng.uniform(-within_m, within_m), rng.uniform(-within_m, within_m))


def shifted(centre: Place, east_m: float, north_m: float) -> Place:
    return Place(lon=centre.lon + east_m / METRES_A_DEGREE / 0.7285, lat=centre.lat + north_m / METRES_A_DEGREE)


def in_same_cell(rng: Random, place: Place) -> Place:
    """Another place of a person, uniform over their cell."""
    while cell(other := around(rng, cell(place), CELL_REACH_M)) != cell(place):
        pass
    return other


def in_same_wide_cell(rng: Random, place: Place) -> Place:
    """Another place of a person, uniform over their wide cell."""
    while wide_cell(other := around(rng, wide_cell(place), WIDE_CELL_REACH_M)) != wide_cell(place):
        pass
    return other


def in_same_area(rng: Random, place: Place) -> Place:
    """Another place of an incident, uniform over its coarse area."""
    while coarse(other := around(rng, coarse(place), COARSE_REACH_M)) != coarse(place):
        pass
    return other


def area_at(place: Place) -> Area:
    return point(place.lon, place.lat)
