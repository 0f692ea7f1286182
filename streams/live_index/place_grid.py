"""Places of people in a grid of cells: whoever may stand within a circle, without looking at anybody else.

An entry is a number from 0 on. A circle returns every entry inside it and some beside it; the caller measures distances. Cells
are of three sizes, and every entry stands in one of each: a wide circle takes few large ones, and the larger ones tell with which
radius a search should begin.
"""

import math
from array import array
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dispatch.model.geo import METRES_A_DEGREE

Cells: TypeAlias = NDArray[np.int64]

CELL_LAT, CELL_LON = 0.0025, 0.00375
"""The smallest cells in degrees: 278 m from south to north; 305 to 240 m across at 43 to 55 degrees of latitude."""
NOWHERE = -1
"""The cell of an entry without a place."""
_ROWS, _COLUMNS = round(180 / CELL_LAT), round(360 / CELL_LON)
_LEVELS = (0, 3, 6)
"""Cells of each size are 1, 8 and 64 of the smallest high and wide, as powers of two."""
_WALKED_MOST = 40
"""A circle over more cells than this takes those of the next size."""
_TELLING = 30
"""So many entries around a place tell how densely people stand there."""


def cells_of(lons: NDArray[np.float64], lats: NDArray[np.float64]) -> Cells:
    """The cells of places (degrees); `NOWHERE` where a coordinate is NaN."""
    placed = ~np.isnan(lons)
    cells = np.full(len(lons), NOWHERE, np.int64)
    rows = np.clip(np.floor((lats[placed] + 90.0) / CELL_LAT), 0, _ROWS - 1).astype(np.int64)
    columns = np.floor((lons[placed] + 180.0) / CELL_LON).astype(np.int64) % _COLUMNS
    cells[placed] = rows * _COLUMNS + columns
    return cells


class _EntriesByCell(dict[int, "array[int]"]):
    """Cell to the entries in it; a cell is there as long as somebody stands in it."""

    def __missing__(self, cell: int) -> "array[int]":
        there = self[cell] = array("i")
        return there


class PlaceGrid:
    """Entries by the cell in which they stand."""

    def __init__(self) -> None:
        self._levels = [_EntriesByCell() for _ in _LEVELS]

    def move(self, entries: Sequence[int], before: Cells, cells: Cells) -> None:
        """Moves each entry from its cell `before`; `NOWHERE`: it enters, or leaves. No entry may stand there twice."""
        for shift, level in zip(_LEVELS, self._levels, strict=True):
            left, entered = _wider(before, shift), _wider(cells, shift)
            # Most moves stay within the larger cells.
            for index in np.flatnonzero(left != entered).tolist():
                entry, cell = entries[index], int(left[index])
                if cell != NOWHERE:
                    _remove(level, cell, entry)
                cell = int(entered[index])
                if cell != NOWHERE:
                    level[cell].append(entry)

    def within(self, lon: float, lat: float, radius_m: float) -> NDArray[np.int32]:
        """Every entry within `radius_m` of the place, and some around."""
        window = _Window(lon, lat, radius_m)
        found = array("i")
        shift, entries = next(
            (level for level in zip(_LEVELS, self._levels, strict=True) if window.size(level[0]) <= _WALKED_MOST),
            (_LEVELS[-1], self._levels[-1]),
        )
        # Over most of the earth fewer large cells have anybody than there are.
        for number in window.walk(shift) if window.size(shift) <= len(entries) else entries:
            if number in entries:
                found.extend(entries[number])
        return np.frombuffer(found, np.int32) if found else np.empty(0, np.int32)

    def radius_of(self, entries: float, lon: float, lat: float) -> float:
        """The radius (m) of the circle that holds about so many entries, by how many stand in the cells around; infinite where
        nobody does."""
        for shift, level in zip(_LEVELS[1:], self._levels[1:], strict=True):
            near = [len(level[number]) for number in _around(lon, lat, shift) if number in level]
            count = sum(near)
            if count >= _TELLING or (count and shift == _LEVELS[-1]):
                high, wide = CELL_LAT * 2**shift, CELL_LON * 2**shift * max(0.01, math.cos(math.radians(lat)))
                area_m2 = 9 * high * wide * METRES_A_DEGREE**2
                return math.sqrt(entries / count * area_m2 / math.pi)
        return math.inf


def _remove(entries: _EntriesByCell, number: int, entry: int) -> None:
    there = entries[number]
    last = there.pop()
    if last != entry:
        there[there.index(entry)] = last
    if not there:
        del entries[number]


def _wider(cells: Cells, shift: int) -> Cells:
    """The cells of a larger size that contain these."""
    if shift == 0:
        return cells
    rows, columns = np.divmod(cells, _COLUMNS)
    wider: Cells = (rows >> shift) * _COLUMNS + (columns >> shift)
    wider[cells == NOWHERE] = NOWHERE
    return wider


def _around(lon: float, lat: float, shift: int) -> list[int]:
    """The cell of a place and its eight neighbours."""
    row = min(_ROWS - 1, max(0, math.floor((lat + 90.0) / CELL_LAT))) >> shift
    column, width = math.floor((lon + 180.0) / CELL_LON) >> shift, _COLUMNS >> shift
    return [
        near_row * _COLUMNS + near_column % width
        for near_row in (row - 1, row, row + 1)
        for near_column in (column - 1, column, column + 1)
    ]


class _Window:
    """The rows and columns of the smallest cells that a circle may touch."""

    def __init__(self, lon: float, lat: float, radius_m: float) -> None:
        # A little more: a degree of the haversine distance is up to 0.1 % shorter than one of the ellipsoid.
        north = radius_m / METRES_A_DEGREE * 1.001 + 1e-9
        self._first_row = max(0, math.floor((lat - north + 90.0) / CELL_LAT))
        self._last_row = min(_ROWS - 1, math.floor((lat + north + 90.0) / CELL_LAT))
        # Degrees of longitude are shortest on the side of the pole.
        utmost = abs(lat) + north
        east = north / math.cos(math.radians(utmost)) if utmost < 89.9 else 360.0
        self._first_column, self._last_column = 0, _COLUMNS - 1
        if east < 180.0:
            self._first_column = math.floor((lon - east + 180.0) / CELL_LON)
            self._last_column = math.floor((lon + east + 180.0) / CELL_LON)

    def size(self, shift: int) -> int:
        """How many cells of this size it touches."""
        rows = (self._last_row >> shift) - (self._first_row >> shift) + 1
        return rows * ((self._last_column >> shift) - (self._first_column >> shift) + 1)

    def walk(self, shift: int) -> list[int]:
        width = _COLUMNS >> shift
        # Each once, although a circle around a pole may come back to where it began.
        columns = dict.fromkeys(
            column % width for column in range(self._first_column >> shift, (self._last_column >> shift) + 1)
        )
        rows = range(self._first_row >> shift, (self._last_row >> shift) + 1)
        return [row * _COLUMNS + column for row in rows for column in columns]
