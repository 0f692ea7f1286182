"""Operators: they report, change, cancel and close incidents at a steady rate; some send the same again, or something else."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import quote

from streams import clock
from tests.faults.client import Client, Order, Reply
from tests.faults.options import Profile
from tests.faults.people import DIGITAL_SKILL, FIELD_SKILL, People
from tests.faults.poison import Poisoner
from tests.faults.volunteers import Volunteers

OPERATORS = ("op-1", "op-2", "op-3")
REPEATED, OTHER_BODY = 0.10, 0.01
AT_ONCE = 64
YOUNG_S = 6.0
"""An incident is left alone for so long."""
LEFT_OPEN = 12
"""Incidents that stay open when the shift ends: they must come to something by themselves."""
PLACES_EVERY_S = 45.0
OPEN_PAGE = "/v1/incidents?limit=200&status=reported,dispatching,unfilled,staffed,in_progress"
WEIGHTS = {
    "report": 26,
    "update": 9,
    "cancel": 5,
    "close": 19,
    "duty": 5,
    "position": 26,
    "read": 8,
    "poison": 2,
    "reopen": 2,
    "escalate": 1,
    "withdraw": 2,
    "remind": 1,
    "assign": 2,
}


@dataclass(frozen=True, slots=True)
class Open:
    id: str
    since_s: float


class Operators:
    """`factor` multiplies the rate."""

    def __init__(
        self, client: Client, people: People, volunteers: Volunteers, poisoner: Poisoner, profile: Profile, seed: int
    ) -> None:
        self._client = client
        self._people = people
        self._volunteers = volunteers
        self._poisoner = poisoner
        self._rate = profile.rate
        self._random = Random(f"operators {seed}")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._open: list[Open] = []
        self._ended: list[str] = []
        self.factor = 1.0
        self.left_out = 0
        """Operations that were due while too many were under way."""

    async def run(self) -> None:
        """Until cancelled."""
        deeds: dict[str, Callable[[], Awaitable[Any]]] = {
            "report": self._report,
            "update": self._update,
            "cancel": lambda: self._end_one("cancel"),
            "close": lambda: self._end_one("close"),
            "duty": lambda: self._volunteers.change_duty(self._random.choice(self._people.townspeople)),
            "position": lambda: self._volunteers.move(self._random.choice(self._people.townspeople)),
            "read": self._read,
            "poison": self._poisoner.one,
            "reopen": self._reopen,
            "escalate": self._escalate,
            "withdraw": self._withdraw,
            "remind": self._remind,
            "assign": self._assign,
        }
        next_places_s = clock.monotonic_s() + PLACES_EVERY_S
        rate, rate_until_s = self._random.uniform(*self._rate), clock.monotonic_s() + 30
        while True:
            (deed,) = self._random.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))
            if len(self._tasks) < AT_ONCE * max(1.0, self.factor / 2):
                self._begin(deeds[deed]())
            else:
                self.left_out += 1
            if clock.monotonic_s() > next_places_s:
                next_places_s += PLACES_EVERY_S
                self._begin(self._volunteers.tell_places(list(self._people.by_id.values())))
            if clock.monotonic_s() > rate_until_s:
                rate, rate_until_s = self._random.uniform(*self._rate), clock.monotonic_s() + 30
            await asyncio.sleep(self._random.expovariate(1) / (rate * self.factor))

    async def end_shift(self) -> None:
        """Waits for what is under way, then closes all but a few: also what was taken in without an answer."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=30)
        gate = asyncio.Semaphore(8)

        async def close(incident: str) -> None:
            async with gate:
                await self._client.done(self._order("close", "POST", f"/v1/incidents/{incident}/close", {}), repeats=8)

        waiting = sorted(await self._all_open())
        self._random.shuffle(waiting)
        await asyncio.gather(*(close(incident) for incident in waiting[LEFT_OPEN:]))

    async def _all_open(self) -> set[str]:
        found = {incident.id for incident in self._open}
        path: str | None = OPEN_PAGE
        while path is not None:
            status, page = await self._client.read(path, "monitor", "reader")
            if status != 200:
                await asyncio.sleep(1.0)
                continue
            found |= {item["id"] for item in page["items"]}
            path = f"{OPEN_PAGE}&cursor={quote(page['next'])}" if page["next"] else None
        return found

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _report(self) -> None:
        order = self._order("report", "POST", "/v1/incidents", self._incident())
        reply = await self._client.done(order)
        if reply.is_ok:
            self._open.append(Open(reply.answer["id"], clock.monotonic_s()))
        await self._perhaps_again(order, reply)

    async def _update(self) -> None:
        if incident := self._one_open():
            changes: list[dict[str, Any]] = [
                {"priority": self._random.choice(["critical", "high", "normal", "low"])},
                {"location": self._location()},
                {"description": self._people.text("Жаңа мәлімет"), "language": "kk"},
                {"address": self._people.text("Абай даңғылы")},
                {"caller": self._people.contact()},
                {"requirements": self._requirements()},
            ]
            change = self._random.choice(changes) | self._precondition()
            order = self._order("update", "PATCH", f"/v1/incidents/{incident.id}", change)
            await self._perhaps_again(order, await self._client.done(order))

    def _precondition(self) -> dict[str, Any]:
        """Often none; else what somebody may believe who looked a while ago, right or wrong."""
        drawn = self._random.random()
        if drawn < 0.5:
            return {}
        if drawn < 0.8:
            return {"edit_version": self._random.choice([0, 0, 2, 3, 5])}
        return {"expected": {"priority": self._random.choice(["critical", "high", "normal", "low"])}}

    async def _end_one(self, what: str) -> None:
        if incident := self._one_open():
            self._open.remove(incident)
            reason = {"reason": self._people.text("Аяқталды")} if self._random.random() < 0.3 else {}
            order = self._order(what, "POST", f"/v1/incidents/{incident.id}/{what}", reason)
            reply = await self._client.done(order)
            if reply.is_ok:
                self._ended.append(incident.id)
            await self._perhaps_again(order, reply)

    async def _reopen(self) -> None:
        if self._ended:
            incident = self._ended.pop(self._random.randrange(len(self._ended)))
            reason = {"reason": self._people.text("Қайта басталды")}
            order = self._order("reopen", "POST", f"/v1/incidents/{incident}/reopen", reason)
            reply = await self._client.done(order)
            if reply.is_ok:
                self._open.append(Open(incident, clock.monotonic_s()))
            await self._perhaps_again(order, reply)

    async def _escalate(self) -> None:
        if incident := self._one_open():
            order = self._order("escalate", "POST", f"/v1/incidents/{incident.id}/escalate", {})
            await self._perhaps_again(order, await self._client.done(order))

    async def _assign(self) -> None:
        if incident := self._one_open():
            body = {
                "volunteer_id": self._random.choice(self._people.townspeople).id,
                "requirement_id": "r1",
                "force": True,
                "reason": self._people.text("Жақын тұрады"),
            }
            order = self._order("assign", "POST", f"/v1/incidents/{incident.id}/offers", body)
            await self._perhaps_again(order, await self._client.done(order))

    async def _withdraw(self) -> None:
        if offers := self._volunteers.held():
            body = {"reason": self._people.text("Қажет емес"), "replace": self._random.random() < 0.7}
            order = self._order("withdraw", "POST", f"/v1/offers/{self._random.choice(offers)}/withdraw", body)
            await self._perhaps_again(order, await self._client.done(order))

    async def _remind(self) -> None:
        if offers := self._volunteers.held():
            order = self._order("remind", "POST", f"/v1/offers/{self._random.choice(offers)}/remind", {})
            await self._perhaps_again(order, await self._client.done(order))

    async def _read(self) -> None:
        if self._open:
            order = self._order("read", "GET", f"/v1/incidents/{self._random.choice(self._open).id}", None)
            await self._client.do(replace(order, key=None))

    async def _perhaps_again(self, order: Order, reply: Reply) -> None:
        drawn = self._random.random()
        if drawn < OTHER_BODY:
            other = {"description": self._people.text("Басқа")} if order.method == "PATCH" else None
            body = other or {"reason": self._people.text("Басқа")}
            if order.what == "report" and order.body is not None:
                # At the same place: elsewhere it may be another zone, where no worker can know of the first one.
                body = {**self._incident(), "location": order.body["location"]}
            await self._client.do(replace(order, body=body), other_body_of=reply.op)
        elif drawn < OTHER_BODY + REPEATED:
            await asyncio.sleep(self._random.uniform(0, 3))
            await self._client.do(order, repeat_of=reply.op)

    def _one_open(self) -> Open | None:
        old_s = clock.monotonic_s() - YOUNG_S
        old = [incident for incident in self._open if incident.since_s < old_s]
        return self._random.choice(old) if old else None

    def _order(self, what: str, method: str, path: str, body: dict[str, Any] | None) -> Order:
        return Order(
            what=what,
            role="operator",
            actor=self._random.choice(OPERATORS),
            method=method,
            path=path,
            body=body,
            key=self._client.draw_id(),
        )

    def _incident(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": self._random.choice(["road.accident", "medical.other", "welfare.check", "search.missing_person"]),
            "priority": self._random.choice(["critical", "high", "normal", "low"]),
            "location": self._location(),
            "language": "kk",
            "requirements": self._requirements(),
        }
        if self._random.random() < 0.5:
            body["description"] = self._people.text("Көмек керек")
            body["address"] = self._people.text("Абай даңғылы")
            body["caller"] = self._people.contact()
        return body

    def _location(self) -> dict[str, Any]:
        town = self._random.choice(self._people.towns)
        # Three decimals: no volunteer's fix is ever as round.
        spread = [round(centre + self._random.uniform(-0.03, 0.03), 3) for centre in (town.lon, town.lat)]
        return {"type": "Point", "coordinates": spread}

    def _requirements(self) -> list[dict[str, Any]]:
        window_s = self._random.randint(6, 20)
        count = self._random.choice([1, 1, 2])
        wanted = [{"capability": "field", "skill": FIELD_SKILL, "count": count, "window_s": window_s}]
        if self._random.random() < 0.2:
            wanted.append({"capability": "digital", "skill": DIGITAL_SKILL, "count": 1, "window_s": window_s})
        return wanted
