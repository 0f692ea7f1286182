"""What operators and people of the record do again in a replay whose course is another one."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.answer_commands import AcceptOffer, ConfirmChanges, DeclineOffer, ReportProgress
from dispatch.model.commands import (
    AssignVolunteer,
    CloseIncident,
    Command,
    EnterHazard,
    RemindPerson,
    SplitIncident,
    UpdateIncident,
    WithdrawOffer,
)
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Hazard
from dispatch.model.merges import NewReport
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.vocabulary import Capability, OfferState, Outcome, Priority
from streams.policy_replay.agenda import Agenda, PlannedAnswer, PlannedOrder
from streams.policy_replay.drawn_answers import AnswerHabits, drawn, habits_of
from streams.policy_replay.operators_orders import order_again
from streams.policy_replay.recorded_answers import RecordedAnswers, RecordedAsk, said_again
from streams.policy_replay.recorded_log import RecordedCommand, RecordedDecision, RecordedLog, RecordedPeople
from streams.policy_replay.still_meant import meant
from streams.store.memory.people import People
from streams.store.people import FixWrite
from streams.store.track_record import Standings
from tests.support.builders import INCIDENT, NOW_MS, decision, incident, offer

PERSON = "v-1"
MADE = "o-recorded"


def about(offer_id: str = MADE, **more: Any) -> dict[str, Any]:
    return {
        "id": f"c-{offer_id}-{len(more)}",
        "incident_id": INCIDENT,
        "by": PERSON,
        "sent_ms": NOW_MS,
        "offer_id": offer_id,
        "volunteer_id": PERSON,
        **more,
    }


def order(**more: Any) -> dict[str, Any]:
    return {"id": "c-order", "incident_id": INCIDENT, "by": "op-1", "sent_ms": NOW_MS, **more}


def recorded(command: Command, after_s: float = 0, made: Decision | None = None) -> RecordedCommand:
    at_ms = NOW_MS + round(after_s * 1000)
    return RecordedCommand(logged_ms=at_ms, partition=0, offset=at_ms, command=command, decision=made)


def made(offer_id: str = MADE, volunteer_id: str = PERSON, **more: Any) -> OfferMade:
    known: dict[str, Any] = {
        "requirement_id": "r1",
        "capability": Capability.FIELD,
        "skill": "first_aid",
        "expires_ms": NOW_MS + 90_000,
        "distance_m": None,
        "eta_s": None,
        "task": None,
        "chance": 0.5,
    }
    return OfferMade(offer_id=offer_id, volunteer_id=volunteer_id, **(known | more))


def log(*commands: RecordedCommand, ended: tuple[OfferState, float] | None = None) -> RecordedLog:
    """One offer to one person, what they said, and how it ended."""
    decided = [RecordedDecision(decision=decision(made()), incident=incident())]
    if ended is not None:
        state, after_s = ended
        at_ms = NOW_MS + round(after_s * 1000)
        moved = OfferMoved(offer_id=MADE, volunteer_id=PERSON, state=state)
        decided.append(RecordedDecision(decision=decision(moved, decided_ms=at_ms), incident=incident()))
    return RecordedLog(
        begins_ms=NOW_MS,
        until_ms=NOW_MS + 3_600_000,
        commands=commands,
        decided=decided,
        begun={},
        standings=Standings(),
        people=RecordedPeople(),
    )


ACCEPT, ARRIVE = AcceptOffer(**about()), ReportProgress(**about(), state=OfferState.ON_SCENE)


class TestPeople:
    def test_the_same_offer_at_the_same_time_gives_the_same_commands(self) -> None:
        answers = RecordedAnswers(log(recorded(ACCEPT, 12), recorded(ARRIVE, 300)))

        again = [(at_ms, command) for at_ms, command, _ in said_again(self.ask(answers), made(), INCIDENT, NOW_MS)]

        assert again == [(NOW_MS + 12_000, ACCEPT), (NOW_MS + 300_000, ARRIVE)]

    def test_another_offer_later_is_answered_after_the_same_delays(self) -> None:
        answers = RecordedAnswers(log(recorded(ACCEPT, 12), recorded(ARRIVE, 300)))
        other = made("o-other", expires_ms=NOW_MS + 200_000)

        again = list(said_again(self.ask(answers), other, INCIDENT, NOW_MS + 60_000))

        assert [at_ms - NOW_MS for at_ms, _, _ in again] == [72_000, 360_000]
        assert {command.offer_id for _, command, _ in again} == {"o-other"}
        assert not {command.id for _, command, _ in again} & {ACCEPT.id, ARRIVE.id}

    def test_of_other_work_only_the_answer_counts(self) -> None:
        answers = RecordedAnswers(log(recorded(ACCEPT, 12), recorded(ARRIVE, 300)))
        digital = made("o-other", capability=Capability.DIGITAL)

        (only,) = said_again(self.ask(answers), digital, INCIDENT, NOW_MS)

        assert isinstance(only[1], AcceptOffer)

    @pytest.mark.parametrize(
        ("ended", "is_silent"),
        [
            # Asked to the end of the window.
            ((OfferState.EXPIRED, 90), True),
            # Nobody knows what they would have said a second later.
            ((OfferState.WITHDRAWN, 10), False),
            (None, False),
        ],
    )
    def test_only_who_was_asked_to_the_end_has_said_nothing(
        self, ended: tuple[OfferState, float] | None, is_silent: bool
    ) -> None:
        assert self.ask(RecordedAnswers(log(ended=ended))).is_silent is is_silent

    def test_who_is_asked_more_often_than_in_the_record_does_what_they_did_last(self) -> None:
        answers = RecordedAnswers(log(recorded(ACCEPT, 12)))

        assert answers.of(INCIDENT, PERSON, 0) is answers.of(INCIDENT, PERSON, 3)
        assert answers.of(INCIDENT, "v-2", 0) is None

    def ask(self, answers: RecordedAnswers) -> RecordedAsk:
        found = answers.of(INCIDENT, PERSON, 0)
        assert found is not None
        return found


class TestDraws:
    HABITS = AnswerHabits(
        accept_after_ms=[5_000, 10_000, 200_000],
        decline_after_ms=[7_000],
        declined=1.0,
        accepted=0.5,
        ready_ms=60_000,
        work_ms=600_000,
    )

    def test_the_share_that_accepts_is_the_chance_of_the_offers(self) -> None:
        answers = RecordedAnswers(log())

        def accepts(number: int, chance: float) -> bool:
            offer = made(f"o-{number}", f"v-{number}", chance=chance)
            return any(
                isinstance(command, AcceptOffer)
                for _, command in drawn(self.HABITS, answers, offer, INCIDENT, NOW_MS, "1")
            )

        shares = [sum(accepts(number, chance) for number in range(1000)) / 1000 for chance in (0.0, 0.3, 1.0)]

        assert shares[0] == 0
        assert 0.25 < shares[1] < 0.35
        assert shares[2] == 1

    def test_an_acceptance_is_within_the_window_and_leads_to_the_scene(self) -> None:
        offer = made(chance=1.0, eta_s=300.0)

        said = list(drawn(self.HABITS, RecordedAnswers(log()), offer, INCIDENT, NOW_MS, "1"))

        assert said[0][0] - NOW_MS in (5_000, 10_000)
        steps = [(command.state, at_ms - said[0][0]) for at_ms, command in said if isinstance(command, ReportProgress)]
        assert steps == [
            (OfferState.EN_ROUTE, 60_000),
            (OfferState.ON_SCENE, 300_000),
            (OfferState.DONE, 900_000),
        ]

    def test_the_seed_decides(self) -> None:
        answers = RecordedAnswers(log())
        offers = [made(f"o-{number}", f"v-{number}") for number in range(50)]

        def outcomes(seed: str) -> list[int]:
            return [len(list(drawn(self.HABITS, answers, one, INCIDENT, NOW_MS, seed))) for one in offers]

        assert outcomes("1") == outcomes("1") != outcomes("2")

    def test_habits_are_those_of_the_record(self) -> None:
        habits = habits_of(RecordedAnswers(log(recorded(ACCEPT, 12), recorded(ARRIVE, 300))))

        assert habits.accept_after_ms == [12_000]
        assert habits.accepted == 1.0

    def test_an_empty_record_has_defaults(self) -> None:
        habits = habits_of(RecordedAnswers(replace(log(), decided=[])))

        certain, unknown = made(chance=1.0), made(chance=None)
        said = list(drawn(habits, RecordedAnswers(log()), certain, INCIDENT, NOW_MS, "1"))

        assert said[0][0] <= NOW_MS + 90_000
        # Nobody has ever answered, so nobody is supposed to.
        assert list(drawn(habits, RecordedAnswers(log()), unknown, INCIDENT, NOW_MS, "1")) == []


class TestStillMeant:
    @pytest.mark.parametrize(
        ("state", "command", "is_said"),
        [
            (OfferState.OFFERED, ACCEPT, True),
            (OfferState.WITHDRAWN, ACCEPT, False),
            # Too late, but said all the same: the dispatcher decides.
            (OfferState.EXPIRED, ACCEPT, True),
            (OfferState.EXPIRED, DeclineOffer(**about()), False),
            (OfferState.ACCEPTED, ARRIVE, True),
            (OfferState.STOOD_DOWN, ARRIVE, False),
        ],
    )
    def test_people_say_what_their_offer_still_allows(
        self, state: OfferState, command: AcceptOffer, is_said: bool
    ) -> None:
        people = People(lambda: NOW_MS, 1_800_000)
        people.person(PERSON)
        known = incident(offers=(offer(state, id=MADE, volunteer_id=PERSON),))

        assert (meant(PlannedAnswer(command=command), known, people) is not None) is is_said

    def test_a_drawn_acceptance_is_never_late(self) -> None:
        people = People(lambda: NOW_MS, 1_800_000)
        people.person(PERSON)
        known = incident(offers=(offer(OfferState.EXPIRED, id=MADE, volunteer_id=PERSON),))

        assert meant(PlannedAnswer(command=ACCEPT, is_drawn=True), known, people) is None

    def test_changes_are_confirmed_up_to_the_version_of_the_replay(self) -> None:
        known = incident(version=9, offers=(offer(OfferState.ACCEPTED, id=MADE, volunteer_id=PERSON),))
        confirmed = ConfirmChanges(**about(), version=4)

        said = meant(PlannedAnswer(command=confirmed), known, People(lambda: NOW_MS, 0))

        assert isinstance(said, ConfirmChanges)
        assert said.version == 9


class TestOperators:
    ANSWERS = RecordedAnswers(log())
    HERE = incident(offers=(offer(id="o-now", volunteer_id=PERSON),))

    def test_an_order_about_an_offer_is_about_the_one_that_the_person_has(self) -> None:
        for command in (WithdrawOffer(**order(), offer_id=MADE), RemindPerson(**order(), offer_id=MADE)):
            again = order_again(recorded(command), self.HERE, self.ANSWERS).command

            assert isinstance(again, WithdrawOffer | RemindPerson)
            assert again.offer_id == "o-now"

    def test_without_such_an_offer_it_is_skipped_and_said(self) -> None:
        again = order_again(recorded(WithdrawOffer(**order(), offer_id=MADE)), incident(), self.ANSWERS)

        assert (again.command, again.skipped) == (None, "offer_not_made")

    def test_an_edit_has_no_precondition_unless_it_was_refused(self) -> None:
        edit = UpdateIncident(**order(), priority=Priority.LOW, expected_version=7, expected_edits={"priority": 7})
        refused = decision(outcome=Outcome.REFUSED)

        again = order_again(recorded(edit), self.HERE, self.ANSWERS).command
        stale = order_again(recorded(edit, made=refused), self.HERE, self.ANSWERS)

        assert again == replace(edit, expected_version=None, expected_edits={})
        assert stale.skipped == "refused_in_the_record"

    def test_a_split_takes_the_people_who_are_there(self) -> None:
        report = NewReport(command_id="c-new", incident_id="i-new", type="flood", body_digest="d")
        split = SplitIncident(**order(), report=report, offers=(MADE, "o-unknown"))

        again = order_again(recorded(split), self.HERE, self.ANSWERS).command

        assert isinstance(again, SplitIncident)
        assert again.offers == ("o-now",)

    def test_an_entry_into_a_hazard_area_is_about_the_same_area(self) -> None:
        entry = EnterHazard(**order(), volunteer_ids=(PERSON,), ground=3)

        same = order_again(recorded(entry), incident(hazard=Hazard(since=3)), self.ANSWERS)
        other = order_again(recorded(entry), incident(hazard=Hazard(since=5)), self.ANSWERS)

        assert same.command == entry
        assert other.skipped == "hazard_area_of_another_version"

    def test_orders_about_an_incident_that_is_not_there_are_skipped(self) -> None:
        assert (
            order_again(recorded(CloseIncident(**order())), None, self.ANSWERS).skipped == "incident_not_in_the_replay"
        )

    def test_everything_else_is_ordered_as_it_was(self) -> None:
        assign = AssignVolunteer(**order(), volunteer_id=PERSON, requirement_id="r1")

        assert order_again(recorded(assign), self.HERE, self.ANSWERS).command == assign


def test_of_one_moment_people_come_first_then_the_record_in_its_order_then_the_rest() -> None:
    agenda = Agenda()
    fix = FixWrite(volunteer_id=PERSON, lon=0, lat=0, accuracy_m=None, at_ms=NOW_MS)
    own, second, first = PlannedOrder(command=ACCEPT), recorded(ARRIVE, 2), recorded(ACCEPT, 1)
    agenda.add(NOW_MS, own)
    agenda.add(NOW_MS, PlannedOrder(command=second.command, recorded=second))
    agenda.add(NOW_MS, PlannedOrder(command=first.command, recorded=first))
    agenda.add(NOW_MS, fix)
    agenda.add(NOW_MS + 1, fix)

    due = agenda.take_due(NOW_MS)

    assert due[0] is fix
    assert [one.recorded for one in due[1:] if isinstance(one, PlannedOrder)] == [first, second, None]
    assert agenda.next_ms() == NOW_MS + 1
