"""Hazard areas and the people inside them, in memory. Counterpart of `streams/store/hazards.py`."""

from collections.abc import Iterable

from dispatch.model.hazard_areas import HazardArea, Inside, ground_of, inside_of
from dispatch.model.incidents import Incident
from dispatch.model.languages import canonicals
from dispatch.model.people import Presence
from dispatch.model.places import Area
from dispatch.ports import UnderWay
from dispatch.safety import hazard_crossings
from streams.store.hazards import SPARE
from streams.store.memory.distances import metres
from streams.store.memory.people import People, StoredPerson


class HazardGrounds:
    """The hazard areas of open incidents, with a version that changes with every change and is never reused."""

    def __init__(self) -> None:
        # Never reset: a worker that knows a version from before `clear` must not take other areas for its own.
        self._changes = 0
        self._known: dict[str, HazardArea] = {}
        self.version = ""

    def clear(self) -> None:
        """Removes all areas. The version counter goes on, so no version is reused."""
        self._known = {}
        self.version = ""

    def write(self, incident: Incident) -> None:
        ground = ground_of(incident)
        if ground == self._known.get(incident.id):
            return
        self._known.pop(incident.id, None)
        if ground is not None:
            self._known[incident.id] = ground
        self._changes += 1
        self.version = str(self._changes)

    def since(self, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
        if self.version == known:
            return self.version, None
        return self.version, tuple(self._known[one] for one in sorted(self._known))


def inside(people: People, area: Area) -> Inside:
    reach_m = area.reach_m * SPARE
    places = {
        person.id: person.found_at
        for person in people.known.values()
        if person.field_mode and person.found_at is not None and metres(area.centre, person.found_at) <= reach_m
    }
    return inside_of(area, places, is_everybody=True)


def under_way(incidents: Iterable[Incident], area: Area) -> UnderWay:
    reach_m = (area.reach_m + hazard_crossings.LOOKED_AT_M) * SPARE
    near = sorted(
        (metres(area.centre, incident.area.centre), incident.id)
        for incident in incidents
        if incident.area is not None and hazard_crossings.under_way(incident)
    )
    within = [incident_id for away_m, incident_id in near if away_m <= reach_m]
    most = hazard_crossings.INCIDENTS_MOST
    return UnderWay(incident_ids=tuple(within[:most]), beyond=len(within) > most)


def presence(person: StoredPerson | None, verified: frozenset[str]) -> Presence | None:
    if person is None or person.profile is None:
        return None
    profile, fix = person.profile, person.fix
    return Presence(
        on_duty=person.is_on_duty,
        travel_mode=profile.travel_mode,
        place=fix.place if fix else None,
        fix_at_ms=fix.at_ms if fix else None,
        accuracy_m=fix.accuracy_m if fix else None,
        heard_at_ms=person.track.newest.at_ms if person.track else None,
        is_silent_by_word=bool(person.track and not person.track.newest.continues),
        home=person.home,
        capabilities=frozenset(profile.capabilities),
        skills=frozenset(profile.skills),
        languages=canonicals(profile.languages),
        max_distance_m=profile.max_distance_m,
        verified=verified,
        in_distress=bool(person.distress_ids),
        offer_id=person.claim.offer_id if person.claim else None,
    )
