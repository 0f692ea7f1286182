"""The gazetteer: finds places by what somebody wrote, in any of three languages, declined and misspelt.

Three ways lead to a name: its stem (`stems.py`), its first letters, and few edits (optimal string alignment: a letter more, less,
other, or two exchanged). Each has a cost, as have the distance from where the asker looks and the size of the place; the lowest
sum comes first (`_Weighing`). A name that fits, far away, and one that nearly fits, close by, are both shown.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from dispatch.gazetteer.boundaries import Boundaries
from dispatch.gazetteer.folding import words_of
from dispatch.gazetteer.queries import Reading, plain, readings
from dispatch.gazetteer.records import Kind, Known
from dispatch.gazetteer.stems import stems_of_name, stems_of_query
from dispatch.model.geo import distance_m
from dispatch.model.places import Place

LONGEST = 120
"""Letters of a query that are looked at; the longest name has 45."""
_PREFIXES = 200
"""Names that are looked at for the first letters of one."""
_KIND_COST: Mapping[Kind, float] = {
    Kind.REGION: 0.1,
    Kind.CITY: 0.0,
    Kind.DISTRICT: 0.15,
    Kind.TOWN: 0.1,
    Kind.VILLAGE: 0.2,
    Kind.HAMLET: 0.25,
    Kind.ISOLATED_DWELLING: 0.3,
}
_LOST, _BEGUN, _MISSING, _EDIT = 0.03, 0.3, 0.03, 0.55
"""Cost of each letter that a stem lost, of a name that was only begun, of each letter it lacks, and of an edit."""
_PER_DECADE = 0.3
"""Cost of ten times the distance: 0.3 at 10 km, 0.9 at 1,000 km. A name that fits, there, beats two edits close by."""
_ELSEWHERE, _NOT_OF_KIND = 0.8, 0.4
_SAME_M = 250.0
"""The same name at the same spot is listed once: sources repeat themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    """`distance_m`: from where the asker looks, None if unknown."""

    known: Known
    cost: float
    distance_m: float | None


class Gazetteer:
    """Read-only after its construction, so threads may share it. About 35 MB, and 0.7 s to make (DESIGN 145)."""

    def __init__(self, places: Sequence[Known], boundaries: Boundaries) -> None:
        self.boundaries = boundaries
        self._places = tuple(places)
        self._by_stem: dict[str, list[tuple[int, int]]] = defaultdict(list)
        by_key: dict[str, list[int]] = defaultdict(list)
        self._areas: list[frozenset[str]] = []
        stems_of_area: dict[str, frozenset[str]] = {}
        for number, known in enumerate(self._places):
            for words in _spellings(known):
                by_key["".join(words)].append(number)
                for stem, lost in stems_of_name(words).items():
                    self._by_stem[stem].append((number, lost))
            self._areas.append(_stems_of_areas(known, stems_of_area))
        self._by_key = dict(by_key)
        self._keys = sorted(by_key)
        self._grid = _Grid(self._places)

    @property
    def places(self) -> tuple[Known, ...]:
        """Every place; its number is its index here, for this process only."""
        return self._places

    @property
    def keys(self) -> Mapping[str, Sequence[int]]:
        """Each name, folded into one word → the numbers of the places that have it."""
        return self._by_key

    def with_stem(self, stem: str) -> Sequence[tuple[int, int]]:
        """Numbers of the places with a name of this stem, each with the letters that the name lost."""
        return self._by_stem.get(stem, ())

    def find(self, text: str, *, near: Place | None = None, limit: int = 10) -> list[FoundPlace]:
        """The likeliest places, best first; none for a text without a letter or digit."""
        costs: dict[int, float] = {}
        for reading in readings(text[:LONGEST]):
            for number, cost in self._fitting(reading):
                if cost < costs.get(number, math.inf):
                    costs[number] = cost
        found = [self._weighed(number, cost, near) for number, cost in costs.items()]
        found.sort(key=lambda one: (one.cost, -one.known.inhabitants, one.known.id))
        return list(islice(_each_once(found), limit))

    def nearest(self, place: Place) -> FoundPlace | None:
        """The settlement nearest to a place, at any distance in the country and some 100 km around."""
        return self._grid.nearest(place)

    def towns(self, least: int) -> list[Known]:
        """Settlements of at least so many inhabitants, the largest first."""
        found = [
            one for one in self._places if one.inhabitants >= least and one.kind not in (Kind.REGION, Kind.DISTRICT)
        ]
        return sorted(found, key=lambda one: (-one.inhabitants, one.id))

    def _fitting(self, reading: Reading) -> Iterator[tuple[int, float]]:
        wanted = frozenset(stem for word in reading.within for stem in stems_of_query([word]))
        for number, cost in self._named(reading.name, is_whole=not reading.within):
            known = self._places[number]
            if reading.kind is not None and known.kind is not reading.kind:
                cost += _NOT_OF_KIND
            if wanted and not wanted & self._areas[number]:
                cost += _ELSEWHERE
            yield number, cost

    def _named(self, words: Sequence[str], *, is_whole: bool) -> Iterator[tuple[int, float]]:
        """Places of this name, or one like it, with the cost of the difference."""
        for stem, lost in stems_of_query(words).items():
            for number, lost_too in self._by_stem.get(stem, ()):
                yield number, _LOST * (lost + lost_too)
        key = "".join(words)
        for begun in self._begun(key):
            for number in self._by_key[begun]:
                yield number, _BEGUN + _MISSING * min(len(begun) - len(key), 10)
        # Parts of a query are compared letter by letter only: else every pair of words would be like some name.
        if is_whole:
            for like, edits in self._alike(key):
                for number in self._by_key[like]:
                    yield number, _EDIT * edits

    def _begun(self, key: str) -> Iterable[str]:
        start = bisect_left(self._keys, key)
        fitting = (one for one in islice(self._keys, start, start + _PREFIXES) if len(one) > len(key))
        return (one for one in fitting if one.startswith(key))

    def _alike(self, key: str) -> Iterator[tuple[str, int]]:
        most = 1 if len(key) <= 5 else 2
        if len(key) < 3:
            return
        for like, edits, _ in extract(key, self._keys, scorer=OSA.distance, score_cutoff=most, limit=None):
            yield like, int(edits)

    def _weighed(self, number: int, cost: float, near: Place | None) -> FoundPlace:
        known = self._places[number]
        far_m = distance_m(near, known.place) if near is not None else None
        cost += _KIND_COST[known.kind]
        if far_m is None:
            cost -= 0.03 * math.log10(1 + known.inhabitants)
        else:
            cost += _PER_DECADE * math.log10(1 + far_m / 1000)
        return FoundPlace(known=known, cost=cost, distance_m=far_m)


def _spellings(known: Known) -> list[Sequence[str]]:
    every = (known.name.kk, known.name.ru, known.name.en, *known.others)
    whole = [words for words in map(words_of, every) if words]
    # Without "село" and "ауылы" as well, because queries lose these words.
    return list({"".join(words): words for words in (*whole, *(plain(words) for words in whole))}.values())


def _stems_of_areas(known: Known, made: dict[str, frozenset[str]]) -> frozenset[str]:
    """Stems of each word in the names of its district and region: "Уалихановский" and "Алматы облысы" name them."""
    stems: frozenset[str] = frozenset()
    for area in (known.district, known.region):
        if area is not None:
            if area.code not in made:
                names = (area.name.kk, area.name.ru, area.name.en)
                words = {word for name in names for word in words_of(name)}
                made[area.code] = frozenset(stem for word in words for stem in stems_of_name([word]))
            stems |= made[area.code]
    return stems


def _each_once(found: Iterable[FoundPlace]) -> Iterator[FoundPlace]:
    seen: dict[str, list[Place]] = defaultdict(list)
    for one in found:
        here = seen[f"{one.known.kind in (Kind.REGION, Kind.DISTRICT)}{one.known.name.ru}"]
        if all(distance_m(one.known.place, other) > _SAME_M for other in here):
            here.append(one.known.place)
            yield one


class _Grid:
    """Settlements by squares of half a degree, to find the nearest."""

    _DEGREES = 0.5

    def __init__(self, places: Iterable[Known]) -> None:
        self._squares: dict[tuple[int, int], list[Known]] = defaultdict(list)
        for known in places:
            if known.kind not in (Kind.REGION, Kind.DISTRICT):
                self._squares[self._square(known.place)].append(known)

    def nearest(self, place: Place) -> FoundPlace | None:
        x, y = self._square(place)
        found: FoundPlace | None = None
        for ring in range(4):
            near = [one for square in _ring(x, y, ring) for one in self._squares.get(square, ())]
            best = min(((distance_m(place, one.place), one) for one in near), key=lambda one: one[0], default=None)
            if best is not None and (found is None or best[0] < found.cost):
                found = FoundPlace(known=best[1], cost=best[0], distance_m=best[0])
            # One more ring after the first find: the nearest may be across the side of the square.
            elif found is not None:
                break
        return found

    def _square(self, place: Place) -> tuple[int, int]:
        return math.floor(place.lon / self._DEGREES), math.floor(place.lat / self._DEGREES)


def _ring(x: int, y: int, ring: int) -> Iterator[tuple[int, int]]:
    for dx in range(-ring, ring + 1):
        for dy in range(-ring, ring + 1):
            if max(abs(dx), abs(dy)) == ring:
                yield x + dx, y + dy
