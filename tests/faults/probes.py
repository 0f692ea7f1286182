"""Probes: an incident beside idle people whose skill nobody else has, one for each partition, so that only trouble can delay it.

From the first try to report it to the moment its first offer is in the log is what a caller waits for.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from streams import clock
from tests.faults.client import Client, Order
from tests.faults.people import PROBE_SKILL, People

GIVEN_UP_AFTER_S = 240.0
"""A probe without an offer by then counts as never staffed."""
SETTLED_WITHIN_S = 20.0
OPERATOR = "op-probe"


@dataclass(slots=True)
class _Waiting:
    offered: "asyncio.Future[int]"
    accepted: "asyncio.Future[None]"


@dataclass(slots=True)
class Round:
    """Seconds from the beginning of the measurement to the first offer, by partition; None for never."""

    fault: str
    since: str
    latencies_s: list[float | None] = field(default_factory=list)

    @property
    def worst_s(self) -> float | None:
        found = [latency for latency in self.latencies_s if latency is not None]
        return max(found) if found and len(found) == len(self.latencies_s) else None


class Probes:
    def __init__(self, client: Client, people: People) -> None:
        self._client = client
        self._people = people
        self._waiting: dict[str, _Waiting] = {}
        self._heard: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._own = {person.id for person in people.probed}
        self.rounds: list[Round] = []

    async def round(self, fault: str, since: str = "begin") -> Round:
        """One probe for each partition at once; returns when all have been offered or given up."""
        began_ms = clock.now_ms()
        places = range(len(self._people.probe_places))
        measured = Round(fault, since)
        measured.latencies_s = list(await asyncio.gather(*(self._probe(number, began_ms) for number in places)))
        self.rounds.append(measured)
        return measured

    def hear(self, step: dict[str, Any], at_ms: int) -> None:
        """Everybody who is asked says yes; who was asked first is measured."""
        if step["volunteer_id"] not in self._own or step["state"] != "offered" or step.get("notice"):
            return
        incident = step["incident_id"]
        if incident in self._heard:
            return
        self._heard[incident] = at_ms
        if waiting := self._waiting.get(incident):
            waiting.offered.set_result(at_ms)
        task = asyncio.ensure_future(self._accept(step))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, step: dict[str, Any]) -> None:
        order = Order(
            what="accept",
            role="volunteer",
            actor=step["volunteer_id"],
            method="POST",
            path=f"/v1/offers/{step['id']}/accept",
            key=self._client.draw_id(),
        )
        await self._client.done(order, repeats=8)
        if waiting := self._waiting.get(step["incident_id"]):
            waiting.accepted.set_result(None)

    async def _probe(self, number: int, began_ms: int) -> float | None:
        place = self._people.probe_places[number]
        body = {
            "type": "medical.other",
            "priority": "critical",
            "location": {"type": "Point", "coordinates": [place.lon, place.lat]},
            "requirements": [{"capability": "field", "skill": PROBE_SKILL, "count": 1, "window_s": 10}],
        }
        reply = await self._client.done(self._order("report", "/v1/incidents", body), repeats=80)
        if not reply.is_ok:
            return None
        incident = reply.answer["id"]
        loop = asyncio.get_running_loop()
        waiting = self._waiting.setdefault(incident, _Waiting(loop.create_future(), loop.create_future()))
        if incident in self._heard and not waiting.offered.done():
            waiting.offered.set_result(self._heard[incident])
        try:
            return await self._measured(waiting, began_ms)
        finally:
            del self._waiting[incident]
            await self._client.done(self._order("close", f"/v1/incidents/{incident}/close", {}), repeats=8)

    async def _measured(self, waiting: _Waiting, began_ms: int) -> float | None:
        try:
            at_ms = await asyncio.wait_for(asyncio.shield(waiting.offered), GIVEN_UP_AFTER_S)
        except TimeoutError:
            return None
        await asyncio.wait([waiting.accepted], timeout=SETTLED_WITHIN_S)
        return max(0, at_ms - began_ms) / 1000

    def _order(self, what: str, path: str, body: dict[str, Any]) -> Order:
        key = self._client.draw_id()
        return Order(what=what, role="operator", actor=OPERATOR, method="POST", path=path, body=body, key=key)
