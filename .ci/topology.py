"""TopoJSON (github.com/topojson/topojson-specification) of areas whose neighbours share their borders: each is written once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import shapely
from shapely.geometry.base import BaseGeometry

STEP = 0.002
"""Degrees of one unit: about 200 m, below a pixel at the zooms the map is drawn for."""
Point: TypeAlias = tuple[int, int]
Shown: TypeAlias = tuple[dict[str, Any], BaseGeometry]


def topology(layers: Mapping[str, Sequence[Shown]]) -> dict[str, Any]:
    """The document with one object per layer. The first entry of each pair is the feature's properties, its `id` among them."""
    rings = {name: [(about, _rings(area)) for about, area in layer] for name, layer in layers.items()}
    every = [ring for layer in rings.values() for _, parts in layer for part in parts for ring in part]
    arcs = _Arcs(every)
    objects = {
        name: {"type": "GeometryCollection", "geometries": [_geometry(about, parts, arcs) for about, parts in layer]}
        for name, layer in rings.items()
    }
    west, south = min(x for ring in every for x, _ in ring), min(y for ring in every for _, y in ring)
    return {
        "type": "Topology",
        "transform": {"scale": [STEP, STEP], "translate": [round(west * STEP, 6), round(south * STEP, 6)]},
        "arcs": [_steps(arc, (west, south)) for arc in arcs.all],
        "objects": objects,
    }


def _geometry(about: dict[str, Any], parts: list[list[list[Point]]], arcs: "_Arcs") -> dict[str, Any]:
    properties = {name: value for name, value in about.items() if name != "id"}
    drawn = [[arcs.of(ring) for ring in part] for part in parts]
    return {"type": "MultiPolygon", "arcs": drawn, "id": about["id"], "properties": properties}


def _rings(area: BaseGeometry) -> list[list[list[Point]]]:
    """Polygons as lists of closed rings on the grid. Rings that vanish on it are left out."""
    found = []
    for part in getattr(area, "geoms", [area]):
        rings = [_snapped(ring) for ring in (part.exterior, *part.interiors)]
        if len(rings[0]) >= 4:
            found.append([ring for ring in rings if len(ring) >= 4])
    return found


def _snapped(ring: shapely.LinearRing) -> list[Point]:
    points: list[Point] = []
    for x, y in ring.coords:
        point = (round(x / STEP), round(y / STEP))
        if not points or points[-1] != point:
            points.append(point)
    return points


class _Arcs:
    """Lines between the points where three borders meet."""

    def __init__(self, rings: Sequence[Sequence[Point]]) -> None:
        neighbours: dict[Point, set[Point]] = defaultdict(set)
        for ring in rings:
            for one, other in pairwise(ring):
                neighbours[one].add(other)
                neighbours[other].add(one)
        self._ends = {point for point, beside in neighbours.items() if len(beside) > 2}
        self.all: list[tuple[Point, ...]] = []
        self._numbers: dict[tuple[Point, ...], int] = {}

    def of(self, ring: Sequence[Point]) -> list[int]:
        """The arcs of a closed ring; ~n is arc n the other way round."""
        start = next((place for place, point in enumerate(ring) if point in self._ends), None)
        if start is None:
            # An island: from its least point on, so that a region and its only district are one arc.
            start = min(range(len(ring) - 1), key=lambda place: ring[place])
        turned = [*ring[start:-1], *ring[: start + 1]]
        cuts = [
            place for place, point in enumerate(turned) if place == 0 or point in self._ends or place == len(turned) - 1
        ]
        return [self._number(tuple(turned[a : b + 1])) for a, b in pairwise(cuts)]

    def _number(self, arc: tuple[Point, ...]) -> int:
        back = arc[::-1]
        if back in self._numbers:
            return ~self._numbers[back]
        if arc not in self._numbers:
            self._numbers[arc] = len(self.all)
            self.all.append(arc)
        return self._numbers[arc]


def _steps(arc: Sequence[Point], origin: Point) -> list[list[int]]:
    """Differences to the point before; the first to the origin of the grid."""
    before, steps = origin, []
    for x, y in arc:
        steps.append([x - before[0], y - before[1]])
        before = (x, y)
    return steps
