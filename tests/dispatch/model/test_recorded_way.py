"""Recorded distances and times: functions of two cells, with one constructor."""

import ast
from pathlib import Path
from random import Random

import h3
import pytest

from dispatch.model.geo import cell, coarse, distance_m
from dispatch.model.places import Place
from dispatch.model.recorded_way import (
    CELL_REACH_M,
    COARSE_REACH_M,
    GRAIN_M,
    GRAIN_S,
    UNSURE_M,
    recorded_m,
    recorded_s,
    recorded_way,
)
from dispatch.model.travel import travel_time_s
from dispatch.model.vocabulary import TravelMode
from tests.support.builders import ALMATY
from tests.support.cells import area_at, around, in_same_area, in_same_cell
from tests.support.syntax import tree_of

ROOT = Path(__file__).parents[3]
CONSTRUCTORS = {"RecordedM", "RecordedS"}


@pytest.mark.parametrize("seed", range(20))
def test_every_place_of_a_cell_and_of_an_area_has_the_same_way(seed: int) -> None:
    rng = Random(seed)
    home, scene = around(rng), around(rng)
    way = recorded_way(home, area_at(scene), TravelMode.FOOT)

    assert way == recorded_way(in_same_cell(rng, home), area_at(in_same_area(rng, scene)), TravelMode.FOOT)
    assert abs(way.distance_m - distance_m(home, scene)) <= UNSURE_M + GRAIN_M / 2
    assert (way.distance_m % GRAIN_M, way.eta_s % GRAIN_S) == (0, 0)


def test_a_time_is_rounded_up_to_half_minutes_and_detours_take_theirs() -> None:
    away_m = recorded_m(around(Random(1)), area_at(ALMATY))
    exact_s = travel_time_s(away_m, TravelMode.BICYCLE)

    assert 0 <= recorded_s(away_m, TravelMode.BICYCLE) - exact_s < GRAIN_S
    assert recorded_s(away_m, TravelMode.BICYCLE, 1_000.0) > recorded_s(away_m, TravelMode.BICYCLE)


def test_no_place_on_earth_is_further_from_its_centres_than_the_bounds_say() -> None:
    rng = Random(3)
    for _ in range(500):
        place = Place(lon=rng.uniform(-180, 180), lat=rng.uniform(-80, 80))
        for resolution, centre_of, reach_m in ((8, cell, CELL_REACH_M), (7, coarse, COARSE_REACH_M)):
            corners = h3.cell_to_boundary(h3.latlng_to_cell(place.lat, place.lon, resolution))
            centre = centre_of(place)
            assert max(distance_m(centre, Place(lon=lon, lat=lat)) for lat, lon in corners) <= reach_m


def test_nothing_but_one_module_makes_a_recorded_number() -> None:
    made = {
        str(path.relative_to(ROOT))
        for package in ("dispatch", "streams", "api")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in CONSTRUCTORS
    }

    assert made == {"dispatch/model/recorded_way.py"}
