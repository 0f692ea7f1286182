"""Places in PIDF-LO (RFC 4119, RFC 5139, RFC 5491), as an EIDO carries them: XML in a string.

Read: a point, a circle, a polygon, the middle of an ellipse or ellipsoid, and a civic address. Written: points and polygons.
GML has latitude first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast
from xml.sax.saxutils import escape, quoteattr

from dispatch.cap.messages import BadAlert
from dispatch.cap.xml_tree import Node, tree_of
from dispatch.cards.card_values import number_of
from dispatch.model.drawn_areas import drawn_area
from dispatch.model.geojson import BadGeometry, area_of
from dispatch.model.outlines import Circle
from dispatch.model.places import Area, Geometry, Place

_WGS84 = ("urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:EPSG::4979")
"""The two systems that RFC 5491 permits; the second has a height."""
_MIDDLE = ("Point", "Ellipse", "Ellipsoid", "Sphere", "ArcBand")
_CIVIC = (
    "country",
    "A1",
    "A2",
    "A3",
    "A4",
    "A5",
    "A6",
    "PRD",
    "RD",
    "STS",
    "POD",
    "HNO",
    "HNS",
    "LMK",
    "LOC",
    "FLR",
    "ROOM",
    "NAM",
)
"""Parts of a civic address that are read, the largest first."""
_GML = "http://www.opengis.net/gml"
_NAMESPACES = (
    'xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" '
    f'xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" xmlns:gml="{_GML}"'
)


class BadPlace(ValueError):
    """A place that cannot be read; the message has no place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPlace:
    """`area` None: a civic address alone."""

    area: Area | None
    address: str


def read_pidf_lo(text: str) -> ReadPlace:
    """The place in a presence document.

    Raises:
        BadPlace: no XML, with a document type, neither shape nor address, or a shape that is none on WGS 84.
    """
    try:
        nodes = list(tree_of(text.strip().encode()).within())
    except BadAlert as error:
        raise BadPlace(str(error.fault)) from None
    address = next((found for node in nodes if node.name == "civicAddress" and (found := _civic(node))), "")
    shapes = [node for node in nodes if node.name in (*_MIDDLE, "Circle", "Polygon")]
    if not shapes and not address:
        raise BadPlace("neither shape nor address")
    try:
        return ReadPlace(area=_area(shapes[0]) if shapes else None, address=address)
    except BadGeometry as error:
        raise BadPlace(error.expected) from None


def _civic(node: Node) -> str:
    parts = {child.name: child.text.strip() for child in node.children}
    return ", ".join(parts[name] for name in _CIVIC if parts.get(name))


def _area(shape: Node) -> Area:
    system = shape.attributes.get("srsName", _WGS84[0])
    if system not in _WGS84:
        raise BadPlace("another reference system than WGS 84")
    positions = list(_positions(shape))
    if not positions:
        raise BadPlace("a shape without positions")
    if shape.name == "Polygon":
        return drawn_area([positions], [])
    centre = positions[0]
    radius = next((number_of(node.text.strip()) for node in shape.within() if node.name == "radius"), None)
    if shape.name == "Circle" and radius is not None and 0 < radius <= 50_000:
        return drawn_area([], [Circle(centre=centre, radius_m=radius)])
    return area_of({"type": "Point", "coordinates": [centre.lon, centre.lat]})


def _positions(shape: Node) -> Iterator[Place]:
    """Of the outer ring alone: RFC 5491 knows no holes."""
    outer = next((node for node in shape.within() if node.name == "exterior"), shape)
    for node in outer.within():
        if node.name == "pos":
            yield _place(node.text.split())
        elif node.name == "posList":
            numbers = node.text.split()
            size = 3 if node.attributes.get("srsDimension") == "3" else 2
            for at in range(0, len(numbers) - size + 1, size):
                yield _place(numbers[at : at + size])


def _place(numbers: Sequence[str]) -> Place:
    lat, lon = (number_of(one) for one in (*numbers[:2], "", "")[:2])
    if lat is None or lon is None or not -90 <= lat <= 90 or not -180 <= lon <= 180:
        raise BadPlace("a position that is no latitude and longitude")
    return Place(lon=lon, lat=lat)


def written_pidf_lo(geometry: Geometry, entity: str, at: str) -> list[str]:
    """A presence document for each part of a geometry, since RFC 5491 has no shape of several parts. Holes are left out."""
    coordinates = cast("Sequence[object]", geometry["coordinates"])
    if geometry["type"] == "Point":
        return [_document(f"<gml:Point {_srs()}>{_pos(coordinates)}</gml:Point>", entity, at)]
    polygons = [coordinates] if geometry["type"] == "Polygon" else cast("Sequence[Sequence[object]]", coordinates)
    return [_document(_polygon(cast("Sequence[Sequence[object]]", polygon[0])), entity, at) for polygon in polygons]


def _polygon(ring: Sequence[Sequence[object]]) -> str:
    positions = "".join(_pos(position) for position in ring)
    return (
        f"<gml:Polygon {_srs()}><gml:exterior><gml:LinearRing>{positions}</gml:LinearRing></gml:exterior></gml:Polygon>"
    )


def _srs() -> str:
    return f"srsName={quoteattr(_WGS84[0])}"


def _pos(position: Sequence[object]) -> str:
    lon, lat = (float(cast("float", one)) for one in position[:2])
    # Six digits are 0.1 m.
    return f"<gml:pos>{lat:.6f} {lon:.6f}</gml:pos>"


def _document(shape: str, entity: str, at: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><presence {_NAMESPACES} entity={quoteattr(f"pres:{entity}")}>'
        f'<dm:device id="incident"><gp:geopriv><gp:location-info>{shape}</gp:location-info><gp:usage-rules/></gp:geopriv>'
        f"<dm:timestamp>{escape(at)}</dm:timestamp></dm:device></presence>"
    )
