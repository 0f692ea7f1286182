"""Areas of alerts: latitude first, circles, repairs, the antimeridian, and ten thousand polygons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.cap.geometry import joined
from dispatch.cap.messages import BadAlert, CapArea, Fault
from dispatch.cap.reading import contents_of
from dispatch.model.drawn_areas import lines_of
from dispatch.model.geo import distance_m
from dispatch.model.geojson import MAX_POINTS, area_of, corners_of
from dispatch.model.outlines import Outline
from dispatch.model.places import Area, Place
from tests.support.cap_alerts import DATA, POLYGON, needed


def drawn(*polygons: str, circles: tuple[str, ...] = ()) -> Area:
    area = joined((CapArea(description="", polygons=polygons, circles=circles),))
    assert area is not None
    return area


def extent(area: Area) -> tuple[float, float, float, float]:
    corners = list(corners_of(area))
    lons, lats = [one.lon for one in corners], [one.lat for one in corners]
    return min(lons), max(lons), min(lats), max(lats)


def area_in(name: str) -> Area:
    (alert,) = contents_of((DATA / "alerts" / name).read_bytes()).alerts
    area = joined(alert.infos[0].areas)
    assert area is not None
    return area


@needed
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # It touches itself.
        ("kde/kz-2.49.0.0.398.0-20250306-133701-0284797-00-EN.xml", (81.553, 83.616, 48.151, 49.266)),
        # Tabs between the pairs.
        ("kde/mo-cap_monsoon.xml", (113.5281, 113.6301, 22.0766, 22.217)),
    ],
)
def test_the_extent_is_as_others_read_it(name: str, expected: tuple[float, float, float, float]) -> None:
    assert extent(area_in(name)) == pytest.approx(expected, abs=1e-9)


@needed
def test_an_area_across_the_antimeridian_is_cut_there() -> None:
    parts = [[(p.lon, p.lat) for p in line] for line in lines_of(area_in("kde/gdacs-cap_1001150.xml"))]

    west, east = sorted(parts, key=lambda part: min(lon for lon, _ in part))
    assert (min(lon for lon, _ in west), max(lon for lon, _ in west)) == pytest.approx((-180, -172.74234227419))
    assert (min(lon for lon, _ in east), max(lon for lon, _ in east)) == pytest.approx((168.748971963339, 180))
    assert (min(lat for _, lat in west), max(lat for _, lat in west)) == pytest.approx((-28.505, -18.495))
    assert (min(lat for _, lat in east), max(lat for _, lat in east)) == pytest.approx((-28.2242009, -15.365))


def test_latitude_comes_first() -> None:
    assert extent(drawn(POLYGON)) == (76.80, 76.95, 43.20, 43.30)


def test_an_open_ring_is_closed_and_several_are_joined() -> None:
    open_ring = POLYGON.rpartition(" ")[0]
    beside = "43.20,76.95 43.30,76.95 43.30,77.10 43.20,77.10"

    assert drawn(open_ring) == drawn(POLYGON)
    assert extent(drawn(open_ring, beside)) == (76.80, 77.10, 43.20, 43.30)


def test_a_circle_is_covered_and_hardly_more() -> None:
    area = drawn(circles=("43.238,76.945 5",))
    centre = Place(lon=76.945, lat=43.238)

    reach = [distance_m(centre, corner) for corner in corners_of(area)]
    assert 5_000 <= min(reach) <= max(reach) < 5_020
    assert drawn(circles=("43.238,76.945 0",)).geometry["type"] == "Point"


@pytest.mark.parametrize(
    "bad",
    [
        ("91,0 91,1 92,1",),
        ("0,181 1,181 1,182",),
        ("43.2 76.8 43.3 76.8",),
        ("nan,1 2,2 3,3",),
        ("1,1 1,1 1,1 1,1",),
        ("1,1 2,2",),
        ("80,0 80,120 80,-120",),
        (" ".join(f"{lat},{lon}" for lat, lon in [((n * 37) % 89, (n * 53) % 89) for n in range(900)]),),
    ],
    ids=lambda value: value[0][:20],
)
def test_what_cannot_be_drawn_is_refused(bad: tuple[str, ...]) -> None:
    with pytest.raises(BadAlert) as refused:
        drawn(*bad)

    assert refused.value.fault is Fault.BAD_GEOMETRY


@pytest.mark.parametrize("circle", ["43,76 -1", "43,76 nan", "43,76", "89,0 500", "43,76 99999"])
def test_a_circle_without_a_sense_is_refused(circle: str) -> None:
    with pytest.raises(BadAlert):
        drawn(circles=(circle,))


def test_ten_thousand_polygons_become_one_area_that_covers_them_all() -> None:
    squares = [(43 + (n // 100) * 0.02, 70 + (n % 100) * 0.02) for n in range(10_000)]
    polygons = [
        f"{lat:.4f},{lon:.4f} {lat + 0.01:.4f},{lon:.4f} {lat + 0.01:.4f},{lon + 0.01:.4f} {lat:.4f},{lon + 0.01:.4f}"
        for lat, lon in squares
    ]

    area = drawn(*polygons)

    assert len(list(corners_of(area))) <= MAX_POINTS
    outline = Outline(area)
    assert all(outline.covers(Place(lon=lon + 0.005, lat=lat + 0.005)) for lat, lon in squares)
    with pytest.raises(BadAlert, match="too_large"):
        drawn(*polygons, *polygons, *polygons)


def test_scattered_polygons_that_do_not_fit_are_covered_all_the_same() -> None:
    squares = [(43 + ((n * 7919) % 5_000) / 1_000, 60 + ((n * 104_729) % 9_000) / 1_000) for n in range(3_000)]

    area = drawn(*(f"{lat},{lon} {lat + 0.002},{lon} {lat + 0.002},{lon + 0.002}" for lat, lon in squares))

    assert len(list(corners_of(area))) <= MAX_POINTS
    outline = Outline(area)
    assert all(outline.covers(Place(lon=lon + 0.0005, lat=lat + 0.001)) for lat, lon in squares)


@given(
    lat=st.floats(-60, 60),
    lon=st.floats(-180, 180),
    height=st.floats(0.01, 5),
    width=st.floats(0.01, 5),
)
def test_a_polygon_written_as_cap_and_read_is_the_same_area(
    lat: float, lon: float, height: float, width: float
) -> None:
    def turned(degrees: float) -> float:
        return degrees - 360 if degrees > 180 else degrees

    corners = [
        (lon, lat),
        (turned(lon + width), lat),
        (turned(lon + width), lat + height),
        (lon, lat + height),
        (lon, lat),
    ]
    stated = area_of({"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]})

    lines = [" ".join(f"{place.lat!r},{place.lon!r}" for place in line) for line in lines_of(stated)]

    again = drawn(*lines)
    assert again.reach_m == pytest.approx(stated.reach_m, rel=1e-6)
    assert distance_m(again.centre, stated.centre) < 1
