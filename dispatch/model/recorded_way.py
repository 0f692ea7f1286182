"""Distances and travel times as records and responses may contain them: from a person's wide cell to an incident's coarse area.

An exact distance tells a place: three of them are enough, and they stay in the log for a year. So a number that is recorded or
shown is a function of two cells only, the person's (`geo.wide_cell`) and the incident's (`geo.coarse`). Any number of them, to
incidents at places of somebody's choosing, tells these cells of some 5 km² and no more (DESIGN 209). Exact places decide who is
preferred (`ranking.py`), in the memory of the worker alone (DESIGN 116).

The types below have one constructor each. Fields of events that hold such a number are declared with them, so the type checker
refuses any other number. Distance limits are compared with exact distances (DESIGN 117).
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NewType

from dispatch.model.geo import coarse, distance_m, wide_cell
from dispatch.model.places import Area, Place
from dispatch.model.travel import travel_time_s
from dispatch.model.vocabulary import TravelMode

RecordedM = NewType("RecordedM", float)
"""Metres between a person's wide cell and an incident's coarse area, in whole `GRAIN_M`. Made by `recorded_m` only."""
RecordedS = NewType("RecordedS", float)
"""Seconds of travel over such a distance, in whole `GRAIN_S`. Made by `recorded_s` only."""
GRAIN_M = 100
"""More digits would pretend an accuracy that the number does not have."""
GRAIN_S = 30
WITHIN_CELL_M = 1_200
"""The distance that is told within one wide cell: that of two places in it, on average. 0 would say that they are there."""
_COUNTS: tuple[int, ...] = (0, *(step * int(10**digits) for digits in range(9) for step in (3, 10)))
CELL_REACH_M = 600.0
"""Upper bound of the distance from a place to the centre of its cell (H3 resolution 8; 586 m at most)."""
COARSE_REACH_M = 1_570.0
"""Upper bound of the distance from a place to its coarse place (H3 resolution 7, 1,549 m at most; rounded to four decimals)."""
WIDE_CELL_REACH_M = 1_570.0
"""Upper bound of the distance from a place to the centre of its wide cell (1,549 m at most)."""
UNSURE_M = WIDE_CELL_REACH_M + COARSE_REACH_M
"""Upper bound of the difference between an exact and an unrounded recorded distance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedWay:
    distance_m: RecordedM
    eta_s: RecordedS


def recorded_way(place: Place, area: Area, mode: TravelMode) -> RecordedWay:
    """The way of a person at `place` to an incident, as it may be recorded."""
    away_m = recorded_m(place, area)
    return RecordedWay(distance_m=away_m, eta_s=recorded_s(away_m, mode))


def recorded_m(place: Place, area: Area) -> RecordedM:
    """The distance as it may be recorded: to the edge of an area, as far as its size tells."""
    return RecordedM(float(GRAIN_M * round(_apart_m(place, area) / GRAIN_M)))


def recorded_s(away_m: RecordedM, mode: TravelMode, detour_m: float = 0.0) -> RecordedS:
    """The travel time by the built-in model, rounded up. `detour_m` must come from cells as well (`approach`)."""
    # Never by a router: its times are those of the exact ways.
    return rounded_s(travel_time_s(away_m + detour_m, mode))


def rounded_s(travel_s: float) -> RecordedS:
    """`travel_s`: of a way between cells."""
    return RecordedS(float(GRAIN_S * math.ceil(travel_s / GRAIN_S)))


def _apart_m(place: Place, area: Area) -> float:
    apart_m = max(WITHIN_CELL_M, distance_m(wide_cell(place), coarse_centre(area)))
    return max(0.0, apart_m - area.reach_m)


def coarse_centre(area: Area) -> Place:
    """The coarse place of an incident, as volunteers see it before they accept."""
    return _coarse(area.centre)


def recorded_count(people: int) -> int:
    """A number of people whom no record names, rounded up to 3, 10, 30, 100 and so on.

    One person more or less changes it only at a bound: an exact count tells when a circle or an area reaches somebody.
    """
    return next(bound for bound in _COUNTS if bound >= people)


def recorded_band(people: int) -> tuple[int, int]:
    """The least and the most people for whom `recorded_count` gives the same: 1 to 3, 4 to 10, 11 to 30 and so on."""
    most = recorded_count(people)
    return (0 if most == 0 else _COUNTS[_COUNTS.index(most) - 1] + 1), most


# Cached: a search compares many people with one area.
_coarse = lru_cache(maxsize=1024)(coarse)
