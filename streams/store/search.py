"""What the search script is asked, and how its answer reads."""

import math
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import msgspec

from dispatch.aging import urgency
from dispatch.eligibility import limit_m as limit_by_mode_m
from dispatch.languages import spellings
from dispatch.model import Candidate, Found, Need, Place
from dispatch.vocabulary import Capability, Exclusion, TravelMode
from streams.store.link import Call

FIRST_RING_M = 250.0
GEO_MAX_LAT = 85.05
LOOK_AT_MOST = 4000
"""More people than this are not judged for one need (as in find.lua)."""

_TRAVEL = {str(mode): mode for mode in TravelMode}
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode


_UNASKED = (0.0, 0.0, 0.0, False, False, 0, 0, 0.0, 0.0)


def enough(want: int) -> int:
    """How many candidates end a search: room for the core to choose and for claims that fail."""
    return want + max(5, want // 2)


def kind_of(need: Need) -> str:
    if need.requirement.capability is Capability.DIGITAL:
        return "digital"
    return "anywhere" if need.area is None else "field"


def limit_m(need: Need) -> float:
    """How far from the area's centre anybody is looked at."""
    reach = need.area.reach_m if need.area else 0.0
    return need.requirement.max_distance_m + reach


def first_ring_m(need: Need) -> float:
    reach = need.area.reach_m if need.area else 0.0
    return min(FIRST_RING_M + reach, limit_m(need))


def wider_m(radius_m: float, people: int, need: Need) -> float:
    """The next ring after one that held so many people (as in find.lua)."""
    factor = math.sqrt(1.5 * enough(need.want) / max(people, 0.5))
    return min(radius_m * max(1.25, min(4.0, factor)), limit_m(need))


def call_of(need: Need) -> Call:
    packed: dict[str, object] = {
        "kind": kind_of(need),
        "skills": need.requirement.skills,
        "command": need.command_id,
        "want": need.want,
        "stop": enough(need.want),
        "languages": spellings(need.requirement.languages),
        "asked": tuple(need.asked_before),
        "incident": need.incident_id,
        **_standing(need),
        "seed": crc32(need.command_id.encode()),
    }
    if need.area is not None:
        packed |= {
            "lon": float(need.area.centre.lon),
            "lat": max(-GEO_MAX_LAT, min(GEO_MAX_LAT, float(need.area.centre.lat))),
            "start": float(first_ring_m(need)),
            "limit": float(limit_m(need)),
            "reach": float(need.area.reach_m),
        }
        if need.requirement.max_eta_s is not None:
            packed["by_mode"] = {mode: float(limit_by_mode_m(need.requirement, mode)) for mode in TravelMode}
    return Call("find", (), (_pack(packed),))


def _standing(need: Need) -> dict[str, object]:
    """The need's own urgency, beside which others wait as urgently or more; `since` absent: from now."""
    shortfall = need.requirement.shortfall
    rank, handicap_ms = urgency(need.priority, 0)
    return {"rank": rank, "handicap": handicap_ms, **({"since": shortfall.since_ms} if shortfall else {})}


def found_of(need: Need, answer: bytes) -> Found:
    complete, searched, excluded, rows, waiting = _unpack(answer)
    candidates = [_candidate(row) for row in rows]
    candidates.sort(key=_order)
    return Found(
        candidates=tuple(candidates[: enough(need.want)]),
        excluded={Exclusion(reason): count for reason, count in excluded.items()} if excluded else {},
        searched_m=searched or None,
        complete=complete,
        waiting=waiting,
    )


def _order(candidate: Candidate) -> tuple[float, float, str]:
    if candidate.distance_m is not None:
        return candidate.distance_m, 0.0, candidate.volunteer_id
    return math.inf, candidate.load, candidate.volunteer_id


def _candidate(row: Sequence[Any]) -> Candidate:
    (
        volunteer,
        distance,
        from_home,
        skills,
        languages,
        travel,
        max_distance,
        x,
        y,
        age_ms,
        load,
        home_m,
        heard,
        known,
    ) = row
    accepted, refused, work, rested, heavy, hour, day, upheld, overruled = known or _UNASKED
    return Candidate(
        volunteer_id=volunteer,
        skills=frozenset(skills.split(",")) if skills else frozenset(),
        languages=tuple(languages.split(",")) if languages else (),
        travel_mode=_TRAVEL[travel],
        max_distance_m=int(max_distance) if max_distance else None,
        distance_m=float(distance) if distance is not False else None,
        place=Place(lon=float(x), lat=float(y)) if x else None,
        fix_age_s=age_ms / 1000 if age_ms is not False else None,
        from_home=from_home,
        home_m=home_m if home_m is not False else None,
        load=float(load),
        accepted=accepted,
        refused=refused,
        upheld=upheld,
        overruled=overruled,
        work=work,
        offers_last_hour=hour,
        offers_last_day=day,
        rested_s=rested / 1000 if rested is not False else None,
        worked_heavy=heavy,
        heard_s=heard / 1000 if heard is not False else None,
    )
