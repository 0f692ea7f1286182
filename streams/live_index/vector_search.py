"""The search for field work over the arrays of the live index: one pass over everybody in a circle, which widens until
enough fit.

The rules are those of `find.lua`, in the same order, as masks: whoever does not fit is counted by reason and takes no place in
a limit on numbers. Excluded people are counted in the whole circle, so a further look counts them anew (`SearchMark.around`).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.matching.eligibility import limit_m as limit_by_mode_m
from dispatch.model.antimeridian import index_lon
from dispatch.model.languages import spellings
from dispatch.model.outlines import Outline
from dispatch.model.people import Candidate, Found, Need
from dispatch.model.reasons import Exclusion
from dispatch.model.verifications import valid_skills
from streams.live_index import person_row as at
from streams.live_index.candidates import candidate_of
from streams.live_index.person_table import MODES, Numbers, PersonTable, Rows, share, vectors_of
from streams.store.search import EARTH_RADIUS_M, GEO_MAX_LAT, enough, first_ring_m, joined, limit_m, wider_m

_REASONS = (
    Exclusion.ASKED_BEFORE,
    Exclusion.OFF_DUTY,
    Exclusion.IN_DISTRESS,
    Exclusion.ENGAGED,
    Exclusion.NOT_VERIFIED,
    Exclusion.LANGUAGE,
    Exclusion.STALE_PLACE,
    Exclusion.IN_HAZARD,
    Exclusion.TOO_FAR,
    Exclusion.QUIET_HOURS,
)
"""By the order in which find.lua asks: the first that holds is the reason."""

_SPARE = 1.5
"""So many times more people than are needed: some will not fit."""

Mask = NDArray[np.bool_]


def find(table: PersonTable, need: Need, now_ms: float, fix_age_ms: int, before: Found | None = None) -> Found:
    """People for a need of field work, the nearest first. `before`: the result of earlier looks for the same need."""
    return _FieldSearch(table, need, now_ms, fix_age_ms, before).run()


@dataclass(slots=True)
class _Circle:
    """Everybody with an accepted skill who stands in the circle: rows, their numbers, distances (m), and the number in `_REASONS`
    of what speaks against them, from 1 on."""

    rows: NDArray[np.int32]
    numbers: Numbers
    at_home: Mask
    distances: Numbers
    against: NDArray[np.int8]
    skills: NDArray[np.uint64]


class _FieldSearch:
    def __init__(self, table: PersonTable, need: Need, now_ms: float, fix_age_ms: int, before: Found | None) -> None:
        assert need.area is not None
        self._table = table
        self._need = need
        self._now_ms = now_ms
        self._fix_age_ms = fix_age_ms
        self._before = before
        self._mark = before.mark if before else None
        self._lon = index_lon(need.area.centre.lon)
        self._lat = max(-GEO_MAX_LAT, min(GEO_MAX_LAT, float(need.area.centre.lat)))
        self._centre = _vector_of(self._lon, self._lat)
        self._reach_m = float(need.area.reach_m)
        self._limit_m = float(limit_m(need))
        self._stop = enough(need.want)
        self._wanted = table.skills.of(need.requirement.skills)
        self._asked = _rows_of(table, need.asked_before)
        self._passed = _rows_of(table, self._mark.judged) if self._mark else _NO_ROWS
        self._own_by_mode = _own_by_mode(need)
        started_m = self._mark.radius_m if self._mark else None
        self._least_m = first_ring_m(need) if started_m is None else started_m

    def run(self) -> Found:
        radius_m = self._likely_m()
        while True:
            circle = self._circle(self._table.grid.within(self._lon, self._lat, radius_m), radius_m)
            fitting = np.flatnonzero(circle.against == 0)
            if len(fitting) >= self._stop or radius_m >= self._limit_m:
                return self._found(circle, fitting, self._ring_m(circle, fitting, radius_m))
            # Twice at most: where all who are near are engaged, the next circle would else hold half a city.
            radius_m = min(2 * radius_m, self._wider_m(radius_m, len(fitting)))

    def _wider_m(self, radius_m: float, people: int) -> float:
        return wider_m(radius_m, people, self._need, goes_on=self._mark is not None)

    def _ring_m(self, circle: _Circle, fitting: Rows, radius_m: float) -> float:
        """The first ring that holds enough, as find.lua widens them: people with a preferred skill come first within a ring, not
        before everybody who is nearer."""
        ring_m, everybody, able = self._least_m, np.sort(circle.distances), np.sort(circle.distances[fitting])
        while ring_m < radius_m and np.searchsorted(able, ring_m, "right") < self._stop:
            ring_m = self._wider_m(ring_m, int(np.searchsorted(everybody, ring_m, "right")))
        return min(ring_m, radius_m)

    def _likely_m(self) -> float:
        """The radius that probably suffices: each circle is one pass, so it pays to begin with the right one."""
        able = self._table.share_with(self._wanted)
        if not able:
            return self._limit_m
        likely_m = self._table.grid.radius_of(_SPARE * (self._stop + len(self._passed)) / able, self._lon, self._lat)
        return max(self._least_m, min(self._limit_m, likely_m + self._reach_m))

    def _circle(self, entries: NDArray[np.int32], radius_m: float) -> _Circle:
        """Judges everybody of these entries who is within the radius. Whoever has a fix and a home has two entries; the one that
        does not count is left out."""
        table = self._table
        entries = entries[share(table.skills.bits[entries >> 1], self._wanted)]
        apart = table.vectors.reshape(-1, 3)[entries] - self._centre
        chords = np.einsum("ij,ij->i", apart, apart)
        near = chords <= _chord(radius_m)
        entries, distances = entries[near], _metres(chords[near])
        rows, at_home = entries >> 1, (entries & 1) == 1
        numbers = table.numbers[rows]
        own = self._own(numbers)
        usable = self._usable(numbers, own)
        stale = self._stale(numbers, at_home | usable)
        counts = at_home != usable if stale is None else (at_home != usable) | stale
        if len(self._passed):
            counts &= ~np.isin(rows, self._passed)
        if not counts.all():
            rows, numbers, at_home, distances, own = (of[counts] for of in (rows, numbers, at_home, distances, own))
            stale = None if stale is None else stale[counts]
        circle = _Circle(rows, numbers, at_home, distances, np.zeros(len(rows), np.int8), table.skills.bits[rows])
        self._judge(circle, own, stale)
        return circle

    def _usable(self, numbers: Numbers, own: Numbers) -> Mask:
        """Whose fix counts: fresh, and not vaguer than the distance at which they are asked (`is_usable` in person.lua)."""
        asked_within = np.minimum(own, self._limit_m - self._reach_m)
        return (self._now_ms - numbers[:, at.AT] <= self._fix_age_ms) & ~(numbers[:, at.ACCURACY] > asked_within)

    def _own(self, numbers: Numbers) -> Numbers:
        """The distance that each person goes for this need (m)."""
        own = numbers[:, at.REACH]
        if self._own_by_mode is None:
            return own
        return np.minimum(own, self._own_by_mode[numbers[:, at.MODE].astype(np.int64)])

    def _stale(self, numbers: Numbers, is_placed: Mask) -> Mask | None:
        """Who is at a fix that does not count, while no home stands in for it within the limit: a reason of its own. None:
        nobody is."""
        if is_placed.all():
            return None
        stale = ~is_placed
        apart = vectors_of(numbers[stale, at.HOME_LON], numbers[stale, at.HOME_LAT]) - self._centre
        stale[stale] = ~(np.einsum("ij,ij->i", apart, apart) <= _chord(self._limit_m))
        return stale

    def _judge(self, circle: _Circle, own: Numbers, stale: Mask | None) -> None:
        """Sets the first reason against each person of the circle."""
        numbers = circle.numbers
        masks: dict[Exclusion, Mask] = {
            Exclusion.OFF_DUTY: numbers[:, at.DUTY_ENDS] <= self._now_ms,
            Exclusion.IN_DISTRESS: numbers[:, at.IN_DISTRESS] > 0,
            Exclusion.TOO_FAR: circle.distances - self._reach_m > own,
        }
        if (engaged := numbers[:, at.CLAIM] > at.FREE).any():
            masks[Exclusion.ENGAGED] = self._without_own_claims(circle, engaged)
        if stale is not None:
            masks[Exclusion.STALE_PLACE] = stale
        if len(self._asked):
            masks[Exclusion.ASKED_BEFORE] = np.isin(circle.rows, self._asked)
        if self._need.requirement.gated or self._need.vouched:
            masks[Exclusion.NOT_VERIFIED] = ~self._qualified(circle)
        if self._need.requirement.languages:
            languages = self._table.languages
            spoken = languages.of(spellings(self._need.requirement.languages))
            masks[Exclusion.LANGUAGE] = ~share(languages.bits[circle.rows], spoken)
        if self._mark is not None:
            self._judge_whole_groups(masks, circle)
        for number in range(len(_REASONS), 0, -1):
            mask = masks.get(_REASONS[number - 1])
            if mask is not None:
                circle.against[mask] = number

    def _judge_whole_groups(self, masks: dict[Exclusion, Mask], circle: _Circle) -> None:
        """What only a further look excludes: people in the incident's hazard area, and in quiet hours (DESIGN 90)."""
        need = self._need
        if need.ground is not None and need.area is not None and len(circle.rows):
            equipped = share(circle.skills, self._table.skills.of(need.ground.equipped))
            numbers, at_home = circle.numbers, circle.at_home
            lons = np.where(at_home, numbers[:, at.HOME_LON], numbers[:, at.LON])
            lats = np.where(at_home, numbers[:, at.HOME_LAT], numbers[:, at.LAT])
            masks[Exclusion.IN_HAZARD] = Outline(need.area).covers_each(lons, lats) & ~equipped
        if need.asleep_unless_heard_ms is not None:
            masks[Exclusion.QUIET_HOURS] = ~(circle.numbers[:, at.HEARD] >= need.asleep_unless_heard_ms)

    def _without_own_claims(self, circle: _Circle, engaged: Mask) -> Mask:
        for index in np.flatnonzero(circle.numbers[:, at.CLAIM] == at.PENDING).tolist():
            person = self._table.people[circle.rows[index]]
            # Its own claim, by an attempt before: a repeat must find whom it claimed.
            engaged[index] = person is None or person.claimed_by != self._need.command_id
        return engaged

    def _qualified(self, circle: _Circle) -> Mask:
        """`is_qualified` in find.lua: nobody but the person says so where a skill is gated."""
        need, sets = self._need, self._table.skills
        valid = self._table.verified.bits[circle.rows]
        for index in np.flatnonzero(circle.numbers[:, at.VERIFIED_FIRST_END] <= self._now_ms).tolist():
            person = self._table.people[circle.rows[index]]
            valid[index] = sets.of(valid_skills(person.verified, self._now_ms)) if person else 0
        qualified = (valid != 0).any(axis=1) if need.vouched else np.ones(len(circle.rows), np.bool_)
        gated = need.requirement.gated
        if gated:
            ungated = sets.of(skill for skill in need.requirement.skills if skill not in gated)
            qualified &= share(circle.skills, ungated) | share(circle.skills & valid, self._wanted)
        return qualified

    def _found(self, circle: _Circle, fitting: Rows, radius_m: float) -> Found:
        fitting = fitting[circle.distances[fitting] <= radius_m]
        chosen = self._chosen(circle, fitting)
        against = circle.against[circle.distances <= radius_m]
        counts = np.bincount(against, minlength=len(_REASONS) + 1)[1:]
        around = {reason: int(count) for reason, count in zip(_REASONS, counts, strict=True) if count}
        return joined(
            self._before,
            self._candidates(circle, chosen),
            Counter[Exclusion](),
            around=around,
            left_out=(),
            radius_m=radius_m,
            complete=radius_m >= self._limit_m and len(chosen) == len(fitting),
        )

    def _candidates(self, circle: _Circle, chosen: Sequence[int]) -> list[Candidate]:
        table, made = self._table, []
        rows, distances = circle.rows[chosen].tolist(), circle.distances[chosen].tolist()
        numbers, at_home = circle.numbers[chosen].tolist(), circle.at_home[chosen].tolist()
        for row, distance_m, row_numbers, from_home in zip(rows, distances, numbers, at_home, strict=True):
            person = table.people[row]
            assert person is not None
            made.append(
                candidate_of(
                    table.ids[row],
                    person,
                    row_numbers,
                    distance_m=distance_m,
                    from_home=from_home,
                    now_ms=self._now_ms,
                )
            )
        return made

    def _chosen(self, circle: _Circle, fitting: Rows) -> list[int]:
        """The nearest who fit, as many as are enough; those with the preferred skill first."""
        if len(fitting) <= self._stop:
            return [int(index) for index in fitting]
        nearest = fitting[np.argsort(circle.distances[fitting], kind="stable")]
        chosen: dict[int, None] = {}
        for skill in self._need.requirement.skills:
            able = nearest[share(circle.skills[nearest], self._table.skills.of((skill,)))]
            for index in able[: self._stop].tolist():
                if len(chosen) < self._stop:
                    chosen[index] = None
        return list(chosen)


_NO_ROWS = np.empty(0, np.int64)


def _rows_of(table: PersonTable, people: frozenset[str]) -> Rows:
    rows = [table.row_of[person] for person in people if person in table.row_of]
    return np.array(rows, np.int64) if rows else _NO_ROWS


def _own_by_mode(need: Need) -> Numbers | None:
    if need.requirement.max_eta_s is None:
        return None
    return np.array([float(limit_by_mode_m(need.requirement, mode)) for mode in MODES])


def _vector_of(lon: float, lat: float) -> Numbers:
    """`vectors_of` for one place, whose arrays would take longer than the numbers."""
    across, along = math.radians(lon), math.radians(lat)
    flat = math.cos(along)
    return np.array([flat * math.cos(across), flat * math.sin(across), math.sin(along)])


def _chord(distance_m: float) -> float:
    """The square of the straight line between two points of the unit sphere that are so far apart."""
    return (2 * math.sin(min(math.pi / 2, distance_m / (2 * EARTH_RADIUS_M)))) ** 2


def _metres(chords: Numbers) -> Numbers:
    """The inverse of `_chord`."""
    distances: Numbers = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(chords) / 2)
    return distances
