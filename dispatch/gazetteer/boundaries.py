"""Regions and districts, and in which of them a place lies."""

import gzip
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from dispatch.model.outlines import Outline
from dispatch.model.places import Area, Place

DATA = files("dispatch.gazetteer").joinpath("data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """One name in three languages. The Russian one of a district or region is the adjective: Талгарский, Алматинская."""

    kk: str
    ru: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    code: str
    name: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """`code`: P-code of OCHA; `kato`: the country's own. `centre`: a point inside; `west` to `north`: its bounds in degrees."""

    code: str
    kato: str
    name: Names
    region: Region
    centre: Place
    west: float
    south: float
    east: float
    north: float
    outline: Outline = field(repr=False, compare=False)

    def covers(self, place: Place) -> bool:
        is_near = self.west <= place.lon <= self.east and self.south <= place.lat <= self.north
        return is_near and self.outline.covers(place)


class Boundaries:
    """All districts. Simplified: within about 200 m of a border the answer may be that of the neighbour."""

    def __init__(self, districts: Iterable[District]) -> None:
        self.districts = tuple(districts)
        # By squares of a degree: some five districts instead of all.
        self._squares: dict[tuple[int, int], list[District]] = defaultdict(list)
        for district in self.districts:
            for x in range(math.floor(district.west), math.floor(district.east) + 1):
                for y in range(math.floor(district.south), math.floor(district.north) + 1):
                    self._squares[x, y].append(district)

    def at(self, place: Place) -> District | None:
        """The district that covers the place; None outside the country. On a border, the one with the lower code."""
        near = self._squares.get((math.floor(place.lon), math.floor(place.lat)), ())
        return next((district for district in near if district.covers(place)), None)

    def regions(self) -> tuple[Region, ...]:
        return tuple({district.region.code: district.region for district in self.districts}.values())


def load_boundaries() -> Boundaries:
    """Reads the built-in file: some 0.1 s."""
    found: Mapping[str, Any] = json.loads(gzip.decompress(DATA.joinpath("districts.json.gz").read_bytes()))
    regions = {code: Region(code=code, name=Names(**name)) for code, name in found["regions"].items()}
    return Boundaries(_district(entry, regions) for entry in found["districts"])


def _district(entry: Mapping[str, Any], regions: Mapping[str, Region]) -> District:
    points = list(_points(entry["geometry"]["coordinates"]))
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    middle = Place(lon=(min(lons) + max(lons)) / 2, lat=(min(lats) + max(lats)) / 2)
    outline = Outline(Area(geometry=entry["geometry"], centre=middle))
    # A horseshoe does not cover the middle of its bounds; its edge is near enough for an order by distance.
    inside = middle if outline.covers(middle) else outline.edge_points(2)[0]
    return District(
        code=entry["code"],
        kato=entry["kato"],
        name=Names(**entry["name"]),
        region=regions[entry["region"]],
        centre=inside,
        west=min(lons),
        south=min(lats),
        east=max(lons),
        north=max(lats),
        outline=outline,
    )


def _points(nested: Any) -> Iterator[tuple[float, float]]:
    """The positions within the coordinates of a polygon or multipolygon."""
    if isinstance(nested[0], float | int):
        yield nested[0], nested[1]
        return
    for part in nested:
        yield from _points(part)
