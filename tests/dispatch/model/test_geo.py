"""Distances, zones and approximate places."""

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.geo import coarse, distance_m, distance_to_area_m, zone_of
from dispatch.model.geojson import area_of
from dispatch.model.places import Place

ALMATY = Place(lon=76.945, lat=43.238)
ASTANA = Place(lon=71.43, lat=51.128)
SQUARE = [[76.0, 43.0], [77.0, 43.0], [77.0, 44.0], [76.0, 44.0], [76.0, 43.0]]

places = st.builds(
    Place, lon=st.floats(-180, 180, allow_nan=False), lat=st.floats(-90, 90, allow_nan=False)
)  # fmt: skip


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def test_a_zone_is_six_hex_digits_and_holds_a_town() -> None:
    assert zone_of(ALMATY) == zone_of(Place(lon=76.90, lat=43.25))
    assert zone_of(ALMATY) != zone_of(ASTANA)
    assert len(zone_of(ALMATY)) == 6
    int(zone_of(ALMATY), 16)


@given(places)
def test_every_place_on_earth_has_a_zone_and_a_neighbourhood(place: Place) -> None:
    assert len(zone_of(place)) == 6
    near = coarse(place)
    assert distance_m(place, near) < 2_000
    assert coarse(near) == near or distance_m(coarse(near), near) < 20


def test_a_neighbourhood_hides_the_house() -> None:
    assert coarse(ALMATY) == coarse(Place(lon=76.9455, lat=43.2383))
    assert distance_m(coarse(ALMATY), ALMATY) > 100


def test_distances_are_those_of_the_map() -> None:
    assert distance_m(ALMATY, ASTANA) == pytest.approx(973_000, rel=0.006)
    assert distance_m(ALMATY, ALMATY) == 0.0
    assert distance_m(Place(lon=0, lat=0), Place(lon=180, lat=0)) == pytest.approx(math.pi * 6_371_008.8)


@given(places, places)
def test_it_is_as_far_there_as_back(a: Place, b: Place) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-6)
    assert 0 <= distance_m(a, b) <= math.pi * 6_371_009


def nearest_by_walking(place: Place, ring: Any) -> float:
    """The same distance by trying 2,000 points on each side."""
    best = math.inf
    for (lon, lat), (to_lon, to_lat) in pairwise(ring):
        for step in range(2001):
            part = step / 2000
            here = Place(lon=lon + (to_lon - lon) * part, lat=lat + (to_lat - lat) * part)
            best = min(best, distance_m(place, here))
    return best


@pytest.mark.parametrize(
    "place",
    [
        Place(lon=76.5, lat=42.9),
        Place(lon=75.0, lat=45.5),
        Place(lon=79.0, lat=43.5),
        Place(lon=75.9999, lat=44.0001),
        Place(lon=74.0, lat=41.0),
        Place(lon=80.0, lat=49.0),  # hundreds of kilometres away
    ],
)
@pytest.mark.parametrize("shift", [0.0, 10.0])  # up to 54° north
def test_the_distance_to_an_area_errs_by_less_than_a_percent(place: Place, shift: float) -> None:
    ring = [[lon, lat + shift] for lon, lat in SQUARE]
    there = Place(lon=place.lon, lat=place.lat + shift)

    assert distance_to_area_m(there, area_of(polygon(ring))) == pytest.approx(nearest_by_walking(there, ring), rel=0.01)


def test_inside_an_area_the_distance_is_nothing_and_a_point_has_no_inside() -> None:
    assert distance_to_area_m(Place(lon=76.5, lat=43.5), area_of(polygon(SQUARE))) == 0.0
    assert distance_to_area_m(ASTANA, area_of(point(ALMATY.lon, ALMATY.lat))) == distance_m(ASTANA, ALMATY)


def test_an_area_behind_the_antimeridian_is_near() -> None:
    area = area_of(polygon([[179.0, 0.0], [179.9, 0.0], [179.9, 1.0], [179.0, 1.0], [179.0, 0.0]]))

    assert distance_to_area_m(Place(lon=-179.9, lat=0.5), area) == pytest.approx(22_239, rel=0.01)


@given(places)
def test_poles_and_the_antimeridian_break_nothing(place: Place) -> None:
    for ring in (
        [[-80, 80], [80, 80], [80, 90], [-80, 90], [-80, 80]],
        [[170, -10], [-170, -10], [-170, 10], [170, 10], [170, -10]],
        SQUARE,
    ):
        distance = distance_to_area_m(place, area_of(polygon(ring)))
        assert 0 <= distance <= math.pi * 6_371_009
