"""What operators search: incidents by their spoken or external number or near a place, and people in pages.

All methods raise `StoreUnavailable` when Redis does not reply, and `NotReady` until Redis has been rebuilt.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from dispatch.model.context import Spot
from dispatch.model.local_time import ALMATY
from dispatch.model.places import Place
from dispatch.ports import NotReady
from streams import clock, redis_keys
from streams.store import nearby
from streams.store.call_numbers import days_before
from streams.store.nearby import NAMED_AT_MOST
from streams.store.redis_client import NOT_REBUILT, Command, RedisClient, ScriptCall

SCANNED_AT_ONCE = 100
"""About how many people one step of a scan returns; Redis decides."""


class ScannedPeople(NamedTuple):
    """`following`: where the scan goes on; 0 at its end."""

    ids: tuple[str, ...]
    following: int


class OperatorSearch(Protocol):
    """`RedisOperatorSearch` and `streams.store.memory.operator_search.MemoryOperatorSearch`."""

    async def called(self, letters: str, number: int) -> list[str]:
        """Ids of the incidents with this call number, of the last 35 days, the newest day first."""

    async def with_external(self, digest: str) -> list[str]:
        """Ids of the incidents with this digest of an external id: at most 20 open ones, then at most 20 that ended
        in the last 35 days, the last end first."""

    async def near(self, place: Place, within_m: float) -> list[str]:
        """Ids of the open incidents near a place, at most 20, the nearest first."""

    async def scan_people(self, start: int, *, on_duty: bool) -> ScannedPeople:
        """A step through all people, or those on duty, in no order. Begins at 0. People who come or go during a scan may be
        missed or repeated."""


class RedisOperatorSearch:
    def __init__(self, link: RedisClient, zone: str = ALMATY) -> None:
        self._link = link
        self._zone = zone

    async def called(self, letters: str, number: int) -> list[str]:
        names = [redis_keys.call_numbers(day, letters) for day in days_before(clock.now_ms(), self._zone)]
        answers = await self._ask([("ZRANGEBYSCORE", name, number, number) for name in names])
        return [incident_id.decode() for answer in answers for incident_id in answer]

    async def with_external(self, digest: str) -> list[str]:
        (found,) = await nearby.named(self._link, [digest])
        (ended,) = await self._ask([("ZREVRANGE", redis_keys.ended_external(digest), 0, NAMED_AT_MOST - 1)])
        # In two reads: what ends in between is in both.
        return list(dict.fromkeys([*(one.incident_id for one in found), *(one.decode() for one in ended)]))

    async def near(self, place: Place, within_m: float) -> list[str]:
        (found,) = await nearby.near(self._link, [Spot(place=place, within_m=within_m)])
        return [one.incident_id for one in found]

    async def scan_people(self, start: int, *, on_duty: bool) -> ScannedPeople:
        name = redis_keys.ON_DUTY if on_duty else redis_keys.VOLUNTEERS
        ((following, ids),) = await self._ask([("SSCAN", name, start, "COUNT", SCANNED_AT_ONCE)])
        return ScannedPeople(tuple(sorted(one.decode() for one in ids)), int(following))

    async def _ask(self, commands: Sequence[Command]) -> list[Any]:
        # In the same round trip: an emptied Redis would say that nothing is there.
        ready, *answers = await self._link.run([ScriptCall("ready"), *commands])
        if not ready:
            raise NotReady(NOT_REBUILT)
        return answers
