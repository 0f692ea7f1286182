"""Cities of Kazakhstan, and places in and around them. Distances are metres on a tangent plane at the place."""

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Literal, get_args

from dispatch.model.places import Place

METRES_PER_DEGREE = 111_195.0
"""Of latitude, on a sphere with the mean radius of the earth (6,371 km)."""
Speech = Literal["kazakh", "mixed", "russian"]
_SPEECH: tuple[Speech, ...] = get_args(Speech)


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    id: str
    name_kk: str
    name_ru: str
    name_en: str
    centre: Place
    population: int
    speech: Speech

    @property
    def spread_m(self) -> float:
        """Standard deviation of homes around the centre: 350 m for a town of 10,000, 5 km for Almaty."""
        return 350.0 * math.sqrt(self.population / 10_000)


@cache
def cities() -> tuple[City, ...]:
    """All cities, the largest first."""
    text = (files("streams.simulator") / "cities.csv").read_text("utf-8")
    # The file begins with comments about its source.
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(_city(row) for row in rows)


def city_named(name: str) -> City | None:
    """Finds a city by id or by its Kazakh, Russian or English name, case-insensitively. None if unknown."""
    wanted = name.casefold()
    for city in cities():
        if wanted in (city.id, city.name_kk.casefold(), city.name_ru.casefold(), city.name_en.casefold()):
            return city
    return None


def moved(place: Place, *, east_m: float, north_m: float) -> Place:
    """The place moved by a distance; error below 1 % within 100 km, away from the poles."""
    lat = place.lat + north_m / METRES_PER_DEGREE
    lon = place.lon + east_m / (METRES_PER_DEGREE * math.cos(math.radians(place.lat)))
    return Place(lon=round(lon, 6), lat=round(lat, 6))


def offset_m(start: Place, end: Place) -> tuple[float, float]:
    """(east, north) in metres from `start` to `end`; the inverse of `moved` with the same start."""
    north = (end.lat - start.lat) * METRES_PER_DEGREE
    east = (end.lon - start.lon) * METRES_PER_DEGREE * math.cos(math.radians(start.lat))
    return east, north


def scattered(rng: Random, city: City) -> Place:
    """A random place in the city, normally distributed around the centre and cut off at 2.5 standard deviations."""
    angle = rng.uniform(0, 2 * math.pi)
    distance = min(abs(rng.gauss(0, 1)), 2.5) * city.spread_m
    return moved(city.centre, east_m=distance * math.cos(angle), north_m=distance * math.sin(angle))


def _city(row: dict[str, str]) -> City:
    return City(
        id=row["city"],
        name_kk=row["name_kk"],
        name_ru=row["name_ru"],
        name_en=row["name_en"],
        centre=Place(lon=float(row["lon"]), lat=float(row["lat"])),
        population=int(row["population"]),
        speech=_SPEECH[_SPEECH.index(row["speech"])],
    )
