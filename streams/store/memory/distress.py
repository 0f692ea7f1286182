"""Who is in danger, in memory. Counterpart of `replace_distress` in incident.lua."""

from dispatch.model.incidents import Incident
from streams.store.memory.people import People, StoredPerson

KEPT = 20
"""As DISTRESS_KEPT in incident.lua."""


class DistressIndex:
    """`of`: by person, the incidents of their own danger by the time of the report."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._distressed: dict[str, frozenset[str]] = {}
        self.of: dict[str, dict[str, int]] = {}

    def write(self, incident: Incident) -> list[StoredPerson]:
        """Returns the people who are in danger no more."""
        wanted = frozenset(incident.people_in_distress) if incident.is_open else frozenset()
        before = self._distressed.pop(incident.id, frozenset())
        if wanted:
            self._distressed[incident.id] = wanted
        for volunteer_id in wanted:
            self._people.person(volunteer_id).distress_ids.add(incident.id)
        if incident.distress_of is not None:
            known = {**self.of.get(incident.distress_of, {}), incident.id: incident.times.logged_ms}
            self.of[incident.distress_of] = dict(sorted(known.items(), key=lambda one: (one[1], one[0]))[-KEPT:])
        return [person for one in sorted(before - wanted) if (person := self._left(one, incident.id))]

    def _left(self, volunteer_id: str, incident_id: str) -> StoredPerson | None:
        person = self._people.person(volunteer_id)
        person.distress_ids.discard(incident_id)
        self._people.settle(person)
        return None if person.distress_ids else person
