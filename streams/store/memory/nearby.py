"""Open incidents near a place, and where engaged people are, in memory. Counterpart of `streams/store/nearby.py`."""

from collections.abc import Iterable
from operator import attrgetter

from dispatch.incidents.duplicates import APART_S, neighbour_of, neighbours_by_number
from dispatch.model.context import Neighbour, Spot, Whereabouts
from dispatch.model.incidents import Incident
from dispatch.model.travel import reach_m
from streams.store.memory.distances import metres
from streams.store.memory.people import People
from streams.store.nearby import NAMED_AT_MOST, NEAR_AT_MOST


def near(incidents: Iterable[Incident], spot: Spot) -> tuple[Neighbour, ...]:
    # The time is compared before the limit: the nearest 20 of the report's own half hour count (DESIGN 90).
    within = [
        (distance, neighbour.incident_id, neighbour)
        for neighbour in _neighbours(incidents)
        if neighbour.centre is not None
        and (distance := metres(spot.place, neighbour.centre)) - neighbour.reach_m <= spot.within_m
        and (spot.logged_ms is None or abs(neighbour.logged_ms - spot.logged_ms) <= APART_S * 1000)
    ]
    return tuple(neighbour for _, _, neighbour in sorted(within, key=lambda row: row[:2])[:NEAR_AT_MOST])


def named(incidents: Iterable[Incident], digest: str) -> tuple[Neighbour, ...]:
    found = [known for incident in incidents if (known := neighbours_by_number(incident).get(digest))]
    return tuple(sorted(found, key=attrgetter("incident_id"))) if len(found) <= NAMED_AT_MOST else ()


def _neighbours(incidents: Iterable[Incident]) -> list[Neighbour]:
    return [neighbour for incident in incidents if (neighbour := neighbour_of(incident))]


def whereabouts(people: People, volunteer_id: str) -> Whereabouts | None:
    person = people.known.get(volunteer_id)
    if person is None or person.profile is None:
        return None
    fix = person.fix
    own_m = reach_m(person.profile.max_distance_m, person.profile.travel_mode)
    # Unlike `People.place_of`, a stale fix never counts here, even if there is no home place.
    place = fix.place if fix is not None and people.is_usable(fix, own_m) else person.home
    if place is None:
        return None
    skills = frozenset(person.profile.skills)
    return Whereabouts(place=place, travel_mode=person.profile.travel_mode, skills=skills)
