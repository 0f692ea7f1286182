"""The incident to which people were sent knows whether they are in danger: until the danger ends, in whatever way."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from dispatch.decide import decide
from dispatch.follow_ups import follow_ups
from dispatch.model.answer_commands import AcceptOffer, RaiseDistress
from dispatch.model.commands import (
    CancelIncident,
    CloseIncident,
    Command,
    MergeIncident,
    ReopenIncident,
    ReportIncident,
    SettleAttention,
    UnmergeIncident,
)
from dispatch.model.context import DecisionContext
from dispatch.model.distress_commands import MarkDistress, StateSafety, YieldOffer
from dispatch.model.ids import offer_id
from dispatch.model.incidents import Incident
from dispatch.model.offers import Distress
from dispatch.model.people import Found
from dispatch.model.vocabulary import Capability, HeardBy, IncidentStatus, OfferState, Outcome
from dispatch.safety import distress
from dispatch.safety.distress import AGAIN_AFTER_S, first_of_person
from dispatch.state.lifecycle import fold
from tests.support.builders import INCIDENT, NOW_MS, incident, offer, plans, point, presence_of, requirement, view
from tests.support.builders import candidate as candidate_of

PARENT, OTHER = INCIDENT[:-1] + "a", INCIDENT[:-1] + "b"
WORK = INCIDENT[:-1] + "f"


class Log:
    """Two incidents with people on scene, whose commands are decided in the order in which they are sent."""

    def __init__(self, people: tuple[str, ...] = ("v-1", "v-2"), *, requirements: int = 1) -> None:
        entries = tuple(requirement(id=f"r{at}", count=5) for at in range(1, requirements + 1))
        self.known: dict[str, Incident] = {}
        for at in (PARENT, OTHER):
            offers = tuple(
                offer(
                    OfferState.ON_SCENE,
                    id=f"o-{person}-{at[-1]}",
                    volunteer_id=person,
                    accepted_ms=NOW_MS,
                    requirement_id=f"r{min(number, requirements)}",
                )
                for number, person in enumerate(people, start=1)
            )
            self.known[at] = replace(incident(id=at, offers=offers, requirements=entries), area=point())
        self.waiting: list[Command] = []
        self.heard: list[Command] = []
        self.now_ms = NOW_MS
        self.around = DecisionContext()
        self.sent = 0

    def order(self, kind: Callable[..., Command], at: str, **stated: Any) -> Outcome:
        self.sent += 1
        fields = {"by": "operator"} | stated
        self.waiting.append(kind(id=f"c-{self.sent}", incident_id=at, sent_ms=self.now_ms, **fields))
        return self.decide()

    def signal(self, person: str, at: str = PARENT) -> str:
        self.order(RaiseDistress, at, by=person, offer_id=f"o-{person}-{at[-1]}", volunteer_id=person)
        self.now_ms += AGAIN_AFTER_S * 1000
        return first_of_person(person, self.now_ms)

    def decide(self) -> Outcome:
        outcomes = []
        while self.waiting:
            command = self.waiting.pop(0)
            state = self.known.get(command.incident_id)
            target = self.known.get(getattr(command, "into", None) or "")
            around = replace(self.around, target=target)
            seen = view(state, command, now_ms=self.now_ms, around=around)
            decision = decide(seen, command, plans(), lambda _: Found())
            outcomes.append(decision.outcome)
            if (after := fold(state, decision)) is not None:
                self.known[command.incident_id] = after
            self.heard.append(command)
            self.waiting += follow_ups(decision)
            self.now_ms += 1
        return outcomes[0]

    def alarmed(self, at: str = PARENT) -> list[str | None]:
        return [one.requirement_id for one in self.known[at].attention if one.reason == "distress"]


ENDS = [CloseIncident, CancelIncident]


@pytest.mark.parametrize("end", ENDS)
def test_the_end_of_a_danger_ends_it_where_the_person_was_sent(end: type[Command]) -> None:
    log = Log()
    child = log.signal("v-1")
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == (["r1"], ("v-1",))

    log.order(end, child)

    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == ([], ())
    held = log.known[PARENT].offer("o-v-1-a")
    assert held is not None
    assert held.distress is not None
    assert held.distress.over_ms is not None


def test_attention_stays_while_a_colleague_is_in_danger() -> None:
    log = Log()
    first, second = log.signal("v-1"), log.signal("v-2")

    log.order(CloseIncident, first)
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == (["r1"], ("v-2",))

    log.order(CloseIncident, second)
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == ([], ())


def test_each_requirement_has_an_end_of_its_own() -> None:
    log = Log(requirements=2)
    first = log.signal("v-1")
    log.signal("v-2")

    log.order(CloseIncident, first)

    assert log.alarmed() == ["r2"]


def test_a_colleague_whose_incident_is_not_open_yet_counts() -> None:
    """They have signalled in the moment before the end of the first danger is told."""
    log = Log()
    child = log.signal("v-1")
    signal = Distress(incident_id="i-8320e5-" + "c" * 32, at_ms=log.now_ms)
    state = log.known[PARENT]
    offers = tuple(replace(one, distress=signal) if one.volunteer_id == "v-2" else one for one in state.offers)
    log.known[PARENT] = replace(state, offers=offers)

    log.order(CloseIncident, child)

    assert log.alarmed() == ["r1"]


def test_a_danger_that_is_reopened_comes_back() -> None:
    log = Log()
    child = log.signal("v-1")
    log.order(CloseIncident, child)

    log.order(ReopenIncident, child)
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == (["r1"], ("v-1",))

    log.order(CloseIncident, child)
    assert log.alarmed() == []


def test_another_signal_after_the_end_comes_back_with_its_own_incident() -> None:
    log = Log()
    child = log.signal("v-1")
    log.order(CloseIncident, child)
    log.now_ms += AGAIN_AFTER_S * 1000

    log.signal("v-1")
    later = distress.successor_of(child, log.known[child].zone)
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == (["r1"], ("v-1",))

    log.order(CloseIncident, later)
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == ([], ())


def test_a_merged_danger_ends_with_the_incident_that_goes_on() -> None:
    log = Log()
    child = log.signal("v-1")
    log.known[WORK] = replace(incident(id=WORK), area=point())

    log.order(MergeIncident, child, into=WORK)
    assert log.known[child].merged_into == WORK
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == (["r1"], ("v-1",))

    log.order(CloseIncident, WORK)
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == ([], ())


def test_a_danger_that_is_merged_into_the_incident_to_which_the_person_was_sent_goes_on_there() -> None:
    log = Log()
    child = log.signal("v-1")
    (rescue,) = (entry for entry in log.known[child].requirements if entry.capability is Capability.FIELD)

    log.order(MergeIncident, child, into=PARENT)

    assert log.known[child].merged_into == PARENT
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == (["r1"], ("v-1",))
    held = log.known[PARENT].offer("o-v-1-a")
    assert held is not None
    assert held.distress is not None
    assert held.distress.over_ms is None
    brought = [entry for entry in log.known[PARENT].requirements if entry.skill == rescue.skill]
    assert [(entry.count, log.known[PARENT].open_places(entry)) for entry in brought] == [(rescue.count, rescue.count)]

    # Taken out again it ends by itself.
    log.order(UnmergeIncident, child)
    log.order(CloseIncident, child)
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == ([], ())


def test_a_merged_danger_that_is_taken_out_again_is_open() -> None:
    log = Log()
    child = log.signal("v-1")
    log.known[WORK] = replace(incident(id=WORK), area=point())
    log.order(MergeIncident, child, into=WORK)

    log.order(UnmergeIncident, child)
    log.order(CloseIncident, WORK)
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == (["r1"], ("v-1",))

    log.order(CloseIncident, child)
    assert log.alarmed() == []


def test_both_incidents_to_which_a_person_was_sent_are_told() -> None:
    log = Log()
    child = log.signal("v-1")
    log.signal("v-1", at=OTHER)
    assert [log.known[at].sent_in_distress for at in (PARENT, OTHER)] == [("v-1",), ("v-1",)]

    log.order(CloseIncident, child)

    assert [(log.alarmed(at), log.known[at].sent_in_distress) for at in (PARENT, OTHER)] == [([], ()), ([], ())]


def test_a_danger_that_began_without_an_offer_is_linked_by_the_signal_of_one() -> None:
    log = Log()
    log.waiting.append(
        distress.report_of_person(
            command_id="c-alone",
            volunteer_id="v-1",
            heard_at=first_of_person("v-1", log.now_ms),
            place=None,
            sent_ms=log.now_ms,
            said_ms=None,
        )
    )
    log.decide()
    log.now_ms += AGAIN_AFTER_S * 1000

    child = log.signal("v-1")

    assert log.known[child].parent_id == PARENT
    log.order(CloseIncident, child)
    assert log.alarmed() == []


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_messages_in_any_order_and_twice_leave_the_newest_truth(order: tuple[int, ...]) -> None:
    """Open, ended, reopened, ended again."""
    log = Log()
    child = log.signal("v-1")
    for kind in (CloseIncident, ReopenIncident, CloseIncident):
        log.order(kind, child)
    told = [one for one in log.heard if isinstance(one, MarkDistress)]
    assert len(told) == 4
    before = Log()
    before.known[PARENT] = replace(before.known[PARENT], attention=())
    before.order(RaiseDistress, PARENT, by="v-1", offer_id="o-v-1-a", volunteer_id="v-1")
    state = before.known[PARENT]
    before.known[PARENT] = replace(state, known_distress={})

    for at in (*order, *order):
        before.waiting.append(told[at])
        before.decide()

    assert (before.alarmed(), before.known[PARENT].sent_in_distress) == ([], ())


@pytest.mark.parametrize("status", [IncidentStatus.CLOSED, IncidentStatus.CANCELLED])
def test_an_ended_parent_is_told_too(status: IncidentStatus) -> None:
    log = Log()
    child = log.signal("v-1")
    log.known[PARENT] = replace(log.known[PARENT], status=status)

    log.order(CloseIncident, child)

    assert (log.alarmed(), log.known[PARENT].status) == ([], status)


def test_a_parent_that_is_gone_is_no_error() -> None:
    log = Log()
    child = log.signal("v-1")
    del log.known[PARENT]

    assert log.order(CloseIncident, child) is Outcome.APPLIED
    assert PARENT not in log.known


def test_attention_that_an_operator_has_settled_does_not_come_back_with_the_end() -> None:
    log = Log()
    child = log.signal("v-1")
    log.order(SettleAttention, PARENT, reason="distress")
    assert (log.alarmed(), log.known[PARENT].sent_in_distress) == ([], ("v-1",))

    log.order(CloseIncident, child)

    assert log.alarmed() == []


def pending(log: Log) -> None:
    held = offer(OfferState.OFFERED, id=offer_id(WORK, "c-0", "r1", "v-1"), volunteer_id="v-1")
    log.known[WORK] = replace(incident(id=WORK, offers=(held,), requirements=(requirement(),)), area=point())
    log.around = DecisionContext(presence={"v-1": presence_of(candidate_of("v-1"), offer_id=held.id)})


def test_an_offer_that_waited_is_withdrawn_when_the_persons_own_danger_begins() -> None:
    log = Log()
    pending(log)

    log.signal("v-1")

    (held,) = log.known[WORK].offers
    assert (held.state, held.reason) == (OfferState.WITHDRAWN, "in_distress")


@pytest.mark.parametrize("state", [OfferState.ACCEPTED, OfferState.ON_SCENE, OfferState.DECLINED])
def test_an_answered_offer_is_left_as_it_is(state: OfferState) -> None:
    log = Log()
    held = offer(state, id="o-1", volunteer_id="v-1", accepted_ms=NOW_MS)
    log.known[WORK] = replace(incident(id=WORK, offers=(held,)), area=point())

    assert log.order(YieldOffer, WORK, offer_id="o-1") is Outcome.UNCHANGED
    assert log.known[WORK].offers == (held,)


def alone(log: Log) -> str:
    child = first_of_person("v-9", log.now_ms)
    log.order(ReportIncident, child, by="v-9", type="distress", body_digest="d", distress_of="v-9", area=point())
    log.now_ms += AGAIN_AFTER_S * 1000
    return child


def test_a_person_says_that_they_are_safe_and_an_operator_still_ends_it() -> None:
    log = Log()
    child = alone(log)

    assert log.order(StateSafety, child, by="v-9", volunteer_id="v-9") is Outcome.APPLIED
    assert log.known[child].is_open
    assert log.known[child].said_safe_ms["v-9"] > NOW_MS
    assert log.order(StateSafety, child, by="v-9", volunteer_id="v-9") is Outcome.UNCHANGED


def test_nobody_else_is_said_to_be_safe() -> None:
    log = Log()
    child = alone(log)

    assert log.order(StateSafety, child, by="v-2", volunteer_id="v-2") is Outcome.REFUSED
    assert log.known[child].said_safe_ms == {}


def test_after_the_end_nothing_is_left_to_say() -> None:
    log = Log()
    child = alone(log)
    log.order(CloseIncident, child)

    assert log.order(StateSafety, child, by="v-9", volunteer_id="v-9") is Outcome.UNCHANGED


def test_an_acceptance_does_not_count_while_the_persons_own_danger_is_open() -> None:
    """The offer may have been made in the moment in which the danger began, so that nobody has withdrawn it."""
    log = Log()
    pending(log)
    log.around = DecisionContext(presence={"v-1": presence_of(candidate_of("v-1"), in_distress=True)})
    (held,) = log.known[WORK].offers

    log.order(AcceptOffer, WORK, by="v-1", offer_id=held.id, volunteer_id="v-1")

    (held,) = log.known[WORK].offers
    assert (held.state, held.reason) == (OfferState.STOOD_DOWN, "in_distress")


def test_an_acceptance_that_an_operator_enters_does_not_count_either() -> None:
    log = Log()
    pending(log)
    log.around = DecisionContext(presence={"v-1": presence_of(candidate_of("v-1"), in_distress=True)})
    (held,) = log.known[WORK].offers

    log.order(AcceptOffer, WORK, offer_id=held.id, volunteer_id="", heard_by=HeardBy.PHONE)

    (held,) = log.known[WORK].offers
    assert (held.state, held.reason) == (OfferState.STOOD_DOWN, "in_distress")
