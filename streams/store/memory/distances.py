"""Distances as Redis computes them, and the grid by which people are looked up."""

import math

from dispatch.model.places import Place
from streams.store.search import EARTH_RADIUS_M


def metres(a: Place, b: Place) -> float:
    u = math.sin(math.radians(b.lat - a.lat) / 2)
    v = math.sin(math.radians(b.lon - a.lon) / 2)
    h = u * u + math.cos(math.radians(a.lat)) * math.cos(math.radians(b.lat)) * v * v
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


def district(place: Place) -> tuple[int, int]:
    """A cell of about 1 km. A person who enters another cell may have come within reach of a waiting requirement."""
    return math.floor(place.lon * 100), math.floor(place.lat * 150)
