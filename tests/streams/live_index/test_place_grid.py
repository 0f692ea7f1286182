"""The grid finds everybody in a circle, wherever on the earth and however wide."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.geo import distance_m
from dispatch.model.places import Place
from streams.live_index.place_grid import NOWHERE, PlaceGrid, cells_of

lons = st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, 180.0, 179.9999, -179.9999, 0.0]))
lats = st.one_of(st.floats(-85, 85), st.sampled_from([-85.05, 85.05, 0.0]))
places = st.builds(Place, lon=lons, lat=lats)


def grid_of(people: list[Place]) -> PlaceGrid:
    grid = PlaceGrid()
    cells = cells_of(*columns(people))
    grid.move(range(len(people)), np.full(len(people), NOWHERE), cells)
    return grid


def columns(people: list[Place]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([one.lon for one in people]), np.array([one.lat for one in people])


@given(
    centre=places,
    far=st.lists(places, max_size=20),
    near=st.lists(st.tuples(st.floats(0, 2 * math.pi), st.floats(0, 1)), max_size=20),
    radius_m=st.sampled_from([10.0, 250.0, 3_000.0, 40_000.0, 250_000.0]),
)
def test_nobody_within_the_circle_is_missed_or_found_twice(
    centre: Place, far: list[Place], near: list[tuple[float, float]], radius_m: float
) -> None:
    people = [*far, *(beside(centre, angle, share * radius_m) for angle, share in near)]

    found = grid_of(people).within(centre.lon, centre.lat, radius_m).tolist()

    assert len(found) == len(set(found))
    # The earth of the grid is as round as that of the geometry: a metre of grace for the difference of the two radii.
    inside = {number for number, one in enumerate(people) if distance_m(centre, one) < radius_m * 0.999}
    assert inside <= set(found)


def beside(centre: Place, angle: float, away_m: float) -> Place:
    lat = max(-85.05, min(85.05, centre.lat + away_m * math.sin(angle) / 111_195))
    lon = centre.lon + away_m * math.cos(angle) / (111_195 * math.cos(math.radians(centre.lat)))
    return Place(lon=(lon + 180) % 360 - 180, lat=lat)


@given(st.lists(st.dictionaries(st.integers(0, 9), st.one_of(st.none(), places)), max_size=20))
def test_whoever_moves_is_where_they_went_and_nowhere_else(moves: list[dict[int, Place | None]]) -> None:
    grid, at = PlaceGrid(), np.full(10, NOWHERE)
    last: dict[int, Place | None] = {}
    for together in moves:
        placed = [Place(lon=math.nan, lat=math.nan) if place is None else place for place in together.values()]
        entries, cells = list(together), cells_of(*columns(placed))
        grid.move(entries, at[entries], cells)
        at[entries] = cells
        last |= together

    for entry, place in last.items():
        if place is not None:
            assert entry in grid.within(place.lon, place.lat, 1.0)
    everywhere = sorted(grid.within(0.0, 0.0, 25_000_000.0).tolist())
    assert everywhere == np.flatnonzero(at != NOWHERE).tolist()


def test_a_place_without_coordinates_is_in_no_cell() -> None:
    assert cells_of(np.array([np.nan, 76.9]), np.array([np.nan, 43.2])).tolist()[0] == NOWHERE


@pytest.mark.parametrize("spacing_m", [100.0, 1_000.0])
def test_the_likely_radius_holds_about_as_many_as_it_was_asked_for(spacing_m: float) -> None:
    step = spacing_m / 111_195
    people = [
        Place(lon=76.9 + column * step / math.cos(math.radians(43.2)), lat=43.2 + row * step)
        for row in range(-40, 41)
        for column in range(-40, 41)
    ]

    radius_m = grid_of(people).radius_of(60, 76.9, 43.2)

    inside = sum(distance_m(Place(lon=76.9, lat=43.2), one) <= radius_m for one in people)
    assert 30 <= inside <= 120
    assert PlaceGrid().radius_of(60, 76.9, 43.2) == math.inf
