"""Places in PIDF-LO: the shapes of RFC 5491, latitude first, and civic addresses."""

import pytest

from dispatch.cards.pidf_lo import BadPlace, read_pidf_lo, written_pidf_lo
from dispatch.model.geo import distance_m
from dispatch.model.geojson import area_of
from dispatch.model.places import Place
from tests.support.card_samples import POINT

CENTRE = Place(lon=76.945, lat=43.238)
GML, GS = "http://www.opengis.net/gml", "http://www.opengis.net/pidflo/1.0"
CIVIC = "urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"


def shape(inner: str) -> str:
    return f'<presence xmlns:gml="{GML}" xmlns:gs="{GS}" xmlns:ca="{CIVIC}">{inner}</presence>'


def test_a_point_has_latitude_first_and_a_height_is_left_out() -> None:
    high = shape('<gml:Point srsName="urn:ogc:def:crs:EPSG::4979"><gml:pos>43.238 76.945 850</gml:pos></gml:Point>')

    for text in (POINT, high):
        found = read_pidf_lo(text)
        assert found.area is not None
        assert found.area.centre == CENTRE


def test_a_circle_covers_its_radius_and_an_ellipse_is_its_middle() -> None:
    pos = "<gml:pos>43.238 76.945</gml:pos>"
    circle = read_pidf_lo(shape(f"<gs:Circle>{pos}<gs:radius>300</gs:radius></gs:Circle>")).area
    ellipse = read_pidf_lo(shape(f"<gs:Ellipse>{pos}<gs:semiMajorAxis>300</gs:semiMajorAxis></gs:Ellipse>")).area

    assert circle is not None
    assert ellipse is not None
    assert 290 < circle.reach_m < 340
    assert distance_m(circle.centre, CENTRE) < 50
    assert (ellipse.reach_m, ellipse.centre) == (0.0, CENTRE)


def test_a_polygon_is_read_in_both_ways_of_writing_and_comes_back() -> None:
    ring = [[76.8, 43.2], [76.9, 43.2], [76.9, 43.3], [76.8, 43.3], [76.8, 43.2]]
    geometry = area_of({"type": "Polygon", "coordinates": [ring]}).geometry
    flat = " ".join(f"{lat} {lon}" for lon, lat in ring)

    (written,) = written_pidf_lo(geometry, "komek", "2026-11-28T01:00:00Z")
    listed = shape(
        f"<gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>{flat}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
    )

    for text in (written, listed):
        found = read_pidf_lo(text).area
        assert found is not None
        assert found.geometry == geometry


def test_each_polygon_of_several_is_a_document_of_its_own() -> None:
    squares = [[[[x, 43.2], [x + 0.01, 43.2], [x + 0.01, 43.21], [x, 43.2]]] for x in (76.8, 76.9)]
    geometry = area_of({"type": "MultiPolygon", "coordinates": squares}).geometry

    assert len(written_pidf_lo(geometry, 'a"<&', "now")) == 2
    assert all(read_pidf_lo(one).area for one in written_pidf_lo(geometry, 'a"<&', "now"))


def test_a_civic_address_alone_is_an_address_without_a_place() -> None:
    found = read_pidf_lo(
        shape(
            "<ca:civicAddress><ca:country>KZ</ca:country><ca:A3>Алматы</ca:A3><ca:RD>Абай</ca:RD><ca:HNO>10</ca:HNO></ca:civicAddress>"
        )
    )

    assert (found.area, found.address) == (None, "KZ, Алматы, Абай, 10")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        shape(""),
        shape("<gml:Point/>"),
        shape("<gml:Point><gml:pos>43.238</gml:pos></gml:Point>"),
        shape("<gml:Point><gml:pos>north east</gml:pos></gml:Point>"),
        shape('<gml:Point srsName="urn:ogc:def:crs:EPSG::28413"><gml:pos>43 76</gml:pos></gml:Point>'),
        shape("<gml:Polygon><gml:posList>43 76 43 77</gml:posList></gml:Polygon>"),
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "<a>" * 100_000,
    ],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(BadPlace):
        read_pidf_lo(text)


def test_holes_are_left_out() -> None:
    outer = "43.20 76.80 43.20 76.90 43.30 76.90 43.30 76.80 43.20 76.80"
    hole = "43.24 76.84 43.24 76.86 43.26 76.86 43.24 76.84"
    rings = "".join(
        f"<gml:{kind}><gml:posList>{ring}</gml:posList></gml:{kind}>"
        for kind, ring in (("exterior", outer), ("interior", hole))
    )

    found = read_pidf_lo(shape(f"<gml:Polygon>{rings}</gml:Polygon>")).area

    assert found is not None
    assert len(found.geometry["coordinates"]) == 1  # type: ignore[arg-type]  # rings
