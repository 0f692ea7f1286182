"""A person became available: advances the retries of waiting incidents, in memory. Counterpart of wake.lua, which says why."""

from collections.abc import Mapping

from dispatch.model.incidents import Incident
from dispatch.model.languages import shares_language
from dispatch.model.travel import reach_m
from streams.store.apply import Terms, terms_of, waited_skills
from streams.store.memory.distances import metres
from streams.store.memory.people import StoredPerson
from streams.store.memory.timers import Timers

# The same numbers as in wake.lua; `tests/contracts/test_newcomers.py` judges both.
WAKE_AT_ONCE = 3
WAKE_EVERY_MS = 600
HOLD_BACK_AT_MOST = 13
LATER_PER_TIMER_MS = 2
SCARCE_WAITS_MS = 1_500

Waiting = Mapping[str, Mapping[str, tuple[Incident, str]]]
"""For each incident: its waiting requirements (incident, requirement id) by index member. Members sort by urgency."""


def wake(
    person: StoredPerson,
    waiting: Waiting,
    timers: Timers,
    now_ms: int,
    except_incident: str | None,
    verified: frozenset[str],
) -> None:
    """`except_incident`: the incident that has just released the person and need not retry. `verified`: verified skills."""
    if person.claim or person.distress_ids or not person.is_on_duty:
        return
    first_ms = now_ms + 100 + LATER_PER_TIMER_MS * timers.due_until(now_ms + 1000)
    others = [entry for entry in waiting_for(person, waiting, verified) if entry[0] != except_incident]
    for place, (incident_id, is_scarce) in enumerate(others[: WAKE_AT_ONCE + HOLD_BACK_AT_MOST]):
        turn_ms = first_ms + WAKE_EVERY_MS * min(place, WAKE_AT_ONCE)
        turn_ms = max(turn_ms, now_ms + SCARCE_WAITS_MS) if is_scarce else turn_ms
        timers.take_turn(incident_id, turn_ms, is_first=place == 0, is_woken=place < WAKE_AT_ONCE)


def waiting_for(person: StoredPerson, waiting: Waiting, verified: frozenset[str]) -> list[tuple[str, bool]]:
    """Waiting incidents, most urgent first, each once, and whether only its wave fell short of its certainty."""
    members = sorted(
        (member, incident.id)
        for of_incident in waiting.values()
        for member, (incident, requirement_id) in of_incident.items()
        if _might_fill(person, incident, requirement_id, verified)
    )
    first: dict[str, bool] = {}
    for member, incident_id in members:
        # Classes 2 and 3 are waves that fell short (`redis_keys.scarce_field`).
        first.setdefault(incident_id, member[0] >= "2")
    return list(first.items())


def _might_fill(person: StoredPerson, incident: Incident, requirement_id: str, verified: frozenset[str]) -> bool:
    requirement = next(line for line in incident.requirements if line.id == requirement_id)
    if person.profile is None:
        return False
    profile = person.profile
    return any(
        _meets(person, incident, terms_of(incident, requirement, skill), placed)
        for skill, placed in waited_skills(incident, requirement)
        if skill in profile.skills and (skill in verified or not requirement.needs_verified(skill))
    )


def _meets(person: StoredPerson, incident: Incident, terms: Terms, placed: bool) -> bool:
    profile = person.profile
    assert profile is not None
    if terms.capability not in profile.capabilities:
        return False
    if terms.languages and not shares_language(terms.languages, profile.languages):
        return False
    if not placed or incident.area is None:
        return True
    if person.field_mode != "free" or person.found_at is None:
        return False
    own_m = min(reach_m(profile.max_distance_m, profile.travel_mode), terms.limit_m)
    return metres(incident.area.centre, person.found_at) - terms.reach_m <= own_m
