"""One offer in the hands of a simulated person: from its notice over the answer and the work to the end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from random import Random
from typing import Any

from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, OfferState, Task
from streams.api_client import Api, ApiCaller, ApiResponse
from streams.api_paths import path_of
from streams.simulator.answers import Habits, Kind, Work, draw_answer, draw_digital_work, draw_field_work, draw_result
from streams.simulator.answers import SimulatedAnswer as DrawnAnswer
from streams.simulator.director import Director
from streams.simulator.movement import SimulatedTrip, round_at
from streams.simulator.observed_offers import SeenOffer
from streams.simulator.people import SimulatedPerson
from streams.simulator.scenes import ScenePart

CONFIRMED_WITHIN_S = 5.0
"""How long a volunteer who accepted waits for the details before leaving without them."""
_LOOK_AGAIN_S = 0.25
"""How often the details are read until the acceptance is decided."""

Clock = Callable[[], float]


@dataclass(slots=True)
class Job:
    """An offer that a person holds. `ended` is set when the offer is withdrawn or has ended."""

    offer: SeenOffer
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    seen_version: int = 0
    """The newest change of the job of which the person has a notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The shared state of a run. `now_s`: seconds since its start; positions are a function of it. `director`: of the scenes."""

    api: Api
    habits: Habits
    seed: int
    now_s: Clock
    director: Director
    trips: dict[str, SimulatedTrip] = field(default_factory=dict)

    def place_of(self, person: SimulatedPerson) -> Place:
        trip = self.trips.get(person.id)
        return trip.place_at(self.now_s()) if trip else round_at(person, self.now_s())

    def redirect(self, person: SimulatedPerson, goal: Place) -> None:
        """Sends a person who is on a trip to another goal. The time of arrival stays."""
        trip, now_s = self.trips.get(person.id), self.now_s()
        if trip is not None and trip.goal != goal:
            start = trip.place_at(now_s)
            self.trips[person.id] = replace(trip, start=start, goal=goal, starts_s=min(now_s, trip.arrives_s))


class OfferEnding(Enum):
    """How work on an offer ended."""

    OVER = auto()  # resumed if the offer appears again: answering twice is harmless
    ABANDONED = auto()  # the person ignores the offer from now on


class HeldOffer:
    """One offer from its notice to the end of the work. All random draws depend on the offer only."""

    def __init__(self, world: World, person: SimulatedPerson, job: Job) -> None:
        self._world = world
        self._api = world.api
        self._habits = world.habits
        self._person = person
        self._job = job
        self._id = job.offer.id
        # By offer and not shared: tasks run in any order, and the draws must not depend on it.
        self._rng = Random(f"{world.seed}:{job.offer.id}")
        self._part: ScenePart | None = None
        """In a scene: how the script says that the person answers and works."""

    async def follow(self) -> OfferEnding:
        director = self._world.director
        self._part = await director.part_of(self._person.id, self._job.offer.incident_id)
        if self._job.offer.is_open:
            drawn = draw_answer(self._rng, self._habits)
            answer = self._part.simulated_answer(director.pace) if self._part else drawn
            self._api.tally.add("offers seen")
            if answer.kind is Kind.SILENCE:
                self._api.tally.add("silent")
                return OfferEnding.ABANDONED
            if not await self._answer(answer):
                return OfferEnding.OVER
        details = await self._details()
        if details is None:
            return OfferEnding.OVER
        is_digital = details.get("capability") == Capability.DIGITAL
        work = self._draw_work(details, is_digital)
        if work.is_forgotten:
            self._api.tally.add("never heard of again")
            return OfferEnding.ABANDONED
        await (self._work_remotely(details, work) if is_digital else self._go(details, work))
        return OfferEnding.OVER

    def _draw_work(self, details: Mapping[str, Any], is_digital: bool) -> Work:
        if self._part is not None:
            return self._part.work(self._world.director.pace)
        if is_digital:
            return draw_digital_work(self._rng, self._habits)
        return draw_field_work(
            self._rng, self._habits, eta_s=details.get("eta_s"), distance_m=details.get("distance_m")
        )

    async def _answer(self, answer: DrawnAnswer) -> bool:
        """Sends the answer. True when the offer was accepted."""
        # Withdrawn before the person has answered.
        if await self._ended_within(answer.after_s):
            self._api.tally.add("taken back")
            return False
        if answer.reason is not None:
            await self._post("decline", {"reason": answer.reason.value})
            self._api.tally.add("declined")
            return False
        accepted = await self._post("accept", None)
        self._api.tally.add("accepted" if accepted.is_ok else "accept refused")
        return accepted.is_ok

    async def _details(self) -> Mapping[str, Any] | None:
        """The offer as its holder sees it once the acceptance is decided; None when the acceptance failed."""
        deadline = self._world.now_s() + CONFIRMED_WITHIN_S
        while not self._job.ended.is_set():
            read = await self._api.read(path_of("offers", self._id), self._caller)
            body = read.body if read.is_ok and isinstance(read.body, Mapping) else {}
            state = body.get("state")
            if state in (OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE):
                return body
            # The acceptance was sent and not decided yet.
            undecided = state in (None, OfferState.OFFERED, OfferState.EXPIRED)
            if not undecided or self._world.now_s() > deadline:
                break
            await asyncio.sleep(_LOOK_AGAIN_S)
        self._api.tally.add("not needed any more")
        return None

    async def _work_remotely(self, details: Mapping[str, Any], work: Work) -> None:
        if await self._ended_within(work.work_s):
            self._api.tally.add("stood down")
            return
        given = await self._post("result", self._result(details))
        self._api.tally.add("results" if given.is_ok else "result refused")

    def _result(self, details: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._part is not None and self._part.result is not None:
            return self._part.result
        task = details.get("task") or {}
        kind = task.get("kind") if isinstance(task, Mapping) else task
        return draw_result(self._rng, Task(kind or Task.VERIFY_REPORT), place_in(details) or self._person.home)

    async def _go(self, details: Mapping[str, Any], work: Work) -> None:
        try:
            await self._steps(details, work)
        finally:
            self._world.trips.pop(self._person.id, None)

    async def _steps(self, details: Mapping[str, Any], work: Work) -> None:
        state = str(details.get("state"))
        ways: list[tuple[OfferState, float, Callable[[], Awaitable[None]] | None]] = [
            (OfferState.EN_ROUTE, work.ready_s, lambda: self._set_off(details, work.travel_s)),
            (OfferState.ON_SCENE, work.travel_s, self._call_for_help),
            (OfferState.DONE, work.work_s, None),
        ]
        # After a restart of the simulation the work continues at the state that the offer has.
        reached = [OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE].index(OfferState(state))
        for step, after_s, then in ways[reached:]:
            if await self._ended_within(after_s):
                self._api.tally.add("stood down")
                return
            moved = await self._post("progress", {"state": step.value}, step.value)
            self._api.tally.add(step.value.replace("_", " ") if moved.is_ok else "progress refused")
            if then is not None:
                await then()

    async def _set_off(self, details: Mapping[str, Any], travel_s: float) -> None:
        goal = place_in(details)
        if goal is not None:
            start_s = self._world.now_s()
            start = self._world.place_of(self._person)
            self._world.trips[self._person.id] = SimulatedTrip(
                start=start, goal=goal, starts_s=start_s, arrives_s=start_s + travel_s
            )

    async def _call_for_help(self) -> None:
        """Raises distress where the script says so; the work goes on once the others have come."""
        if self._part is None or self._part.distress is None:
            return
        if not await self._ended_within(self._part.distress_after_s / self._world.director.pace):
            given = await self._post("distress", {"text": self._part.distress})
            self._api.tally.add("distress" if given.is_ok else "distress refused")

    async def _post(self, what: str, body: object, step: str = "") -> ApiResponse:
        path = path_of("offers", self._id, what)
        return await self._api.write("POST", path, self._caller, key=f"sim-{self._id}-{what}{step}", body=body)

    @property
    def _caller(self) -> ApiCaller:
        return ApiCaller(role="volunteer", identity=self._person.id)

    async def _ended_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._job.ended.wait()
        except TimeoutError:
            return False
        return True


def place_in(details: Mapping[str, Any]) -> Place | None:
    """The first position of the disclosed location, whatever its geometry type."""
    location = details.get("location")
    position = location.get("coordinates") if isinstance(location, Mapping) else None
    # Polygons nest their positions; the first one is near enough for a simulated trip.
    while isinstance(position, list) and position and isinstance(position[0], list):
        position = position[0]
    if isinstance(position, list) and len(position) >= 2:
        return Place(lon=float(position[0]), lat=float(position[1]))
    return None
