"""GeoJSON: validation and repair of a geometry at intake, and the vertices of a stored one. All functions are pure.

Coordinates are WGS 84 degrees in GeoJSON order (lon, lat). Not supported: areas around a pole, rings 180 degrees of longitude
wide or more, and sides of exactly 180 degrees, which have no shorter way around the earth (`antimeridian.py`).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from dispatch.model.antimeridian import cut_at_antimeridian, in_range, middle_lon, polygons_of, rejoined, whole_turns
from dispatch.model.geo import distance_m
from dispatch.model.places import Area, Geometry, Place

MAX_POINTS = 1_000
"""Part of the HTTP contract. The worst repair of so many positions takes minutes (`_refuse_many_crossings`)."""
_MAX_CROSSINGS = 250
"""Repaired in about 30 ms."""
_TYPES = "Point, Polygon or MultiPolygon"
_MEMBERS = ("type", "coordinates", "bbox")


class BadGeometry(ValueError):
    """An invalid geometry. `field_path`: position of the fault (`coordinates[0][3]`); `expected`: what was expected there."""

    def __init__(self, field_path: str, expected: str) -> None:
        super().__init__(f"{field_path}: expected {expected}")
        self.field_path = field_path
        self.expected = expected


def area_of(geometry: Mapping[str, object]) -> Area:
    """The area of a GeoJSON geometry, repaired and normalised.

    Polygons that touch or cross themselves are repaired; parts that are not polygons afterwards are dropped. Rings are wound
    as RFC 7946 requires and cut at the antimeridian; altitudes are dropped. The centre is a point inside the geometry, `reach_m`
    the distance from it to the farthest vertex (0 for a point).

    Raises:
        BadGeometry: not a Point, Polygon or MultiPolygon of at most 1,000 finite positions in range; an area around a pole or
            at least 180 degrees of longitude wide; a polygon that crosses itself more than 250 times or covers no area.
    """
    if not isinstance(geometry, Mapping):
        raise BadGeometry("", "an object with type and coordinates")
    # A misspelt member would otherwise be ignored; `crs` was removed from GeoJSON by RFC 7946 §4.
    for name in geometry:
        if name not in _MEMBERS:
            raise BadGeometry(str(name), "no member of this name; known are " + ", ".join(_MEMBERS))
    # Only checked, never used: the extent follows from the coordinates.
    _check_box(geometry.get("bbox", (0, 0, 0, 0)))
    kind = geometry.get("type")
    coordinates = geometry.get("coordinates")
    if kind == "Point":
        lon, lat = _position(coordinates, "coordinates")
        return Area(geometry={"type": "Point", "coordinates": [lon, lat]}, centre=Place(lon=lon, lat=lat))
    if kind == "Polygon":
        return area_around(_polygon(coordinates, "coordinates", _PositionCounter()))
    if kind == "MultiPolygon":
        return area_around(_multi_polygon(coordinates))
    raise BadGeometry("type", _TYPES)


def _check_box(box: object) -> None:
    numbers = _list(box, "bbox", "four or six finite numbers")
    if len(numbers) not in (4, 6) or not all(map(_is_finite, numbers)):
        raise BadGeometry("bbox", "four or six finite numbers")


def _is_finite(number: object) -> bool:
    # In Python bool is an int, so [true, 0] would be a position.
    return isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)


class _PositionCounter:
    """Counts positions, so that an oversized geometry is refused before it is built."""

    def __init__(self) -> None:
        self.seen = 0

    def add(self, positions: int, path: str) -> None:
        self.seen += positions
        if self.seen > MAX_POINTS:
            raise BadGeometry(path, f"at most {MAX_POINTS} positions in the whole geometry")


def _position(value: object, path: str) -> tuple[float, float]:
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)) or not 2 <= len(value) <= 3:
        raise BadGeometry(path, "a position [longitude, latitude]")
    for index, number in enumerate(value):
        if not _is_finite(number):
            raise BadGeometry(f"{path}[{index}]", "a finite number")
    lon, lat = float(value[0]), float(value[1])
    if not -180 <= lon <= 180:
        raise BadGeometry(f"{path}[0]", "a longitude from -180 to 180")
    if not -90 <= lat <= 90:
        raise BadGeometry(f"{path}[1]", "a latitude from -90 to 90")
    return lon, lat


def _list(value: object, path: str, expected: str) -> Sequence[object]:
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)) or not value:
        raise BadGeometry(path, expected)
    return value


def _ring(value: object, path: str, count: _PositionCounter) -> list[tuple[float, float]]:
    positions = _list(value, path, "a closed ring of four or more positions")
    # Before the positions are read: the number of positions is what makes a geometry expensive.
    count.add(len(positions), path)
    ring = [_position(position, f"{path}[{index}]") for index, position in enumerate(positions)]
    if len(ring) < 4:
        raise BadGeometry(path, "four or more positions, the last equal to the first")
    if ring[0] != ring[-1]:
        raise BadGeometry(f"{path}[{len(ring) - 1}]", "the ring's first position again")
    return unwrapped(ring, path)


def unwrapped(ring: list[tuple[float, float]], path: str) -> list[tuple[float, float]]:
    """The ring without jumps at the antimeridian: longitudes continue beyond 180 or -180."""
    turn, flat = 0.0, [ring[0]]
    for index, ((before, _), (lon, lat)) in enumerate(pairwise(ring), 1):
        # Both ways around the earth are equally short; the sender has to add a position between.
        if abs(lon - before) == 180:
            raise BadGeometry(f"{path}[{index}][0]", "a side that spans less or more than 180 degrees of longitude")
        turn -= whole_turns(lon - before)
        flat.append((lon + turn, lat))
    # A ring that encloses a pole ends a whole turn away from its start.
    if turn:
        raise BadGeometry(path, "a ring that does not go round a pole")
    lons = [lon for lon, _ in flat]
    # At half the earth the shorter way no longer decides which side is inside.
    if max(lons) - min(lons) >= 180:
        raise BadGeometry(path, "a ring less than 180 degrees of longitude wide")
    return flat


def _polygon(value: object, path: str, count: _PositionCounter) -> Polygon:
    rings = [
        _ring(ring, f"{path}[{index}]", count)
        for index, ring in enumerate(_list(value, path, "a list of closed rings"))
    ]
    return Polygon(rings[0], [_beside_ring(ring, rings[0]) for ring in rings[1:]])


def _beside_ring(hole: list[tuple[float, float]], ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The hole, shifted by whole turns to the side of the antimeridian on which its ring is."""
    turn = whole_turns(middle_lon(LineString(ring)) - middle_lon(LineString(hole)))
    return [(lon + turn, lat) for lon, lat in hole] if turn else hole


def _multi_polygon(value: object) -> MultiPolygon:
    count = _PositionCounter()
    polygons = _list(value, "coordinates", "a list of polygons")
    return MultiPolygon([_polygon(polygon, f"coordinates[{index}]", count) for index, polygon in enumerate(polygons)])


def area_around(drawn: Polygon | MultiPolygon) -> Area:
    """The normalised area of polygons whose rings are unwrapped. Raises BadGeometry as `area_of`."""
    parts = list(polygons_of(repaired(drawn)))
    if not parts:
        raise BadGeometry("coordinates", "a polygon that covers an area; its sides go the short way round the earth")
    # The largest part decides on which side of the antimeridian all parts are joined; then every way to write the same area
    # gives the same centre and reach.
    largest = max(parts, key=lambda polygon: polygon.area)
    polygons = list(polygons_of(rejoined(MultiPolygon(parts), middle_lon(largest))))
    usable = polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
    # Not the centroid, which lies outside a crescent: the search starts at the centre.
    inside = usable.representative_point()
    centre = Place(lon=in_range(inside.x), lat=inside.y)
    reach_m = max(distance_m(centre, vertex) for vertex in _vertices(polygons))
    return Area(geometry=_geojson(cut_at_antimeridian(usable)), centre=centre, reach_m=reach_m)


def repaired(drawn: Polygon | MultiPolygon) -> BaseGeometry:
    """The geometry if it is valid, else a valid one of the same ground. Raises BadGeometry: too many crossings."""
    # A published warning in CAP format has an invalid polygon: invalid ones are repaired, not refused.
    if drawn.is_valid:
        return drawn
    _refuse_many_crossings(drawn)
    return shapely.make_valid(drawn)


def _refuse_many_crossings(drawn: Polygon | MultiPolygon) -> None:
    """Raises BadGeometry early: make_valid takes 30 ms for 250 crossings and over ten minutes for 230,000 (1,000 positions)."""
    sides = [
        LineString(pair)
        for polygon in (drawn.geoms if isinstance(drawn, MultiPolygon) else (drawn,))
        for ring in (polygon.exterior, *polygon.interiors)
        for pair in pairwise(ring.coords)
    ]
    tree = shapely.STRtree(sides)
    crossings = 0
    # In slices, because a star of 1,000 sides exceeds the limit within a few of them.
    for start in range(0, len(sides), 50):
        crossings += tree.query(sides[start : start + 50], predicate="crosses").shape[1]
        if crossings > 2 * _MAX_CROSSINGS:  # the query finds each crossing once for each of its two sides
            raise BadGeometry("coordinates", f"a polygon that crosses itself at most {_MAX_CROSSINGS} times")


def _vertices(polygons: Sequence[Polygon]) -> Iterator[Place]:
    for polygon in polygons:
        # A vertex of a hole is never the farthest: the hole lies within the exterior ring.
        for lon, lat in polygon.exterior.coords:
            yield Place(lon=lon, lat=lat)


def _geojson(usable: Polygon | MultiPolygon) -> Geometry:
    if isinstance(usable, Polygon):
        return {"type": "Polygon", "coordinates": _rings(usable)}
    return {"type": "MultiPolygon", "coordinates": [_rings(polygon) for polygon in usable.geoms]}


def _rings(polygon: Polygon) -> list[list[list[float]]]:
    return [[[float(lon), float(lat)] for lon, lat in ring.coords] for ring in (polygon.exterior, *polygon.interiors)]


def corners_of(area: Area) -> Iterator[Place]:
    """All vertices of the area, holes included; for a point, the point."""
    yield from _places(area.geometry.get("coordinates"))


def _places(coordinates: Any) -> Iterator[Place]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield Place(lon=float(coordinates[0]), lat=float(coordinates[1]))
        return
    for part in coordinates or ():
        yield from _places(part)


def rings_of(area: Area) -> list[list[float]]:
    """All rings of a polygonal area, each flattened (lon, lat, lon, lat …). A place is inside the area if it lies inside an odd
    number of rings."""
    kind, coordinates = area.geometry.get("type"), cast(Any, area.geometry.get("coordinates"))
    # An even-odd count over all rings serves holes and parts alike; `find.lua` does not need to know which ring is a hole.
    polygons = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
    return [[float(number) for position in ring for number in position[:2]] for polygon in polygons for ring in polygon]
