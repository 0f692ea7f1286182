"""The in-memory store, quick enough for 10,000 people on duty: the same answers as `MemoryStore`, by an index.

People stand in a grid by skill, so that a search does not sort everybody; timers stand in a heap; people who become free look at
timers only when somebody waits for them. A test compares its searches with those of `MemoryStore`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

from dispatch.model.incidents import Incident
from dispatch.model.people import Found, Need
from dispatch.model.places import Place
from dispatch.model.reasons import Exclusion
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import Capability
from streams.store.memory.distances import metres
from streams.store.memory.people import People, StoredPerson
from streams.store.memory.rivals import waiting_beside
from streams.store.memory.search import _Search
from streams.store.memory.store import MemoryStore
from streams.store.memory.timers import Timers
from streams.store.memory.wake import waiting_for
from streams.store.search import LOOK_AT_MOST, limit_m, wider_m

CELL_M = 600.0
"""Height of a cell; they are at least as wide, up to 60 degrees of latitude, so a ring of cells never misses anybody."""
FEW = 60
"""So many people are looked through sooner than the cells around a place are walked."""
_DEGREE_M = 111_195.0

Cell = tuple[int, int]


def cell_of(place: Place) -> Cell:
    return math.floor(place.lon * _DEGREE_M / (2 * CELL_M)), math.floor(place.lat * _DEGREE_M / CELL_M)


@dataclass(slots=True)
class Grid:
    """Field people of one skill in one mode, by the cell they stand in."""

    cells: dict[Cell, dict[str, StoredPerson]] = field(default_factory=dict)
    people: dict[str, StoredPerson] = field(default_factory=dict)

    def add(self, cell: Cell, person: StoredPerson) -> None:
        self.cells.setdefault(cell, {})[person.id] = person
        self.people[person.id] = person

    def remove(self, cell: Cell, person: StoredPerson) -> None:
        del self.people[person.id]
        there = self.cells[cell]
        del there[person.id]
        if not there:
            del self.cells[cell]

    def rings(self, centre: Cell, first: int, last: int) -> Iterator[StoredPerson]:
        """Everybody in these rings of cells around the centre, and in no other."""
        x, y = centre
        if (2 * last + 1) ** 2 - (2 * first - 1) ** 2 > len(self.cells):
            for (column, row), there in self.cells.items():
                if first <= max(abs(column - x), abs(row - y)) <= last:
                    yield from there.values()
            return
        for number in range(first, last + 1):
            for cell in _ring(x, y, number) if number else [centre]:
                if found := self.cells.get(cell):
                    yield from found.values()

    def within(self, place: Place, radius_m: float) -> set[str]:
        """Ids of everybody so near. Of cells that lie inside whole nobody's distance is asked."""
        x, y = cell_of(place)
        across_m = math.hypot(CELL_M, 2 * CELL_M * math.cos(math.radians(place.lat))) * 1.02
        found: set[str] = set()
        for (column, row), there in self.cells.items():
            ring = max(abs(column - x), abs(row - y))
            if (ring + 1) * across_m <= radius_m:
                found.update(there)
            elif (ring - 1) * CELL_M <= radius_m:
                found.update(one.id for one in there.values() if metres(place, one.found_at or place) <= radius_m)
        return found


def _ring(x: int, y: int, number: int) -> Iterator[Cell]:
    for step in range(-number, number + 1):
        yield x + step, y - number
        yield x + step, y + number
    for step in range(-number + 1, number):
        yield x - number, y + step
        yield x + number, y + step


class Row:
    """People of a grid from the nearest on; cells are looked into no sooner than they are needed."""

    def __init__(self, grid: Grid, centre: Place) -> None:
        self._grid = grid
        self._centre = centre
        self._cell = cell_of(centre)
        self._next_ring = 0
        self._near: list[tuple[float, str, StoredPerson]] = []
        self._is_whole = len(grid.people) <= FEW
        if self._is_whole:
            self._near = [self._entry(person) for person in grid.people.values()]
            heapify(self._near)

    def take(self, radius_m: float) -> Iterator[tuple[float, StoredPerson]]:
        """Those within the radius who have not been taken yet, the nearest first."""
        self._look(radius_m)
        while self._near and self._near[0][0] <= radius_m:
            distance, _, person = heappop(self._near)
            yield distance, person

    def has_some(self, radius_m: float) -> bool:
        self._look(radius_m)
        return bool(self._near) and self._near[0][0] <= radius_m

    def _look(self, radius_m: float) -> None:
        if self._is_whole:
            return
        last = int(radius_m / CELL_M) + 1
        if self._next_ring <= last:
            for person in self._grid.rings(self._cell, self._next_ring, last):
                heappush(self._near, self._entry(person))
            self._next_ring = last + 1

    def _entry(self, person: StoredPerson) -> tuple[float, str, StoredPerson]:
        assert person.found_at is not None
        return metres(self._centre, person.found_at), person.id, person


@dataclass(slots=True)
class IndexedPeople(People):
    grids: dict[tuple[str, str], Grid] = field(default_factory=dict)
    """By mode (free, engaged) and skill."""
    stands: dict[str, tuple[str, Cell, tuple[str, ...]]] = field(default_factory=dict)

    def settle(self, person: StoredPerson) -> bool:
        became_free = People.settle(self, person)
        now = None
        if person.field_mode and person.found_at is not None:
            now = (person.field_mode, cell_of(person.found_at), person.skills)
        was = self.stands.get(person.id)
        if was != now:
            if was is not None:
                for skill in was[2]:
                    self.grid(was[0], skill).remove(was[1], person)
                del self.stands[person.id]
            if now is not None:
                for skill in now[2]:
                    self.grid(now[0], skill).add(now[1], person)
                self.stands[person.id] = now
        return became_free

    def grid(self, mode: str, skill: str) -> Grid:
        return self.grids.setdefault((mode, skill), Grid())


class IndexedSearch(_Search):
    _people: IndexedPeople

    def by_rings(self) -> Found:
        need = self._need
        assert need.area is not None
        centre, limit = need.area.centre, limit_m(need)
        rows = [Row(self._people.grid("free", skill), centre) for skill in need.requirement.skills]
        radius = self._first_m()
        while not self._judge_rows(rows, radius) and radius < limit:
            radius = wider_m(radius, self._looked, need, goes_on=self._mark is not None)
        complete = radius >= limit and not any(row.has_some(limit) for row in rows)
        self._leave_out_engaged_within(centre, radius)
        return self._found(radius, complete)

    def _judge_rows(self, rows: list[Row], radius: float) -> bool:
        """The preferred skill first; true when that is enough."""
        for row in rows:
            for distance, person in row.take(radius):
                if person.id not in self._seen:
                    self._judge(person, distance)
                if self._is_enough():
                    return True
        return self._is_enough()

    def _leave_out_engaged_within(self, centre: Place, radius: float) -> None:
        """As `_leave_out_engaged`, of all at once; what nobody is left out for has no entry."""
        grids = [self._people.grid("engaged", skill) for skill in self._need.requirement.skills]
        engaged = set().union(*(grid.within(centre, radius) for grid in grids))
        asked = len(engaged & self._need.asked_before)
        for reason, count in ((Exclusion.ASKED_BEFORE, asked), (Exclusion.ENGAGED, len(engaged) - asked)):
            if count:
                self._around[reason] += count


class IndexedTimers(Timers):
    """Timers in a heap. An entry whose timer is due at another time now is passed over when it comes up."""

    def __init__(self) -> None:
        super().__init__()
        self._due: list[tuple[int, int, str, Timer]] = []
        self._pushed = 0

    def replace(self, incident: Incident) -> None:
        super().replace(incident)
        self._push_all(incident.id)

    def take_turn(self, incident_id: str, turn_ms: int, *, is_first: bool, is_woken: bool) -> None:
        super().take_turn(incident_id, turn_ms, is_first=is_first, is_woken=is_woken)
        self._push_all(incident_id)

    def take_due(self, now_ms: int, limit: int) -> list[Timer]:
        taken: list[Timer] = []
        while len(taken) < limit and (due_ms := self.next_due_ms()) is not None and due_ms <= now_ms:
            _, _, _, timer = heappop(self._due)
            taken.append(timer)
            self._push(timer, self.postpone(timer, now_ms))
        return taken

    def next_due_ms(self) -> int | None:
        while self._due and not self._is_current(self._due[0]):
            heappop(self._due)
        return self._due[0][0] if self._due else None

    def _is_current(self, entry: tuple[int, int, str, Timer]) -> bool:
        at, _, incident_id, timer = entry
        return self.of.get(incident_id, {}).get(timer) == at

    def _push_all(self, incident_id: str) -> None:
        for timer, at in self.of[incident_id].items():
            self._push(timer, at)

    def _push(self, timer: Timer, at: int) -> None:
        self._pushed += 1
        heappush(self._due, (at, self._pushed, timer.incident_id, timer))


class IndexedStore(MemoryStore):
    """`MemoryStore` with people in a grid and timers in a heap. `searched_by`: how field work is searched for."""

    people: IndexedPeople
    timers: IndexedTimers
    searched_by: type[IndexedSearch] = IndexedSearch

    def _no_people(self) -> IndexedPeople:
        return IndexedPeople(self._clock, self._fix_age_limit_ms)

    def _no_timers(self) -> IndexedTimers:
        return IndexedTimers()

    def _find(self, need: Need, before: Found | None = None, most: int = LOOK_AT_MOST) -> Found:
        if need.requirement.capability is not Capability.FIELD:
            return super()._find(need, before, most)
        found = self.searched_by(self.people, need, before, most).by_rings()
        if not found.complete:
            return found
        return replace(found, waiting=waiting_beside(need, self._waiting.values(), self._clock()))

    def _wake(self, person: StoredPerson, except_incident: str | None) -> None:
        if (
            person.claim is None
            and person.is_on_duty
            and any(self._waiting.values())
            and waiting_for(person, self._waiting, self.people.verified.valid(person.id))
        ):
            super()._wake(person, except_incident)

    def next_due_ms(self) -> int | None:
        return self.timers.next_due_ms()
