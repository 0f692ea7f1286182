"""Fixes that become old, in memory. Counterpart of sweep_fixes.lua."""

from streams.store.memory.people import People, StoredPerson


def aged(people: People, ttl_ms: int, limit: int) -> list[StoredPerson]:
    """People whose fix must be examined now. Schedules the next examination; deletes fixes older than `ttl_ms`."""
    now_ms = people.now_ms()
    # `look_at` holds the times at which fixes become stale. With a shorter TTL, they are due earlier.
    until_ms = now_ms + max(0, people.fix_age_limit_ms - ttl_ms)
    due = sorted((at_ms, volunteer_id) for volunteer_id, at_ms in people.look_at.items() if at_ms <= until_ms)
    found = [people.person(volunteer_id) for _, volunteer_id in due[:limit]]
    for person in found:
        _age(people, person, ttl_ms)
    return found


def _age(people: People, person: StoredPerson, ttl_ms: int) -> None:
    at_ms = person.fix.at_ms if person.fix else people.now_ms() - ttl_ms
    age_ms = people.now_ms() - at_ms
    if age_ms >= ttl_ms:
        person.track = None
        del people.look_at[person.id]
    elif age_ms > people.fix_age_limit_ms:
        people.look_at[person.id] = at_ms + ttl_ms
    else:
        people.look_at[person.id] = at_ms + people.fix_age_limit_ms + 1
