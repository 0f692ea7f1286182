"""Detects people who enter a hazard area from incoming positions, and reports them to the area's incident as commands.

Positions outside hazard areas cost no round trip to Redis: areas are indexed by squares of a tenth of a degree and reloaded only
when their version changed. This process reports a person once per state of an area; the dispatcher, which knows who was warned,
deduplicates reports of several processes. The commands contain no positions.
"""

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from dispatch.model.commands import DISPATCHER, EnterHazard
from dispatch.model.hazard_areas import HazardArea
from dispatch.model.ids import derived
from dispatch.model.places import Place
from streams import clock
from streams.store.people import FixWrite
from streams.store.redis_client import FIX_AGE_LIMIT_MS

REFRESH_S = 0.5
"""Maximum age of the hazard index. A person who enters a newer area is detected at their next position."""
REMEMBERED = 200_000
"""Reported entries that are remembered."""
NAMED_AT_ONCE = 500
"""Maximum number of people per command."""
SQUARES_MOST = 20_000
"""An area that covers more squares than this is checked for every position instead of being indexed."""
_SQUARES_A_DEGREE = 10
_METRES_A_DEGREE = 110_000.0
"""Per degree of latitude; slightly less than the true value, so that the squares cover slightly more."""

Entry = tuple[str, int, str]


class HazardSource(Protocol):
    """The queries this module makes to Redis. Both raise `StoreUnavailable` or `NotReady`."""

    async def hazards(self, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
        """As `dispatch.ports.Store.hazards`: the current version, and the areas if it differs from `known`."""

    async def in_the_field(self, volunteer_ids: Sequence[str]) -> frozenset[str]:
        """Those of them who are on duty for field work."""


class HazardEntries:
    """Index of hazard areas, and the memory of reported entries."""

    def __init__(self, grounds: HazardSource, *, refresh_s: float = REFRESH_S) -> None:
        self._grounds = grounds
        self._refresh_s = refresh_s
        self._version = ""
        self._squares: Mapping[tuple[int, int], list[HazardArea]] = {}
        self._everywhere: list[HazardArea] = []
        self._refreshed_s = -math.inf
        self._reported: OrderedDict[Entry, None] = OrderedDict()

    async def commands(self, fixes: Sequence[FixWrite]) -> list[EnterHazard]:
        """Commands that report new entries among these positions. Send them, then call `remember`.

        Raises:
            StoreUnavailable, NotReady: Redis did not answer; a repeat is harmless.
        """
        await self._refresh()
        if not self._squares and not self._everywhere:
            return []
        # An older fix says nothing about where the person is now.
        oldest_ms = clock.now_ms() - FIX_AGE_LIMIT_MS
        inside = [
            (fix.volunteer_id, ground) for fix in fixes if fix.at_ms >= oldest_ms for ground in self._new_grounds(fix)
        ]
        if not inside:
            return []
        # Only now: for nearly all fixes there is nothing to ask Redis.
        there = await self._grounds.in_the_field(list(dict.fromkeys(volunteer for volunteer, _ in inside)))
        return _commands((volunteer, ground) for volunteer, ground in inside if volunteer in there)

    def remember(self, reported: Iterable[EnterHazard]) -> None:
        """Marks entries as reported, after their commands were confirmed by Kafka."""
        for command in reported:
            for volunteer in command.volunteer_ids:
                self._reported[command.incident_id, command.ground, volunteer] = None
        # Forgetting is harmless: the dispatcher knows who was warned and ignores a second report.
        while len(self._reported) > REMEMBERED:
            self._reported.popitem(last=False)

    async def _refresh(self) -> None:
        now_s = clock.monotonic_s()
        if now_s - self._refreshed_s < self._refresh_s:
            return
        self._version, changed = await self._grounds.hazards(self._version)
        self._refreshed_s = now_s
        if changed is not None:
            self._squares, self._everywhere = _by_squares(area for area in changed if area.since)

    def _new_grounds(self, fix: FixWrite) -> list[HazardArea]:
        near = self._squares.get(_square(fix.lon, fix.lat), ())
        # Nearly all fixes end here, so nothing is built before.
        if not near and not self._everywhere:
            return []
        place = Place(lon=fix.lon, lat=fix.lat)
        return [
            ground
            for ground in (*near, *self._everywhere)
            if (ground.incident_id, ground.since, fix.volunteer_id) not in self._reported
            and ground.outline.covers(place)
        ]


def _square(lon: float, lat: float) -> tuple[int, int]:
    # Columns wrap at 180 degrees, so that an area across the antimeridian has its squares on both sides.
    return math.floor(lon * _SQUARES_A_DEGREE) % (360 * _SQUARES_A_DEGREE), math.floor(lat * _SQUARES_A_DEGREE)


def _by_squares(
    areas: Iterable[HazardArea],
) -> tuple[dict[tuple[int, int], list[HazardArea]], list[HazardArea]]:
    squares: dict[tuple[int, int], list[HazardArea]] = {}
    everywhere = []
    for ground in areas:
        centre = ground.area.centre
        high = ground.area.reach_m / _METRES_A_DEGREE
        # A degree of longitude shrinks with the cosine of the latitude; bounded, because it is 0 at the poles.
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
    """One command per area and up to `NAMED_AT_ONCE` people. Ids are derived from the people, so a repeated batch is
    idempotent."""
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
        # Sorted, like the people of a part: a repeated batch gives the same ids.
        for (incident_id, since), found in sorted(people.items())
        for part in _chunks(tuple(sorted(found)))
    ]


def _chunks(people: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [people[at : at + NAMED_AT_ONCE] for at in range(0, len(people), NAMED_AT_ONCE)]
