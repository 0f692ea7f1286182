"""One policy plays one world: the dispatcher itself, over a picture and a log in memory, in simulated time.

What happens around it is simulated here and in `played_people.py`: phones ring, people answer, go, work and go home; an operator
closes incidents that are over. The rest is the product's own code, from the bytes of a command to the effects of its decision. A
push to a phone takes no time, and what comes within `TICK_MS` is decided together.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import cast

from dispatch.deadlines import deadline_command
from dispatch.model.commands import CloseIncident, Command
from dispatch.model.decisions import Decision
from dispatch.model.ids import derived
from dispatch.model.incidents import Incident
from dispatch.model.verifications import VOUCHED_FOR_MS
from dispatch.plans.book import PlanBook
from streams.kafka.log_reader import LogReader
from streams.policy_replay.log_in_memory import LogInMemory
from streams.simulator.people import SimulatedPerson
from streams.store.people import FixWrite, ProfileWrite
from streams.store.verifications import VerificationWrite
from streams.wire import VerificationRecord, VolunteerRecord
from streams.worker.dispatcher import Dispatcher
from streams.worker.drafts import Draft
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from tests.benchmarks.played_people import PlayedPeople, Timed
from tests.benchmarks.policy_tally import PolicyTally
from tests.benchmarks.policy_worlds import PolicyWorld
from tests.benchmarks.quick_picture import QuickPicture

TICK_MS = 100
TIMERS_AT_ONCE = 256
CLOSED_AFTER_MS = 7_200_000
"""An operator closes what is still open by then; what is done is closed at once."""
ON_DUTY_SINCE_MS = 12 * 3_600_000
"""Before the play begins: who is on duty through the night has not said that they are up."""


@dataclass(slots=True)
class _Clock:
    now_ms: int

    def __call__(self) -> int:
        return self.now_ms


class Play:
    def __init__(
        self,
        world: PolicyWorld,
        book: PlanBook,
        *,
        own: PlanBook,
        tick_ms: int = TICK_MS,
        on_decided: Callable[[Sequence[Draft]], None] = lambda _: None,
    ) -> None:
        """`own`: Komek's plans, by whose windows every policy is measured. What comes within `tick_ms` is decided together, and
        `on_decided` hears of it."""
        self._tick_ms = tick_ms
        self._world = world
        self._clock = _Clock(world.begins_ms - 1)
        self._picture = QuickPicture(self._clock)
        self._log = LogInMemory()
        publisher, reader = cast("Publisher", self._log), cast("LogReader", self._log)
        self._dispatcher = Dispatcher(
            store=self._picture,
            publisher=publisher,
            projection=Projection(self._picture, publisher, reader),
            plans=book,
            on_decided=on_decided,
        )
        self._people = PlayedPeople(world.people, seed=world.seed, picture=self._picture)
        self._queue: list[tuple[int, int, Timed]] = []
        self._queued = 0
        self._closing: dict[str, int] = {}
        self.tally = PolicyTally(own=own)

    async def play(self) -> PolicyTally:
        await self._register()
        self._schedule(Timed(at_ms=event.at_ms, command=event.report) for event in self._world.events)
        while (at_ms := self._next_ms()) is not None and at_ms <= self._world.until_ms:
            self._clock.now_ms = max(at_ms + self._tick_ms, self._clock.now_ms)
            await self._decide(await self._due())
        return self.tally

    async def _register(self) -> None:
        since_ms = self._world.begins_ms - ON_DUTY_SINCE_MS
        people = self._world.people
        await self._picture.put_profiles(
            [ProfileWrite(volunteer_id=one.id, offset=1, record=_profile(one, since_ms)) for one in people]
        )
        # Everybody's skills are verified: the rules of choice are compared, not claims.
        await self._picture.put_verifications([write for one in people for write in _verifications(one, since_ms)])
        await self._picture.put_fixes(
            [
                FixWrite(volunteer_id=one.id, lon=one.home.lon, lat=one.home.lat, accuracy_m=10, at_ms=since_ms)
                for one in people
            ]
        )

    def _schedule(self, coming: Iterable[Timed]) -> None:
        for one in coming:
            self._queued += 1
            heappush(self._queue, (one.at_ms, self._queued, one))

    def _next_ms(self) -> int | None:
        times = [self._queue[0][0]] if self._queue else []
        due_ms = self._picture.next_due_ms()
        return min([*times, due_ms], default=None) if due_ms is not None else min(times, default=None)

    async def _due(self) -> list[Command]:
        """Everything that has come by now and still matters to whoever sends it."""
        now_ms = self._clock.now_ms
        commands: list[Command] = []
        while self._queue and self._queue[0][0] <= now_ms:
            _, _, timed = heappop(self._queue)
            if (command := await self._people.meant(timed, now_ms)) is not None:
                commands.append(command)
        timers = await self._picture.take_due(TIMERS_AT_ONCE)
        return commands + [deadline_command(timer, now_ms) for timer in timers]

    async def _decide(self, commands: list[Command]) -> None:
        now_ms = self._clock.now_ms
        while commands:
            await self._dispatcher.handle([self._log.record_of(command, now_ms) for command in commands])
            for decision in self._log.take_decided():
                incident = self._picture.incidents.get(decision.incident_id)
                self._follow(decision, incident, now_ms)
            commands = self._log.take_said()

    def _follow(self, decision: Decision, incident: Incident | None, now_ms: int) -> None:
        asked = self._people.rings(decision, now_ms)
        self.tally.note(decision, incident, asked, now_ms)
        if incident is None or not decision.events:
            return
        self._schedule(self._people.follow(decision, incident, asked, now_ms))
        if incident.is_open:
            self._schedule(self._closings(incident, now_ms))
        else:
            self._picture.let_go(incident.id)

    def _closings(self, incident: Incident, now_ms: int) -> Iterable[Timed]:
        """The operator's part."""
        is_over = all(
            incident.open_places(entry) == 0 and not any(one.is_live for one in incident.offers_for(entry.id))
            for entry in incident.requirements
        )
        at_ms = now_ms if is_over else incident.times.logged_ms + CLOSED_AFTER_MS
        if is_over or incident.id not in self._closing:
            self._closing[incident.id] = at_ms
            yield Timed(
                at_ms=at_ms,
                command=CloseIncident(
                    id=str(derived("close", incident.id, str(at_ms))),
                    incident_id=incident.id,
                    by="operator",
                    sent_ms=at_ms,
                ),
            )


def _verifications(person: SimulatedPerson, at_ms: int) -> list[VerificationWrite]:
    until_ms = at_ms + VOUCHED_FOR_MS
    return [
        VerificationWrite(
            volunteer_id=person.id,
            skill=skill,
            offset=1,
            record=VerificationRecord(
                volunteer_id=person.id, skill=skill, until_ms=until_ms, by="simulator", at_ms=at_ms
            ),
        )
        for skill in person.skills
    ]


def _profile(person: SimulatedPerson, since_ms: int) -> VolunteerRecord:
    return VolunteerRecord(
        id=person.id,
        capabilities=person.capabilities,
        skills=person.skills,
        languages=person.languages,
        travel_mode=person.travel_mode,
        max_distance_m=person.max_distance_m,
        on_duty=True,
        changed_ms=since_ms,
        heard_ms=since_ms,
    )
