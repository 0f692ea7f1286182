"""Open incidents near a place (candidates for duplicates), and where engaged people are."""

import math
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from dispatch.incidents.duplicates import APART_S, neighbour_of, neighbours_by_number, numbers_of
from dispatch.matching import place_uncertainty
from dispatch.model.antimeridian import index_lon
from dispatch.model.context import Neighbour, Spot, Whereabouts
from dispatch.model.geo import distance_m
from dispatch.model.incidents import Incident
from dispatch.model.places import Place
from dispatch.model.travel import reach_m
from dispatch.model.vocabulary import TravelMode
from dispatch.ports import NotReady
from streams import redis_keys
from streams.store.redis_client import NOT_REBUILT, RedisClient, ScriptCall

NEAR_AT_MOST = 20
"""A report is compared with at most this many open incidents of about the same time, the nearest first."""
LOOK_AT_MOST = 500
"""Open incidents of any time that the search for those examines."""
WIDEST_M = 100_000.0
"""Incidents with an area are searched at most this far beyond the requested distance."""
NAMED_AT_MOST = 20
"""An external id that more open incidents share identifies none of them."""

_pack = msgspec.msgpack.Encoder().encode
_encode = msgspec.json.Encoder().encode
_decode = lru_cache(maxsize=4096)(msgspec.json.Decoder(Neighbour).decode)
"""Cached: reports of one event arrive together and have the same neighbours."""
_FIELDS = ("x", "y", "at", "ac", "md", "hx", "hy", "tm", "sk")


def packed_vicinity(incident: Incident) -> dict[str, object]:
    """The index entries of an incident, by place and by external id, as apply.lua writes them. An ended incident is only in the
    index of ended ones by external id. A merged one is in none: its number leads to the incident that adopted it."""
    neighbour = neighbour_of(incident)
    packed: dict[str, object] = {}
    if neighbour is not None and neighbour.centre is not None:
        centre, is_wide = neighbour.centre, neighbour.reach_m > 0
        packed["vicinity"] = (_encode(neighbour).decode(), index_lon(centre.lon), float(centre.lat), is_wide)
    if incident.is_open:
        packed["externals"] = [
            (digest, _encode(known).decode()) for digest, known in neighbours_by_number(incident).items()
        ]
    elif incident.merged_into is None:
        packed["ended_externals"] = [number.digest for number in numbers_of(incident)]
    return packed


async def near(link: RedisClient, spots: Sequence[Spot]) -> list[tuple[Neighbour, ...]]:
    if not spots:
        return []
    packed = [
        (index_lon(spot.place.lon), float(spot.place.lat), float(spot.within_m), spot.logged_ms or False)
        for spot in spots
    ]
    answers = await link.call("near", _pack(packed), NEAR_AT_MOST, LOOK_AT_MOST, round(APART_S * 1000), WIDEST_M)
    return [_nearest(spot, *answer) for spot, answer in zip(spots, answers, strict=True)]


def _nearest(spot: Spot, points: Sequence[bytes], areas: Sequence[bytes]) -> tuple[Neighbour, ...]:
    found = [_decode(member) for member in (*points, *areas)]
    # Points arrive sorted by distance; areas are sorted by their centres, so both together have no order yet.
    if areas:
        found.sort(key=lambda neighbour: _from_m(spot.place, neighbour))
    return tuple(found[:NEAR_AT_MOST])


def _from_m(place: Place, neighbour: Neighbour) -> float:
    return math.inf if neighbour.centre is None else distance_m(place, neighbour.centre)


async def named(link: RedisClient, externals: Sequence[str]) -> list[tuple[Neighbour, ...]]:
    if not externals:
        return []
    answers = await link.call("named", _pack(list(externals)), NAMED_AT_MOST)
    return [tuple(sorted(map(_decode, members), key=attrgetter("incident_id"))) for members in answers]


async def whereabouts(link: RedisClient, volunteer_ids: Sequence[str]) -> dict[str, Whereabouts]:
    if not volunteer_ids:
        return {}
    rows = [("HMGET", redis_keys.volunteer(volunteer_id), *_FIELDS) for volunteer_id in volunteer_ids]
    ready, time, *answers = await link.run([ScriptCall("ready"), ("TIME",), *rows])
    if not ready:
        raise NotReady(NOT_REBUILT)
    oldest_ms = int(time[0]) * 1000 + int(time[1]) // 1000 - link.fix_age_limit_ms
    seen = {
        volunteer_id: _whereabouts(row, oldest_ms) for volunteer_id, row in zip(volunteer_ids, answers, strict=True)
    }
    return {volunteer_id: found for volunteer_id, found in seen.items() if found}


def _whereabouts(row: Sequence[Any], oldest_ms: int) -> Whereabouts | None:
    x, y, at, accuracy, most_m, home_x, home_y, travels, skills = row
    if travels is None:
        return None
    mode = TravelMode(travels.decode())
    is_coarse = place_uncertainty.is_coarse(float(accuracy or 0), reach_m(int(most_m) if most_m else None, mode))
    # A stale or vague fix never counts here: without a home place there is no place.
    lon, lat = (x, y) if at and int(float(at)) >= oldest_ms and not is_coarse else (home_x, home_y)
    if not lon or not lat:
        return None
    return Whereabouts(
        place=Place(lon=float(lon), lat=float(lat)),
        travel_mode=mode,
        skills=frozenset(skills.decode().split(",")) if skills else frozenset(),
    )
