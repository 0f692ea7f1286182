"""Arguments and reply of the search script (`find.lua`)."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from dispatch.matching.eligibility import limit_m as limit_by_mode_m
from dispatch.model.antimeridian import index_lon
from dispatch.model.geojson import rings_of
from dispatch.model.languages import spellings
from dispatch.model.people import Candidate, Found, Need, SearchMark
from dispatch.model.places import Place
from dispatch.model.reasons import Exclusion
from dispatch.model.vocabulary import TravelMode
from dispatch.staffing.urgency import urgency
from streams.store.redis_client import ScriptCall

FIRST_RING_M = 250.0
GEO_MAX_LAT = 85.05
"""GEOSEARCH rejects latitudes beyond the Web Mercator limit (85.05112878). `geo_lat` in prelude.lua clamps alike."""
EARTH_RADIUS_M = 6372797.560856
"""That of Redis' geohash_helper.c, so that distances agree with GEOSEARCH; `dispatch.model.geo` has another."""
LOOK_AT_MOST = 4000
"""People examined per call of the script, about 60 ms: a search for a rare language in a large city must not block Redis."""
LOOK_AT_LEAST = 250
"""Searches that are continued in one round trip share `LOOK_AT_MOST`, but each examines at least this many people."""

_TRAVEL = {str(mode): mode for mode in TravelMode}
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode


# A person without a past, in the order of `history` in find.lua.
_UNASKED = (0.0, 0.0, 0.0, False, False, 0, 0, 0.0, 0.0)


def enough(want: int) -> int:
    """The number of candidates that ends a search: a margin over `want` for ranking and for claims that fail."""
    return want + max(5, want // 2)


def limit_m(need: Need) -> float:
    """The search radius around the area's centre."""
    reach = need.area.reach_m if need.area else 0.0
    return need.requirement.max_distance_m + reach


def first_ring_m(need: Need) -> float:
    reach = need.area.reach_m if need.area else 0.0
    return min(FIRST_RING_M + reach, limit_m(need))


def wider_m(radius_m: float, people: float, need: Need, *, goes_on: bool) -> float:
    """The radius of the next ring after one in which `people` were examined. Same formula as `wider` in find.lua."""
    # People grow with the square of the radius; the next circle should hold 1.5 times as many as are needed.
    factor = math.sqrt(1.5 * enough(need.want) / max(people, 0.5))
    return min(radius_m * max(2.0 if goes_on else 1.25, min(4.0, factor)), limit_m(need))


def look_at_most(searches: int) -> int:
    """How many people each of `searches` examines when they are continued in one round trip."""
    return max(LOOK_AT_LEAST, LOOK_AT_MOST // max(1, searches))


def call_of(need: Need, mark: SearchMark | None = None, most: int = LOOK_AT_MOST) -> ScriptCall:
    """The script call for a need. `mark`: where an earlier call for it stopped; `most`: how many people to examine."""
    packed: dict[str, object] = {
        "kind": need.requirement.capability,
        "skills": need.requirement.skills,
        "command": need.command_id,
        "want": need.want,
        "stop": enough(need.want),
        "most": most,
        "languages": spellings(need.requirement.languages),
        "asked": tuple(need.asked_before),
        "incident": need.incident_id,
        **_standing(need),
    }
    if need.requirement.gated:
        packed["gated"] = need.requirement.gated
    if need.vouched:
        packed["vouched"] = True
    if need.area is not None:
        packed |= {
            "lon": index_lon(need.area.centre.lon),
            "lat": max(-GEO_MAX_LAT, min(GEO_MAX_LAT, float(need.area.centre.lat))),
            "start": float(first_ring_m(need)),
            "limit": float(limit_m(need)),
            "reach": float(need.area.reach_m),
        }
        if need.requirement.max_eta_s is not None:
            packed["by_mode"] = {mode: float(limit_by_mode_m(need.requirement, mode)) for mode in TravelMode}
    # A continued search also skips whole groups: else thousands in the hazard area or asleep would use up its calls (DESIGN 90).
    if mark is not None:
        packed |= {"passed": list(mark.judged)} | _barred(need)
        if mark.radius_m is not None:
            packed["start"] = float(mark.radius_m)
    return ScriptCall("find", (), (_pack(packed),))


def _barred(need: Need) -> dict[str, object]:
    """Exclusions that a continued search applies in the script: people in the incident's hazard area, and quiet hours."""
    packed: dict[str, object] = {}
    if need.asleep_unless_heard_ms is not None:
        packed["heard"] = need.asleep_unless_heard_ms
    if need.ground is not None and need.area is not None:
        packed |= {"rings": rings_of(need.area), "equipped": need.ground.equipped}
    return packed


def _standing(need: Need) -> dict[str, object]:
    """The need's urgency, to count rivals that are at least as urgent. Without `since` the script uses the current time."""
    shortfall = need.requirement.shortfall
    rank, handicap_ms = urgency(need.priority, 0)
    return {"rank": rank, "handicap": handicap_ms, **({"since": shortfall.since_ms} if shortfall else {})}


def found_of(answer: bytes, before: Found | None = None) -> Found:
    """Decodes the script's reply and adds it to `before`, the result of earlier calls for the same need."""
    complete, searched, excluded, rows, waiting, around, left_out = _unpack(answer)
    fresh = [_candidate(row) for row in rows]
    counts = {Exclusion(reason): count for reason, count in excluded.items()} if excluded else {}
    return joined(
        before,
        fresh,
        counts,
        around={Exclusion(reason): count for reason, count in around.items()} if around else {},
        left_out=left_out,
        radius_m=searched or None,
        complete=complete,
        waiting=waiting,
    )


def joined(
    before: Found | None,
    fresh: Sequence[Candidate],
    excluded: Mapping[Exclusion, int],
    *,
    around: Mapping[Exclusion, int],
    left_out: Iterable[str],
    radius_m: float | None,
    complete: bool,
    waiting: int = 0,
) -> Found:
    """Adds the result of one call to `before`. `around`: people counted but not examined, by reason."""
    counts = Counter(excluded)
    counts.update(around)
    known: frozenset[str] = frozenset()
    candidates = list(fresh)
    if before is not None:
        assert before.mark is not None
        # This call has counted the engaged people of its wider circle, which includes those that the earlier one counted.
        counts.update(before.excluded)
        counts.subtract(before.mark.around)
        known = before.mark.judged
        candidates += before.candidates
    candidates.sort(key=_order)
    mark = None
    if not complete:
        judged = known.union((one.volunteer_id for one in fresh), left_out)
        mark = SearchMark(judged=judged, radius_m=radius_m, around=around)
    return Found(
        candidates=tuple(candidates),
        excluded={reason: count for reason, count in counts.items() if count > 0} if counts else {},
        searched_m=radius_m,
        complete=complete,
        waiting=waiting,
        mark=mark,
    )


def _order(candidate: Candidate) -> tuple[float, float, str]:
    # The id last: equal people have the same order in both stores and after a redelivery.
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
        accuracy,
        known,
        verified,
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
        accuracy_m=accuracy if accuracy is not False else None,
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
        verified=frozenset(verified),
    )
