"""One run of a scenario: people register, incidents are reported, offers are answered, until the time is over or it is
cancelled."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

from streams import clock
from streams.api_client import OPENED, OPERATOR, Api, ApiUnavailable, LiveEvent
from streams.simulator.director import Director
from streams.simulator.held_offer import World
from streams.simulator.incidents import draw_reports
from streams.simulator.observed_offers import offers_in
from streams.simulator.operator import Operator
from streams.simulator.people import SimulatedPerson, draw_people
from streams.simulator.registration import register, send_positions
from streams.simulator.scenarios import Scenario
from streams.simulator.scenes import cast
from streams.simulator.volunteers import Volunteers

LOOK_AGAIN_S = 20.0
"""How often the open incidents are read, in case the event stream missed something."""
PAGES_AT_MOST = 20
"""At 200 incidents a page; a bound in case the list grows while it is read."""
OPEN = "/v1/incidents?status=dispatching,unfilled,staffed,in_progress&limit=200"
WIND_DOWN_S = 60.0
"""Time for people to finish their work after the last report, at a work speed of 1."""

Positions = Callable[[Sequence[SimulatedPerson], Volunteers, int], Awaitable[None]]


@dataclass(slots=True)
class RunProgress:
    """The state of a run, for its summary."""

    scenario: Scenario
    api: Api
    stage: str = "registering"
    people: int = 0
    on_duty: int = 0
    started_s: float = field(default_factory=clock.monotonic_s)
    operator: Operator | None = None
    volunteers: Volunteers | None = None
    director: Director | None = None

    def figures(self) -> dict[str, int | float | str]:
        return {
            "scenario": self.scenario.name,
            "stage": self.stage,
            "seconds": round(clock.monotonic_s() - self.started_s, 1),
            "volunteers": self.people,
            "on duty": self.on_duty,
            "open incidents": self.operator.open_incidents if self.operator else 0,
            "offers in hand": self.volunteers.at_work if self.volunteers else 0,
            **dict(sorted(self.api.tally.counts.items())),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How a run registers people and sends positions: over HTTP, or in bulk through Kafka."""

    register: Callable[[Sequence[SimulatedPerson]], Awaitable[None]]
    positions: Positions


def http_transport(api: Api, run: str) -> Transport:
    async def positions(people: Sequence[SimulatedPerson], volunteers: Volunteers, number: int) -> None:
        await send_positions(api, people, volunteers.place_of, run=run, round_number=number)

    async def enrol(people: Sequence[SimulatedPerson]) -> None:
        await register(api, people, run=run)

    return Transport(register=enrol, positions=positions)


async def play(progress: RunProgress, *, run: str, transport: Transport) -> None:
    """Runs the scenario until its time is over or it is cancelled.

    Raises:
        ApiUnavailable: the API does not answer at the beginning.
    """
    scenario, api = progress.scenario, progress.api
    crowd = list(draw_people(scenario.crowd))
    actors = list(cast()) if scenario.scenes else []
    progress.people = len(crowd) + len(actors)
    progress.on_duty = sum(person.on_duty for person in (*actors, *crowd))
    # Before the clock of the scenario starts, because it takes as long as the API needs. Whoever plays a scene comes first: the
    # others register while the first scenes are played.
    await transport.register(actors or crowd)
    begun_s = clock.monotonic_s()

    def now_s() -> float:
        return clock.monotonic_s() - begun_s

    director = Director(api, scenario.scenes, run=run, pace=scenario.pace)
    acting = {person.id: person for person in (*actors, *crowd[scenario.yours :])}
    world = World(api=api, habits=scenario.habits, seed=scenario.seed, now_s=now_s, director=director)
    progress.volunteers, progress.director = Volunteers(acting, world), director
    progress.operator = Operator(api, work_speed=scenario.work_speed, now_s=now_s, corrected=scenario.corrected)
    progress.stage = "playing"
    try:
        await _play(progress, actors, crowd, run=run, transport=transport)
    finally:
        # Shown while tasks are cancelled, which takes a moment with many people.
        progress.stage = "ending"
        await progress.operator.stop()
        await progress.volunteers.stop()
        progress.stage = "ended"


async def _play(
    progress: RunProgress,
    actors: Sequence[SimulatedPerson],
    crowd: Sequence[SimulatedPerson],
    *,
    run: str,
    transport: Transport,
) -> None:
    scenario, operator, volunteers = progress.scenario, progress.operator, progress.volunteers
    assert operator is not None
    assert volunteers is not None
    assert progress.director is not None
    listening = asyncio.Event()
    background = [
        asyncio.create_task(_listen(progress, listening)),
        asyncio.create_task(_look_again(progress)),
        asyncio.create_task(operator.close_all()),
    ]
    on_duty = [person for person in (*actors, *crowd) if person.on_duty and person.is_field]
    first = [person for person in on_duty if person in actors] if actors else on_duty
    if scenario.positions_s and on_duty:
        # Send the first positions before the first incident: people without a position are not found.
        await transport.positions(first, volunteers, 0)
        background.append(asyncio.create_task(_report_positions(scenario, on_duty, volunteers, transport)))
    try:
        await _heard(listening)
        async with asyncio.TaskGroup() as group:
            group.create_task(progress.director.play())
            if actors:
                await transport.register(crowd)
            await operator.report_all(draw_reports(scenario, run=run))
        # People who are at work finish, so that the figures at the end are those of whole incidents.
        await asyncio.sleep(max(1.0, WIND_DOWN_S / scenario.work_speed))
    finally:
        for task in background:
            task.cancel()
        # The run is over, so errors of cancelled tasks have no effect any more.
        await asyncio.gather(*background, return_exceptions=True)


async def _heard(listening: asyncio.Event) -> None:
    """Waits briefly for the event stream; without it the first offers are seen only at the next poll."""
    try:
        async with asyncio.timeout(5.0):
            await listening.wait()
    except TimeoutError:
        return


async def _listen(progress: RunProgress, listening: asyncio.Event) -> None:
    async for event in progress.api.events(OPERATOR):
        listening.set()
        # What happened before the stream was open, or while it was interrupted, is in the lists.
        if event.kind == OPENED:
            await _look(progress)
        else:
            _notice(progress, event)


def _notice(progress: RunProgress, event: LiveEvent) -> None:
    assert progress.volunteers is not None
    assert progress.operator is not None
    assert progress.director is not None
    if event.kind == "incident":
        progress.director.notice(event.data)
    for offer in offers_in(event.data):
        progress.volunteers.notice(offer)
        progress.operator.notice(offer)


async def _look_again(progress: RunProgress) -> None:
    while True:
        await asyncio.sleep(LOOK_AGAIN_S)
        await _look(progress)


async def _look(progress: RunProgress) -> None:
    """Reads the open incidents and passes on their offers. Known offers have no effect."""
    try:
        await _look_at_pages(progress)
    except ApiUnavailable:
        progress.api.tally.add("looks without an answer")


async def _look_at_pages(progress: RunProgress) -> None:
    cursor = ""
    for _ in range(PAGES_AT_MOST):
        answer = await progress.api.read(OPEN + ("&" + urlencode({"cursor": cursor}) if cursor else ""), OPERATOR)
        body: Mapping[str, Any] = answer.body if answer.is_ok and isinstance(answer.body, Mapping) else {}
        for item in body.get("items", ()):
            _notice(progress, LiveEvent(kind="incident", data=item))
        cursor = str(body.get("next") or "")
        if not cursor:
            return


async def _report_positions(
    scenario: Scenario, people: Sequence[SimulatedPerson], volunteers: Volunteers, transport: Transport
) -> None:
    # Rounds of all; between them, where the scenario says so, those of the people who are under way.
    beat_s = scenario.moving_s or scenario.positions_s
    rounds = max(1, round(scenario.positions_s / beat_s))
    for number in count(1):
        await asyncio.sleep(beat_s)
        moving = people if number % rounds == 0 else [person for person in people if volunteers.is_under_way(person)]
        if moving:
            await transport.positions(moving, volunteers, number)
