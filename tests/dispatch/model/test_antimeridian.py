"""At 180 degrees the world goes on: areas, distances, boxes and cells answer there as they do anywhere else."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dispatch.model.geo import Box, coarse, distance_m, distance_to_area_m, nearest_of_area, zone_of
from dispatch.model.geojson import BadGeometry, area_of, rings_of
from dispatch.model.outlines import Outline
from dispatch.model.places import Area, Place

STRIP = [[179.95, 10.0], [-179.95, 10.0], [-179.95, 10.04], [179.95, 10.04], [179.95, 10.0]]


def polygon(*rings: Any) -> Area:
    return area_of({"type": "Polygon", "coordinates": list(rings)})


def multi(*polygons: Any) -> Area:
    return area_of({"type": "MultiPolygon", "coordinates": list(polygons)})


def box_ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def near_the_meridian(place: Place) -> bool:
    return abs(place.lon) >= 179.9


def test_a_ring_across_the_meridian_is_the_small_area() -> None:
    area = polygon(STRIP)

    assert near_the_meridian(area.centre)
    # 0.05 degrees of longitude at latitude 10 are 5,476 m, 0.02 of latitude 2,224 m: half the diagonal (GeographicLib: 5,909 m)
    assert area.reach_m == pytest.approx(5_909, rel=0.003)


def test_it_is_kept_cut_in_two_as_rfc_7946_wants() -> None:
    assert polygon(STRIP).geometry == {
        "type": "MultiPolygon",
        "coordinates": [
            [[[179.95, 10.0], [180.0, 10.0], [180.0, 10.04], [179.95, 10.04], [179.95, 10.0]]],
            [[[-179.95, 10.04], [-180.0, 10.04], [-180.0, 10.0], [-179.95, 10.0], [-179.95, 10.04]]],
        ],
    }


@pytest.mark.parametrize(
    "area",
    [
        multi([box_ring(179.95, 10, 180, 10.04)], [box_ring(-180, 10, -179.95, 10.04)]),  # cut by its sender
        multi([box_ring(-180, 10, -179.95, 10.04)], [box_ring(179.95, 10, 180, 10.04)]),
        polygon(STRIP[::-1]),  # wound the other way
        polygon([[180, 10], [-179.95, 10], [-179.95, 10.04], [-180, 10.04], [179.95, 10.04], [179.95, 10], [180, 10]]),
        area_of(polygon(STRIP).geometry),  # as it was kept
    ],
)
def test_every_way_to_write_it_is_the_same_area(area: Area) -> None:
    strip = polygon(STRIP)

    assert area.reach_m == pytest.approx(strip.reach_m)
    assert distance_m(area.centre, strip.centre) < 1
    assert distance_to_area_m(Place(lon=-179.9, lat=10.02), area) == pytest.approx(5_475, rel=0.003)


@pytest.mark.parametrize("lon", [179.96, 180.0, -180.0, -179.96])
def test_places_inside_are_covered_from_either_side_of_the_meridian(lon: float) -> None:
    place, area = Place(lon=lon, lat=10.02), polygon(STRIP)

    assert Outline(area).covers(place)
    assert distance_to_area_m(place, area) == 0
    assert nearest_of_area(place, area) == place


@pytest.mark.parametrize("lon", [70.0, 0.0, 179.9, -179.9])
def test_places_elsewhere_are_not_covered(lon: float) -> None:
    assert not Outline(polygon(STRIP)).covers(Place(lon=lon, lat=10.02))


def test_the_cut_is_no_edge() -> None:
    points = Outline(polygon(STRIP)).edge_points(8)

    assert all(near_the_meridian(point) for point in points)
    assert all(point.lat in (10.0, 10.04) or abs(point.lon) == 179.95 for point in points)
    assert len(points) == 8


def test_a_way_across_the_meridian_goes_through_what_lies_there() -> None:
    inside_m = Outline(polygon(STRIP)).metres_inside(Place(lon=179.9, lat=10.02), Place(lon=-179.9, lat=10.02))

    assert inside_m == pytest.approx(10_950, rel=0.005)


def test_a_hole_across_the_meridian_is_a_hole() -> None:
    hole = [[179.98, 10.01], [179.98, 10.03], [-179.98, 10.03], [-179.98, 10.01], [179.98, 10.01]]
    outline = Outline(polygon(STRIP, hole))

    assert not outline.covers(Place(lon=180, lat=10.02))
    assert outline.covers(Place(lon=-179.96, lat=10.02))


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [  # great circles by GeographicLib on the sphere of 6,371,008.8 m
        (Place(lon=179.5, lat=0), Place(lon=-179.5, lat=0), 111_195.1),
        (Place(lon=179.9, lat=65), Place(lon=-179.9, lat=65), 9_398.6),
        (Place(lon=180, lat=52), Place(lon=-180, lat=52), 0.0),
        (Place(lon=0, lat=89.5), Place(lon=180, lat=89.5), 111_195.1),
        (Place(lon=33, lat=90), Place(lon=-120, lat=90), 0.0),
    ],
)
def test_distances_are_great_circles(one: Place, other: Place, metres: float) -> None:
    assert distance_m(one, other) == pytest.approx(metres, abs=0.1)


@pytest.mark.parametrize(
    ("geometry", "path", "expected"),
    [
        ([[[0, 80], [90, 80], [180, 80], [-90, 80], [0, 80]]], "coordinates[0]", "does not go round a pole"),
        ([[[-180, 80], [180, 80], [180, 90], [-180, 90], [-180, 80]]], "coordinates", "short way round"),
        ([[[0, 0], [180, 0], [180, 10], [0, 0]]], "coordinates[0][1][0]", "180 degrees"),
        ([[[0, 0], [100, 0], [179, 0], [-100, 10], [179, 10], [100, 20], [0, 0]]], "coordinates[0]", "180 degrees"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(geometry: Any, path: str, expected: str) -> None:
    with pytest.raises(BadGeometry, match=expected) as caught:
        area_of({"type": "Polygon", "coordinates": geometry})

    assert caught.value.field_path == path


@pytest.mark.parametrize(
    ("box", "is_met"),
    [
        (Box(west=179.96, south=10.01, east=179.97, north=10.02), True),
        (Box(west=-179.97, south=10.01, east=-179.96, north=10.02), True),
        (Box(west=179.0, south=10.01, east=-179.0, north=10.02), True),  # west of east, across the meridian
        (Box(west=-179.9, south=-90, east=179.9, north=90), False),  # everything else
        (Box(west=60, south=0, east=80, north=20), False),
        (Box(west=170, south=10, east=179.95, north=10), True),  # touches a corner
    ],
)
def test_a_box_meets_what_crosses_the_meridian(box: Box, is_met: bool) -> None:
    assert box.meets(polygon(STRIP)) is is_met


@pytest.mark.parametrize("lon", [180, -180])
def test_a_point_on_the_meridian_is_in_the_boxes_on_both_sides(lon: float) -> None:
    point = area_of({"type": "Point", "coordinates": [lon, 5]})

    assert Box(west=170, south=0, east=180, north=10).meets(point)
    assert Box(west=-180, south=0, east=-170, north=10).meets(point)
    assert not Box(west=-170, south=0, east=170, north=10).meets(point)


def test_cells_do_not_care_on_which_side_the_meridian_is_written() -> None:
    east, west = Place(lon=180, lat=52.5), Place(lon=-180, lat=52.5)

    assert zone_of(east) == zone_of(west)
    assert coarse(east) == coarse(west)


_offsets = st.floats(-2, 2).map(lambda number: round(number, 3))


def shifted(lon: float, by: float) -> float:
    return (lon + by + 180) % 360 - 180


@given(
    corners=st.lists(st.tuples(_offsets, _offsets), min_size=3, max_size=7, unique=True),
    start=st.tuples(_offsets, _offsets),
    end=st.tuples(_offsets, _offsets),
    by=st.sampled_from([180.0, -180.0, 179.0, -178.5]),
)
def test_a_world_that_is_turned_gives_the_same_answers(
    corners: list[tuple[float, float]], start: tuple[float, float], end: tuple[float, float], by: float
) -> None:
    def world(turn: float) -> tuple[Area, Place, Place]:
        ring = [[shifted(x, turn), 50 + y] for x, y in (*corners, corners[0])]
        here, there = (Place(lon=shifted(x, turn), lat=50 + y) for x, y in (start, end))
        return polygon(ring), here, there

    try:
        plain, here, there = world(0.0)
    except BadGeometry:
        assume(False)
    turned, here_turned, there_turned = world(by)

    assume(plain.reach_m > 1_000)
    assert turned.reach_m == pytest.approx(plain.reach_m, rel=1e-6)
    assert shifted(turned.centre.lon, -by) == pytest.approx(plain.centre.lon, abs=1e-6)
    assert distance_to_area_m(here_turned, turned) == pytest.approx(distance_to_area_m(here, plain), abs=0.5)
    assert Outline(turned).metres_inside(here_turned, there_turned) == pytest.approx(
        Outline(plain).metres_inside(here, there), abs=0.5
    )
    assert len(Outline(turned).edge_points(8)) == len(Outline(plain).edge_points(8))


@given(
    corners=st.lists(st.tuples(_offsets, _offsets), min_size=3, max_size=7, unique=True),
    at=st.tuples(_offsets, _offsets),
    lat=st.sampled_from([0.0, 45.0, -70.0]),
    turn=st.sampled_from([0.0, 180.0]),
)
def test_circles_cover_the_ground_between_them(
    corners: list[tuple[float, float]], at: tuple[float, float], lat: float, turn: float
) -> None:
    try:
        area = polygon([[shifted(x, turn), lat + y] for x, y in (*corners, corners[0])])
    except BadGeometry:
        assume(False)
    place = nearest_of_area(Place(lon=shifted(at[0], turn), lat=lat + at[1]), area)

    circles = Outline(area).circles()

    assert len(circles) <= 25
    assert min(distance_m(place, circle.centre) - circle.radius_m for circle in circles) < 1


@given(
    corners=st.lists(st.tuples(_offsets, _offsets), min_size=3, max_size=7, unique=True),
    at=st.tuples(_offsets, _offsets),
)
def test_rings_say_who_is_inside_on_both_sides_of_the_meridian(
    corners: list[tuple[float, float]], at: tuple[float, float]
) -> None:
    try:
        area = polygon([[shifted(x, 180), y] for x, y in (*corners, corners[0])])
    except BadGeometry:
        assume(False)
    place = Place(lon=shifted(at[0] + 0.00031, 180), lat=at[1] + 0.00017)

    outline = Outline(area)
    assume(distance_to_area_m(place, area) > 1 or outline.metres_inside(place, place) == 0)
    inside = sum(_is_in(place, ring) for ring in rings_of(area)) % 2 == 1
    assert inside is outline.covers(place)


def _is_in(place: Place, ring: list[float]) -> bool:
    """As find.lua."""
    inside = False
    xj, yj = ring[-2:]
    for xi, yi in zip(ring[::2], ring[1::2], strict=True):
        if (yi > place.lat) != (yj > place.lat) and place.lon < (xj - xi) * (place.lat - yi) / (yj - yi) + xi:
            inside = not inside
        xj, yj = xi, yi
    return inside
