"""The state of `MemoryStore`, and its reads."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from dispatch.model.call_numbers import Series, series_of
from dispatch.model.context import Neighbour, Spot, Whereabouts
from dispatch.model.hazard_areas import HazardArea, Inside
from dispatch.model.incidents import Incident
from dispatch.model.people import AskedLately, Found, Hold, Need, Presence
from dispatch.model.places import Area
from dispatch.ports import (
    Loaded,
    NotReady,
    PartitionProgress,
    UnderWay,
)
from streams.store.memory import hazards, nearby, people_cells, search
from streams.store.memory.claims import Claims
from streams.store.memory.distress import DistressIndex
from streams.store.memory.people import People
from streams.store.memory.rivals import waiting_beside
from streams.store.memory.timers import Timers
from streams.store.people_cells import Cell, CellCount
from streams.store.redis_client import FIX_AGE_LIMIT_MS, NOT_REBUILT
from streams.store.search import LOOK_AT_MOST, look_at_most
from streams.store.track_record import Standings


class MemoryReads:
    """`now_ms`: the store's clock. Ready from the start unless `is_ready` is false."""

    def __init__(
        self, now_ms: Callable[[], int], *, fix_age_limit_ms: int = FIX_AGE_LIMIT_MS, is_ready: bool = True
    ) -> None:
        self._clock = now_ms
        self._fix_age_limit_ms = fix_age_limit_ms
        self.is_ready = is_ready
        self._grounds = hazards.HazardGrounds()
        self._empty()

    def _empty(self) -> None:
        self.people = self._no_people()
        self.timers = self._no_timers()
        self._claims = Claims(self.people, self._clock)
        self.incidents: dict[str, Incident] = {}
        # Command id: offset of its first decision.
        self.commands: dict[str, int] = {}
        self.timeline: dict[str, list[tuple[int, int]]] = {}
        self.offers_of = self.people.offers_of
        self.distress = DistressIndex(self.people)
        self._taught = Standings()
        self.private: dict[str, tuple[int, bytes | None]] = {}
        self._progress: dict[int, PartitionProgress] = {}
        self._waiting: dict[str, dict[str, tuple[Incident, str]]] = {}
        # Offers that ended, with the place of that decision: their people are released once it is published.
        self._ending: dict[Hold, tuple[int, int]] = {}
        self._grounds.clear()

    # Subclasses that hold people or timers in another structure override the next two.
    def _no_people(self) -> People:
        return People(self._clock, self._fix_age_limit_ms)

    def _no_timers(self) -> Timers:
        return Timers()

    def forget(self) -> None:
        """Deletes everything. All methods raise `NotReady` until `mark_ready`."""
        self._empty()
        self.is_ready = False

    def mark_ready(self) -> None:
        self.is_ready = True

    def _check(self) -> None:
        if not self.is_ready:
            raise NotReady(NOT_REBUILT)

    async def close(self) -> None:
        """Nothing to close."""

    async def now_ms(self) -> int:
        return self._clock()

    async def load(self, commands: Sequence[tuple[str, str]]) -> tuple[int, list[Loaded]]:
        self._check()
        priors = self._taught.priors(self._clock())
        known = [
            Loaded(decided_at=self.commands.get(command), incident=self.incidents.get(incident), priors=priors)
            for command, incident in commands
        ]
        return self._clock(), known

    async def find(self, needs: Sequence[Need], *, most: int | None = None) -> list[Found]:
        self._check()
        return [self._find(need, most=most or LOOK_AT_MOST) for need in needs]

    async def find_more(
        self,
        searches: Sequence[tuple[Need, Found]],
        *,
        within_s: float,  # noqa: ARG002 -- as RedisStore
    ) -> list[Found]:
        self._check()
        most = look_at_most(len(searches))
        return [self._find(need, before, most) for need, before in searches]

    def _find(self, need: Need, before: Found | None = None, most: int = LOOK_AT_MOST) -> Found:
        found = search.find(self.people, need, before, most)
        # Rivals are counted only when everybody was seen (DESIGN 39), as in find.lua.
        return (
            replace(found, waiting=waiting_beside(need, self._waiting.values(), self._clock()))
            if found.complete
            else found
        )

    async def near(self, spots: Sequence[Spot]) -> list[tuple[Neighbour, ...]]:
        self._check()
        return [nearby.near(self.incidents.values(), spot) for spot in spots]

    async def named(self, externals: Sequence[str]) -> list[tuple[Neighbour, ...]]:
        self._check()
        return [nearby.named(self.incidents.values(), digest) for digest in externals]

    async def last_calls(self, series: Sequence[Series]) -> list[int]:
        self._check()
        given = [one.call_number for one in self.incidents.values() if one.call_number]
        return [max((one.number for one in given if series_of(one) == wanted), default=0) for wanted in series]

    async def whereabouts(self, volunteer_ids: Sequence[str]) -> dict[str, Whereabouts]:
        self._check()
        found = {volunteer_id: nearby.whereabouts(self.people, volunteer_id) for volunteer_id in volunteer_ids}
        return {volunteer_id: seen for volunteer_id, seen in found.items() if seen}

    async def presence(self, volunteer_ids: Sequence[str]) -> dict[str, Presence]:
        self._check()
        seen = {
            one: hazards.presence(self.people.known.get(one), self.people.verified.valid(one)) for one in volunteer_ids
        }
        return {one: known for one, known in seen.items() if known}

    async def asked_lately(self, volunteer_ids: Sequence[str]) -> dict[str, AskedLately]:
        self._check()
        people = ((one, self.people.known.get(one)) for one in volunteer_ids)
        return {one: self.people.asked_lately(person) for one, person in people if person and person.profile}

    async def distress_incidents(self, volunteer_id: str, *, limit: int) -> list[Incident]:
        """As `Reads.distress_incidents`."""
        self._check()
        newest = sorted(self.distress.of.get(volunteer_id, {}).items(), key=lambda one: (one[1], one[0]), reverse=True)
        return [self.incidents[one] for one, _ in newest[:limit] if one in self.incidents]

    async def people_cells(self, cells: Sequence[Cell], skill: str | None = None) -> list[CellCount]:
        """As `Reads.people_cells`."""
        self._check()
        return people_cells.count(self.people, cells, skill)

    async def inside(self, areas: Sequence[Area]) -> list[Inside]:
        self._check()
        return [hazards.inside(self.people, area) for area in areas]

    async def hazards(self, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
        self._check()
        return self._grounds.since(known)

    async def under_way(self, areas: Sequence[Area]) -> list[UnderWay]:
        self._check()
        return [hazards.under_way(self.incidents.values(), area) for area in areas]

    async def progress(self, partition: int) -> PartitionProgress:
        self._check()
        return self._progress.get(partition, PartitionProgress())
