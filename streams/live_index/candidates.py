"""A candidate from the numbers and texts of a person on duty, as `find.lua` and `search.found_of` make one."""

from collections.abc import Mapping, Sequence
from typing import Any

from dispatch.matching.estimates import ANSWER_HALF_LIFE_MS, WORK_HALF_LIFE_MS, decayed
from dispatch.matching.trust import HALF_LIFE_MS as TRUST_HALF_LIFE_MS
from dispatch.model.copying import changed
from dispatch.model.geo import distance_m as metres_between
from dispatch.model.people import Candidate
from dispatch.model.places import Place
from dispatch.model.verifications import valid_skills
from streams.live_index import person_row as at
from streams.live_index.person_row import PersonRow
from streams.live_index.person_table import MODES
from streams.store.track_record import LOAD_HALF_LIFE_MS

HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def candidate_of(
    id_: str, person: PersonRow, numbers: Sequence[float], *, distance_m: float, from_home: bool, now_ms: float
) -> Candidate:
    """`numbers`: all columns of the person. `from_home`: their fix does not count for this search, so their home does."""
    if person.as_candidate is None:
        person.as_candidate = _as_ever(id_, person, numbers)
    fields: dict[str, Any] = {"distance_m": distance_m}
    if from_home:
        home = Place(lon=numbers[at.HOME_LON], lat=numbers[at.HOME_LAT])
        fields |= {"from_home": True, "place": home, "accuracy_m": None, "home_m": None}
    else:
        fields["fix_age_s"] = (now_ms - numbers[at.AT]) / 1000
    if not _is_none(numbers[at.HEARD]):
        fields["heard_s"] = (now_ms - numbers[at.HEARD]) / 1000
    if person.verified:
        fields["verified"] = valid_skills(person.verified, now_ms)
    if not all(_is_none(numbers[one]) for one in (at.LOAD, at.ACCEPTED, at.REFUSED)):
        fields |= _past(numbers, person, now_ms)
    return changed(person.as_candidate, **fields)


def _as_ever(id_: str, person: PersonRow, numbers: Sequence[float]) -> Candidate:
    """What depends neither on the search nor on the moment, at their fix if they have one."""
    place = None if _is_none(numbers[at.LON]) else Place(lon=numbers[at.LON], lat=numbers[at.LAT])
    home = None if _is_none(numbers[at.HOME_LON]) else Place(lon=numbers[at.HOME_LON], lat=numbers[at.HOME_LAT])
    return Candidate(
        volunteer_id=id_,
        skills=person.skills,
        languages=person.languages,
        travel_mode=MODES[int(numbers[at.MODE])],
        max_distance_m=None if _is_none(numbers[at.MOST]) else int(numbers[at.MOST]),
        place=place,
        accuracy_m=None if _is_none(numbers[at.ACCURACY]) else numbers[at.ACCURACY],
        home_m=metres_between(place, home) if place and home else None,
    )


def _is_none(number: float) -> bool:
    # NaN is the only number that is not itself.
    return number != number


def _sum_now(stored: float, now_ms: float, half_life_ms: int) -> float:
    return 0.0 if _is_none(stored) else decayed(stored, now_ms, half_life_ms)


def _past(numbers: Sequence[float], person: PersonRow, now_ms: float) -> Mapping[str, Any]:
    """`history` in find.lua."""
    worked = numbers[at.WORKED]
    return {
        "load": _sum_now(numbers[at.LOAD], now_ms, LOAD_HALF_LIFE_MS),
        "accepted": _sum_now(numbers[at.ACCEPTED], now_ms, ANSWER_HALF_LIFE_MS),
        "refused": _sum_now(numbers[at.REFUSED], now_ms, ANSWER_HALF_LIFE_MS),
        "work": _sum_now(numbers[at.WORK], now_ms, WORK_HALF_LIFE_MS),
        "upheld": _sum_now(numbers[at.UPHELD], now_ms, TRUST_HALF_LIFE_MS),
        "overruled": _sum_now(numbers[at.OVERRULED], now_ms, TRUST_HALF_LIFE_MS),
        "rested_s": None if _is_none(worked) else (now_ms - worked) / 1000,
        "worked_heavy": numbers[at.HEAVY] == 1,
        "offers_last_hour": sum(moment >= now_ms - HOUR_MS for moment in person.offers),
        "offers_last_day": sum(moment >= now_ms - DAY_MS for moment in person.offers),
    }
