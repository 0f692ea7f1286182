"""Simulated volunteers: each answers its offers with its own token and works on them until they end."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from typing import Any

from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, OfferState, Task
from streams.api_client import Api, ApiCaller, ApiResponse, ApiUnavailable
from streams.api_paths import path_of
from streams.simulator.answers import Habits, Kind, Work, draw_answer, draw_digital_work, draw_field_work, draw_result
from streams.simulator.answers import SimulatedAnswer as DrawnAnswer
from streams.simulator.movement import SimulatedTrip, round_at
from streams.simulator.observed_offers import SeenOffer
from streams.simulator.people import SimulatedPerson

READS_A_CHANGE_WITHIN_S = (3.0, 25.0)
"""Time from the notice of a change of the job to its confirmation, at an answer speed of 1. An estimate."""
CONFIRMED_WITHIN_S = 5.0
"""How long a volunteer who accepted waits for the details before leaving without them."""
_LOOK_AGAIN_S = 0.25
"""How often the details are read until the acceptance is decided."""

Clock = Callable[[], float]


@dataclass(slots=True)
class _Job:
    """An offer that a person holds. `ended` is set when the offer is withdrawn or has ended."""

    offer: SeenOffer
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    seen_version: int = 0
    """The newest change of the job of which the person has a notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The shared state of a run. `now_s`: seconds since its start; positions are a function of it."""

    api: Api
    habits: Habits
    seed: int
    now_s: Clock
    trips: dict[str, SimulatedTrip] = field(default_factory=dict)

    def place_of(self, person: SimulatedPerson) -> Place:
        trip = self.trips.get(person.id)
        return trip.place_at(self.now_s()) if trip else round_at(person, self.now_s())


class Volunteers:
    """All people of a run."""

    def __init__(self, people: Mapping[str, SimulatedPerson], world: World) -> None:
        self._people = people
        self._world = world
        self._jobs: dict[str, _Job] = {}
        self._abandoned: set[str] = set()
        self._saying: set[asyncio.Task[None]] = set()

    @property
    def at_work(self) -> int:
        return len(self._jobs)

    def notice(self, offer: SeenOffer) -> None:
        """Starts work on a new offer, stops work on an ended one. Idempotent."""
        person = self._people.get(offer.volunteer_id)
        if person is None:
            return
        job = self._jobs.get(offer.id)
        # Ignored by this person from now on, until the offer has ended and its id can be forgotten.
        if offer.id in self._abandoned:
            if not offer.is_live:
                self._abandoned.discard(offer.id)
        elif job is not None:
            job.offer = offer
            # Notices are delivered at least once; each version is confirmed once.
            if offer.to_confirm is not None and offer.to_confirm > job.seen_version:
                job.seen_version = offer.to_confirm
                self._say(self._confirm(person, offer.id, offer.to_confirm))
            if offer.is_asked_whether_coming:
                self._say(self._check_in(person, offer.id))
            # An acceptance may be under way when the offer expires; a late one still counts, so the work goes on.
            if not offer.is_live and offer.state is not OfferState.EXPIRED:
                job.ended.set()
        elif offer.is_live:
            self._begin(person, offer)

    def place_of(self, person: SimulatedPerson) -> Place:
        return self._world.place_of(person)

    async def stop(self) -> None:
        """Cancels all work."""
        # A list of its own: tasks leave the dictionary while they end.
        tasks = [*self._saying, *(job.task for job in self._jobs.values() if job.task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, person: SimulatedPerson, offer: SeenOffer) -> None:
        job = _Job(offer=offer)
        self._jobs[offer.id] = job
        job.task = asyncio.create_task(self._hold(person, job))

    def _say(self, answer: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(answer)
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def _check_in(self, person: SimulatedPerson, offer_id: str) -> None:
        """Answers a check-in request. One answer per minute, however many notices of the same request arrive."""
        minute, speed = int(self._world.now_s() // 60), self._world.habits.answer_speed
        await asyncio.sleep(Random(f"{self._world.seed}:{offer_id}:{minute}").uniform(*READS_A_CHANGE_WITHIN_S) / speed)
        path, key = path_of("offers", offer_id, "check-in"), f"sim-{offer_id}-coming{minute}"
        with contextlib.suppress(ApiUnavailable):
            caller = ApiCaller(role="volunteer", identity=person.id)
            await self._world.api.write("POST", path, caller, key=key, body={})

    async def _confirm(self, person: SimulatedPerson, offer_id: str, version: int) -> None:
        """Confirms a change of the job after reading it, unless the person has stopped responding."""
        rng = Random(f"{self._world.seed}:{offer_id}:{version}")
        await asyncio.sleep(rng.uniform(*READS_A_CHANGE_WITHIN_S) / self._world.habits.answer_speed)
        path, key = path_of("offers", offer_id, "confirm"), f"sim-{offer_id}-confirm{version}"
        caller = ApiCaller(role="volunteer", identity=person.id)
        try:
            given = await self._world.api.write("POST", path, caller, key=key, body={"version": version})
        except ApiUnavailable:
            return
        self._world.api.tally.add("changes confirmed" if given.is_ok else "confirmation refused")

    async def _hold(self, person: SimulatedPerson, job: _Job) -> None:
        try:
            if await _HeldOffer(self._world, person, job).follow() is Ending.ABANDONED:
                self._abandoned.add(job.offer.id)
        except ApiUnavailable:
            self._world.api.tally.add("given up, no answer")
        finally:
            # Only now: until then a repeated notice finds the job and begins no second one.
            self._jobs.pop(job.offer.id, None)


class Ending(Enum):
    """How work on an offer ended."""

    OVER = auto()  # resumed if the offer appears again: answering twice is harmless
    ABANDONED = auto()  # the person ignores the offer from now on


class _HeldOffer:
    """One offer from its notice to the end of the work. All random draws depend on the offer only."""

    def __init__(self, world: World, person: SimulatedPerson, job: _Job) -> None:
        self._world = world
        self._api = world.api
        self._habits = world.habits
        self._person = person
        self._job = job
        self._id = job.offer.id
        # By offer and not shared: tasks run in any order, and the draws must not depend on it.
        self._rng = Random(f"{world.seed}:{job.offer.id}")

    async def follow(self) -> Ending:
        if self._job.offer.is_open:
            answer = draw_answer(self._rng, self._habits)
            self._api.tally.add("offers seen")
            if answer.kind is Kind.SILENCE:
                self._api.tally.add("silent")
                return Ending.ABANDONED
            if not await self._answer(answer):
                return Ending.OVER
        details = await self._details()
        if details is None:
            return Ending.OVER
        is_digital = details.get("capability") == Capability.DIGITAL
        work = self._draw_work(details, is_digital)
        if work.is_forgotten:
            self._api.tally.add("never heard of again")
            return Ending.ABANDONED
        await (self._work_remotely(details, work) if is_digital else self._go(details, work))
        return Ending.OVER

    def _draw_work(self, details: Mapping[str, Any], is_digital: bool) -> Work:
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
        task = details.get("task") or {}
        kind = task.get("kind") if isinstance(task, Mapping) else task
        result = draw_result(self._rng, Task(kind or Task.VERIFY_REPORT), _place_in(details) or self._person.home)
        given = await self._post("result", result)
        self._api.tally.add("results" if given.is_ok else "result refused")

    async def _go(self, details: Mapping[str, Any], work: Work) -> None:
        try:
            await self._steps(details, work)
        finally:
            self._world.trips.pop(self._person.id, None)

    async def _steps(self, details: Mapping[str, Any], work: Work) -> None:
        state = str(details.get("state"))
        ways: list[tuple[OfferState, float, Callable[[], Awaitable[None]] | None]] = [
            (OfferState.EN_ROUTE, work.ready_s, lambda: self._set_off(details, work.travel_s)),
            (OfferState.ON_SCENE, work.travel_s, None),
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
        goal = _place_in(details)
        if goal is not None:
            start_s = self._world.now_s()
            start = self._world.place_of(self._person)
            self._world.trips[self._person.id] = SimulatedTrip(
                start=start, goal=goal, starts_s=start_s, arrives_s=start_s + travel_s
            )

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


def _place_in(details: Mapping[str, Any]) -> Place | None:
    """The first position of the disclosed location, whatever its geometry type."""
    location = details.get("location")
    position = location.get("coordinates") if isinstance(location, Mapping) else None
    # Polygons nest their positions; the first one is near enough for a simulated trip.
    while isinstance(position, list) and position and isinstance(position[0], list):
        position = position[0]
    if isinstance(position, list) and len(position) >= 2:
        return Place(lon=float(position[0]), lat=float(position[1]))
    return None
