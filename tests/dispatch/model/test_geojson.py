"""Geometries: what is accepted, what is repaired, and what is refused with its position."""

import gzip
import json
import math
from typing import Any

import pytest

from dispatch.model import geojson
from dispatch.model.geo import distance_m, distance_to_area_m
from dispatch.model.geojson import BadGeometry, area_of
from dispatch.model.places import Place
from tests.support import sample_data

DATA = sample_data.ROOT / "geo"
ALMATY = Place(lon=76.945, lat=43.238)
SQUARE = [[76.0, 43.0], [77.0, 43.0], [77.0, 44.0], [76.0, 44.0], [76.0, 43.0]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def test_a_point_is_its_own_centre_and_reaches_nowhere() -> None:
    area = area_of({"type": "Point", "coordinates": [76.945, 43.238, 812.5]})

    assert (area.geometry, area.centre, area.reach_m) == (point(76.945, 43.238), ALMATY, 0.0)


def test_a_polygon_is_searched_from_inside_and_reaches_its_farthest_corner() -> None:
    area = area_of(polygon(SQUARE))

    assert (76 < area.centre.lon < 77, 43 < area.centre.lat < 44) == (True, True)
    farthest = max(distance_m(area.centre, Place(lon=lon, lat=lat)) for lon, lat in SQUARE)
    assert area.reach_m == pytest.approx(farthest)


def test_a_crescent_is_searched_from_inside_though_its_centroid_lies_outside() -> None:
    crescent = [[0, 0], [10, 0], [10, 1], [1, 1], [1, 9], [10, 9], [10, 10], [0, 10], [0, 0]]

    area = area_of(polygon(crescent))

    assert distance_to_area_m(area.centre, area) == 0.0


@pytest.mark.parametrize(
    ("ring", "kind"),
    [
        ([[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]], "MultiPolygon"),  # a bow tie becomes its two halves
        ([[0, 0], [2, 0], [2, 2], [1, 0], [0, 2], [0, 0]], "MultiPolygon"),  # touches its own side
        ([[0, 0], [2, 0], [2, 2], [2, 4], [2, 2], [0, 2], [0, 0]], "Polygon"),  # a spike is dropped
    ],
)
def test_polygons_that_touch_or_cross_themselves_are_repaired(ring: Any, kind: str) -> None:
    assert area_of(polygon(ring)).geometry["type"] == kind


def test_rings_are_wound_as_geojson_wants() -> None:
    clockwise = area_of(polygon(SQUARE[::-1]))

    assert clockwise.geometry == area_of(polygon(SQUARE)).geometry


def test_holes_are_kept() -> None:
    hole = [[76.4, 43.4], [76.6, 43.4], [76.6, 43.6], [76.4, 43.6], [76.4, 43.4]]
    area = area_of(polygon(SQUARE, hole))

    assert distance_to_area_m(Place(lon=76.5, lat=43.5), area) > 5_000


@pytest.mark.parametrize(
    ("geometry", "path"),
    [
        ({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, "type"),
        ({"type": "point", "coordinates": [0, 0]}, "type"),
        ({"coordinates": [0, 0]}, "type"),
        ({"type": "Point"}, "coordinates"),
        ({"type": "Point", "coordinates": []}, "coordinates"),
        ({"type": "Point", "coordinates": [0]}, "coordinates"),
        ({"type": "Point", "coordinates": [0, 0, 0, 0]}, "coordinates"),
        ({"type": "Point", "coordinates": "00"}, "coordinates"),
        (point(180.1, 0), "coordinates[0]"),
        (point(0, -90.1), "coordinates[1]"),
        (point(math.nan, 0), "coordinates[0]"),
        (point(0, math.inf), "coordinates[1]"),
        ({"type": "Point", "coordinates": [True, 0]}, "coordinates[0]"),
        ({"type": "Point", "coordinates": ["0", 0]}, "coordinates[0]"),
        ({"type": "Point", "coordinates": [0, 0], "crs": {}}, "crs"),
        ({"type": "Point", "coordinates": [0, 0], "bbox": [0, 0, 1]}, "bbox"),
        ({"type": "Point", "coordinates": [0, 0], "bbox": "0,0,1,1"}, "bbox"),
        ({"type": "Polygon", "coordinates": []}, "coordinates"),
        (polygon([]), "coordinates[0]"),
        (polygon([[0, 0], [1, 1], [0, 0]]), "coordinates[0]"),
        (polygon([[0, 0], [1, 0], [1, 1], [0, 1]]), "coordinates[0][3]"),  # not closed
        (polygon([[0, 0], [1, 0], [1, 99], [0, 0]]), "coordinates[0][2][1]"),
        (polygon([[0, 0], [1, 1], [2, 2], [0, 0]]), "coordinates"),  # covers nothing
        (polygon([[0, 0], [1e-200, 0], [1e-200, 1e-200], [0, 0]]), "coordinates"),  # nothing that can be measured
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [[[0, 0], [1, 0], [1, 1]]]]}, "coordinates[1][0]"),
        (polygon([[0, 0]] * 1001), "coordinates[0]"),
        ({"type": "MultiPolygon", "coordinates": [[[[0, 0]] * 501]] * 2}, "coordinates[1][0]"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(geometry: Any, path: str) -> None:
    with pytest.raises(BadGeometry) as caught:
        area_of(geometry)

    assert caught.value.field_path == path
    assert caught.value.expected


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(BadGeometry, match="an object"):
        area_of([76, 43])  # type: ignore[arg-type]


def test_a_polygon_with_many_crossings_is_refused_quickly() -> None:
    """Repairing it would take more than ten minutes."""
    star = [
        [76 + math.cos(2 * math.pi * (k * 499 % 999) / 999), 43 + math.sin(2 * math.pi * (k * 499 % 999) / 999)]
        for k in range(999)
    ]

    with pytest.raises(BadGeometry, match="crosses itself"):
        area_of(polygon([*star, star[0]]))


def test_many_crossings_in_one_part_of_several_are_refused() -> None:
    zigzag = [[lon, lat] for step in range(40) for lon, lat in ((step / 40, 0), (1 - step / 40, 1))]

    with pytest.raises(BadGeometry, match="crosses itself"):
        area_of({"type": "MultiPolygon", "coordinates": [[SQUARE], [[*zigzag, zigzag[0]]]]})


@sample_data.needed("geo")
def test_the_district_that_crosses_itself_can_be_used() -> None:
    """Ulytau as published; thinned to what a report may hold."""
    regions = json.loads(gzip.decompress((DATA / "kaz_adm1_2024.geojson.gz").read_bytes()))
    for feature in regions["features"]:
        for part in _polygons(feature["geometry"]):
            step = -(-len(part[0]) // 900)
            ring = part[0][:-1:step]
            if len(ring) < 3:
                continue
            assert area_of(polygon([*ring, ring[0]])).reach_m > 0


def _polygons(geometry: Any) -> list[Any]:
    coordinates: list[Any] = geometry["coordinates"]
    return coordinates if geometry["type"] == "MultiPolygon" else [coordinates]


def test_the_error_reads_as_a_sentence() -> None:
    assert str(BadGeometry("coordinates[0]", "a longitude")) == "coordinates[0]: expected a longitude"
    assert geojson.MAX_POINTS == 1_000
