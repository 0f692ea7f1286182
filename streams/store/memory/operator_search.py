"""`OperatorSearch` in memory, over the incidents and people that a test has."""

from collections.abc import Callable, Collection, Iterable

from dispatch.incidents.duplicates import numbers_of
from dispatch.model.context import Spot
from dispatch.model.incidents import Incident
from dispatch.model.places import Place
from streams.store.memory import nearby
from streams.store.nearby import NAMED_AT_MOST
from streams.store.operator_search import SCANNED_AT_ONCE, ScannedPeople


class MemoryOperatorSearch:
    """`people`: ids of all people, or of those on duty. `check` raises what the store would raise."""

    def __init__(
        self,
        incidents: Callable[[], Iterable[Incident]],
        people: Callable[[bool], Collection[str]],
        check: Callable[[], None],
    ) -> None:
        self._incidents, self._people, self._check = incidents, people, check

    async def called(self, letters: str, number: int) -> list[str]:
        self._check()
        found = [
            (call.day, one.id)
            for one in self._incidents()
            if (call := one.call_number) and (call.letters, call.number) == (letters, number)
        ]
        return [incident_id for _, incident_id in sorted(found, reverse=True)]

    async def with_external(self, digest: str) -> list[str]:
        self._check()
        ended = [
            (one.times.closed_ms or one.times.decided_ms, one.id)
            for one in self._incidents()
            if not one.is_open and one.merged_into is None and digest in {number.digest for number in numbers_of(one)}
        ]
        known = [one.incident_id for one in nearby.named(self._incidents(), digest)]
        return known + [incident_id for _, incident_id in sorted(ended, reverse=True)[:NAMED_AT_MOST]]

    async def near(self, place: Place, within_m: float) -> list[str]:
        self._check()
        return [one.incident_id for one in nearby.near(self._incidents(), Spot(place=place, within_m=within_m))]

    async def scan_people(self, start: int, *, on_duty: bool) -> ScannedPeople:
        self._check()
        ids = sorted(self._people(on_duty))
        end = start + SCANNED_AT_ONCE
        return ScannedPeople(tuple(ids[start:end]), end if end < len(ids) else 0)
