"""A tiny world lived through at random: reports, answers, silence, mistakes and repeats in any order.

`DispatchWorld` keeps the truth of who is engaged as a store would: a person is taken by the first decision that claims them, a
search may be out of date, a claim may fail, commands come twice and timers early. Whatever happens, nobody holds two offers at
once, no requirement has more people than places, nobody is asked who said no, is off duty, or whose incident has ended, and no
open incident waits in silence.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dispatch.context_query import query_of
from dispatch.deadlines import deadline_command, timers_of, waiting_of
from dispatch.decide import Settled, chosen_people, fill, settle, settle_without_claim
from dispatch.follow_ups import follow_ups
from dispatch.incidents import merging
from dispatch.model.answer_commands import (
    AcceptOffer,
    AskForHelp,
    CheckIn,
    DeclineOffer,
    GiveResult,
    LeaveDuty,
    RaiseDistress,
    ReportProgress,
)
from dispatch.model.commands import (
    AddNote,
    AssignVolunteer,
    CancelIncident,
    CloseIncident,
    Command,
    EscalateIncident,
    MergeIncident,
    PassDeadline,
    RemindPerson,
    ReopenIncident,
    ReportIncident,
    SplitIncident,
    UnmergeIncident,
    UpdateIncident,
    VoidOffer,
    WithdrawOffer,
)
from dispatch.model.context import DecisionContext
from dispatch.model.decisions import Decision, OfferStep
from dispatch.model.digital_events import AnswerWanted, CertaintyChanged, ResultGiven, WorkSettled
from dispatch.model.ids import incident_id
from dispatch.model.incident_events import IncidentCancelled, IncidentClosed, IncidentMoved
from dispatch.model.incidents import Incident
from dispatch.model.merge_events import IncidentMerged, MergeBegun, MergeEnded
from dispatch.model.merges import NewReport
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.offers import HintOpinion, Offer
from dispatch.model.people import Candidate, Found, Presence
from dispatch.model.reasons import Exclusion, ShortfallReason, SoftRule
from dispatch.model.requirements import Requirement, RequirementSpec
from dispatch.model.rulings import refused
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import (
    ASSIGNED_STATES,
    LIVE_STATES,
    OUTCOMES_OF_TASK,
    PROGRESS_ORDER,
    Capability,
    DeadlineKind,
    HeardBy,
    OfferSource,
    OfferState,
    Outcome,
    Priority,
    Task,
    WaveRule,
)
from dispatch.plans.book import PlanBook, load_builtin
from dispatch.staffing.waves import offers_out
from dispatch.state.lifecycle import fold
from dispatch.state.offer_effects import freed_by, held_by, offer_steps
from tests.support import strategies
from tests.support.builders import NOW_MS, ZONE, plans, point, presence_of, view

INCIDENTS = tuple(incident_id(ZONE, "operator", str(number)) for number in range(3))


@dataclass
class DispatchWorld:
    """People, incidents and the log of decisions; `engaged` is the truth of who is taken, by which offer."""

    book: PlanBook = field(default_factory=plans)
    people: dict[str, Candidate] = field(default_factory=dict)
    on_duty: set[str] = field(default_factory=set)
    engaged: dict[str, str] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    log: list[Decision] = field(default_factory=list)
    steps: list[OfferStep] = field(default_factory=list)
    decided: set[str] = field(default_factory=set)
    now_ms: int = NOW_MS
    sees_the_engaged: bool = False
    said: list[Command] = field(default_factory=list)
    """What incidents say to each other, still on its way through the log."""

    def handle(self, *commands: Command) -> None:
        """One batch: all are searched for in the same world, then decided in their order."""
        fresh = [command for command in commands if command.id not in self.decided]
        seen = [(command, self._settled(command)) for command in fresh]
        found = [{need.requirement.id: self._find() for need in settled.needs} for _, settled in seen]
        chosen: dict[str, Exclusion] = {}
        for (command, settled), people in zip(seen, found, strict=True):
            if isinstance(command, GiveResult) and command.opinion is not None:
                self._check_hint(command, settled)
            decision = self._claimed(command, settled, people, chosen)
            chosen |= chosen_people(decision)
            self._apply(command, decision)

    def _settled(self, command: Command) -> Settled:
        state = self.incidents.get(command.incident_id)
        look = query_of(state, command)
        around = DecisionContext(
            target=self.incidents.get(look.target) if look and look.target else None,
            free={need.requirement.id: self._find().candidates for need in look.needs} if look else {},
            presence=self._named(command) if isinstance(command, AssignVolunteer) else {},
        )
        known = view(state, command, now_ms=self.now_ms, offset=len(self.log), around=around)
        return settle(known, command, self.book)

    def _named(self, command: AssignVolunteer) -> dict[str, Presence]:
        person = self.people.get(command.volunteer_id)
        is_on = command.volunteer_id in self.on_duty
        return {command.volunteer_id: presence_of(person, on_duty=is_on)} if person else {}

    def _find(self) -> Found:
        """A hint: it may name people who are engaged, never one who is off duty."""
        there = [person for name, person in self.people.items() if name in self.on_duty]
        free = [person for person in there if person.volunteer_id not in self.engaged]
        busy = {Exclusion.ENGAGED: len(there) - len(free)} if len(free) < len(there) else {}
        if self.sees_the_engaged:
            return Found(candidates=tuple(there))
        return Found(candidates=tuple(free), excluded=busy)

    def _claimed(
        self, command: Command, settled: Settled, found: dict[str, Found], chosen: dict[str, Exclusion]
    ) -> Decision:
        """Decides until everybody it names can be had."""
        lost: dict[str, Exclusion] = {}
        while True:
            decision = fill(settled, self.book, found, chosen | lost)
            gone = [
                hold
                for hold in held_by(decision)
                if self.engaged.get(hold.volunteer_id, hold.offer_id) != hold.offer_id
            ]
            if not gone:
                return decision
            for hold in gone:
                lost[hold.volunteer_id] = Exclusion.TAKEN_NOW
                if isinstance(command, AcceptOffer) and hold.offer_id == command.offer_id:
                    settled = settle_without_claim(settled, self.book, "engaged_elsewhere")
                if isinstance(command, AssignVolunteer) and hold.volunteer_id == command.volunteer_id:
                    settled = replace(settled, ruling=refused("assign", "engaged"), needs=())

    def _check_hint(self, command: GiveResult, with_hint: Settled) -> None:
        """Whatever a hint says, it ends nothing, joins nothing, lowers nothing and sends nobody home."""
        without = self._settled(replace(command, opinion=None))
        kinds = (
            IncidentClosed,
            IncidentCancelled,
            MergeBegun,
            MergeEnded,
            IncidentMerged,
            IncidentMoved,
            CertaintyChanged,
        )

        def ended(settled: Settled) -> list[object]:
            return [
                fact
                for fact in settled.ruling.events
                if isinstance(fact, kinds) or (isinstance(fact, OfferMoved) and fact.state not in PROGRESS_ORDER)
            ]

        self._check_look(command, with_hint, without)
        facts = with_hint.ruling.events
        is_allowed = any(isinstance(fact, WorkSettled) and fact.hint_id is not None for fact in facts)
        assert with_hint.incident is not None or without.incident is None
        if is_allowed:
            state = self.incidents[command.incident_id]
            offer = state.offer(command.offer_id)
            entry = state.requirement(offer.requirement_id if offer else None)
            assert entry is not None
            assert entry.assistant_counts
            assert state.priority not in (Priority.CRITICAL, Priority.HIGH)
            assert command.outcome in ("confirmed", "located", "reached", "done", "mapped")
            return
        assert ended(with_hint) == ended(without)
        if with_hint.incident is not None and without.incident is not None:
            assert with_hint.incident.status == without.incident.status
            assert with_hint.incident.priority == without.incident.priority

    def _check_look(self, command: GiveResult, with_hint: Settled, without: Settled) -> None:
        """What a hint asks for comes on top of all else, and nobody in the field waits for it."""
        looks = [
            fact
            for fact in with_hint.ruling.events
            if isinstance(fact, AnswerWanted) and fact.reason == "hint_disagrees"
        ]
        assert len(looks) <= 1
        if not looks:
            return
        (look,), after = looks, with_hint.incident
        assert after is not None
        assert after.is_open

        def of_others(settled: Settled) -> list[object]:
            """The ladder of the work itself goes on with one place more."""
            mine = look.requirement_id
            told = [one for one in settled.ruling.events if getattr(one, "requirement_id", None) != mine]
            # What the hint thought stands beside the result, and changes nothing of it.
            return [
                replace(one, result=replace(one.result, opinion=None)) if isinstance(one, ResultGiven) else one
                for one in told
            ]

        assert of_others(with_hint) == of_others(without)
        wanted = {entry.id: entry for entry in after.requirements}
        assert wanted[look.requirement_id].capability is Capability.DIGITAL
        before = self.incidents[command.incident_id].requirement(look.requirement_id)
        assert before is not None
        assert wanted[look.requirement_id].count == before.count + 1

        def in_field(settled: Settled) -> list[object]:
            return [need for need in settled.needs if need.requirement.capability is Capability.FIELD]

        assert in_field(with_hint) == in_field(without)
        assert not [entry for entry in after.requirements if self._lacks_people(after, entry)]

    @staticmethod
    def _lacks_people(incident: Incident, entry: Requirement) -> bool:
        is_field = entry.capability is Capability.FIELD and incident.area is not None
        return is_field and incident.open_places(entry) > offers_out(incident, entry)

    def _apply(self, command: Command, decision: Decision) -> None:
        before = self.incidents.get(decision.incident_id)
        after = fold(before, decision)
        self._check(before, after, decision)
        self.decided.add(command.id)
        self.log.append(decision)
        for hold in freed_by(decision):
            if self.engaged.get(hold.volunteer_id) == hold.offer_id:
                del self.engaged[hold.volunteer_id]
        for hold in held_by(decision):
            assert self.engaged.setdefault(hold.volunteer_id, hold.offer_id) == hold.offer_id
        if after is not None:
            self.incidents[after.id] = after
        self.steps += offer_steps(after, decision, 3, len(self.log))
        self.said += follow_ups(decision)

    def _check(self, before: Incident | None, after: Incident | None, decision: Decision) -> None:
        """What must hold of a single decision."""
        if decision.outcome is not Outcome.APPLIED:
            assert decision.events == ()
            assert after is before
            return
        assert after is not None
        assert decision.events, "an applied decision has effects"
        assert after.version == decision.version == (before.version if before else 0) + 1
        for why in decision.why.requirements:
            entry = next(one for one in after.requirements if one.id == why.requirement_id)
            if "named_by" in next(iter(why.chosen), {}):
                continue
            assert why.wave is not None
            assert offers_out(after, entry) <= why.wave.out + why.wave.size, "more offers than the wave allows"
            assert why.wave.rule is not WaveRule.CERTAINTY or why.wave.reached >= entry.certainty - 1e-4
        for fact in decision.events:
            if isinstance(fact, OfferMade):
                assert after.is_open, "an offer after the end"
                # An operator may name somebody off duty, and says so.
                is_forced = fact.source is OfferSource.OPERATOR
                assert is_forced or fact.volunteer_id in self.on_duty, "an offer to a person off duty"
                declined = {
                    one.volunteer_id
                    for one in (before.offers_for(fact.requirement_id) if before else ())
                    if one.state is OfferState.DECLINED
                }
                # An operator who has talked to them may ask again: the order is forced, and the offer says so.
                is_asked_again = is_forced and SoftRule.DECLINED in fact.set_aside
                assert is_asked_again or fact.volunteer_id not in declined, "an offer to a person who said no"

    def timers(self) -> list[Timer]:
        return [timer for one in self.incidents.values() for timer in timers_of(one)]

    def offers(self) -> list[Offer]:
        return [offer for one in self.incidents.values() for offer in one.offers]


def says_no_place(entry: Requirement) -> bool:
    """Whether the requirement states that it waits for a place, and nothing of its ladder is due meanwhile."""
    is_stated = entry.shortfall is not None and entry.shortfall.reason is ShortfallReason.NO_PLACE
    return is_stated and (entry.climb is None or entry.climb.due_ms is None)


def number_of(items: list[Any], number: int) -> Any:
    """One of the items; the number may be any."""
    return items[number % len(items)]


NUMBERS = st.integers(0, 1_000)
REQUIREMENTS = strategies.stated_requirements()


class LifeOfAWorld(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = DispatchWorld()
        self.sent: list[Command] = []

    @initialize(
        people=st.lists(strategies.candidates(), min_size=3, max_size=8, unique_by=lambda one: one.volunteer_id)
    )
    def people_come(self, people: list[Candidate]) -> None:
        self.world.people = {one.volunteer_id: one for one in people}
        self.world.on_duty = set(self.world.people)

    def order(self, incident: str, by: str = "operator") -> dict[str, Any]:
        return {"id": f"c-{len(self.sent)}", "incident_id": incident, "by": by, "sent_ms": self.world.now_ms}

    def send(self, *commands: Command) -> None:
        self.sent += commands
        self.world.handle(*commands)

    def answer(self, number: int) -> dict[str, Any]:
        offer: Offer = number_of(self.world.offers(), number)
        (incident,) = [one.id for one in self.world.incidents.values() if one.offer(offer.id)]
        return self.order(incident, offer.volunteer_id) | {"offer_id": offer.id, "volunteer_id": offer.volunteer_id}

    def is_asked(self) -> bool:
        return bool(self.world.offers())

    def is_reported(self) -> bool:
        return bool(self.world.incidents)

    @rule(incident=st.sampled_from(INCIDENTS), specs=REQUIREMENTS, digest=st.sampled_from(["same", "same", "other"]))
    def somebody_reports(self, incident: str, specs: tuple[RequirementSpec, ...], digest: str) -> None:
        self.send(self._report(incident, specs, digest))

    def _report(self, incident: str, specs: tuple[RequirementSpec, ...], digest: str) -> ReportIncident:
        return ReportIncident(
            **self.order(incident),
            type="flood",
            body_digest=digest,
            requirements=specs,
            # One of the three is reported without a place, and gets one by an edit, a result or a merge.
            area=None if incident == INCIDENTS[-1] else point(),
            language="kk",
        )

    @rule(specs=REQUIREMENTS, number=NUMBERS)
    def two_commands_come_together(self, specs: tuple[RequirementSpec, ...], number: int) -> None:
        first = self._report(INCIDENTS[number % 3], specs, "same")
        self.sent.append(first)
        other = INCIDENTS[(number + 1) % 3]
        second = self._report(other, specs, "same") if number % 2 else EscalateIncident(**self.order(other))
        self.sent.append(second)
        self.world.handle(first, second)

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def somebody_accepts(self, number: int) -> None:
        self.send(AcceptOffer(**self.answer(number)))

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def the_newest_accepts(self, number: int) -> None:
        asked = [at for at, one in enumerate(self.world.offers()) if one.state is OfferState.OFFERED]
        if asked:
            self.send(AcceptOffer(**self.answer(number_of(asked, number))))

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def somebody_declines(self, number: int) -> None:
        self.send(DeclineOffer(**self.answer(number)))

    @precondition(is_asked)
    @rule(number=NUMBERS, state=st.sampled_from(PROGRESS_ORDER))
    def somebody_makes_progress(self, number: int, state: OfferState) -> None:
        self.send(ReportProgress(**self.answer(number), state=state))

    @precondition(is_asked)
    @rule(number=NUMBERS, outcome=st.sampled_from(strategies.OUTCOMES))
    def somebody_gives_a_result(self, number: int, outcome: str) -> None:
        self.send(GiveResult(**self.answer(number), outcome=outcome))

    @precondition(is_asked)
    @rule(
        number=NUMBERS,
        north=st.sampled_from([43.238, 43.3, 44.2]),
        other=st.sampled_from(INCIDENTS),
        opinion=st.none() | strategies.hint_opinions(),
    )
    def digital_work_is_answered_whole(
        self, number: int, north: float, other: str, opinion: HintOpinion | None
    ) -> None:
        """Somebody who holds digital work gives an answer that fits it."""
        held = [at for at, one in enumerate(self.world.offers()) if one.task and one.state in ASSIGNED_STATES]
        if not held:
            return
        at = number_of(held, number)
        outcomes = sorted(OUTCOMES_OF_TASK[self.world.offers()[at].task or Task.TRANSLATE])
        self.send(
            GiveResult(
                **self.answer(at),
                outcome=number_of(outcomes, number),
                location={"type": "Point", "coordinates": [76.945, north]},
                other_incident_id=other,
                private_ref="incident:text",
                opinion=opinion,
            )
        )

    @precondition(is_reported)
    @rule(number=NUMBERS, other=st.sampled_from(INCIDENTS))
    def an_operator_merges(self, number: int, other: str) -> None:
        self.send(MergeIncident(**self.order(number_of(list(self.world.incidents), number)), into=other))

    @precondition(is_reported)
    @rule(number=NUMBERS)
    def an_operator_undoes_a_merge(self, number: int) -> None:
        self.send(UnmergeIncident(**self.order(number_of(list(self.world.incidents), number))))

    @precondition(is_reported)
    @rule(number=NUMBERS, person=st.sampled_from(strategies.VOLUNTEERS), need=st.sampled_from(["r1", "r2", "r5"]))
    def an_operator_names_somebody(self, number: int, person: str, need: str) -> None:
        order = self.order(number_of(list(self.world.incidents), number))
        self.send(AssignVolunteer(**order, volunteer_id=person, requirement_id=need, force=number % 2 == 0))

    @precondition(is_reported)
    @rule(number=NUMBERS)
    def an_operator_splits(self, number: int) -> None:
        incident = self.world.incidents[number_of(list(self.world.incidents), number)]
        order = self.order(incident.id)
        into = incident_id(ZONE, "operator", f"split {order['id']}")
        report = NewReport(
            command_id=f"{order['id']} report", incident_id=into, type="flood", body_digest="same", area=point()
        )
        offers = tuple(one.id for one in incident.offers[: number % 4])
        self.send(SplitIncident(**order, report=report, offers=offers))

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def an_operator_takes_an_offer_back(self, number: int) -> None:
        offer = number_of(self.world.offers(), number)
        incident = self.answer(number)["incident_id"]
        self.send(WithdrawOffer(**self.order(incident), offer_id=offer.id, replace=number % 3 > 0))

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def an_operator_reminds(self, number: int) -> None:
        offer = number_of(self.world.offers(), number)
        self.send(RemindPerson(**self.order(self.answer(number)["incident_id"]), offer_id=offer.id))

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def an_operator_enters_what_somebody_said(self, number: int) -> None:
        self.send(AcceptOffer(**self.answer(number) | {"volunteer_id": "", "heard_by": HeardBy.PHONE}))

    @precondition(is_reported)
    @rule(number=NUMBERS)
    def an_operator_opens_again(self, number: int) -> None:
        self.send(ReopenIncident(**self.order(number_of(list(self.world.incidents), number))))

    @precondition(lambda self: bool(self.world.said))
    @rule()
    def what_was_said_is_heard(self) -> None:
        self.send(self.world.said.pop(0))

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def somebody_checks_in(self, number: int) -> None:
        self.send(CheckIn(**self.answer(number)))

    @precondition(is_asked)
    @rule(number=NUMBERS, skill=st.sampled_from([None, "boat"]), count=st.integers(1, 3))
    def somebody_asks_for_help(self, number: int, skill: str | None, count: int) -> None:
        self.send(AskForHelp(**self.answer(number), skill=skill, count=count))

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def somebody_is_in_distress(self, number: int) -> None:
        self.send(RaiseDistress(**self.answer(number)))

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def somebody_leaves_duty_and_is_taken_off_unless_they_are_there(self, number: int) -> None:
        answer = self.answer(number)
        offer = next(one for one in self.world.offers() if one.id == answer["offer_id"])
        before, is_asked_off_duty = offer.state, SoftRule.OFF_DUTY in offer.set_aside

        self.send(LeaveDuty(**answer))

        after = next(one.state for one in self.world.offers() if one.id == answer["offer_id"])
        # Whom an operator named although they were off duty leaves no duty.
        is_to_go = before in (OfferState.OFFERED, OfferState.ACCEPTED, OfferState.EN_ROUTE) and not is_asked_off_duty
        assert after is not before or not is_to_go
        assert (before is OfferState.ON_SCENE) <= (after is before)

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def an_offer_turns_out_void(self, number: int) -> None:
        answer = self.answer(number)
        del answer["volunteer_id"]
        self.send(VoidOffer(**answer))

    @precondition(is_reported)
    @rule(number=NUMBERS, specs=REQUIREMENTS)
    def an_operator_updates(self, number: int, specs: tuple[RequirementSpec, ...]) -> None:
        incident = number_of(list(self.world.incidents), number)
        self.send(UpdateIncident(**self.order(incident), requirements=specs))

    @precondition(is_reported)
    @rule(number=NUMBERS, north_m=st.sampled_from([0.0, 400.0, 60_000.0]))
    def an_operator_states_a_place(self, number: int, north_m: float) -> None:
        incident = number_of(list(self.world.incidents), number)
        self.send(UpdateIncident(**self.order(incident), area=point(lat=43.238 + north_m / 111_195)))

    @precondition(is_reported)
    @rule(number=NUMBERS, count=st.integers(1, 4))
    def an_operator_changes_a_count(self, number: int, count: int) -> None:
        incident: Incident = number_of(list(self.world.incidents.values()), number)
        specs = tuple(
            RequirementSpec(capability=entry.capability, skill=entry.skill, count=count, task=entry.task)
            for entry in incident.requirements
        )
        self.send(UpdateIncident(**self.order(incident.id), requirements=specs))

    @precondition(is_reported)
    @rule(number=NUMBERS, kind=st.sampled_from([CancelIncident, CloseIncident, EscalateIncident, AddNote]))
    def an_operator_orders(self, number: int, kind: type[Any]) -> None:
        order = self.order(number_of(list(self.world.incidents), number))
        self.send(kind(**order, **({"private_ref": "incident:note"} if kind is AddNote else {})))

    @rule(seconds=st.sampled_from([1, 20, 90, 300, 601]))
    def time_passes(self, seconds: int) -> None:
        self.world.now_ms += seconds * 1000

    @rule(seconds=st.sampled_from([0, 0, 90, 300]))
    def timers_are_swept(self, seconds: int) -> None:
        self.world.now_ms += seconds * 1000
        for timer in self.world.timers():
            if timer.due_ms <= self.world.now_ms:
                self.send(deadline_command(timer, self.world.now_ms))

    @precondition(is_asked)
    @rule(number=NUMBERS)
    def a_deadline_comes_at_the_wrong_time(self, number: int) -> None:
        answer = self.answer(number)
        del answer["volunteer_id"]
        self.send(PassDeadline(**answer, deadline=DeadlineKind.OFFER_EXPIRY, due_ms=self.world.now_ms))

    @precondition(is_reported)
    @rule(number=NUMBERS)
    def a_person_who_became_free_wakes_an_incident(self, number: int) -> None:
        incident = number_of(list(self.world.incidents), number)
        self.send(PassDeadline(**self.order(incident), deadline=DeadlineKind.RETRY, due_ms=self.world.now_ms))

    @rule(name=st.sampled_from(strategies.VOLUNTEERS))
    def duty_begins_or_ends(self, name: str) -> None:
        if name in self.world.people:
            self.world.on_duty ^= {name}

    @rule()
    def the_search_falls_behind_or_catches_up(self) -> None:
        self.world.sees_the_engaged = not self.world.sees_the_engaged

    @precondition(lambda self: bool(self.sent))
    @rule(number=NUMBERS)
    def an_old_command_comes_again(self, number: int) -> None:
        known = len(self.world.log)

        self.world.handle(number_of(self.sent, number))

        assert len(self.world.log) == known

    @invariant()
    def nobody_holds_two_offers_at_any_place_in_the_log(self) -> None:
        """I3."""
        live: dict[str, set[str]] = {}
        for step in self.world.steps:
            held = live.setdefault(step.volunteer_id, set())
            (held.add if step.state in LIVE_STATES else held.discard)(step.id)
            assert len(held) <= 1
        now = {name: next(iter(held)) for name, held in live.items() if held}
        assert now == self.world.engaged
        assert now == {one.volunteer_id: one.id for one in self.world.offers() if one.is_live}

    @invariant()
    def no_requirement_has_more_people_than_places(self) -> None:
        """I4. Work that was done before the need became smaller stays done."""
        for incident in self.world.incidents.values():
            for entry in incident.requirements:
                offers = incident.offers_for(entry.id)
                done = sum(one.state is OfferState.DONE for one in offers)
                assert sum(one.is_filling for one in offers) <= max(entry.count, done)

    @invariant()
    def an_ended_incident_holds_nobody(self) -> None:
        """I5; that nobody is asked after the end, off duty or after a no is checked with each decision."""
        for incident in self.world.incidents.values():
            if not incident.is_open:
                assert not any(one.is_live for one in incident.offers)
                assert timers_of(incident) == ()
                assert waiting_of(incident) == ()

    @invariant()
    def no_open_incident_waits_in_silence(self) -> None:
        for incident in self.world.incidents.values():
            # About to become a report of another incident, for at most 15 s: nobody is asked for it.
            if not incident.is_open or merging.asks_nobody_yet(incident):
                continue
            for entry in incident.requirements:
                missing = max(0, incident.open_places(entry) - offers_out(incident, entry))
                assert (entry.shortfall.missing if entry.shortfall else 0) == missing
                assert not missing or not incident.lacks_place(entry) or says_no_place(entry)
            kinds = {(timer.kind, timer.ref) for timer in timers_of(incident)}
            asked = {(DeadlineKind.OFFER_EXPIRY, one.id) for one in incident.offers if one.state is OfferState.OFFERED}
            looks = {(DeadlineKind.RETRY, "")} if waiting_of(incident) else set()
            climbs = {
                (DeadlineKind.LADDER, entry.id)
                for entry in incident.requirements
                if incident.open_places(entry)
                and not (entry.climb and entry.climb.ended)
                and not incident.lacks_place(entry)
            }
            assert asked | looks | climbs <= kinds

    @invariant()
    def ids_of_requirements_and_offers_are_used_once(self) -> None:
        for incident in self.world.incidents.values():
            assert len({entry.id for entry in incident.requirements}) == len(incident.requirements)
            assert len({one.id for one in incident.offers}) == len(incident.offers)

    @invariant()
    def merges_lead_to_an_incident_that_is_not_merged(self) -> None:
        """Following `merged_into` never goes round in a circle, so no event loses its last incident."""
        for incident in self.world.incidents.values():
            seen = {incident.id}
            while incident.merged_into is not None:
                incident = self.world.incidents[incident.merged_into]
                assert incident.id not in seen
                seen.add(incident.id)

    @invariant()
    def every_lease_has_its_timer(self) -> None:
        for incident in self.world.incidents.values():
            if incident.is_open:
                timers = {timer.ref for timer in timers_of(incident) if timer.kind is DeadlineKind.LEASE}
                assert timers == {
                    one.id
                    for one in incident.offers
                    if one.task and one.state in ASSIGNED_STATES and one.lease_expires_ms
                }

    def teardown(self) -> None:
        """The log alone gives the same world."""
        states: dict[str, Incident] = {}
        for decision in self.world.log:
            state = fold(states.get(decision.incident_id), decision)
            if state is not None:
                states[decision.incident_id] = state
        assert states == self.world.incidents
        assert len({step.event_id for step in self.world.steps}) == len(self.world.steps)


class LifeByCertainty(LifeOfAWorld):
    """The same life under the plans as they are: waves sized to a certainty, with a timer for their doubt."""

    def __init__(self) -> None:
        super().__init__()
        self.world.book = load_builtin()


# With all it keeps for shrinking, Hypothesis takes about 750 of these steps a second, so 10^5 would cost more than two minutes of
# every run. These two machines take 4,500, for what shrinks to a short story; `tests/simulation` takes 10^5 with the same rules
# under the real shell, at ten times the speed.
LONG = pytest.mark.timeout(900)  # the longest of the pure tests, on a machine that may be busy
TestLifeByCertainty = LONG(LifeByCertainty.TestCase)
TestLifeByCertainty.settings = settings(max_examples=30, stateful_step_count=50)
TestLifeOfAWorld = LONG(LifeOfAWorld.TestCase)
TestLifeOfAWorld.settings = settings(max_examples=60, stateful_step_count=50)
