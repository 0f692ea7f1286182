"""Simulated volunteers: each answers its offers with its own token and works on them until they end."""

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping
from random import Random
from typing import Any

from dispatch.model.places import Place
from dispatch.model.vocabulary import OfferState
from streams.api_client import ApiCaller, ApiUnavailable
from streams.api_paths import path_of
from streams.simulator.held_offer import HeldOffer, Job, OfferEnding, World, place_in
from streams.simulator.observed_offers import SeenOffer
from streams.simulator.people import SimulatedPerson

READS_A_CHANGE_WITHIN_S = (3.0, 25.0)
"""Time from the notice of a change of the job to its confirmation, at an answer speed of 1. An estimate."""


class Volunteers:
    """All people of a run."""

    def __init__(self, people: Mapping[str, SimulatedPerson], world: World) -> None:
        self._people = people
        self._world = world
        self._jobs: dict[str, Job] = {}
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

    def is_under_way(self, person: SimulatedPerson) -> bool:
        return person.id in self._world.trips

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
        job = Job(offer=offer)
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
        # The place may have changed: whoever is under way goes to the new one.
        with contextlib.suppress(ApiUnavailable):
            read = await self._world.api.read(path_of("offers", offer_id), caller)
            goal = place_in(read.body) if read.is_ok and isinstance(read.body, Mapping) else None
            if goal is not None:
                self._world.redirect(person, goal)

    async def _hold(self, person: SimulatedPerson, job: Job) -> None:
        try:
            if await HeldOffer(self._world, person, job).follow() is OfferEnding.ABANDONED:
                self._abandoned.add(job.offer.id)
        except ApiUnavailable:
            self._world.api.tally.add("given up, no answer")
        finally:
            # Only now: until then a repeated notice finds the job and begins no second one.
            self._jobs.pop(job.offer.id, None)
