"""Volunteers: they register, move, go off duty, and answer offers: yes, no, not at all, too late; then they go and work."""

import asyncio
from random import Random
from typing import Any

from streams import clock
from tests.faults.client import Client, Order, Reply
from tests.faults.people import DIGITAL_SKILL, People, Person

TRACKER = "tracker-1"
REGISTRAR = "op-registrar"
ANSWER_AFTER_S = (0.2, 3.0)
DUTY_ATTEMPTS = 40
REGISTERED_AT_ONCE = 8
CONFIRMS = 0.8
SENT = ("accepted", "en_route", "on_scene")
ENDED = ("withdrawn", "stood_down", "void")


class Volunteers:
    def __init__(self, client: Client, people: People, seed: int) -> None:
        self._client = client
        self._people = people
        self._random = Random(f"volunteers {seed}")
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked: set[str] = set()
        self._ended: set[str] = set()
        self._told: set[tuple[str, int]] = set()
        self.willing = False
        """The end of the shift is near: nobody says no any more."""
        self.resting = False
        """Nobody answers any more."""

    async def register(self) -> None:
        gate = asyncio.Semaphore(REGISTERED_AT_ONCE)

        async def one(person: Person) -> None:
            async with gate:
                reply = await self._client.done(self.profile_order(person))
                assert reply.is_ok, f"{person.id} was not registered: {reply}"
                # Right after the start the profile may be in the log and not in Redis yet: 404 or 503 for some seconds.
                for _ in range(DUTY_ATTEMPTS):
                    reply = await self._client.done(self.duty_order(person, person.on_duty))
                    if reply.is_ok:
                        break
                    await asyncio.sleep(0.5)
                assert reply.is_ok, f"{person.id} has no duty: {reply}"

        everybody = list(self._people.by_id.values())
        await asyncio.gather(*(one(person) for person in everybody))
        await self.tell_places(everybody)

    async def tell_places(self, people: list[Person]) -> None:
        """What their devices say, through the tracker."""
        places = [{"volunteer_id": person.id, **person.fix()} for person in people]
        body = {"locations": places}
        await self._client.do(
            Order(what="position", role="tracker", actor=TRACKER, method="POST", path="/v1/locations", body=body)
        )

    async def move(self, person: Person) -> None:
        person.place = self._people.near(person.place, 60)
        path = f"/v1/volunteers/{person.id}/location"
        body = person.fix()
        await self._client.do(
            Order(what="position", role="volunteer", actor=person.id, method="PUT", path=path, body=body)
        )

    async def change_duty(self, person: Person) -> None:
        """Off duty for a while, then back, whatever they had promised."""
        for on_duty in (False, True):
            if on_duty:
                await asyncio.sleep(self._random.uniform(3, 8))
            person.on_duty = on_duty
            await self._client.done(self.duty_order(person, on_duty))

    def profile_order(self, person: Person) -> Order:
        path = f"/v1/volunteers/{person.id}"
        # By an operator, who vouches for the skills.
        return Order(what="register", role="operator", actor=REGISTRAR, method="PUT", path=path, body=person.profile)

    def duty_order(self, person: Person, on_duty: bool) -> Order:
        """By themselves: a sign of life, without which nobody is asked in quiet hours."""
        path = f"/v1/volunteers/{person.id}/duty"
        return Order(what="duty", role="volunteer", actor=person.id, method="PUT", path=path, body={"on_duty": on_duty})

    def hear(self, step: dict[str, Any]) -> None:
        """An offer is answered once, however often it is told."""
        if step["state"] in ENDED:
            self._ended.add(step["id"])
        person = self._people.by_id.get(step["volunteer_id"])
        if person is not None and step.get("changes") and step["state"] in SENT and not self.resting:
            self._hear_of_change(person, step)
        if person is not None and step.get("notice") == "still_coming" and not self.resting:
            self._begin(self._say_so(person, step))
        is_new = step["state"] == "offered" and not step.get("notice") and step["id"] not in self._asked
        if person is None or not is_new or self.resting:
            return
        self._asked.add(step["id"])
        self._begin(self._answer(person, step))

    def _hear_of_change(self, person: Person, step: dict[str, Any]) -> None:
        """Most confirm what changed of their job, some never look at it."""
        change = (step["id"], step["epoch"])
        if change not in self._told and self._random.random() < CONFIRMS:
            self._told.add(change)
            self._begin(self._confirm(person, step))

    async def _confirm(self, person: Person, step: dict[str, Any]) -> None:
        await asyncio.sleep(self._random.uniform(*ANSWER_AFTER_S))
        await self._say(person, step, "confirm", {"version": step["epoch"]})

    async def _say_so(self, person: Person, step: dict[str, Any]) -> None:
        """Asked whether they are still coming; some let it ring."""
        await asyncio.sleep(self._random.uniform(*ANSWER_AFTER_S))
        if self._random.random() < CONFIRMS:
            await self._say(person, step, "check-in", {})

    def held(self) -> list[str]:
        """Offers that were made and of whose end nobody has heard, the newest ones."""
        return sorted(self._asked - self._ended)[-50:]

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, person: Person, step: dict[str, Any]) -> None:
        await asyncio.sleep(self._random.uniform(*ANSWER_AFTER_S))
        if self._has_seen_its_end(step):
            return
        yes, no, late = (1.0, 0.0, 0.0) if self.willing else person.nature
        drawn = self._random.random()
        if drawn < yes:
            await self._accept(person, step)
        elif drawn < yes + no:
            reason = self._random.choice(["busy", "too_far", "other"])
            await self._say(person, step, "decline", {"reason": reason, "text": self._people.text("Бара алмаймын")})
        elif drawn < yes + no + late:
            await asyncio.sleep(max(0.0, (step["expires_ms"] - clock.now_ms()) / 1000) + self._random.uniform(0.5, 3))
            await self._accept(person, step)

    def _has_seen_its_end(self, step: dict[str, Any]) -> bool:
        """Some look at their telephone before they answer, some do not."""
        return step["id"] in self._ended and self._random.random() < 0.8

    async def _accept(self, person: Person, step: dict[str, Any]) -> None:
        if not (await self._say(person, step, "accept")).is_ok:
            return
        if person.skill == DIGITAL_SKILL:
            await asyncio.sleep(self._random.uniform(1, 4))
            outcome = self._random.choice(["confirmed", "confirmed", "false", "unclear"])
            await self._say(person, step, "result", {"outcome": outcome, "text": self._people.text("Тексерілді")})
            return
        for state in ("en_route", "on_scene", "done"):
            await asyncio.sleep(self._random.uniform(1, 6))
            if self._random.random() < 0.1 or self._has_seen_its_end(step):
                return
            if not (await self._say(person, step, "progress", {"state": state})).is_ok:
                return

    async def _say(self, person: Person, step: dict[str, Any], what: str, body: dict[str, Any] | None = None) -> Reply:
        order = Order(
            what=what,
            role="volunteer",
            actor=person.id,
            method="POST",
            path=f"/v1/offers/{step['id']}/{what}",
            body=body,
            key=self._client.draw_id(),
        )
        reply = await self._client.done(order)
        if self._random.random() < 0.1:
            await self._client.do(order, repeat_of=reply.op)
        return reply
