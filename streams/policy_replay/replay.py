"""One book plays one stretch of the log: the dispatcher itself, over a store and a log in memory, under the times of the record.

The clock is played. A command that the record decided is decided at the same moment, together with the commands of that moment,
so that a replay under the book of the record takes the course of the record. What the dispatcher orders itself (deadlines, what
follows from decisions) is made anew; what operators did is done again; people answer as `recorded_answers.py` says.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from dispatch.deadlines import deadline_command
from dispatch.model.answer_commands import AnswerCommand
from dispatch.model.commands import DISPATCHER, Command, EnterHazard
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade
from dispatch.model.people import Hold
from dispatch.model.safety_events import CheckInAsked
from dispatch.model.service_area import ServiceArea
from dispatch.plans.book import PlanBook
from streams.kafka.log_reader import LogReader
from streams.policy_replay.agenda import Agenda, Coming, PlannedAnswer, PlannedOrder
from streams.policy_replay.drawn_answers import AnswerHabits, check_in, drawn
from streams.policy_replay.log_in_memory import LogInMemory
from streams.policy_replay.operators_orders import order_again
from streams.policy_replay.recorded_answers import RecordedAnswers, RecordedAsk, said_again
from streams.policy_replay.recorded_log import RecordedLog
from streams.policy_replay.recorded_world import PeopleWrite, RecordedWorld, world_of, write
from streams.policy_replay.replay_tally import ReplayTally
from streams.policy_replay.still_meant import meant
from streams.store.duty_clock import DutyClock
from streams.store.memory.indexed import IndexedStore
from streams.store.restore import RestoredIncident
from streams.worker.dispatcher import Dispatcher
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from streams.worker.searches import SearchBounds

BEFORE_MS = 3_600_000
"""Positions from this long before the interval on are played, as a store keeps them."""
SWEPT_EVERY_MS = 60_000
SWEPT_AT_ONCE = 500
TIMERS_AT_ONCE = 256
WITHOUT_CLOCK = SearchBounds(seconds=float("inf"))
"""A search ends by what it has seen, never by how fast this machine is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySettings:
    """`seed`: of the answers that are drawn; None: who has no recorded answer says nothing. The others are of the deployment."""

    seed: int | None
    time_zone: str
    position_ttl_s: int
    served: ServiceArea | None = None


@dataclass(slots=True)
class _PlayedClock:
    now_ms: int

    def __call__(self) -> int:
        return self.now_ms


@dataclass(slots=True)
class _Duties:
    """What a worker's services do beside the dispatcher."""

    store: IndexedStore
    ttl_ms: int
    next_ms: int = 0
    _turned: DutyClock | None = None

    async def keep(self, now_ms: int) -> None:
        if now_ms < self.next_ms:
            return
        self.next_ms = now_ms + SWEPT_EVERY_MS
        while await self.store.sweep_fixes(self.ttl_ms, limit=SWEPT_AT_ONCE) == SWEPT_AT_ONCE:
            pass
        self._turned = await self.store.duty_clock(self._turned)


def people_of(log: RecordedLog) -> RecordedWorld:
    """The people of a log, for all its replays."""
    return world_of(log, log.begins_ms - BEFORE_MS)


class Replay:
    """One play; `run` is called once. `skipped`: commands of the record that were not given again, by reason."""

    def __init__(
        self,
        log: RecordedLog,
        book: PlanBook,
        answers: RecordedAnswers,
        habits: AnswerHabits,
        settings: ReplaySettings,
        world: RecordedWorld,
    ) -> None:
        """`world`: made by `people_of` from the same log."""
        self._record = log
        self._answers = answers
        self._habits = habits
        self._settings = settings
        self._clock = _PlayedClock(log.begins_ms - BEFORE_MS)
        self._store = IndexedStore(self._clock)
        self._log = LogInMemory()
        publisher, reader = cast("Publisher", self._log), cast("LogReader", self._log)
        self._dispatcher = Dispatcher(
            store=self._store,
            publisher=publisher,
            projection=Projection(self._store, publisher, reader),
            plans=book,
            bounds=WITHOUT_CLOCK,
            served=settings.served,
            zone=settings.time_zone,
        )
        self._duties = _Duties(self._store, settings.position_ttl_s * 1000)
        self._agenda = Agenda()
        self._recorded = {one.command.id: one for one in log.commands}
        self._fired: set[str] = set()
        self._asked: Counter[tuple[str, str]] = Counter()
        self._drawn_offers: set[str] = set()
        self.skipped: Counter[str] = Counter()
        self.tally = ReplayTally(compared=log.asked)
        self._world = world

    async def run(self, tell: Callable[[int], None] = lambda _: None) -> ReplayTally:
        """`tell`: called with the time (ms) that the play has come to."""
        await write(self._store, self._world.first)
        for at_ms, coming in self._world.later:
            self._agenda.add(at_ms, coming)
        await self._play_until(self._record.begins_ms)
        await self._restore()
        self._plan_commands()
        while (next_ms := self._next_ms()) is not None and next_ms < self._record.until_ms:
            self._clock.now_ms = max(next_ms, self._clock.now_ms)
            await self._duties.keep(self._clock.now_ms)
            await self._step()
            tell(self._clock.now_ms)
        return self.tally

    async def _play_until(self, until_ms: int) -> None:
        """People alone."""
        while (at_ms := self._agenda.next_ms()) is not None and at_ms < until_ms:
            self._clock.now_ms = max(at_ms, self._clock.now_ms)
            await write(self._store, _writes(self._agenda.take_due(self._clock.now_ms)))
        self._clock.now_ms = until_ms

    async def _restore(self) -> None:
        await self._store.restore_standings(self._record.standings)
        await self._store.restore_incidents(
            [
                RestoredIncident(
                    incident=incident,
                    holds=[
                        Hold(volunteer_id=offer.volunteer_id, offer_id=offer.id)
                        for offer in incident.offers
                        if offer.is_live
                    ],
                )
                for incident in self._record.begun.values()
            ]
        )
        for incident in self._record.begun.values():
            for offer in incident.offers:
                self._asked[incident.id, offer.volunteer_id] += 1
                for one in self._answers.by_offer[offer.id].said:
                    assert isinstance(one.command, AnswerCommand)
                    self._agenda.add(one.at_ms, PlannedAnswer(command=one.command, is_as_recorded=True, recorded=one))

    def _plan_commands(self) -> None:
        for one in self._record.commands:
            command = one.command
            if isinstance(command, AnswerCommand):
                if command.offer_id not in self._answers.by_offer:
                    self.skipped["answer_to_an_unknown_offer"] += 1
            elif _is_own(command):
                self.skipped["made_anew"] += 1
            else:
                self._agenda.add(one.at_ms, PlannedOrder(command=command, recorded=one))

    def _next_ms(self) -> int | None:
        times = (self._agenda.next_ms(), self._store.next_due_ms())
        return min((at_ms for at_ms in times if at_ms is not None), default=None)

    async def _step(self) -> None:
        now_ms = self._clock.now_ms
        for timer in await self._store.take_due(TIMERS_AT_ONCE):
            self._order(deadline_command(timer, now_ms))
        coming = self._agenda.take_due(now_ms)
        await write(self._store, _writes(coming))
        commands = [
            command for one in coming if isinstance(one, PlannedOrder | PlannedAnswer) and (command := self._meant(one))
        ]
        if commands:
            await self._decide(commands)

    def _order(self, command: Command) -> None:
        """Of the dispatcher itself: at the time of the record, which its worker's load and timers have made, else at once."""
        if command.id in self._fired:
            return
        self._fired.add(command.id)
        recorded = self._recorded.get(command.id)
        at_ms = max(self._clock.now_ms, recorded.at_ms) if recorded else self._clock.now_ms
        self._agenda.add(at_ms, PlannedOrder(command=command, recorded=recorded))

    def _meant(self, coming: PlannedOrder | PlannedAnswer) -> Command | None:
        incident = self._store.incidents.get(coming.command.incident_id)
        if isinstance(coming, PlannedAnswer):
            return meant(coming, incident, self._store.people)
        if coming.recorded is None or _is_own(coming.command):
            return coming.command
        again = order_again(coming.recorded, incident, self._answers)
        if again.skipped is not None:
            self.skipped[again.skipped] += 1
        return again.command

    async def _decide(self, commands: list[Command]) -> None:
        now_ms = self._clock.now_ms
        await self._dispatcher.handle([self._log.record_of(command, self._logged_ms(command)) for command in commands])
        for command in self._log.take_said():
            self._order(command)
        for decision in self._log.take_decided():
            incident = self._store.incidents.get(decision.incident_id)
            if incident is not None:
                self._follow(decision, incident, now_ms)

    def _logged_ms(self, command: Command) -> int:
        recorded = self._recorded.get(command.id)
        return recorded.logged_ms if recorded else self._clock.now_ms

    def _follow(self, decision: Decision, incident: Incident, now_ms: int) -> None:
        for fact in decision.events:
            if isinstance(fact, OfferMade):
                self._ask(fact, incident.id, now_ms)
            elif isinstance(fact, CheckInAsked) and fact.offer_id in self._drawn_offers:
                at_ms, command = check_in(fact, incident.id, now_ms)
                self._agenda.add(at_ms, PlannedAnswer(command=command, is_drawn=True))
        self.tally.note(decision, incident, unknown=self._drawn_offers)

    def _ask(self, offer: OfferMade, incident_id: str, now_ms: int) -> None:
        """Plans what the person will say."""
        key = (incident_id, offer.volunteer_id)
        nth = self._asked[key]
        self._asked[key] += 1
        ask = self._answers.by_offer.get(offer.offer_id) or self._answers.of(*key, nth)
        if ask is None:
            self._draw(offer, incident_id, now_ms, now_ms, nth)
            return
        is_same = ask.offer_id == offer.offer_id and ask.made_ms == now_ms
        for at_ms, command, one in said_again(ask, offer, incident_id, now_ms):
            self._agenda.add(
                at_ms, PlannedAnswer(command=command, is_as_recorded=is_same, recorded=one if is_same else None)
            )
        if not (is_same or ask.is_answered or ask.is_silent):
            self._draw(offer, incident_id, now_ms, now_ms + _open_ms(ask, self._record.until_ms), nth)

    def _draw(self, offer: OfferMade, incident_id: str, made_ms: int, from_ms: int, nth: int) -> None:
        """`from_ms`: until then they are known to have said nothing."""
        if from_ms >= offer.expires_ms:
            return
        self._drawn_offers.add(offer.offer_id)
        if self._settings.seed is None:
            return
        left = (offer.expires_ms - from_ms) / max(1, offer.expires_ms - made_ms)
        if offer.chance is not None:
            offer = replace(offer, chance=offer.chance * left)
        seed = f"{self._settings.seed}:{nth}"
        for at_ms, command in drawn(self._habits, self._answers, offer, incident_id, from_ms, seed):
            self._agenda.add(at_ms, PlannedAnswer(command=command, is_drawn=True))


def _is_own(command: Command) -> bool:
    """Whether the dispatcher gives it by itself; that somebody entered a hazard area follows from positions."""
    return command.by == DISPATCHER and not isinstance(command, EnterHazard)


def _open_ms(ask: RecordedAsk, until_ms: int) -> int:
    """How long the person was seen to say nothing."""
    return (until_ms if ask.ended_ms is None else ask.ended_ms) - ask.made_ms


def _writes(coming: list[Coming]) -> list[PeopleWrite]:
    return [one for one in coming if not isinstance(one, PlannedOrder | PlannedAnswer)]
