"""One area from many rings and circles, as published warnings draw them.

A warning may have ten thousand polygons; an incident has an area of at most `MAX_POINTS` positions. The joined area is made
coarser outwards until it fits, so it always covers what was drawn: a hazard area that is too small would send people in.
"""

import math
from collections.abc import Iterable, Sequence

import shapely
from shapely.affinity import translate
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from dispatch.model.antimeridian import middle_lon, polygons_of, whole_turns
from dispatch.model.geo import METRES_A_DEGREE
from dispatch.model.geojson import MAX_POINTS, BadGeometry, area_around, repaired, unwrapped
from dispatch.model.outlines import Circle
from dispatch.model.places import Area, Place

_CIRCLE_POINTS = 48
_LEAST_TOLERANCE = 0.0002
"""Degrees, about 20 m: the least by which an area is made coarser."""
_RELATIVE_TOLERANCE = 0.0005
_MOST_STEPS = 10
_MOST_PARTS = 200
"""More polygons are covered by the squares of a grid."""
_GRIDS = (64, 32, 16)
"""Squares along the longer side. A chessboard of 16 by 16 has less than MAX_POINTS positions."""
_MOST_IN_A_RING = 20_000


def drawn_area(rings: Sequence[Sequence[Place]], circles: Sequence[Circle]) -> Area:
    """The area that covers all rings and circles. A single circle of radius 0 is a point.

    Raises:
        BadGeometry: nothing is drawn, a ring has fewer than three corners, goes round a pole, or crosses itself too often.
    """
    if not rings and len(circles) == 1 and circles[0].radius_m == 0:
        centre = circles[0].centre
        return Area(geometry={"type": "Point", "coordinates": [centre.lon, centre.lat]}, centre=centre)
    polygons = [part for number, ring in enumerate(rings) for part in _of_ring(ring, number)]
    polygons += [_of_circle(circle) for circle in circles if circle.radius_m > 0]
    if not polygons:
        raise BadGeometry("", "a polygon or circle that covers an area")
    # The largest decides on which side of the antimeridian all are joined.
    side = middle_lon(max(polygons, key=lambda polygon: polygon.area))
    beside = [translate(polygon, xoff=whole_turns(side - middle_lon(polygon))) for polygon in polygons]
    together = _in_squares(beside) if len(beside) > _MOST_PARTS else _fitted(shapely.union_all(beside))
    fitting = MultiPolygon(list(polygons_of(together)))
    return area_around(fitting.geoms[0] if len(fitting.geoms) == 1 else fitting)


def _of_ring(ring: Sequence[Place], number: int) -> list[Polygon]:
    corners = [(place.lon, place.lat) for place in ring]
    if len(corners) > _MOST_IN_A_RING:
        raise BadGeometry(f"polygon[{number}]", f"at most {_MOST_IN_A_RING} positions in one ring")
    if corners and corners[0] != corners[-1]:
        corners.append(corners[0])
    if len(corners) < 4:
        raise BadGeometry(f"polygon[{number}]", "three or more corners")
    return list(polygons_of(repaired(Polygon(unwrapped(corners, f"polygon[{number}]")))))


def _of_circle(circle: Circle) -> Polygon:
    """A circle on the sphere as a polygon around it: the destinations from its centre by bearing and distance."""
    # Around it, not in it: the corners lie outside by so much that the sides touch the circle.
    angle = math.radians(circle.radius_m / METRES_A_DEGREE / math.cos(math.pi / _CIRCLE_POINTS))
    lat, lon = math.radians(circle.centre.lat), math.radians(circle.centre.lon)
    if abs(lat) + angle >= math.pi / 2:
        raise BadGeometry("circle", "a circle that does not reach a pole")
    corners = []
    for step in range(_CIRCLE_POINTS):
        bearing = 2 * math.pi * step / _CIRCLE_POINTS
        up = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing))
        along = math.atan2(
            math.sin(bearing) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(up)
        )
        corners.append((math.degrees(lon + along), math.degrees(up)))
    return Polygon(corners)


def _fitted(drawn: BaseGeometry) -> BaseGeometry:
    """The area with at most MAX_POINTS positions, grown by what making it coarser could take away."""
    if _positions(drawn) <= MAX_POINTS:
        return drawn
    west, south, east, north = drawn.bounds
    tolerance = max(_LEAST_TOLERANCE, math.hypot(east - west, north - south) * _RELATIVE_TOLERANCE)
    # Holes of a warning that has to be made coarser are closed: nobody relies on them.
    parts = [Polygon(part.exterior) for part in polygons_of(drawn)]
    for _ in range(_MOST_STEPS):
        # Each part by itself: growing many parts as one geometry takes minutes.
        grown = shapely.union_all(shapely.buffer(parts, tolerance, quad_segs=1))
        filled = [Polygon(part.exterior) for part in polygons_of(grown)]
        # What was made coarser is the start of the next step: each covers the one before.
        parts = list(polygons_of(shapely.union_all(shapely.simplify(filled, tolerance / 2))))
        if sum(map(_positions, parts)) <= MAX_POINTS:
            return MultiPolygon(parts)
        tolerance *= 2
    return MultiPolygon(parts).convex_hull


def _in_squares(polygons: Sequence[Polygon]) -> BaseGeometry:
    """The squares of a grid over the extent in which any of the polygons lies."""
    # The union of ten thousand polygons takes a hundred times as long, and has to be made coarser all the same.
    west, south, east, north = shapely.total_bounds(polygons)
    tree = shapely.STRtree(polygons)
    covering: BaseGeometry = box(west, south, east, north)
    for count in _GRIDS:
        side = max(east - west, north - south, _LEAST_TOLERANCE) / count
        squares = [
            box(west + column * side, south + row * side, west + (column + 1) * side, south + (row + 1) * side)
            for column in range(math.ceil((east - west) / side))
            for row in range(math.ceil((north - south) / side))
        ]
        met = tree.query(squares, predicate="intersects")[0]
        covering = shapely.union_all([squares[number] for number in sorted(set(met.tolist()))])
        if _positions(covering) <= MAX_POINTS:
            break
    return covering


def _positions(drawn: BaseGeometry) -> int:
    return int(shapely.get_num_coordinates(drawn))


def lines_of(area: Area) -> Iterable[Sequence[Place]]:
    """The outer rings of a polygonal area, each closed, without the parts' holes."""
    geometry = area.geometry
    coordinates = geometry.get("coordinates")
    assert isinstance(coordinates, Sequence)
    polygons = [coordinates] if geometry.get("type") == "Polygon" else coordinates
    for polygon in polygons:
        yield [Place(lon=lon, lat=lat) for lon, lat in polygon[0]]
