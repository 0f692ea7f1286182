"""Limits of what one identity has in flight: how many of its reads are at work, and how many wait for their turn (DESIGN 181).

    work      reads
    read      GET
    heavy     searches, previews, counts by cells, exports, reports of incidents and shifts, lists of people, of the audit and of
              decisions: each takes tens of milliseconds of this process or of Redis
    open      GET without a token, by client address

Reports, answers, distress and every other write are never counted, and live views have a limit of their own (`live_views.py`).
Rates bound what one identity asks for in a second; they permit a burst of a thousand, and a thousand reads at once occupied the
process for everybody. The state is that of one process, as that of the rates.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from api.process.rate_limits import RequestClass
from streams.tokens import Role


class Work(StrEnum):
    READ = "read_in_flight"
    HEAVY = "heavy_in_flight"
    OPEN = "open_in_flight"


@dataclass(frozen=True, slots=True)
class Slots:
    """`at_work` at the same time, and `waiting` for their turn in the order in which they came."""

    at_work: int
    waiting: int


OF_DESK: Mapping[Work, Slots] = {
    # One account may be a whole control room, and all its desks read at once when a connection comes back: a console makes about
    # a dozen reads as it opens, of which two are heavy.
    Work.READ: Slots(at_work=16, waiting=112),
    Work.HEAVY: Slots(at_work=4, waiting=28),
}
OF_PERSON: Mapping[Work, Slots] = {
    Work.READ: Slots(at_work=8, waiting=24),
    Work.HEAVY: Slots(at_work=2, waiting=6),
}
"""Of one volunteer or device."""
OF_ADDRESS = Slots(at_work=64, waiting=192)
"""Generous, because an organisation or a mobile network may share an address; the answers come from memory."""

WAIT_AT_MOST_S = 5.0
"""A page gives up soon after; an answer later than that is for nobody."""
_DESK = frozenset({Role.OPERATOR, Role.ADMIN, Role.MONITOR})
_HEAVY = frozenset(
    {
        "/v1/search",
        "/v1/people/cells",
        "/v1/gis/collections/{collection_id}/items",
        "/v1/volunteers",
        "/v1/volunteers/{volunteer_id}/export",
        "/v1/volunteers/{volunteer_id}/audit",
        "/v1/incidents/{incident_id}/report",
        "/v1/incidents/{incident_id}/decisions",
        "/v1/incidents/{incident_id}/why",
        "/v1/reports/summary",
        "/v1/audit",
    }
)
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


def work_of(kind: RequestClass, path: str, *, is_public: bool) -> Work | None:
    """What a route counts as, by its class and path template; None: it is never refused for what is in flight."""
    if kind is RequestClass.PREVIEW:
        return Work.HEAVY
    # Who asks whether the process lives must be answered also from an address with many other requests.
    if kind is not RequestClass.READ or path in _PROBES:
        return None
    if is_public:
        return Work.OPEN
    return Work.HEAVY if path in _HEAVY else Work.READ


class _Lane:
    """The requests of one identity that count as the same work."""

    __slots__ = ("present", "turns")

    def __init__(self, at_work: int) -> None:
        self.present = 0
        self.turns = asyncio.Semaphore(at_work)


class InFlight:
    """The requests in flight of one process. Memory is bounded by their number: an identity without any is not remembered."""

    def __init__(self, *, is_on: bool = True) -> None:
        self._is_on = is_on
        self._lanes: dict[tuple[Work, str], _Lane] = {}

    async def entered(self, work: Work, role: Role | None, key: str) -> Callable[[], None] | None:
        """Takes a slot, waiting for the turn of the request. The result gives the slot back; None: all slots are taken,
        or the turn did not come within `WAIT_AT_MOST_S`.

        Cancellation while it waits leaves nothing behind. `role`: None without a token; `key`: identity or address.
        """
        if not self._is_on:
            return _nothing
        slots = _slots(work, role)
        lane = self._lanes.get((work, key))
        if lane is None:
            lane = self._lanes[work, key] = _Lane(slots.at_work)
        if lane.present >= slots.at_work + slots.waiting:
            return None
        lane.present += 1
        try:
            async with asyncio.timeout(WAIT_AT_MOST_S):
                await lane.turns.acquire()
        except TimeoutError:
            self._left(work, key, lane)
            return None
        except asyncio.CancelledError:
            self._left(work, key, lane)
            raise

        def leave() -> None:
            lane.turns.release()
            self._left(work, key, lane)

        return leave

    def count(self) -> int:
        """The requests in flight, those included that wait."""
        return sum(lane.present for lane in self._lanes.values())

    def _left(self, work: Work, key: str, lane: _Lane) -> None:
        lane.present -= 1
        if lane.present == 0:
            del self._lanes[work, key]


def _slots(work: Work, role: Role | None) -> Slots:
    if role is None or work is Work.OPEN:
        return OF_ADDRESS
    return (OF_DESK if role in _DESK else OF_PERSON)[work]


def _nothing() -> None:
    return None
