"""Everybody on duty as arrays: a row for each person, found by id or by place.

Sets of words (skills, languages, verified skills) are bits: a column of 64-bit numbers for each 64 different words.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dispatch.model.travel import REACH_OF_MODE_M
from dispatch.model.vocabulary import TravelMode
from streams.live_index import person_row as at
from streams.live_index.person_row import PersonRow
from streams.live_index.place_grid import NOWHERE, PlaceGrid, cells_of

Numbers: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.int64]
Bits: TypeAlias = NDArray[np.uint64]

MODES = tuple(TravelMode)
_NUMBER_OF_MODE = {str(mode): number for number, mode in enumerate(MODES)}
_FIRST_ROWS = 1024


class Words:
    """Sets of words as bits. The numbers of words are given as they come."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        # Many people share a set; its number never changes.
        self.entered = lru_cache(maxsize=8192)(self._entered)

    def _entered(self, words: Collection[str]) -> int:
        """The words as bits of one number; new words get the next places."""
        number = 0
        for word in words:
            number |= 1 << self._places.setdefault(word, len(self._places))
        return number

    def bits(self, words: Iterable[str]) -> int:
        """The words as bits of one number, without those that nobody has."""
        return sum(1 << self._places[word] for word in set(words) if word in self._places)

    def columns(self) -> int:
        return max(1, (len(self._places) + 63) // 64)


@dataclass(slots=True)
class WordSets:
    """A set of words for each row."""

    words: Words
    bits: Bits = field(default_factory=lambda: np.zeros((_FIRST_ROWS, 1), np.uint64))

    def put(self, rows: Rows, numbers: Sequence[int]) -> None:
        """`numbers`: the sets as `Words.entered` returns them."""
        missing = self.words.columns() - self.bits.shape[1]
        if missing > 0:
            self.bits = np.hstack([self.bits, np.zeros((len(self.bits), missing), np.uint64)])
        for column in range(self.bits.shape[1]):
            self.bits[rows, column] = [number >> (64 * column) & _ALL for number in numbers]

    def grow(self, rows: int) -> None:
        self.bits = np.vstack([self.bits, np.zeros((rows, self.bits.shape[1]), np.uint64)])

    def of(self, words: Iterable[str]) -> Bits:
        """One row of bits; words that nobody has are in no column."""
        number = self.words.bits(words)
        columns = range(self.bits.shape[1])
        return np.array([number >> (64 * column) & _ALL for column in columns], np.uint64)


_ALL = 2**64 - 1


def share(bits: Bits, wanted: Bits) -> NDArray[np.bool_]:
    """Which rows of bits have one of the wanted ones."""
    if bits.shape[1] == 1:
        found: NDArray[np.bool_] = (bits[:, 0] & wanted[0]) != 0
    else:
        found = ((bits & wanted) != 0).any(axis=1)
    return found


def vectors_of(lons: Numbers, lats: Numbers) -> Numbers:
    """Places (degrees) as points of the unit sphere, one a row; NaN where a coordinate is. Searches compare straight lines
    between points: the sines of angles take several times as long."""
    across, along = np.radians(lons), np.radians(lats)
    flat = np.cos(along)
    return np.stack([flat * np.cos(across), flat * np.sin(across), np.sin(along)], axis=1)


class PersonTable:
    """Rows are reused: a row belongs to one person until that person leaves."""

    def __init__(self) -> None:
        self.numbers: Numbers = np.full((_FIRST_ROWS, at.COLUMNS), np.nan)
        skills = Words()
        self.skills, self.verified, self.languages = WordSets(skills), WordSets(skills), WordSets(Words())
        self.ids: list[str] = [""] * _FIRST_ROWS
        self.people: list[PersonRow | None] = [None] * _FIRST_ROWS
        self.row_of: dict[str, int] = {}
        self.grid = PlaceGrid()
        self.vectors: Numbers = np.full((_FIRST_ROWS, 2, 3), np.nan)
        """The fix and the home of each row as points of the unit sphere (`vectors_of`)."""
        self._cells = np.full((_FIRST_ROWS, 2), NOWHERE, np.int64)
        self._free = list(range(_FIRST_ROWS - 1, -1, -1))
        self._shares: dict[bytes, float] = {}
        self._put_since_shares = 0

    def __len__(self) -> int:
        return len(self.row_of)

    def put(self, people: Mapping[str, PersonRow | None]) -> None:
        """Enters people as they are now; None: not on duty any more. Takes the numbers out of each row."""
        for person, state in people.items():
            if state is None:
                self._drop(person)
        states = [state for state in people.values() if state is not None]
        if not states:
            return
        self._put_since_shares += len(states)
        rows = np.array([self._row(person) for person, state in people.items() if state is not None], np.int64)
        for row, state in zip(rows.tolist(), states, strict=True):
            self.people[row] = state
        words = self.skills.words
        self.skills.put(rows, [words.entered(state.skills) for state in states])
        self.verified.put(rows, [words.entered(frozenset(state.verified)) for state in states])
        # By what precedes the first hyphen, as the indexes of Redis are named (`primary` in prelude.lua).
        self.languages.put(rows, [self.languages.words.entered(_primaries(state.languages)) for state in states])
        numbers = _numbers(states)
        for state in states:
            # They are in the table now; as Python's numbers they take half of all memory.
            state.numbers = ()
        self.numbers[rows] = numbers
        self._place(rows, numbers)

    def _place(self, rows: Rows, numbers: Numbers) -> None:
        """Moves the entries of these rows: 2 × row for the fix, the next number for the home. Which of both counts depends on the
        moment and on the search, so people who do field work are at both."""
        cells = np.stack(
            [
                cells_of(numbers[:, at.LON], numbers[:, at.LAT]),
                cells_of(numbers[:, at.HOME_LON], numbers[:, at.HOME_LAT]),
            ],
            axis=1,
        )
        cells[numbers[:, at.FIELD] == 0] = NOWHERE
        self.vectors[rows] = np.stack(
            [
                vectors_of(numbers[:, at.LON], numbers[:, at.LAT]),
                vectors_of(numbers[:, at.HOME_LON], numbers[:, at.HOME_LAT]),
            ],
            axis=1,
        )
        entries = (2 * rows[:, None] + _BOTH).ravel()
        self.grid.move(entries.tolist(), self._cells[rows].ravel(), cells.ravel())
        self._cells[rows] = cells

    def claimed(self, person: str, command_id: str) -> None:
        """Notes a pending claim that was granted a moment ago, before Redis tells of it."""
        row = self.row_of.get(person)
        state = self.people[row] if row is not None else None
        if row is not None and state is not None and self.numbers[row, at.CLAIM] != at.CONFIRMED:
            self.numbers[row, at.CLAIM] = at.PENDING
            state.claimed_by = command_id

    def share_with(self, wanted: Bits) -> float:
        """The part of all people who have one of these skills, roughly: counted anew when a tenth of them has changed."""
        if 10 * self._put_since_shares > len(self):
            self._shares.clear()
            self._put_since_shares = 0
        key = wanted.tobytes()
        known = self._shares.get(key)
        if known is None:
            able = np.count_nonzero(share(self.skills.bits, wanted))
            known = self._shares[key] = float(able) / max(1, len(self))
        return known

    def _row(self, person: str) -> int:
        row = self.row_of.get(person)
        if row is None:
            if not self._free:
                self._grow()
            row = self.row_of[person] = self._free.pop()
            self.ids[row] = person
        return row

    def _drop(self, person: str) -> None:
        row = self.row_of.pop(person, None)
        if row is None:
            return
        self.grid.move([2 * row, 2 * row + 1], self._cells[row], _GONE)
        self._cells[row] = NOWHERE
        self.skills.bits[row] = 0
        self.people[row] = None
        self.ids[row] = ""
        self._free.append(row)

    def _grow(self) -> None:
        rows = len(self.ids)
        self.numbers = np.vstack([self.numbers, np.full((rows, at.COLUMNS), np.nan)])
        for sets in (self.skills, self.verified, self.languages):
            sets.grow(rows)
        self.vectors = np.concatenate([self.vectors, np.full((rows, 2, 3), np.nan)])
        self._cells = np.vstack([self._cells, np.full((rows, 2), NOWHERE, np.int64)])
        self.ids += [""] * rows
        self.people += [None] * rows
        self._free = list(range(2 * rows - 1, rows - 1, -1))


def _numbers(states: Sequence[PersonRow]) -> Numbers:
    numbers = np.empty((len(states), at.COLUMNS))
    numbers[:, : at.SENT] = [state.numbers for state in states]
    modes = np.array([_NUMBER_OF_MODE[state.travel_mode] for state in states])
    most = numbers[:, at.MOST]
    numbers[:, at.REACH] = np.where(np.isnan(most), _REACH_OF_MODE[modes], most)
    numbers[:, at.MODE] = modes
    numbers[:, at.FIELD] = [state.does_field_work for state in states]
    numbers[:, at.VERIFIED_FIRST_END] = [min(state.verified.values(), default=np.nan) for state in states]
    numbers[:, at.CLAIM] = [state.claim for state in states]
    numbers[:, at.IN_DISTRESS] = [state.in_distress for state in states]
    return numbers


_BOTH = np.arange(2)
_GONE = np.full(2, NOWHERE, np.int64)
_REACH_OF_MODE = np.array([REACH_OF_MODE_M[mode] for mode in MODES], np.float64)


@lru_cache(maxsize=8192)
def _primaries(languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(language.partition("-")[0].lower() for language in languages)
