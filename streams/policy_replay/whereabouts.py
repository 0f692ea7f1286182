"""Where people are in a replay: at their positions, else at home, else where the recorded offers have found them.

The log keeps positions for an hour, but every offer for a year with the distance between two cells of some 5 km² (DESIGN 209).
Who was asked at a distance that fits neither a position nor the home stands at that distance from the incident, in a direction
drawn by their id: near enough to be found again for it, and no more than the record tells anyway.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from dispatch.model.geo import METRES_A_DEGREE
from dispatch.model.offer_events import OfferMade
from dispatch.model.places import Area, Place
from dispatch.model.recorded_way import WITHIN_CELL_M, coarse_centre, recorded_m
from streams.policy_replay.recorded_log import RecordedLog
from streams.store.people import PrivateWrite, kept_home
from streams.store.redis_client import FIX_AGE_LIMIT_MS

DIRECTIONS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPerson:
    """A person stands there from `at_ms` on, unless a fresh position says otherwise."""

    at_ms: int
    volunteer_id: str
    place: Place


def placed_by_offers(log: RecordedLog) -> Iterator[PlacedPerson]:
    """In the order of the decisions; who has no home begins where they are first seen."""
    fixes = _times_of_fixes(log)
    homes: dict[str, Place] = dict(log.people.homes)
    for one in log.decided:
        if one.incident is None or one.incident.area is None:
            continue
        at_ms, area = one.decision.decided_ms, one.incident.area
        for fact in one.decision.events:
            if not isinstance(fact, OfferMade) or fact.distance_m is None:
                continue
            name = fact.volunteer_id
            if _is_fresh(fixes.get(name, ()), at_ms):
                continue
            known = homes.get(name)
            if known is not None and recorded_m(known, area) == fact.distance_m:
                continue
            place = _at_distance(area, fact.distance_m, name)
            homes[name] = place
            yield PlacedPerson(at_ms=log.begins_ms if known is None else at_ms, volunteer_id=name, place=place)


def _times_of_fixes(log: RecordedLog) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at_ms, fix in log.people.fixes:
        found.setdefault(fix.volunteer_id, []).append(at_ms)
    return found


def _is_fresh(times: list[int] | tuple[int, ...], at_ms: int) -> bool:
    place = bisect_right(times, at_ms)
    return place > 0 and at_ms - times[place - 1] <= FIX_AGE_LIMIT_MS


def _at_distance(area: Area, away_m: float, volunteer_id: str) -> Place:
    """Of some places at this distance the one whose recorded distance is nearest to it."""
    first = Random(volunteer_id).random()
    radius_m = WITHIN_CELL_M / 2 if away_m <= WITHIN_CELL_M and not area.reach_m else away_m + area.reach_m
    places = [_moved(coarse_centre(area), radius_m, first + turn / DIRECTIONS) for turn in range(DIRECTIONS)]
    kept = [_as_kept(place) for place in places]
    return min(kept, key=lambda place: abs(recorded_m(place, area) - away_m))


def _as_kept(place: Place) -> Place:
    found = kept_home(PrivateWrite(ref="", offset=0, sealed=None, home=place))
    assert found is not None
    return found


def _moved(place: Place, away_m: float, turns: float) -> Place:
    """On a flat earth, which is good enough for some ten kilometres."""
    east, north = away_m * math.cos(turns * math.tau), away_m * math.sin(turns * math.tau)
    across = METRES_A_DEGREE * max(0.01, math.cos(math.radians(place.lat)))
    lon = (place.lon + east / across + 180) % 360 - 180
    return Place(lon=lon, lat=max(-90.0, min(90.0, place.lat + north / METRES_A_DEGREE)))
