"""Simulated people under simulated time: they answer, get ready, travel, check in, work and go home again.

Who accepts does so even when the window has passed, unless somebody else holds them by then; who would decline an offer that is
over says nothing. All draws depend on the seed, the person and the incident alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from dispatch.model.answer_commands import AcceptOffer, AnswerCommand, CheckIn, DeclineOffer, GiveResult, ReportProgress
from dispatch.model.commands import CloseIncident, Command
from dispatch.model.decisions import Decision
from dispatch.model.ids import derived
from dispatch.model.incidents import Incident
from dispatch.model.local_time import local_hour
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.offers import Offer
from dispatch.model.places import Place
from dispatch.model.reasons import DeclineReason
from dispatch.model.safety_events import CheckInAsked
from dispatch.model.vocabulary import LIVE_STATES, Capability, OfferState
from streams.simulator.answers import Habits, Kind, SimulatedAnswer, draw_digital_work, draw_field_work
from streams.simulator.movement import SimulatedTrip
from streams.simulator.people import SimulatedPerson
from streams.store.people import FixWrite
from tests.benchmarks.quick_picture import QuickPicture
from tests.benchmarks.temperaments import answer_of, temper_of

CHECKS_IN_AFTER_MS = 20_000
HABITS = Habits()
"""Of work: times as they are."""
_SAYS_WHEN: Mapping[type[Command], frozenset[OfferState]] = {
    AcceptOffer: frozenset({OfferState.OFFERED, OfferState.EXPIRED}),
    DeclineOffer: frozenset({OfferState.OFFERED}),
    CheckIn: frozenset({OfferState.ON_SCENE}),
    GiveResult: frozenset({OfferState.ACCEPTED}),
}
_BEFORE = {
    OfferState.EN_ROUTE: OfferState.ACCEPTED,
    OfferState.ON_SCENE: OfferState.EN_ROUTE,
    OfferState.DONE: OfferState.ON_SCENE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What is sent at a time if it is still meant by then; without a command, somebody may come home (`journey`)."""

    at_ms: int
    command: Command | None = None
    volunteer_id: str = ""
    journey: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An offer that rang, what the person will do with it, and how likely that was before the dice fell."""

    offer: OfferMade
    answer: SimulatedAnswer
    truth: float

    @property
    def accepts_after_s(self) -> float | None:
        return self.answer.after_s if self.answer.kind is Kind.ACCEPT else None


class PlayedPeople:
    def __init__(self, people: Sequence[SimulatedPerson], *, seed: int, picture: QuickPicture) -> None:
        self._people = {person.id: person for person in people}
        self._seed = seed
        self._picture = picture
        self._tempers = {person.id: temper_of(seed, person.id) for person in people}
        self._times_asked: dict[tuple[str, str], int] = {}
        self._travel_s: dict[str, float] = {}
        self._journeys: dict[str, int] = {}

    def rings(self, decision: Decision, now_ms: int) -> list[Asked]:
        return [
            self._ring(fact, decision.incident_id, now_ms) for fact in decision.events if isinstance(fact, OfferMade)
        ]

    def follow(self, decision: Decision, incident: Incident, asked: Sequence[Asked], now_ms: int) -> Iterator[Timed]:
        """What people will do after this decision; `incident` is the state after it."""
        for one in asked:
            yield from self._answer(one, incident.id, now_ms)
        for fact in decision.events:
            if isinstance(fact, OfferMoved) and (offer := incident.offer(fact.offer_id)):
                if fact.state is OfferState.ACCEPTED:
                    yield from self._work(offer, incident, now_ms)
                elif fact.state not in LIVE_STATES:
                    yield from self._leave(fact.volunteer_id, now_ms)
            elif isinstance(fact, CheckInAsked):
                at_ms = now_ms + CHECKS_IN_AFTER_MS
                about = _about(fact.offer_id, fact.volunteer_id, incident.id, "check-in", at_ms)
                yield Timed(at_ms=at_ms, command=CheckIn(**about))

    async def meant(self, timed: Timed, now_ms: int) -> Command | None:
        """The command, if the person would still send it; moves people as it tells."""
        command = timed.command
        if command is None:
            await self._come_home(timed, now_ms)
            return None
        if isinstance(command, CloseIncident):
            return command if command.incident_id in self._picture.incidents else None
        if not isinstance(command, AnswerCommand):
            return command
        incident = self._picture.incidents.get(command.incident_id)
        offer = incident.offer(command.offer_id) if incident else None
        if incident is None or offer is None or not self._says(command, offer):
            return None
        if isinstance(command, ReportProgress):
            await self._move(command, offer, incident, now_ms)
        return command

    def _ring(self, offer: OfferMade, incident_id: str, now_ms: int) -> Asked:
        key = (offer.volunteer_id, incident_id)
        times = self._times_asked.get(key, 0)
        self._times_asked[key] = times + 1
        truth = self._tempers[offer.volunteer_id].chance(offer.capability, offer.distance_m, local_hour(now_ms))
        answer = answer_of(
            truth, seed=self._seed, volunteer_id=offer.volunteer_id, incident_id=incident_id, times_asked=times
        )
        return Asked(offer=offer, answer=answer, truth=truth)

    def _answer(self, asked: Asked, incident_id: str, now_ms: int) -> Iterator[Timed]:
        at_ms = now_ms + round(asked.answer.after_s * 1000)
        about = _about(asked.offer.offer_id, asked.offer.volunteer_id, incident_id, "answer", at_ms)
        if asked.answer.kind is Kind.ACCEPT:
            yield Timed(at_ms=at_ms, command=AcceptOffer(**about))
        elif asked.answer.kind is Kind.DECLINE:
            reason = asked.answer.reason or DeclineReason.OTHER
            yield Timed(at_ms=at_ms, command=DeclineOffer(**about, reason=reason))

    def _work(self, offer: Offer, incident: Incident, now_ms: int) -> Iterator[Timed]:
        rng = Random(f"{self._seed}:{offer.volunteer_id}:{incident.id}:work")
        if offer.capability is Capability.DIGITAL:
            work = draw_digital_work(rng, HABITS)
            at_ms = now_ms + round(work.work_s * 1000)
            about = _about(offer.id, offer.volunteer_id, incident.id, "result", at_ms)
            yield Timed(at_ms=at_ms, command=GiveResult(**about, outcome="done", private_ref="incident:text"))
            return
        work = draw_field_work(rng, HABITS, eta_s=offer.eta_s, distance_m=offer.distance_m)
        if work.is_forgotten:
            return
        self._travel_s[offer.volunteer_id] = work.travel_s
        at_s = now_ms / 1000
        steps = (
            (OfferState.EN_ROUTE, work.ready_s),
            (OfferState.ON_SCENE, work.travel_s),
            (OfferState.DONE, work.work_s),
        )
        for state, after_s in steps:
            at_s += after_s
            about = _about(offer.id, offer.volunteer_id, incident.id, state, round(at_s * 1000))
            yield Timed(at_ms=round(at_s * 1000), command=ReportProgress(**about, state=state))

    def _leave(self, volunteer_id: str, now_ms: int) -> Iterator[Timed]:
        """Home, by the way they came, if they had set off."""
        self._picture.trips.pop(volunteer_id, None)
        journey = self._journeys.get(volunteer_id)
        if journey is not None:
            at_ms = now_ms + round(self._travel_s[volunteer_id] * 1000)
            yield Timed(at_ms=at_ms, volunteer_id=volunteer_id, journey=journey)

    def _says(self, command: AnswerCommand, offer: Offer) -> bool:
        if isinstance(command, ReportProgress):
            return offer.state is _BEFORE[command.state]
        if offer.state not in _SAYS_WHEN[type(command)]:
            return False
        person = self._picture.people.known[command.volunteer_id]
        return offer.state is not OfferState.EXPIRED or person.claim is None

    async def _move(self, command: ReportProgress, offer: Offer, incident: Incident, now_ms: int) -> None:
        person = self._people[offer.volunteer_id]
        goal = offer.staging or (incident.area.centre if incident.area else person.home)
        if command.state is OfferState.EN_ROUTE:
            fix = self._picture.people.known[person.id].fix
            start, travel_s = fix.place if fix else person.home, self._travel_s[person.id]
            self._journeys[person.id] = self._journeys.get(person.id, 0) + 1
            self._picture.trips[person.id] = SimulatedTrip(
                start=start, goal=goal, starts_s=now_ms / 1000, arrives_s=now_ms / 1000 + travel_s
            )
        elif command.state is OfferState.ON_SCENE:
            self._picture.trips.pop(person.id, None)
            await self._stand(person.id, goal, now_ms)

    async def _come_home(self, timed: Timed, now_ms: int) -> None:
        if self._journeys.get(timed.volunteer_id) == timed.journey and timed.volunteer_id not in self._picture.trips:
            await self._stand(timed.volunteer_id, self._people[timed.volunteer_id].home, now_ms)

    async def _stand(self, volunteer_id: str, place: Place, now_ms: int) -> None:
        fix = FixWrite(volunteer_id=volunteer_id, lon=place.lon, lat=place.lat, accuracy_m=10, at_ms=now_ms)
        await self._picture.put_fixes([fix])


def _about(offer_id: str, volunteer_id: str, incident_id: str, what: str, at_ms: int) -> dict[str, Any]:
    return {
        "id": str(derived("played", offer_id, what, str(at_ms))),
        "incident_id": incident_id,
        "by": volunteer_id,
        "sent_ms": at_ms,
        "offer_id": offer_id,
        "volunteer_id": volunteer_id,
    }
