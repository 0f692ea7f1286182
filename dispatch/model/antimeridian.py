"""The antimeridian: areas are stored cut there and rejoined for every measurement (RFC 7946 §3.1.9, DESIGN 92).

A side of a ring takes the shorter way around the earth, so a ring from 179.95 to -179.95 is the small area across the meridian.
Rejoined geometries have longitudes beyond 180 or -180.
"""

import math
from collections.abc import Iterator

from shapely.affinity import translate
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient
from shapely.ops import unary_union


def rejoined(drawn: BaseGeometry, lon: float) -> BaseGeometry:
    """The geometry with its parts shifted by whole turns to this longitude and merged, to undo the cut at the antimeridian."""
    parts = getattr(drawn, "geoms", ())
    turns = [whole_turns(lon - middle_lon(part)) for part in parts]
    # Most areas are not cut: they skip the union.
    if not any(turns):
        return drawn
    return unary_union([translate(part, xoff=turn) for part, turn in zip(parts, turns, strict=True)])


def whole_turns(degrees: float) -> float:
    """The multiple of 360 nearest to a difference of longitudes."""
    return 360.0 * round(degrees / 360.0)


def middle_lon(geometry: BaseGeometry) -> float:
    west, _, east, _ = geometry.bounds
    return float(west + east) / 2


def cut_at_antimeridian(usable: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """The geometry cut where it crosses the antimeridian, each part between -180 and 180."""
    west, _, east, _ = usable.bounds
    if west >= -180 and east <= 180:
        return usable
    parts = [
        oriented
        for turn in range(math.floor((west + 180) / 360), math.floor((east + 180) / 360) + 1)
        for part in polygons_of(usable.intersection(box(360 * turn - 180, -90, 360 * turn + 180, 90)))
        # The area is measured after the shift, where rounding can make a sliver collapse.
        if (oriented := translate(part, xoff=-360.0 * turn)).area > 0
    ]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def in_range(lon: float) -> float:
    """The same meridian as a longitude from -180 to 180."""
    # In range already: unchanged, because the modulo rounds, and would turn 180 into -180.
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180


def index_lon(lon: float) -> float:
    """The longitude to store in a Redis geo index: Redis does not find members at 180, but finds them at -180."""
    return float(lon) if lon < 180 else -180.0


def polygons_of(geometry: BaseGeometry) -> Iterator[Polygon]:
    """The polygons of a geometry, wound as RFC 7946 §3.1.6 requires; points and lines are left out."""
    if isinstance(geometry, Polygon):
        # make_valid and intersection promise no winding, so every polygon passes through here.
        yield orient(geometry)
        return
    for part in getattr(geometry, "geoms", ()):
        yield from polygons_of(part)
