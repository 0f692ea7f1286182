"""Outlines: areas prepared for many queries (inside or not, crossing, staging points, covering circles)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import affine_transform
from shapely.geometry import LineString, MultiPoint, Point, box, shape

from dispatch.model.antimeridian import in_range, polygons_of, rejoined, whole_turns
from dispatch.model.geo import METRES_A_DEGREE, distance_m
from dispatch.model.places import Area, Place

Degrees: TypeAlias = NDArray[np.float64]

_MAX_CIRCLES = 24
"""Bound of the Redis searches for one area (DESIGN 90): each circle is one of them."""
_MAX_COVER_RATIO = 2.0
"""Stop splitting tiles when their total area is at most this multiple of the area they cover."""


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


class Outline:
    """A prepared geometry for many queries about one area.

    Uses an equirectangular projection around the centre, so it suits areas of up to some tens of kilometres.
    """

    def __init__(self, area: Area) -> None:
        self._centre = area.centre
        # The cosine is 0 at a pole, and the scale is divided by below.
        self._lon_scale = max(1e-6, math.cos(math.radians(area.centre.lat)))
        drawn = rejoined(shape(dict(area.geometry)), area.centre.lon)
        self._ground = affine_transform(drawn, [self._lon_scale, 0.0, 0.0, 1.0, 0.0, 0.0])
        # Many people and routes are tested against one outline.
        shapely.prepare(self._ground)

    def covers(self, place: Place) -> bool:
        """Whether the place is inside the area or on its edge."""
        return bool(self._ground.covers(Point(self._projected(place))))

    def covers_each(self, lons: Degrees, lats: Degrees) -> NDArray[np.bool_]:
        """Which of many places are inside the area or on its edge."""
        turns = 360.0 * np.round((lons - self._centre.lon) / 360.0)
        found: NDArray[np.bool_] = shapely.intersects_xy(self._ground, (lons - turns) * self._lon_scale, lats)
        return found

    def meets(self, area: Area) -> bool:
        """Whether any part of the other area lies in this one or on its edge."""
        other = rejoined(shape(dict(area.geometry)), area.centre.lon)
        turn = whole_turns(area.centre.lon - self._centre.lon)
        flat = affine_transform(other, [self._lon_scale, 0.0, 0.0, 1.0, -turn * self._lon_scale, 0.0])
        return bool(self._ground.intersects(flat))

    def meets_between(self, places: Iterable[Place]) -> bool:
        """Whether any part of the area, or of its edge, lies between the places: inside their convex hull."""
        return bool(self._ground.intersects(MultiPoint([self._projected(place) for place in places]).convex_hull))

    def metres_inside(self, start: Place, end: Place) -> float:
        """Length of the part of the straight line from `start` to `end` that lies inside the area."""
        (from_x, from_y), (to_x, to_y) = self._projected(start), self._projected(end)
        # Both ends were moved to the side of the centre one by one; the line itself also takes the shorter way.
        turn = 360.0 * self._lon_scale
        way = LineString([(from_x, from_y), (to_x - turn * round((to_x - from_x) / turn), to_y)])
        # One unit of both projected axes is a degree of latitude.
        return float(self._ground.intersection(way).length) * METRES_A_DEGREE

    def edge_points(self, count: int) -> tuple[Place, ...]:
        """About `count` points, evenly spaced along the outer edges of the largest parts, rounded to a metre.

        They depend only on the area, so they reveal nothing about people.
        """
        # Each part gets two points at least, so at most half as many parts as points are used.
        parts = sorted(polygons_of(self._ground), key=lambda part: -part.area)[: max(1, count // 2)]
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
            # The largest tile first: it covers most ground outside the area.
            tiles.sort(key=lambda tile: tile.area)
            largest = tiles.pop()
            # Halves beside the area are dropped; this is how the cover becomes long and thin.
            tiles += [tile for tile in largest.halves() if self._ground.intersects(box(*tile))]
        return tuple(self._circle_around(tile) for tile in tiles)

    def _circle_around(self, tile: _Tile) -> Circle:
        """Circle around a tile. Its radius uses the latitude nearest to the equator, where a degree of longitude is longest."""
        middle = Place(lon=in_range((tile.west + tile.east) / 2 / self._lon_scale), lat=(tile.south + tile.north) / 2)
        lats = (tile.south, tile.north, *((0.0,) if tile.south < 0 < tile.north else ()))
        corners = [Place(lon=in_range(tile.east / self._lon_scale), lat=lat) for lat in lats]
        return Circle(centre=middle, radius_m=max(distance_m(middle, corner) for corner in corners))

    def _projected(self, place: Place) -> tuple[float, float]:
        turn = whole_turns(place.lon - self._centre.lon)
        return (place.lon - turn) * self._lon_scale, place.lat

    def _round(self, point: Point) -> Place:
        lon = point.x / self._lon_scale
        # Five digits are about a metre.
        return Place(lon=round(in_range(lon), 5), lat=round(point.y, 5))
