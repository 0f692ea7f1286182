"""Places and areas: WGS 84 degrees, distances in metres. Measured and compared by `geo.py` and `outlines.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Geometry: TypeAlias = Mapping[str, object]
"""A GeoJSON geometry (Point, Polygon or MultiPolygon), checked and repaired at intake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where an incident is. `centre`: a point inside the geometry, from which the search starts. `reach_m`: distance from it to
    the farthest vertex (0 for a point)."""

    geometry: Geometry
    centre: Place
    reach_m: float = 0.0
