"""The picture of a play: the indexed store, with people whose phones go on reporting.

A position is half a report interval old whenever it is asked for, and who is on their way is where their trip has come.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from dispatch.model.people import Candidate, Presence
from streams.simulator.movement import SimulatedTrip
from streams.store.memory.indexed import IndexedSearch, IndexedStore
from streams.store.memory.people import StoredPerson

FIX_AGE_S = 15.0
NEVER_STALE_MS = 10**15


class _PlayedSearch(IndexedSearch):
    def _candidate(self, person: StoredPerson, distance: float | None) -> Candidate:
        profile, fix, now_ms = person.profile, person.fix, self._people.now_ms()
        assert profile is not None
        assert fix is not None
        return Candidate(
            volunteer_id=person.id,
            skills=frozenset(profile.skills),
            languages=profile.languages,
            travel_mode=profile.travel_mode,
            max_distance_m=profile.max_distance_m,
            distance_m=distance,
            place=fix.place,
            fix_age_s=FIX_AGE_S,
            accuracy_m=fix.accuracy_m,
            load=person.load_at(now_ms),
            verified=self._people.verified.valid(person.id),
            **self._people.history(person),
        )


class QuickPicture(IndexedStore):
    """`trips`: who is on their way, as their phones tell it."""

    searched_by = _PlayedSearch

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.trips: dict[str, SimulatedTrip] = {}
        super().__init__(now_ms, fix_age_limit_ms=NEVER_STALE_MS)

    async def presence(self, volunteer_ids: Sequence[str]) -> dict[str, Presence]:
        now_ms = self._clock()
        return {
            one: replace(known, place=trip.place_at(now_ms / 1000), fix_at_ms=now_ms, heard_at_ms=now_ms)
            if (trip := self.trips.get(one))
            else known
            for one, known in (await super().presence(volunteer_ids)).items()
        }

    def let_go(self, incident_id: str) -> None:
        """Of an incident that has ended: nobody asks for it any more, and what is near is looked for among all."""
        for kept in (self.incidents, self.timers.of, self._waiting, self.timeline):
            kept.pop(incident_id, None)
