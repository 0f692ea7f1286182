"""Geometry: validation and repair of GeoJSON, H3 cells, distances. The only module that imports shapely and h3.

Coordinates are WGS 84 degrees in GeoJSON order (lon, lat); distances are metres. All functions are pure.

Antimeridian (RFC 7946 §3.1.9): a side of a ring takes the shorter way around the earth, so a ring from 179.95 to -179.95 is the
small area across the meridian. Areas are stored cut at the antimeridian; every measurement rejoins the parts first, with
longitudes beyond 180. Not supported: areas around a pole, rings 180 degrees of longitude wide or more, and sides of exactly 180
degrees, which have no shorter way.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, cast

import h3
import shapely
from shapely.affinity import affine_transform, translate
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box, shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient
from shapely.ops import nearest_points, unary_union

from dispatch.model import ids
from dispatch.model.incidents import Area, Geometry, Place

MAX_POINTS = 1_000
ZONE_RESOLUTION = 3
COARSE_RESOLUTION = 7  # edge about 1.2 km: a district, not a house

_EARTH_RADIUS_M = 6_371_008.8
METRES_A_DEGREE = math.radians(_EARTH_RADIUS_M)
"""Length of one degree of latitude."""
_MAX_CROSSINGS = 250
_MAX_CIRCLES = 24
_MAX_COVER_RATIO = 2.0
"""Stop splitting tiles when their total area is at most this multiple of the area they cover."""
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
    for name in geometry:
        if name not in _MEMBERS:
            raise BadGeometry(str(name), "no member of this name; known are " + ", ".join(_MEMBERS))
    _check_box(geometry.get("bbox", (0, 0, 0, 0)))
    kind = geometry.get("type")
    coordinates = geometry.get("coordinates")
    if kind == "Point":
        lon, lat = _position(coordinates, "coordinates")
        return Area(geometry={"type": "Point", "coordinates": [lon, lat]}, centre=Place(lon=lon, lat=lat))
    if kind == "Polygon":
        return _area(_polygon(coordinates, "coordinates", _Count()))
    if kind == "MultiPolygon":
        return _area(_multi_polygon(coordinates))
    raise BadGeometry("type", _TYPES)


def _check_box(box: object) -> None:
    numbers = _list(box, "bbox", "four or six finite numbers")
    if len(numbers) not in (4, 6) or not all(map(_is_finite, numbers)):
        raise BadGeometry("bbox", "four or six finite numbers")


def _is_finite(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)


class _Count:
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


def _ring(value: object, path: str, count: _Count) -> list[tuple[float, float]]:
    positions = _list(value, path, "a closed ring of four or more positions")
    count.add(len(positions), path)
    ring = [_position(position, f"{path}[{index}]") for index, position in enumerate(positions)]
    if len(ring) < 4:
        raise BadGeometry(path, "four or more positions, the last equal to the first")
    if ring[0] != ring[-1]:
        raise BadGeometry(f"{path}[{len(ring) - 1}]", "the ring's first position again")
    return _unwrapped(ring, path)


def _unwrapped(ring: list[tuple[float, float]], path: str) -> list[tuple[float, float]]:
    """The ring without jumps at the antimeridian: longitudes continue beyond 180 or -180."""
    turn, unwrapped = 0.0, [ring[0]]
    for index, ((before, _), (lon, lat)) in enumerate(pairwise(ring), 1):
        if abs(lon - before) == 180:
            raise BadGeometry(f"{path}[{index}][0]", "a side that spans less or more than 180 degrees of longitude")
        turn -= round((lon - before) / 360) * 360.0
        unwrapped.append((lon + turn, lat))
    if turn:
        raise BadGeometry(path, "a ring that does not go round a pole")
    lons = [lon for lon, _ in unwrapped]
    if max(lons) - min(lons) >= 180:
        raise BadGeometry(path, "a ring less than 180 degrees of longitude wide")
    return unwrapped


def _polygon(value: object, path: str, count: _Count) -> Polygon:
    rings = [
        _ring(ring, f"{path}[{index}]", count)
        for index, ring in enumerate(_list(value, path, "a list of closed rings"))
    ]
    return Polygon(rings[0], [_beside_ring(ring, rings[0]) for ring in rings[1:]])


def _beside_ring(hole: list[tuple[float, float]], ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The hole, shifted by whole turns to the side of the antimeridian on which its ring is."""
    turn = 360.0 * round((_middle_lon(LineString(ring)) - _middle_lon(LineString(hole))) / 360.0)
    return [(lon + turn, lat) for lon, lat in hole] if turn else hole


def _multi_polygon(value: object) -> MultiPolygon:
    count = _Count()
    polygons = _list(value, "coordinates", "a list of polygons")
    return MultiPolygon([_polygon(polygon, f"coordinates[{index}]", count) for index, polygon in enumerate(polygons)])


def _rejoined(drawn: BaseGeometry, lon: float) -> BaseGeometry:
    """The geometry with its parts shifted by whole turns to this longitude and merged, to undo the cut at the antimeridian."""
    parts = getattr(drawn, "geoms", ())
    turns = [360.0 * round((lon - _middle_lon(part)) / 360.0) for part in parts]
    if not any(turns):
        return drawn
    return unary_union([translate(part, xoff=turn) for part, turn in zip(parts, turns, strict=True)])


def _middle_lon(geometry: BaseGeometry) -> float:
    west, _, east, _ = geometry.bounds
    return float(west + east) / 2


def _cut_at_antimeridian(usable: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """The geometry cut where it crosses the antimeridian, each part between -180 and 180."""
    west, _, east, _ = usable.bounds
    if west >= -180 and east <= 180:
        return usable
    parts = [
        oriented
        for turn in range(math.floor((west + 180) / 360), math.floor((east + 180) / 360) + 1)
        for part in _polygons(usable.intersection(box(360 * turn - 180, -90, 360 * turn + 180, 90)))
        if (oriented := translate(part, xoff=-360.0 * turn)).area > 0
    ]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _in_range(lon: float) -> float:
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180


def index_lon(lon: float) -> float:
    """The longitude to store in a Redis geo index: Redis does not find members at 180, but finds them at -180."""
    return float(lon) if lon < 180 else -180.0


def _area(drawn: Polygon | MultiPolygon) -> Area:
    repaired = list(_polygons(_repaired(drawn)))
    if not repaired:
        raise BadGeometry("coordinates", "a polygon that covers an area; its sides go the short way round the earth")
    largest = max(repaired, key=lambda polygon: polygon.area)
    polygons = list(_polygons(_rejoined(MultiPolygon(repaired), _middle_lon(largest))))
    usable = polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
    inside = usable.representative_point()
    centre = Place(lon=_in_range(inside.x), lat=inside.y)
    reach_m = max(distance_m(centre, vertex) for vertex in _vertices(polygons))
    return Area(geometry=_geojson(_cut_at_antimeridian(usable)), centre=centre, reach_m=reach_m)


def _repaired(drawn: Polygon | MultiPolygon) -> BaseGeometry:
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
    for start in range(0, len(sides), 50):
        crossings += tree.query(sides[start : start + 50], predicate="crosses").shape[1]
        if crossings > 2 * _MAX_CROSSINGS:  # the query finds each crossing once for each of its two sides
            raise BadGeometry("coordinates", f"a polygon that crosses itself at most {_MAX_CROSSINGS} times")


def _polygons(geometry: BaseGeometry) -> Iterator[Polygon]:
    if isinstance(geometry, Polygon):
        yield orient(geometry)
        return
    for part in getattr(geometry, "geoms", ()):
        yield from _polygons(part)


def _vertices(polygons: Sequence[Polygon]) -> Iterator[Place]:
    for polygon in polygons:
        for lon, lat in polygon.exterior.coords:
            yield Place(lon=lon, lat=lat)


def _geojson(usable: Polygon | MultiPolygon) -> Geometry:
    if isinstance(usable, Polygon):
        return {"type": "Polygon", "coordinates": _rings(usable)}
    return {"type": "MultiPolygon", "coordinates": [_rings(polygon) for polygon in usable.geoms]}


def _rings(polygon: Polygon) -> list[list[list[float]]]:
    return [[[float(lon), float(lat)] for lon, lat in ring.coords] for ring in (polygon.exterior, *polygon.interiors)]


def zone_of(place: Place) -> str:
    """The zone of a place: the first six hex digits of its H3 cell of resolution 3 (about 12,000 km²)."""
    cell: str = h3.latlng_to_cell(place.lat, place.lon, ZONE_RESOLUTION)
    return cell[:6]


@lru_cache(maxsize=4096)
def is_zone(zone: str) -> bool:
    """Whether the text is an H3 cell of resolution 3, or one of the sixteen zones of work without a place."""
    return zone.startswith(ids.PLACELESS) or bool(h3.is_valid_cell(zone.ljust(15, "f")))


def coarse(place: Place) -> Place:
    """The approximate place: the centre of its H3 cell of resolution 7, up to about 1.4 km away.

    Volunteers see this instead of the exact place until they accept.
    """
    lat, lon = h3.cell_to_latlng(h3.latlng_to_cell(place.lat, place.lon, COARSE_RESOLUTION))
    return Place(lon=round(lon, 4), lat=round(lat, 4))


def distance_m(a: Place, b: Place) -> float:
    """Great-circle distance on a sphere (haversine formula); within 0.6 % of the WGS 84 ellipsoid."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2)
    half_lon = math.sin(math.radians(b.lon - a.lon) / 2)
    chord = half_lat * half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon * half_lon
    return 2 * _EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def distance_to_area_m(place: Place, area: Area) -> float:
    """Distance from a place to the nearest point of an area; 0 inside it."""
    return distance_m(place, nearest_of_area(place, area))


def nearest_of_area(place: Place, area: Area) -> Place:
    """The point of an area nearest to a place; the place itself if it is inside.

    The point is chosen on a local equirectangular projection; its distance can then be measured on the sphere, so the
    projection causes only a second-order error.
    """
    if area.geometry.get("type") == "Point":
        return area.centre
    # Shift the area by whole turns to the side of the antimeridian on which the place is.
    turn = 360.0 * round((place.lon - area.centre.lon) / 360.0)
    lon_scale = max(1e-6, math.cos(math.radians((place.lat + area.centre.lat) / 2)))
    drawn = _rejoined(shape(_plain(area.geometry)), area.centre.lon)
    flat = affine_transform(drawn, [lon_scale, 0.0, 0.0, 1.0, turn * lon_scale, 0.0])
    here = Point(place.lon * lon_scale, place.lat)
    if flat.covers(here):
        return place
    nearest = nearest_points(flat, here)[0]
    return Place(lon=_in_range(nearest.x / lon_scale), lat=nearest.y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    centre: Place
    radius_m: float


class _Tile(NamedTuple):
    west: float
    south: float
    east: float
    north: float

    @property
    def area(self) -> float:
        return (self.east - self.west) * (self.north - self.south)

    def halves(self) -> tuple["_Tile", "_Tile"]:
        """The tile cut in two across its longer side."""
        if self.east - self.west >= self.north - self.south:
            middle = (self.west + self.east) / 2
            return self._replace(east=middle), self._replace(west=middle)
        middle = (self.south + self.north) / 2
        return self._replace(north=middle), self._replace(south=middle)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A bounding box in degrees; `west` greater than `east`: it crosses the antimeridian (RFC 7946 §5.2)."""

    west: float
    south: float
    east: float
    north: float

    def meets(self, area: Area) -> bool:
        """Whether any part of the area lies in the box or on its edge."""
        drawn = shape(_plain(area.geometry))
        return any(part.intersects(drawn) for part in self._parts())

    def _parts(self) -> Iterator[Polygon]:
        """The box as polygons. 180 and -180 are the same meridian, so a box that ends on it matches points written either way."""
        spans = [(self.west, self.east)] if self.west <= self.east else [(self.west, 180.0), (-180.0, self.east)]
        if self.east == 180:
            spans.append((-180.0, -180.0))
        if self.west == -180:
            spans.append((180.0, 180.0))
        return (box(west, self.south, east, self.north) for west, east in spans)


def corners_of(area: Area) -> Iterator[Place]:
    """All vertices of the area, holes included; for a point, the point."""
    yield from _places(area.geometry.get("coordinates"))


def _places(coordinates: Any) -> Iterator[Place]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield Place(lon=float(coordinates[0]), lat=float(coordinates[1]))
        return
    for part in coordinates or ():
        yield from _places(part)


class Outline:
    """A prepared geometry for many queries about one area.

    Uses an equirectangular projection around the centre, so it suits areas of up to some tens of kilometres.
    """

    def __init__(self, area: Area) -> None:
        self._centre = area.centre
        self._lon_scale = max(1e-6, math.cos(math.radians(area.centre.lat)))
        drawn = _rejoined(shape(_plain(area.geometry)), area.centre.lon)
        self._ground = affine_transform(drawn, [self._lon_scale, 0.0, 0.0, 1.0, 0.0, 0.0])
        shapely.prepare(self._ground)

    def covers(self, place: Place) -> bool:
        """Whether the place is inside the area or on its edge."""
        return bool(self._ground.covers(Point(self._projected(place))))

    def metres_inside(self, start: Place, end: Place) -> float:
        """Length of the part of the straight line from `start` to `end` that lies inside the area."""
        (from_x, from_y), (to_x, to_y) = self._projected(start), self._projected(end)
        turn = 360.0 * self._lon_scale
        way = LineString([(from_x, from_y), (to_x - turn * round((to_x - from_x) / turn), to_y)])
        return float(self._ground.intersection(way).length) * METRES_A_DEGREE

    def edge_points(self, count: int) -> tuple[Place, ...]:
        """About `count` points, evenly spaced along the outer edges of the largest parts, rounded to a metre.

        They depend only on the area, so they reveal nothing about people.
        """
        parts = sorted(_polygons(self._ground), key=lambda part: -part.area)[: max(1, count // 2)]
        each = max(2, count // max(1, len(parts)))
        return tuple(
            self._round(part.exterior.interpolate(number / each, normalized=True))
            for part in parts
            for number in range(each)
        )

    def circles(self) -> tuple[Circle, ...]:
        """Circles that together cover the area. Several small ones cover less outside it than one: floods are long and thin."""
        tiles = [_Tile(*self._ground.bounds)]
        while len(tiles) < _MAX_CIRCLES and sum(tile.area for tile in tiles) > _MAX_COVER_RATIO * self._ground.area:
            tiles.sort(key=lambda tile: tile.area)
            largest = tiles.pop()
            tiles += [tile for tile in largest.halves() if self._ground.intersects(box(*tile))]
        return tuple(self._circle_around(tile) for tile in tiles)

    def _circle_around(self, tile: _Tile) -> Circle:
        """Circle around a tile. Its radius uses the latitude nearest to the equator, where a degree of longitude is longest."""
        middle = Place(lon=_in_range((tile.west + tile.east) / 2 / self._lon_scale), lat=(tile.south + tile.north) / 2)
        lats = (tile.south, tile.north, *((0.0,) if tile.south < 0 < tile.north else ()))
        corners = [Place(lon=_in_range(tile.east / self._lon_scale), lat=lat) for lat in lats]
        return Circle(centre=middle, radius_m=max(distance_m(middle, corner) for corner in corners))

    def _projected(self, place: Place) -> tuple[float, float]:
        turn = 360.0 * round((place.lon - self._centre.lon) / 360.0)
        return (place.lon - turn) * self._lon_scale, place.lat

    def _round(self, point: Point) -> Place:
        lon = point.x / self._lon_scale
        return Place(lon=round(_in_range(lon), 5), lat=round(point.y, 5))


def rings_of(area: Area) -> list[list[float]]:
    """All rings of a polygonal area, each flattened (lon, lat, lon, lat …). A place is inside the area if it lies inside an odd
    number of rings."""
    kind, coordinates = area.geometry.get("type"), cast(Any, area.geometry.get("coordinates"))
    polygons = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
    return [[float(number) for position in ring for number in position[:2]] for polygon in polygons for ring in polygon]


def _plain(geometry: Geometry) -> dict[str, Any]:
    return dict(geometry)
