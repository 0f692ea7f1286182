"""What tests are made of: people, needs, orders, and `Story`, which tells what became of one incident command by command.

Every builder has a sensible default for all it builds; a test states only what it is about.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from dispatch.context_query import query_of
from dispatch.decide import View, decide
from dispatch.model import answer_commands
from dispatch.model import commands as orders
from dispatch.model.command_kinds import COMMANDS
from dispatch.model.commands import Command
from dispatch.model.context import NOTHING, DecisionContext
from dispatch.model.decisions import Cause, Decision, OfferStep, Why
from dispatch.model.events import Event
from dispatch.model.hazard_areas import Inside, inside_of
from dispatch.model.ids import decision_id, incident_id
from dispatch.model.incidents import Incident, Times
from dispatch.model.offers import Offer
from dispatch.model.people import AskedLately, Candidate, Found, Need, Presence
from dispatch.model.places import Area, Place
from dispatch.model.reasons import DeclineReason, Exclusion, ShortfallReason
from dispatch.model.requirements import Policy, Requirement, RequirementSpec, Shortfall
from dispatch.model.vocabulary import (
    Capability,
    DeadlineKind,
    IncidentStatus,
    OfferState,
    Outcome,
    Priority,
    TravelMode,
)
from dispatch.plans.book import BUILT_IN, PlanBook, parse
from dispatch.safety.hazard_crossings import WaysFound
from dispatch.state.lifecycle import fold

NOW_MS = 1_764_000_000_000
ZONE = "8320e5"
INCIDENT = incident_id(ZONE, "operator", "first")
ALMATY = Place(lon=76.945, lat=43.238)


TWO_A_PLACE = Policy(offers_per_place=2.0)


@cache
def plans() -> PlanBook:
    """The built-in plans, but with two offers for each place, so that a test that is about something else knows who is asked."""
    raw = tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))
    raw["defaults"]["policy"] = {"offers_per_place": TWO_A_PLACE.offers_per_place}
    return parse(raw, source="tests")


def point(lon: float = ALMATY.lon, lat: float = ALMATY.lat) -> Area:
    return Area(geometry={"type": "Point", "coordinates": [lon, lat]}, centre=Place(lon=lon, lat=lat))


def candidate(volunteer_id: str = "v-1", *skills: str, **known: Any) -> Candidate:
    """A free person with a car and a fresh fix half a kilometre away, who gives first aid and speaks Kazakh and Russian. Their
    skills are verified unless `verified` says otherwise."""
    defaults: dict[str, Any] = {
        "languages": ("kk", "ru"),
        "travel_mode": TravelMode.CAR,
        "distance_m": 500.0,
        "fix_age_s": 10.0,
        "skills": frozenset(skills or {"first_aid"}),
        "verified": frozenset(skills or {"first_aid"}),
    }
    known = defaults | known
    if known["distance_m"] is not None and known.get("place") is None:
        known["place"] = north_of_almaty(known["distance_m"])
    return Candidate(volunteer_id=volunteer_id, **known)


def north_of_almaty(away_m: float) -> Place:
    return Place(lon=ALMATY.lon, lat=ALMATY.lat + away_m / 111_195)


def helpers(*volunteer_ids: str) -> list[Candidate]:
    """People alike but for the distance, the first the nearest."""
    return [candidate(one, distance_m=100.0 * number) for number, one in enumerate(volunteer_ids, 1)]


def remote(volunteer_id: str = "d-1", *skills: str, **known: Any) -> Candidate:
    """A free person for digital work; verifies reports."""
    nowhere: dict[str, Any] = {"distance_m": None, "fix_age_s": None}
    return candidate(volunteer_id, *(skills or ("verification",)), **(nowhere | known))


def spec(skill: str = "first_aid", count: int = 1, **stated: Any) -> RequirementSpec:
    return RequirementSpec(skill=skill, count=count, **({"capability": Capability.FIELD} | stated))


def digital_spec(skill: str = "verification", count: int = 1, **stated: Any) -> RequirementSpec:
    return spec(skill, count, capability=Capability.DIGITAL, **stated)


def presence_of(person: Candidate, **known: Any) -> Presence:
    """On duty, at a fresh fix as far north of the usual place as the candidate is away."""
    defaults: dict[str, Any] = {
        "on_duty": True,
        "travel_mode": person.travel_mode,
        "place": person.place or north_of_almaty(person.distance_m or 0.0),
        "fix_at_ms": NOW_MS + 10**9,
        "capabilities": frozenset(Capability),
        "skills": person.skills,
        "languages": person.languages,
        "max_distance_m": person.max_distance_m,
        "verified": person.verified,
    }
    return Presence(**(defaults | known))


def past_of(person: Candidate, now_ms: int) -> AskedLately:
    def since(seconds: float | None) -> int | None:
        return None if seconds is None else now_ms - round(seconds * 1000)

    return AskedLately(
        heard_ms=since(person.heard_s),
        worked_ms=since(person.rested_s),
        worked_heavy=person.worked_heavy,
        offers_last_hour=person.offers_last_hour,
        offers_last_day=person.offers_last_day,
    )


def requirement(**stated: Any) -> Requirement:
    defaults: dict[str, Any] = {
        "id": "r1",
        "capability": Capability.FIELD,
        "skill": "first_aid",
        "count": 1,
        "max_distance_m": 50_000,
        "window_s": 90,
        "policy": TWO_A_PLACE,
    }
    return Requirement(**(defaults | stated))


def shortfall(missing: int = 1, reason: ShortfallReason = ShortfallReason.NOBODY_FOUND) -> Shortfall:
    return Shortfall(missing=missing, reason=reason, since_ms=NOW_MS)


def offer(state: OfferState = OfferState.OFFERED, **known: Any) -> Offer:
    defaults: dict[str, Any] = {
        "id": "o-1",
        "requirement_id": "r1",
        "volunteer_id": "v-1",
        "capability": Capability.FIELD,
        "skill": "first_aid",
        "epoch": 1,
        "created_ms": NOW_MS,
        "expires_ms": NOW_MS + 90_000,
        "changed_ms": NOW_MS,
    }
    return Offer(state=state, **(defaults | known))


def incident(**known: Any) -> Incident:
    defaults: dict[str, Any] = {
        "id": INCIDENT,
        "zone": ZONE,
        "version": 1,
        "type": "medical.other",
        "priority": Priority.HIGH,
        "status": IncidentStatus.DISPATCHING,
        "area": point(),
        "language": None,
        "requirements": (requirement(),),
        "times": Times(reported_ms=NOW_MS, logged_ms=NOW_MS, decided_ms=NOW_MS),
        "plan_version": "1",
        "reported_by": "operator",
        "body_digest": "digest",
    }
    return Incident(**(defaults | known))


def need(wanted: Requirement | None = None, **known: Any) -> Need:
    defaults: dict[str, Any] = {
        "incident_id": INCIDENT,
        "command_id": "c-1",
        "requirement": wanted or requirement(),
        "area": point(),
        "priority": Priority.HIGH,
        "want": 2,
    }
    return Need(**(defaults | known))


def cause(command: Command, offset: int = 0) -> Cause:
    kinds = {cls: kind for kind, cls in COMMANDS.items()}
    return Cause(
        topic="commands",
        partition=3,
        offset=offset,
        command_id=command.id,
        command_kind=kinds.get(type(command), "other"),
    )


def view(
    of: Incident | None, command: Command, *, now_ms: int = NOW_MS, offset: int = 0, around: DecisionContext = NOTHING
) -> View:
    return View(incident=of, cause=cause(command, offset), logged_ms=now_ms - 5, now_ms=now_ms, around=around)


def decision(*events: Event, **known: Any) -> Decision:
    """An applied decision as it stands in the log."""
    command = orders.CancelIncident(id="c-1", incident_id=INCIDENT, by="operator", sent_ms=NOW_MS)
    defaults: dict[str, Any] = {
        "id": decision_id(command.id),
        "cause": cause(command),
        "incident_id": INCIDENT,
        "zone": ZONE,
        "outcome": Outcome.APPLIED,
        "reason": None,
        "by": "operator",
        "version": 2,
        "why": Why(),
        "logged_ms": NOW_MS,
        "decided_ms": NOW_MS,
    }
    return Decision(events=events, **(defaults | known))


@dataclass
class Story:
    """One incident and the people around it. Each method is one command, decided at once; `decisions` is the log.

    The search finds everybody in `people`, however unfit, and tells of `unseen` people that it left out by itself.
    """

    people: list[Candidate] = field(default_factory=list)
    unseen: Mapping[Exclusion, int] = field(default_factory=dict)
    now_ms: int = NOW_MS
    book: PlanBook = field(default_factory=lambda: plans())
    told: Incident | None = None
    decisions: list[Decision] = field(default_factory=list)
    searched: list[Need] = field(default_factory=list)
    around: DecisionContext = NOTHING
    commands: list[Command] = field(default_factory=list)
    """What was told, beside `decisions`."""
    ways: WaysFound | None = None
    """Incidents whose people new dangerous ground concerns."""
    standing: Mapping[str, Place] = field(default_factory=dict)
    """Where people are who are looked for on dangerous ground."""

    @property
    def incident(self) -> Incident:
        assert self.told is not None, "nothing has been reported yet"
        return self.told

    @property
    def last(self) -> Decision:
        return self.decisions[-1]

    def tell(self, command: Command) -> Decision:
        seen = view(self.told, command, now_ms=self.now_ms, offset=len(self.decisions), around=self._around(command))
        self.commands.append(command)
        ways = self.ways or WaysFound()
        self.decisions.append(decide(seen, command, self.book, self.find, self.inside, lambda _: ways))
        self.told = fold(self.told, self.last)
        return self.last

    def _around(self, command: Command) -> DecisionContext:
        """As stated, and for what may be bridged everybody in `people`."""
        look = query_of(self.told, command)
        if look is None or isinstance(command, orders.UpdateIncident):
            return self.around
        free = {need.requirement.id: tuple(self.people) for need in look.needs}
        return replace(self.around, free=free | dict(self.around.free))

    def find(self, wanted: Need) -> Found:
        self.searched.append(wanted)
        return Found(candidates=tuple(self.people), excluded=self.unseen, searched_m=1_000.0)

    def inside(self, ground: Area) -> Inside:
        return inside_of(ground, self.standing, is_everybody=True)

    def wait(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)

    def report(self, *specs: RequirementSpec, **stated: Any) -> Decision:
        defaults: dict[str, Any] = {"type": "medical.other", "body_digest": "digest", "area": point()}
        stated = defaults | stated | ({"requirements": specs} if specs else {})
        return self.tell(orders.ReportIncident(**self._order(), **stated))

    def update(self, *specs: RequirementSpec, **stated: Any) -> Decision:
        stated |= {"requirements": specs} if specs else {}
        return self.tell(orders.UpdateIncident(**self._order(), **stated))

    def cancel(self) -> Decision:
        return self.tell(orders.CancelIncident(**self._order()))

    def close(self) -> Decision:
        return self.tell(orders.CloseIncident(**self._order()))

    def reopen(self) -> Decision:
        return self.tell(orders.ReopenIncident(**self._order()))

    def escalate(self, level: int | None = None) -> Decision:
        return self.tell(orders.EscalateIncident(**self._order(), level=level))

    def assign(self, person: Candidate, requirement_id: str = "r1", **stated: Any) -> Decision:
        """An operator names somebody; the picture shows them as `person` unless `around` says otherwise."""
        named = person.volunteer_id
        before, self.around = (
            self.around,
            replace(
                self.around,
                presence={named: presence_of(person)} | dict(self.around.presence),
                past={named: past_of(person, self.now_ms)} | dict(self.around.past),
            ),
        )
        order = {"volunteer_id": named, "requirement_id": requirement_id} | stated
        decided = self.tell(orders.AssignVolunteer(**self._order(), **order))
        self.around = before
        return decided

    def withdraw(self, volunteer_id: str, **stated: Any) -> Decision:
        offer_id = self.offer_of(volunteer_id).id
        return self.tell(orders.WithdrawOffer(**self._order(), offer_id=offer_id, **stated))

    def remind(self, volunteer_id: str) -> Decision:
        return self.tell(orders.RemindPerson(**self._order(), offer_id=self.offer_of(volunteer_id).id))

    def note(self, private_ref: str = "incident:note") -> Decision:
        return self.tell(orders.AddNote(**self._order(), private_ref=private_ref))

    def accept(self, volunteer_id: str, **stated: Any) -> Decision:
        return self.tell(answer_commands.AcceptOffer(**self._answer(volunteer_id, **stated)))

    def decline(self, volunteer_id: str, reason: DeclineReason = DeclineReason.BUSY, **stated: Any) -> Decision:
        return self.tell(answer_commands.DeclineOffer(**self._answer(volunteer_id, **stated), reason=reason))

    def progress(self, volunteer_id: str, state: OfferState, **stated: Any) -> Decision:
        return self.tell(answer_commands.ReportProgress(**self._answer(volunteer_id, **stated), state=state))

    def check_in(self, volunteer_id: str, **stated: Any) -> Decision:
        return self.tell(answer_commands.CheckIn(**self._answer(volunteer_id, **stated)))

    def distress(self, volunteer_id: str) -> Decision:
        return self.tell(answer_commands.RaiseDistress(**self._answer(volunteer_id)))

    def ask_for_help(self, volunteer_id: str, **stated: Any) -> Decision:
        return self.tell(answer_commands.AskForHelp(**self._answer(volunteer_id), **stated))

    def leave_duty(self, volunteer_id: str) -> Decision:
        return self.tell(answer_commands.LeaveDuty(**self._answer(volunteer_id)))

    def look_at(self, volunteer_id: str) -> Decision:
        """The next look at whether somebody is still coming passes now, be it due or not."""
        coming = self.offer_of(volunteer_id)
        return self._pass(DeadlineKind.WATCH, coming.watch.due_ms if coming.watch else self.now_ms, coming.id)

    def pass_check_in(self, volunteer_id: str) -> Decision:
        """The next step of the person's check-in clock passes now, be it due or not."""
        there = self.offer_of(volunteer_id)
        due_ms = there.check_in.due_ms if there.check_in else None
        return self._pass(DeadlineKind.CHECK_IN, due_ms or self.now_ms, there.id)

    def confirm(self, volunteer_id: str, version: int | None = None) -> Decision:
        """Without a version: of all that is open."""
        held = self.offer_of(volunteer_id)
        newest = held.unconfirmed.version if held.unconfirmed else self.incident.version
        return self.tell(answer_commands.ConfirmChanges(**self._answer(volunteer_id), version=version or newest))

    def settle(self, reason: str) -> Decision:
        return self.tell(orders.SettleAttention(**self._order(), reason=reason))

    def accept_proposal(self, proposal_id: str | None = None, **stated: Any) -> Decision:
        """Without an id: the newest."""
        named = proposal_id or self.incident.proposals[-1].id
        return self.tell(orders.AcceptProposal(**(self._order() | stated), proposal_id=named))

    def reject_proposal(self, proposal_id: str | None = None, **stated: Any) -> Decision:
        """Without an id: the newest."""
        named = proposal_id or self.incident.proposals[-1].id
        return self.tell(orders.RejectProposal(**(self._order() | stated), proposal_id=named))

    def pass_confirmation(self, volunteer_id: str) -> Decision:
        """The next step of the clock of what the person has to confirm passes now, be it due or not."""
        held = self.offer_of(volunteer_id)
        due_ms = held.unconfirmed.due_ms if held.unconfirmed else None
        return self._pass(DeadlineKind.CONFIRMATION, due_ms or self.now_ms, held.id)

    def give_result(self, volunteer_id: str, outcome: str, **stated: Any) -> Decision:
        return self.tell(answer_commands.GiveResult(**self._answer(volunteer_id), outcome=outcome, **stated))

    def expire(self, volunteer_id: str) -> Decision:
        """The deadline of the person's offer passes now, be it over or not."""
        late = self.offer_of(volunteer_id)
        return self._pass(DeadlineKind.OFFER_EXPIRY, late.expires_ms, late.id)

    def retry(self) -> Decision:
        return self._pass(DeadlineKind.RETRY, self.incident.retry_at_ms or self.now_ms, None)

    def climb(self, requirement_id: str = "r1") -> Decision:
        """The ladder's timer fires: at once when its step is due, else when it will be."""
        entry = next(one for one in self.incident.requirements if one.id == requirement_id)
        due_ms = (entry.climb.due_ms if entry.climb else None) or self.now_ms
        self.now_ms = max(self.now_ms, due_ms)
        return self.tell(
            orders.PassDeadline(
                **self._order(), deadline=DeadlineKind.LADDER, due_ms=due_ms, requirement_id=requirement_id
            )
        )

    def void(self, volunteer_id: str) -> Decision:
        return self.tell(orders.VoidOffer(**self._order(), offer_id=self.offer_of(volunteer_id).id))

    def offer_of(self, volunteer_id: str) -> Offer:
        """The newest offer made to a person."""
        return [one for one in self.incident.offers if one.volunteer_id == volunteer_id][-1]

    def state_of(self, volunteer_id: str) -> OfferState:
        return self.offer_of(volunteer_id).state

    def asked(self) -> list[str]:
        """Who holds an offer without an answer, in the order they were asked."""
        return [one.volunteer_id for one in self.incident.offers if one.state is OfferState.OFFERED]

    def shortfalls(self) -> dict[str, Shortfall]:
        return {entry.id: entry.shortfall for entry in self.incident.requirements if entry.shortfall}

    def _pass(self, kind: DeadlineKind, due_ms: int, offer_id: str | None) -> Decision:
        return self.tell(orders.PassDeadline(**self._order(), deadline=kind, due_ms=due_ms, offer_id=offer_id))

    def _order(self) -> dict[str, Any]:
        return {
            "id": f"c-{len(self.decisions)}",
            "incident_id": INCIDENT,
            "by": "operator",
            "sent_ms": self.now_ms,
        }

    def _answer(self, volunteer_id: str, **stated: Any) -> dict[str, Any]:
        """`said_by`: another id than the person's own."""
        offer_id = stated.pop("offer_id", None) or self.offer_of(volunteer_id).id
        said_by = stated.pop("said_by", volunteer_id)
        return self._order() | {"volunteer_id": said_by, "offer_id": offer_id} | stated


def offer_step(**changes: Any) -> OfferStep:
    """A record of `offers`: the step that makes an offer to `v-1`, unless changed."""
    made = OfferStep(
        event_id="e",
        id="o-1",
        incident_id="i-1",
        requirement_id="r1",
        volunteer_id="v-1",
        capability=Capability.FIELD,
        skill="cpr",
        state=OfferState.OFFERED,
        reason=None,
        epoch=1,
        at_ms=1,
        expires_ms=2,
        decision_id="d",
        decision_partition=0,
        decision_offset=0,
    )
    return replace(made, **changes)
