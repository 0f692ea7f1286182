"""What is written down while a policy plays: every line of need, every offer, and who holds what."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from dispatch.model.decisions import Decision
from dispatch.model.incident_events import IncidentReported
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.staffing_events import ShortfallFound
from dispatch.model.vocabulary import LIVE_STATES, Capability, OfferState, WaveRule
from dispatch.plans.book import PlanBook
from tests.benchmarks.played_people import Asked
from tests.benchmarks.temperaments import answered_within


@dataclass(slots=True, kw_only=True)
class Wave:
    """The offers that answered a report. `stated` None: the policy states nothing, or could not keep what it states."""

    places: int
    window_s: float
    stated: float | None
    reached: float
    accepts_after_s: list[float]
    """Of those who would accept, whether somebody else was faster or not."""

    @property
    def is_kept(self) -> bool:
        """By these people alone, without anybody who replaced them."""
        return sum(after_s <= self.window_s for after_s in self.accepts_after_s) >= self.places


@dataclass(slots=True, kw_only=True)
class Line:
    """One requirement of a report: so many people at one scene. `window_s` and `target_s` are those of Komek's own plans."""

    places: int
    window_s: float
    target_s: float
    reported_ms: int
    first_accept_ms: int | None = None
    staffed_ms: int | None = None
    shortfalls: set[str] = field(default_factory=set)
    wave: Wave | None = None

    def staffed_within(self, seconds: float) -> bool:
        return self.staffed_ms is not None and self.staffed_ms - self.reported_ms <= seconds * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """One offer: the chance that was estimated, the true one, and what happened, all for an acceptance within the window."""

    at_ms: int
    estimate: float
    truth: float
    is_accepted: bool


@dataclass(slots=True, kw_only=True)
class PolicyTally:
    own: PlanBook
    """Komek's own plans: by their windows and targets every policy is measured."""
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    offers: int = 0
    acceptances: Counter[str] = field(default_factory=Counter)
    """By person."""
    estimated: list[Estimated] = field(default_factory=list)
    double_bookings: int = 0
    decisions: int = 0
    _holds: dict[str, set[str]] = field(default_factory=dict)

    def note(self, decision: Decision, incident: Incident | None, asked: Sequence[Asked], now_ms: int) -> None:
        """`incident`: the state after the decision; `asked`: the people whose phones it rings."""
        self.decisions += 1
        if incident is None:
            return
        for fact in decision.events:
            if isinstance(fact, IncidentReported):
                self._begin(incident, decision, asked)
            elif isinstance(fact, OfferMade):
                self._hold(fact.volunteer_id, fact.offer_id)
            elif isinstance(fact, OfferMoved):
                self._move(fact, incident, now_ms)
            elif isinstance(fact, ShortfallFound) and (line := self.lines.get((incident.id, fact.requirement_id))):
                line.shortfalls.add(fact.shortfall.reason)
        self._note_asked(asked, now_ms)
        self._note_staffed(incident, now_ms)

    def _begin(self, incident: Incident, decision: Decision, asked: Sequence[Asked]) -> None:
        plan = self.own.plan(incident.type)
        for entry, own in zip(incident.requirements, plan.stated(incident.priority), strict=False):
            if entry.capability is not Capability.FIELD:
                continue
            line = Line(
                places=entry.count,
                window_s=own.window_s,
                target_s=self.own.ladder(own.climb.ladder if own.climb else "").target_s,
                reported_ms=incident.times.logged_ms,
            )
            why = next((one.wave for one in decision.why.requirements if one.requirement_id == entry.id), None)
            if why is not None and why.size:
                kept = why.stated if why.rule is WaveRule.CERTAINTY else None
                there = [one for one in asked if one.offer.requirement_id == entry.id]
                accepts = [one.accepts_after_s for one in there if one.accepts_after_s is not None]
                line.wave = Wave(
                    places=entry.count,
                    window_s=entry.window_s,
                    stated=kept,
                    reached=why.reached,
                    accepts_after_s=accepts,
                )
            self.lines[incident.id, entry.id] = line

    def _note_asked(self, asked: Sequence[Asked], now_ms: int) -> None:
        for one in asked:
            if one.offer.capability is not Capability.FIELD:
                continue
            self.offers += 1
            window_s = (one.offer.expires_ms - now_ms) / 1000
            after_s = one.accepts_after_s
            self.estimated.append(
                Estimated(
                    at_ms=now_ms,
                    estimate=one.offer.chance or 0.0,
                    truth=one.truth * answered_within(window_s),
                    is_accepted=after_s is not None and after_s <= window_s,
                )
            )

    def _move(self, fact: OfferMoved, incident: Incident, now_ms: int) -> None:
        if fact.state not in LIVE_STATES:
            self._holds.get(fact.volunteer_id, set()).discard(fact.offer_id)
            return
        self._hold(fact.volunteer_id, fact.offer_id)
        offer = incident.offer(fact.offer_id)
        if fact.state is not OfferState.ACCEPTED or offer is None or offer.capability is not Capability.FIELD:
            return
        self.acceptances[fact.volunteer_id] += 1
        line = self.lines.get((incident.id, offer.requirement_id))
        if line is not None and line.first_accept_ms is None:
            line.first_accept_ms = now_ms

    def _hold(self, volunteer_id: str, offer_id: str) -> None:
        held = self._holds.setdefault(volunteer_id, set())
        self.double_bookings += bool(held - {offer_id})
        held.add(offer_id)

    def _note_staffed(self, incident: Incident, now_ms: int) -> None:
        for entry in incident.requirements:
            line = self.lines.get((incident.id, entry.id))
            if line is not None and line.staffed_ms is None and incident.open_places(entry) == 0:
                line.staffed_ms = now_ms
