"""Hazard areas of open incidents, people on duty inside an area, and the presence of people who are expected on scene."""

from collections.abc import Sequence
from typing import Any

import msgspec

from dispatch.model.antimeridian import index_lon
from dispatch.model.hazard_areas import HazardArea, Inside, ground_of, hazard_area, inside_of
from dispatch.model.incidents import Hazard, Incident
from dispatch.model.languages import canonicals
from dispatch.model.outlines import Circle, Outline
from dispatch.model.people import AskedLately, Presence
from dispatch.model.places import Area, Place
from dispatch.model.verifications import valid_skills
from dispatch.model.vocabulary import Capability, Skill, TravelMode
from dispatch.ports import NotReady, UnderWay
from dispatch.safety import hazard_crossings
from streams import redis_keys
from streams.store.duty_clock import is_on_duty
from streams.store.redis_client import NOT_REBUILT, RedisClient, ScriptCall
from streams.store.verifications import ends_of

LOOK_AT_MOST = 1_000
"""People examined per skill and per circle of the cover of an area. In a larger crowd some are missed, and `Inside` says so."""

SPARE = 1.01
"""Factor on radii: Redis' earth radius and geohash rounding differ slightly from `dispatch.model.geo`."""

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode
_FIELDS = (
    "v",
    "du",
    "tm",
    "x",
    "y",
    "at",
    "ac",
    "ht",
    "qt",
    "hx",
    "hy",
    "cap",
    "sk",
    "la",
    "md",
    "vs",
    "un",
    "ds",
    "co",
)


class Ground(msgspec.Struct):
    """The value of a field of the hash HAZARDS."""

    area: Area
    equipped: tuple[str, ...]
    since: int = 0


_decode = msgspec.json.Decoder(Ground).decode
_encode = msgspec.json.Encoder().encode


def packed_hazard(incident: Incident) -> dict[str, object]:
    """The hazard entry of an incident as apply.lua writes it. Empty when it has ended or has no hazard area."""
    ground = ground_of(incident)
    return (
        {"hazard": _encode(Ground(area=ground.area, equipped=ground.equipped, since=ground.since)).decode()}
        if ground
        else {}
    )


async def hazards(link: RedisClient, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
    version, *rest = await link.call("hazards", known)
    if not rest:
        return version.decode(), None
    pairs = zip(rest[0][::2], rest[0][1::2], strict=True)
    grounds = ((incident_id.decode(), _decode(text)) for incident_id, text in pairs)
    areas = (
        hazard_area(one, Hazard(equipped=ground.equipped, since=ground.since), ground.area) for one, ground in grounds
    )
    # HGETALL has no order, and no decision may depend on it.
    return version.decode(), tuple(sorted(areas, key=lambda area: area.incident_id))


async def inside(link: RedisClient, areas: Sequence[Area]) -> list[Inside]:
    if not areas:
        return []
    circles = [list(map(_packed_circle, Outline(area).circles())) for area in areas]
    # Indexes are by skill, so everybody is found by searching each of them; the script removes duplicates.
    skills = ",".join(Skill)
    answers = await link.call("inside", _pack(circles), skills, LOOK_AT_MOST)
    return [_inside(area, _unpack(answer)) for area, answer in zip(areas, answers, strict=True)]


def _packed_circle(circle: Circle) -> tuple[float, float, float]:
    return index_lon(circle.centre.lon), float(circle.centre.lat), circle.radius_m * SPARE


def _inside(area: Area, answer: Sequence[Any]) -> Inside:
    is_everybody, *rows = answer
    people = {
        volunteer: Place(lon=lon, lat=lat)
        for volunteer, lon, lat in zip(rows[::3], rows[1::3], rows[2::3], strict=True)
    }
    return inside_of(area, people, is_everybody)


def packed_under_way(incident: Incident) -> dict[str, object]:
    """The under-way entry of an incident as apply.lua writes it. Empty while nobody is under way to it."""
    if incident.area is None or not hazard_crossings.under_way(incident):
        return {}
    return {"under_way": (index_lon(incident.area.centre.lon), float(incident.area.centre.lat))}


async def under_way(link: RedisClient, areas: Sequence[Area]) -> list[UnderWay]:
    if not areas:
        return []
    circles = [
        (index_lon(area.centre.lon), float(area.centre.lat), (area.reach_m + hazard_crossings.LOOKED_AT_M) * SPARE)
        for area in areas
    ]
    # One more than is used, to see whether there are more.
    answers = await link.call("under_way", _pack(circles), hazard_crossings.INCIDENTS_MOST + 1)
    return [_under_way([member.decode() for member in members]) for members in answers]


def _under_way(incident_ids: Sequence[str]) -> UnderWay:
    most = hazard_crossings.INCIDENTS_MOST
    return UnderWay(incident_ids=tuple(incident_ids[:most]), beyond=len(incident_ids) > most)


async def presence(link: RedisClient, volunteer_ids: Sequence[str]) -> dict[str, Presence]:
    if not volunteer_ids:
        return {}
    rows = [("HMGET", redis_keys.volunteer(volunteer_id), *_FIELDS) for volunteer_id in volunteer_ids]
    ready, time, *answers = await link.run([ScriptCall("ready"), ("TIME",), *rows])
    if not ready:
        raise NotReady(NOT_REBUILT)
    now_ms = int(time[0]) * 1000 + int(time[1]) // 1000
    return {
        volunteer_id: _presence(row, now_ms) for volunteer_id, row in zip(volunteer_ids, answers, strict=True) if row[0]
    }


async def asked_lately(link: RedisClient, volunteer_ids: Sequence[str]) -> dict[str, AskedLately]:
    if not volunteer_ids:
        return {}
    rows = _unpack(await link.call("asked_lately", _pack(list(volunteer_ids))))
    return {volunteer_id: _lately(row) for volunteer_id, row in zip(volunteer_ids, rows, strict=True) if row}


def _lately(row: Sequence[Any]) -> AskedLately:
    heard, worked, heavy, hour, day, accepted, refused, work, upheld, overruled = row
    return AskedLately(
        heard_ms=int(float(heard)) if heard else None,
        worked_ms=int(float(worked)) if worked else None,
        worked_heavy=heavy,
        offers_last_hour=hour,
        offers_last_day=day,
        accepted=accepted,
        refused=refused,
        work=work,
        upheld=upheld,
        overruled=overruled,
    )


def _presence(row: Sequence[Any], now_ms: int) -> Presence:
    (
        _,
        duty,
        mode,
        x,
        y,
        at,
        accuracy,
        heard,
        quiet,
        home_x,
        home_y,
        capabilities,
        skills,
        languages,
        most_m,
        ends,
        off_at,
        distress,
        offer,
    ) = row
    # `at` and `ht` are both signs of life; a fix that did not place the person counts as one.
    times = [int(float(time)) for time in (at, heard) if time]
    return Presence(
        on_duty=is_on_duty(duty, off_at, now_ms),
        travel_mode=TravelMode(mode.decode()),
        place=Place(lon=float(x), lat=float(y)) if x and y else None,
        fix_at_ms=int(float(at)) if at else None,
        accuracy_m=float(accuracy) if accuracy else None,
        heard_at_ms=max(times) if times else None,
        is_silent_by_word=bool(times and quiet and int(float(quiet)) >= max(times)),
        home=Place(lon=float(home_x), lat=float(home_y)) if home_x and home_y else None,
        capabilities=frozenset(map(Capability, _words(capabilities))),
        skills=frozenset(_words(skills)),
        languages=canonicals(_words(languages)),
        max_distance_m=int(most_m) if most_m else None,
        verified=valid_skills(ends_of(ends), now_ms),
        in_distress=bool(distress),
        offer_id=offer.decode() if offer else None,
    )


def _words(csv: bytes | None) -> tuple[str, ...]:
    return tuple(csv.decode().split(",")) if csv else ()
