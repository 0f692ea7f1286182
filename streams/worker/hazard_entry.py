"""People who walk onto dangerous ground: noticed among the positions as they come in, told to the incident whose ground it is.

The look costs no trip to Redis for who stands on safe ground: grounds are kept by squares of a tenth of a degree, and read again
only when their version changed. A person is told of once for each state of the ground by this process; the dispatcher, which
knows who has been warned, makes it one warning however many processes tell. Nothing about where they are goes on.
"""

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from dispatch.model.commands import DISPATCHER, EnterHazard
from dispatch.model.hazard_areas import HazardArea
from dispatch.model.ids import derived
from dispatch.model.incidents import Place
from streams import clock
from streams.store.people import FixWrite
from streams.store.redis_client import FIX_AGE_LIMIT_MS

LOOK_AGAIN_S = 0.5
"""How old the picture of dangerous ground may be here. Who walks in meanwhile is noticed at their next position."""
REMEMBERED = 200_000
NAMED_AT_ONCE = 500
SQUARES_MOST = 20_000
"""Ground that reaches over more squares than this is looked at for every position."""
_SQUARES_A_DEGREE = 10
_METRES_A_DEGREE = 110_000.0
"""A little less than there are, so that the squares reach a little further."""

Told = tuple[str, int, str]


class HazardPicture(Protocol):
    """What is asked of the picture. Both raise `StoreTrouble` or `NotReady`."""

    async def hazards(self, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
        """As `dispatch.ports.Store.hazards`."""

    async def in_the_field(self, volunteer_ids: Sequence[str]) -> frozenset[str]:
        """Who of them is on duty for field work."""


class HazardEntries:
    def __init__(self, grounds: HazardPicture, *, look_again_s: float = LOOK_AGAIN_S) -> None:
        self._grounds = grounds
        self._look_again_s = look_again_s
        self._version = ""
        self._squares: Mapping[tuple[int, int], list[HazardArea]] = {}
        self._everywhere: list[HazardArea] = []
        self._looked_s = -math.inf
        self._told: OrderedDict[Told, None] = OrderedDict()

    async def commands(self, fixes: Sequence[FixWrite]) -> list[EnterHazard]:
        """What to tell of these positions; `tell` them, then call `remember`."""
        await self._look()
        if not self._squares and not self._everywhere:
            return []
        oldest_ms = clock.now_ms() - FIX_AGE_LIMIT_MS
        inside = [
            (fix.volunteer_id, ground) for fix in fixes if fix.at_ms >= oldest_ms for ground in self._new_grounds(fix)
        ]
        if not inside:
            return []
        there = await self._grounds.in_the_field(list(dict.fromkeys(volunteer for volunteer, _ in inside)))
        return _commands((volunteer, ground) for volunteer, ground in inside if volunteer in there)

    def remember(self, told: Iterable[EnterHazard]) -> None:
        """They are in the log: nobody has to be told of again for the same ground."""
        for command in told:
            for volunteer in command.volunteer_ids:
                self._told[command.incident_id, command.ground, volunteer] = None
        while len(self._told) > REMEMBERED:
            self._told.popitem(last=False)

    async def _look(self) -> None:
        now_s = clock.monotonic_s()
        if now_s - self._looked_s < self._look_again_s:
            return
        self._version, changed = await self._grounds.hazards(self._version)
        self._looked_s = now_s
        if changed is not None:
            self._squares, self._everywhere = _by_squares(area for area in changed if area.since)

    def _new_grounds(self, fix: FixWrite) -> list[HazardArea]:
        near = self._squares.get(_square(fix.lon, fix.lat), ())
        if not near and not self._everywhere:
            return []
        place = Place(lon=fix.lon, lat=fix.lat)
        return [
            ground
            for ground in (*near, *self._everywhere)
            if (ground.incident_id, ground.since, fix.volunteer_id) not in self._told and ground.outline.covers(place)
        ]


def _square(lon: float, lat: float) -> tuple[int, int]:
    return math.floor(lon * _SQUARES_A_DEGREE) % (360 * _SQUARES_A_DEGREE), math.floor(lat * _SQUARES_A_DEGREE)


def _by_squares(
    areas: Iterable[HazardArea],
) -> tuple[dict[tuple[int, int], list[HazardArea]], list[HazardArea]]:
    squares: dict[tuple[int, int], list[HazardArea]] = {}
    everywhere = []
    for ground in areas:
        centre = ground.area.centre
        high = ground.area.reach_m / _METRES_A_DEGREE
        wide = high / max(0.05, math.cos(math.radians(min(89.0, abs(centre.lat) + high))))
        columns = range(
            math.floor((centre.lon - wide) * _SQUARES_A_DEGREE), math.floor((centre.lon + wide) * _SQUARES_A_DEGREE) + 1
        )
        rows = range(
            math.floor((centre.lat - high) * _SQUARES_A_DEGREE), math.floor((centre.lat + high) * _SQUARES_A_DEGREE) + 1
        )
        if len(columns) * len(rows) > SQUARES_MOST:
            everywhere.append(ground)
            continue
        for column in columns:
            for row in rows:
                squares.setdefault((column % (360 * _SQUARES_A_DEGREE), row), []).append(ground)
    return squares, everywhere


def _commands(inside: Iterable[tuple[str, HazardArea]]) -> list[EnterHazard]:
    """One for each ground. The same people give the same command, so a repeat of the batch is a repeat."""
    people: dict[tuple[str, int], dict[str, None]] = {}
    for volunteer, ground in inside:
        people.setdefault((ground.incident_id, ground.since), {})[volunteer] = None
    now_ms = clock.now_ms()
    return [
        EnterHazard(
            id=str(derived("enter-hazard", incident_id, str(since), *part)),
            incident_id=incident_id,
            by=DISPATCHER,
            sent_ms=now_ms,
            volunteer_ids=part,
            ground=since,
        )
        for (incident_id, since), found in sorted(people.items())
        for part in _parts(tuple(sorted(found)))
    ]


def _parts(people: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [people[at : at + NAMED_AT_ONCE] for at in range(0, len(people), NAMED_AT_ONCE)]
