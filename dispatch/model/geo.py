"""Geometry on the earth: distances, zones and approximate places as H3 cells, bounding boxes. All functions are pure.

Coordinates are WGS 84 degrees in GeoJSON order (lon, lat); distances are metres. `geojson.py` reads and repairs geometries,
`outlines.py` answers many queries about one area, `drawn_areas.py` joins many. Only these and `antimeridian.py` import shapely,
only this one h3.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import h3
from shapely.affinity import affine_transform
from shapely.geometry import Point, Polygon, box, shape
from shapely.ops import nearest_points

from dispatch.model import ids
from dispatch.model.antimeridian import in_range, rejoined, whole_turns
from dispatch.model.places import Area, Place

ZONE_RESOLUTION = 3
"""Never changes: zones are part of stored ids and the keys of `incidents` and `decisions` (DESIGN 6)."""
COARSE_RESOLUTION = 7  # edge about 1.4 km: a district, not a house
CELL_RESOLUTION = 8  # edge about 0.5 km, area about 0.7 km²
_EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid."""
METRES_A_DEGREE = math.radians(_EARTH_RADIUS_M)
"""Length of one degree of latitude."""


def zone_of(place: Place) -> str:
    """The zone of a place: the first six hex digits of its H3 cell of resolution 3 (about 12,000 km²)."""
    cell: str = h3.latlng_to_cell(place.lat, place.lon, ZONE_RESOLUTION)
    # The other nine hex digits of a cell of this resolution are f; `is_zone` appends them again.
    return cell[:6]


# Bounded, because the text comes from ids in URLs.
@lru_cache(maxsize=4096)
def is_zone(zone: str) -> bool:
    """Whether the text is an H3 cell of resolution 3, or one of the sixteen zones of work without a place."""
    # A well-formed id with six other hex digits names no cell: the API answers 404 without a lookup.
    return zone.startswith(ids.PLACELESS) or bool(h3.is_valid_cell(zone.ljust(15, "f")))


def coarse(place: Place) -> Place:
    """The approximate place: the centre of its H3 cell of resolution 7, up to about 1.4 km away.

    Volunteers see this instead of the exact place until they accept.
    """
    # A cell centre instead of random noise: repeated requests reveal nothing more.
    lat, lon = h3.cell_to_latlng(h3.latlng_to_cell(place.lat, place.lon, COARSE_RESOLUTION))
    return Place(lon=round(lon, 4), lat=round(lat, 4))


def cell(place: Place) -> Place:
    """The centre of the H3 cell of resolution 8 of a place, up to about 600 m away.

    Homes are kept as it, and warnings are judged from it.
    """
    lat, lon = h3.cell_to_latlng(cell_index(place))
    return Place(lon=lon, lat=lat)


def wide_cell(place: Place) -> Place:
    """The centre of the H3 cell of resolution 7 (about 5 km²) that has this cell as its child, up to about 1.5 km away.

    Every recorded or shown distance of a person is computed from it (`recorded_way.py`).
    """
    # By way of the cell: cells of two resolutions overlap at their edges, and from both together a finer place would follow.
    lat, lon = h3.cell_to_latlng(h3.cell_to_parent(cell_index(place), COARSE_RESOLUTION))
    return Place(lon=lon, lat=lat)


def cell_index(place: Place) -> str:
    """The H3 index of that cell."""
    return str(h3.latlng_to_cell(place.lat, place.lon, CELL_RESOLUTION))


def cell_corners(place: Place) -> tuple[Place, ...]:
    """The corners of that cell: what holds for its hull holds for every place of the person in it."""
    return tuple(Place(lon=lon, lat=lat) for lat, lon in h3.cell_to_boundary(cell_index(place)))


def distance_m(a: Place, b: Place) -> float:
    """Great-circle distance on a sphere (haversine formula); within 0.6 % of the WGS 84 ellipsoid."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2)
    half_lon = math.sin(math.radians(b.lon - a.lon) / 2)
    chord = half_lat * half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon * half_lon
    # Rounding can exceed 1 at opposite ends of the earth, where asin would raise.
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
    turn = whole_turns(place.lon - area.centre.lon)
    # The cosine is 0 at a pole, and the scale is divided by below.
    lon_scale = max(1e-6, math.cos(math.radians((place.lat + area.centre.lat) / 2)))
    drawn = rejoined(shape(dict(area.geometry)), area.centre.lon)
    flat = affine_transform(drawn, [lon_scale, 0.0, 0.0, 1.0, turn * lon_scale, 0.0])
    here = Point(place.lon * lon_scale, place.lat)
    if flat.covers(here):
        return place
    nearest = nearest_points(flat, here)[0]
    return Place(lon=in_range(nearest.x / lon_scale), lat=nearest.y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A bounding box in degrees; `west` greater than `east`: it crosses the antimeridian (RFC 7946 §5.2)."""

    west: float
    south: float
    east: float
    north: float

    def meets(self, area: Area) -> bool:
        """Whether any part of the area lies in the box or on its edge."""
        # Not rejoined: box and area are both cut at the antimeridian.
        drawn = shape(dict(area.geometry))
        return any(part.intersects(drawn) for part in self._parts())

    def has(self, place: Place) -> bool:
        """Whether the place lies in the box or on its edge."""
        return any(part.intersects(Point(place.lon, place.lat)) for part in self._parts())

    def _parts(self) -> Iterator[Polygon]:
        """The box as polygons. 180 and -180 are the same meridian, so a box that ends on it matches points written either way."""
        spans = [(self.west, self.east)] if self.west <= self.east else [(self.west, 180.0), (-180.0, self.east)]
        if self.east == 180:
            spans.append((-180.0, -180.0))
        if self.west == -180:
            spans.append((180.0, 180.0))
        return (box(west, self.south, east, self.north) for west, east in spans)
