"""Two incidents are one event: a conversation between them through the log, that may break off anywhere and loses neither."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from dispatch.context_query import query_of
from dispatch.deadlines import timers_of
from dispatch.decide import decide
from dispatch.follow_ups import follow_ups
from dispatch.incidents.duplicates import neighbour_of, neighbours_by_number
from dispatch.model.commands import (
    AdoptReport,
    CancelIncident,
    CloseIncident,
    Command,
    FinishMerge,
    MergeIncident,
    PassDeadline,
    ReleaseReport,
    ReportIncident,
    UnmergeIncident,
    UpdateIncident,
)
from dispatch.model.context import DecisionContext, Neighbour
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Incident
from dispatch.model.merges import MergeCandidate, Merging
from dispatch.model.offer_events import JobChanged
from dispatch.model.offers import Offer
from dispatch.model.people import Candidate, Found
from dispatch.model.proposals import Proposal, Statement
from dispatch.model.reasons import ProposalCause
from dispatch.model.vocabulary import DeadlineKind, IncidentStatus, OfferState, Outcome, Priority, ResultKind
from dispatch.plans.book import PlanLine, load_builtin
from dispatch.state.lifecycle import fold
from tests.support.builders import INCIDENT, NOW_MS, Story, candidate, helpers, incident, plans, point, spec, view

A, B, C = (INCIDENT[:-1] + letter for letter in "abc")


@dataclass
class LinkedIncidents:
    """Several incidents and what they say to each other; `said` waits in the log until `listen`."""

    people: list[Candidate] = field(default_factory=list)
    incidents: dict[str, Incident] = field(default_factory=dict)
    said: list[Command] = field(default_factory=list)
    now_ms: int = NOW_MS
    count: int = 0

    def tell(self, kind: type[Command], incident_id: str, **stated: Any) -> Decision:
        self.count += 1
        order: dict[str, Any] = {
            "id": f"c-{self.count}",
            "incident_id": incident_id,
            "by": "operator",
            "sent_ms": self.now_ms,
        }
        return self.decide(kind(**order, **stated))

    def decide(self, command: Command) -> Decision:
        state = self.incidents.get(command.incident_id)
        look = query_of(state, command)
        target = self.incidents.get(look.target) if look and look.target else None
        seen = view(state, command, now_ms=self.now_ms, around=DecisionContext(target=target))
        decision = decide(seen, command, plans(), lambda _: Found(candidates=tuple(self.people)))
        after = fold(state, decision)
        if after is not None:
            self.incidents[command.incident_id] = after
        self.said += follow_ups(decision)
        return decision

    def listen(self) -> list[Decision]:
        """What was said is heard, and what follows from it, until nobody says anything more."""
        heard = []
        while self.said:
            heard.append(self.decide(self.said.pop(0)))
        return heard

    def report(self, *incident_ids: str) -> None:
        for one in incident_ids:
            self.tell(ReportIncident, one, type="road.accident", body_digest=one, area=point(), requirements=(spec(),))


def town_of(*incident_ids: str) -> LinkedIncidents:
    town = LinkedIncidents()
    town.report(*incident_ids)
    return town


def test_a_merged_incident_ends_and_its_report_stays_with_the_other() -> None:
    town = town_of(A, B)

    begun = town.tell(MergeIncident, A, into=B)
    assert town.incidents[A].is_open
    town.listen()

    assert begun.outcome is Outcome.APPLIED
    merged, kept = town.incidents[A], town.incidents[B]
    assert (merged.status, merged.merged_into, merged.merging) == (IncidentStatus.CLOSED, B, None)
    assert merged.times.closed_ms == town.now_ms
    assert (kept.is_open, kept.reports) == (True, (A,))


def test_the_people_of_a_merged_incident_are_let_go_and_those_on_scene_are_done() -> None:
    town = LinkedIncidents(helpers("asked", "coming", "there", "spare"))
    town.tell(ReportIncident, A, type="road.accident", body_digest="a", area=point(), requirements=(spec(count=3),))
    held = {offer.volunteer_id: offer for offer in town.incidents[A].offers}
    state = {"coming": OfferState.ACCEPTED, "there": OfferState.ON_SCENE}
    offers = tuple(_in_state(offer, state.get(name, OfferState.OFFERED)) for name, offer in held.items())
    town.people = []
    town.report(B)
    town.incidents[A] = incident(id=A, offers=offers, requirements=town.incidents[A].requirements)

    town.tell(MergeIncident, A, into=B)
    town.listen()

    ended = {offer.volunteer_id: (offer.state, offer.reason) for offer in town.incidents[A].offers}
    assert ended == {
        "asked": (OfferState.WITHDRAWN, "merged"),
        "spare": (OfferState.WITHDRAWN, "merged"),
        "coming": (OfferState.STOOD_DOWN, "merged"),
        "there": (OfferState.DONE, "merged"),
    }


def _in_state(offer: Offer, state: OfferState) -> Offer:
    return replace(offer, state=state)


def test_orders_for_a_merged_incident_are_told_so() -> None:
    town = town_of(A, B, C)
    town.tell(MergeIncident, A, into=B)
    town.listen()

    refused = [
        town.tell(UpdateIncident, A, priority=Priority.LOW),
        town.tell(MergeIncident, A, into=C),
        town.tell(MergeIncident, C, into=A),
        town.tell(AdoptReport, A, other=C),
    ]

    assert [(one.outcome, one.reason) for one in refused] == [
        (Outcome.REFUSED, "incident_merged"),
        (Outcome.REFUSED, "incident_merged"),
        (Outcome.REFUSED, "target_merged"),
        (Outcome.REFUSED, "incident_merged"),
    ]
    again = town.tell(MergeIncident, A, into=B)
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_merged")


def test_a_merge_that_is_undone_opens_the_incident_again() -> None:
    town = town_of(A, B)
    town.tell(MergeIncident, A, into=B)
    town.listen()
    town.people = helpers("v-1")

    town.tell(UnmergeIncident, A)
    town.listen()

    assert town.incidents[A].is_open
    assert (town.incidents[A].merged_into, town.incidents[A].times.closed_ms) == (None, None)
    assert [offer.volunteer_id for offer in town.incidents[A].offers if offer.is_live] == ["v-1"]
    assert town.incidents[B].reports == ()


def test_who_was_on_scene_when_a_merge_ended_their_work_is_asked_for_again_and_what_was_done_before_counts() -> None:
    town = LinkedIncidents(helpers("there", "finished"))
    town.tell(ReportIncident, A, type="road.accident", body_digest="a", area=point(), requirements=(spec(count=2),))
    state = {"there": OfferState.ON_SCENE, "finished": OfferState.DONE}
    offers = tuple(_in_state(offer, state[offer.volunteer_id]) for offer in town.incidents[A].offers)
    town.incidents[A] = incident(id=A, offers=offers, requirements=town.incidents[A].requirements)
    town.people = []
    town.report(B)
    town.tell(MergeIncident, A, into=B)
    town.listen()
    town.people = helpers("there", "another")

    town.tell(UnmergeIncident, A)
    town.listen()

    again = town.incidents[A]
    assert again.open_places(again.requirements[0]) == 1
    assert {offer.volunteer_id for offer in again.offers if offer.is_live} == {"there", "another"}


def test_a_merge_may_be_undone_before_it_is_finished() -> None:
    town = town_of(A, B)
    town.tell(MergeIncident, A, into=B)

    town.tell(UnmergeIncident, A)
    town.listen()

    assert (town.incidents[A].is_open, town.incidents[A].merging) == (True, None)
    assert town.incidents[B].reports == ()


def test_two_that_are_merged_into_each_other_leave_the_one_with_the_smaller_id() -> None:
    town = town_of(A, B)
    town.tell(MergeIncident, A, into=B)
    town.incidents[B] = _merging(town.incidents[B], A)

    adopted = town.decide(_adopt(B, other=A))
    town.decide(_adopt(A, other=B))
    town.listen()

    assert (adopted.outcome, adopted.reason) == (Outcome.REFUSED, "merging_itself")
    assert (town.incidents[A].is_open, town.incidents[A].reports) == (True, (B,))
    assert town.incidents[B].merged_into == A


def _merging(state: Incident, into: str) -> Incident:
    return replace(state, merging=Merging(into=into, due_ms=NOW_MS + 15_000))


def _adopt(incident_id: str, other: str, **brought: Any) -> AdoptReport:
    order: dict[str, Any] = {"id": f"adopt-{incident_id}", "incident_id": incident_id, "by": "dispatcher", "sent_ms": 0}
    return AdoptReport(**order, other=other, **brought)


def test_a_circle_of_merges_ends_nobody() -> None:
    town = town_of(A, B, C)
    for one, into in ((A, B), (B, C), (C, A)):
        town.incidents[one] = _merging(town.incidents[one], into)

    heard = [town.decide(_adopt(into, other=one)) for one, into in ((A, B), (B, C), (C, A))]
    town.now_ms += 15_000
    for one in (A, B, C):
        town.decide(_overdue(one, town.now_ms))

    assert {decision.reason for decision in heard} == {"merging_itself"}
    assert all(state.is_open and state.merging is None for state in town.incidents.values())


def _overdue(incident_id: str, at_ms: int) -> PassDeadline:
    return PassDeadline(
        id=f"late-{incident_id}-{at_ms}",
        incident_id=incident_id,
        by="dispatcher",
        sent_ms=at_ms,
        deadline=DeadlineKind.MERGE,
        due_ms=at_ms,
    )


def test_without_an_answer_the_incident_goes_on_and_the_operator_is_told() -> None:
    town = town_of(A, B)
    town.tell(MergeIncident, A, into=B)
    (timer,) = [timer for timer in timers_of(town.incidents[A]) if timer.kind is DeadlineKind.MERGE]
    early = town.decide(_overdue(A, town.now_ms))
    town.now_ms = timer.due_ms

    town.decide(_overdue(A, town.now_ms))

    assert (early.outcome, early.reason) == (Outcome.UNCHANGED, "not_yet_due")
    assert (town.incidents[A].is_open, town.incidents[A].merging) == (True, None)
    assert [(one.reason, one.detail) for one in town.incidents[A].attention] == [("merge_failed", B)]
    again = town.decide(_overdue(A, town.now_ms + 1))
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "not_merging")


def test_an_answer_that_comes_too_late_is_taken_back() -> None:
    town = town_of(A, B)
    town.tell(MergeIncident, A, into=B)
    town.now_ms += 15_000
    town.decide(_overdue(A, town.now_ms))

    town.listen()

    assert town.incidents[A].is_open
    assert town.incidents[B].reports == ()


def test_an_incident_that_was_cancelled_meanwhile_is_not_merged() -> None:
    town = town_of(A, B)
    town.tell(MergeIncident, A, into=B)
    town.tell(CancelIncident, A)

    town.listen()

    assert town.incidents[A].status is IncidentStatus.CANCELLED
    assert town.incidents[B].reports == ()


def test_an_incident_that_was_closed_meanwhile_takes_no_report() -> None:
    town = town_of(A, B)
    town.tell(MergeIncident, A, into=B)
    town.tell(CloseIncident, B)

    adopted, told = town.listen()

    assert (adopted.outcome, adopted.reason) == (Outcome.REFUSED, "incident_closed")
    assert (told.cause.command_kind, told.outcome) == ("end_merge", Outcome.APPLIED)
    assert (town.incidents[A].is_open, town.incidents[A].merging) == (True, None)
    assert [(one.reason, one.detail) for one in town.incidents[A].attention] == [("merge_failed", B)]


def test_a_refusal_that_comes_after_another_merge_has_begun_ends_nothing() -> None:
    town = town_of(A, B, C)
    town.tell(MergeIncident, A, into=B)
    town.tell(CloseIncident, B)
    town.decide(town.said.pop(0))
    town.tell(UnmergeIncident, A)
    town.tell(MergeIncident, A, into=C)

    town.listen()

    assert town.incidents[A].merged_into == C
    assert town.incidents[A].attention == ()


def test_what_is_said_twice_changes_nothing() -> None:
    town = town_of(A, B)
    town.tell(MergeIncident, A, into=B)
    town.listen()

    finished = town.tell(FinishMerge, A, into=B)
    released = town.tell(ReleaseReport, B, other=C)

    assert (finished.outcome, finished.reason) == (Outcome.UNCHANGED, "already_merged")
    assert (released.outcome, released.reason) == (Outcome.UNCHANGED, "no_such_report")


@pytest.mark.parametrize(
    ("into", "prepare", "outcome", "reason"),
    [
        (A, None, Outcome.REFUSED, "into_itself"),
        (C, None, Outcome.REFUSED, "target_unknown"),
        (B, "close", Outcome.REFUSED, "target_closed"),
        (B, "merging", Outcome.REFUSED, "target_merging"),
        (B, "begun", Outcome.UNCHANGED, "already_merging"),
        (C, "begun", Outcome.REFUSED, "already_merging"),
    ],
)
def test_a_merge_that_cannot_be_is_refused_with_its_reason(
    into: str, prepare: str | None, outcome: Outcome, reason: str
) -> None:
    town = town_of(A, B)
    if prepare == "close":
        town.tell(CloseIncident, B)
    if prepare == "merging":
        town.incidents[B] = _merging(town.incidents[B], C)
    if prepare == "begun":
        town.tell(MergeIncident, A, into=B)

    said = town.tell(MergeIncident, A, into=into)

    assert (said.outcome, said.reason) == (outcome, reason)


def test_only_what_is_merged_can_be_unmerged() -> None:
    town = town_of(A)

    said = town.tell(UnmergeIncident, A)

    assert (said.outcome, said.reason) == (Outcome.REFUSED, "not_merged")


@pytest.mark.parametrize("kind", [MergeIncident, FinishMerge])
def test_what_is_said_to_an_unknown_incident_is_refused(kind: type[Command]) -> None:
    said = LinkedIncidents().tell(kind, A, into=B)

    assert (said.outcome, said.reason) == (Outcome.REFUSED, "unknown_incident")


def test_the_follow_ups_of_a_decision_are_always_the_same_commands() -> None:
    town = town_of(A, B)
    decision = town.tell(MergeIncident, A, into=B)

    assert follow_ups(decision) == follow_ups(decision) == tuple(town.said)


def test_people_stay_with_the_story_they_belong_to() -> None:
    """An incident that is merging goes on asking: nothing is lost while the other is silent."""
    story = Story(helpers("near", "far"))
    story.report(spec())
    story.around = DecisionContext(target=incident(id=B))
    story.tell(MergeIncident(id="m", incident_id=INCIDENT, by="operator", sent_ms=0, into=B))

    story.accept("near")

    assert story.state_of("near") is OfferState.ACCEPTED


@pytest.mark.parametrize(
    ("own", "brought", "after"),
    [
        (Priority.NORMAL, Priority.CRITICAL, Priority.CRITICAL),
        (Priority.LOW, Priority.HIGH, Priority.HIGH),
        (Priority.NORMAL, Priority.NORMAL, Priority.NORMAL),
        (Priority.CRITICAL, Priority.LOW, Priority.CRITICAL),  # never lowered
    ],
)
def test_the_more_urgent_priority_of_both_stays_and_is_not_lowered_again(
    own: Priority, brought: Priority, after: Priority
) -> None:
    town = town_of(A, B)
    town.incidents[A] = replace(town.incidents[A], priority=brought)
    town.incidents[B] = replace(town.incidents[B], priority=own)

    town.tell(MergeIncident, A, into=B)
    town.listen()
    assert town.incidents[B].priority is after

    town.tell(UnmergeIncident, A)
    town.listen()

    assert (town.incidents[A].priority, town.incidents[B].priority) == (brought, after)


def test_people_on_their_way_must_confirm_the_priority_that_a_report_raises() -> None:
    story = Story(helpers("coming"))
    story.report(spec(), priority=Priority.NORMAL)
    story.accept("coming")
    story.progress("coming", OfferState.EN_ROUTE)

    adopted = story.tell(_adopt(INCIDENT, B, priority=Priority.CRITICAL))

    (told,) = [fact for fact in adopted.events if isinstance(fact, JobChanged)]
    assert (told.volunteer_id, told.changes, told.to_confirm) == ("coming", ("priority",), ("priority",))
    assert story.incident.edits["priority"].version == story.incident.version


def test_a_raised_priority_adds_what_the_plan_states_for_it_and_removes_nothing_that_was_stated() -> None:
    book = load_builtin()
    differing = [
        (kind, low)
        for kind, plan in book.plans.items()
        for low in (Priority.NORMAL, Priority.HIGH)
        if len(plan.stated(low)) < len(plan.stated(Priority.CRITICAL))
    ]
    assert differing
    for kind, low in differing:
        planned, stated = Story(book=book), Story(book=book)
        planned.report(type=kind, priority=low)
        stated.report(spec("boat"), type=kind, priority=low)

        for story in (planned, stated):
            story.tell(_adopt(INCIDENT, B, priority=Priority.CRITICAL))

        kinds = [(one.capability, one.skill) for one in planned.incident.requirements]
        assert sorted(kinds) == sorted((one.capability, one.skill) for one in book.plan(kind).stated(Priority.CRITICAL))
        assert [one.skill for one in stated.incident.requirements] == ["boat"]


def test_a_raised_priority_withdraws_offers_for_what_only_the_lower_one_needed() -> None:
    book = plans()
    plan = book.plan("medical.other")
    (driver,) = book.requirements([spec("driver")])
    only_high = PlanLine(requirement=driver, priorities=frozenset({Priority.HIGH}))
    plan = replace(plan, lines=(*plan.lines, only_high))
    story = Story([candidate("driver", "driver")], book=replace(book, plans={**book.plans, plan.type: plan}))
    story.report(type=plan.type, priority=Priority.HIGH)
    assert story.asked() == ["driver"]

    story.tell(_adopt(INCIDENT, B, priority=Priority.CRITICAL))

    assert (story.state_of("driver"), story.offer_of("driver").reason) == (OfferState.WITHDRAWN, "not_needed")
    assert "driver" not in [entry.skill for entry in story.incident.requirements]


def test_an_incident_without_a_place_takes_that_of_the_report_and_keeps_one_it_has() -> None:
    town = LinkedIncidents()
    town.report(A, C)
    town.tell(ReportIncident, B, type="flood", body_digest="b", area=None, requirements=(spec(),))
    town.incidents[C] = replace(town.incidents[C], area=point(lat=43.3))

    town.tell(MergeIncident, A, into=B)
    town.listen()
    assert town.incidents[B].area == point()
    town.tell(MergeIncident, C, into=B)
    town.listen()

    assert town.incidents[B].area == point()
    assert town.incidents[B].edits["location"].by == "dispatcher"


def test_a_place_that_a_report_brings_is_compared_with_what_is_near_it() -> None:
    placeless = incident(id=B, area=None)

    look = query_of(placeless, _adopt(B, A, area=point()))

    assert look is not None
    assert look.near == point().centre
    assert query_of(incident(id=B), _adopt(B, A, area=point())) is None


def test_a_report_that_brings_its_place_is_not_proposed_for_another_merge() -> None:
    story = Story(around=DecisionContext(neighbours=(seen_as(A), seen_as(C))))
    story.report(spec(), area=None)

    story.tell(_adopt(INCIDENT, A, area=point()))

    assert [one.incident_id for one in story.incident.merge_candidates] == [C]


def seen_as(incident_id: str) -> Neighbour:
    found = neighbour_of(incident(id=incident_id, type="medical.other"))
    assert found is not None
    return found


def numbers(state: Incident) -> dict[str, tuple[str, ...]]:
    return {one: tuple(number.digest for number in known) for one, known in state.report_numbers.items()}


def test_a_report_that_was_merged_is_no_longer_proposed() -> None:
    town = town_of(A, B)
    proposed = tuple(
        MergeCandidate(incident_id=one, score=1.0, distance_m=0.0, apart_s=0.0, type=1.0) for one in (A, C)
    )
    town.incidents[B] = replace(town.incidents[B], merge_candidates=proposed)

    town.tell(MergeIncident, A, into=B)
    town.listen()

    assert [one.incident_id for one in town.incidents[B].merge_candidates] == [C]


def test_the_number_of_a_merged_report_leads_to_the_incident_until_it_is_taken_out() -> None:
    town = town_of(A, B)
    town.incidents[A] = replace(town.incidents[A], external_digest="m1", reported_by="112")
    digest = "m1"

    town.tell(MergeIncident, A, into=B)
    town.listen()

    assert numbers(town.incidents[B]) == {A: (digest,)}
    assert neighbours_by_number(town.incidents[A]) == {}
    named = neighbours_by_number(town.incidents[B])[digest]
    assert (named.incident_id, named.external, named.reported_by) == (B, digest, "112")

    town.tell(UnmergeIncident, A)
    town.listen()

    assert neighbours_by_number(town.incidents[A])[digest].incident_id == A
    assert (numbers(town.incidents[B]), neighbours_by_number(town.incidents[B])) == ({}, {})


def test_numbers_follow_a_chain_of_merges_and_end_with_the_last_incident() -> None:
    town = town_of(A, B, C)
    for one, number in ((A, "m1"), (B, "m2")):
        town.incidents[one] = replace(town.incidents[one], external_digest=number)

    for one, into in ((A, B), (B, C)):
        town.tell(MergeIncident, one, into=into)
        town.listen()

    assert set(neighbours_by_number(town.incidents[C])) == {"m1", "m2"}
    assert {one.incident_id for one in neighbours_by_number(town.incidents[C]).values()} == {C}
    town.tell(CloseIncident, C)
    assert neighbours_by_number(town.incidents[C]) == {}


def test_a_place_that_a_merged_report_brings_begins_the_search_in_the_same_decision() -> None:
    story = Story(helpers("v-1"))
    story.report(spec(), area=None)

    story.tell(_adopt(INCIDENT, A, area=point()))

    assert story.incident.area == point()
    assert story.asked() == ["v-1"]


# What waits for an operator, and merges that no operator ordered.


def saying(who: str = "d-1", of: str = A, **known: Any) -> Proposal:
    """What somebody said about the incident."""
    offer_id = f"o-{of.removeprefix('i-')}-{'1' * 16}"
    defaults: dict[str, Any] = {
        "id": f"p-{who}",
        "kind": ResultKind.FALSE,
        "requirement_id": "r1",
        "at_ms": NOW_MS,
        "said": (Statement(offer_id=offer_id, volunteer_id=who, at_ms=NOW_MS),),
        "because": (ProposalCause.PRIORITY,),
    }
    return Proposal(**(defaults | known))


def told_of(town: LinkedIncidents, incident_id: str, *proposals: Proposal) -> None:
    town.incidents[incident_id] = replace(town.incidents[incident_id], proposals=proposals)


def test_a_merge_carries_proposals_and_taking_the_report_out_brings_them_back() -> None:
    town = town_of(A, B)
    about_b = saying("d-2", B, kind=ResultKind.LOCATED, area=point())
    elsewhere = saying("d-3", kind=ResultKind.LOCATED, area=point())
    told_of(town, A, saying(), elsewhere, saying("d-4", kind=ResultKind.DUPLICATE, incident_id=B))
    told_of(town, B, about_b)

    town.tell(MergeIncident, A, into=B)
    town.listen()

    kept = town.incidents[B]
    assert kept.proposals == (about_b, saying())
    assert [(one.reason, one.detail) for one in kept.attention] == [("reported_false", "p-d-1")]
    town.tell(UnmergeIncident, A)
    town.listen()
    assert (town.incidents[B].proposals, town.incidents[B].attention) == ((about_b,), ())
    assert {one.id for one in town.incidents[A].proposals} == {"p-d-1", "p-d-3"}


def begun_by_a_result(by: str) -> LinkedIncidents:
    """A merge of A, which can wait, has begun; meanwhile somebody accepts at A."""
    town = LinkedIncidents(helpers("near"))
    for one in (A, B):
        town.tell(
            ReportIncident,
            one,
            type="storm",
            body_digest=one,
            area=point(),
            requirements=(spec(),),
            priority=Priority.NORMAL,
        )
    held = town.incidents[A].offers[0]
    merging = Merging(into=B, due_ms=NOW_MS + 15_000, by=by)
    town.incidents[A] = replace(town.incidents[A], offers=(_in_state(held, OfferState.ACCEPTED),), merging=merging)
    town.incidents[B] = replace(town.incidents[B], reports=(A,))
    return town


def test_a_merge_that_a_result_began_does_not_stand_down_who_has_accepted_since() -> None:
    town = begun_by_a_result("dispatcher")

    town.tell(FinishMerge, A, into=B)
    town.listen()

    assert (town.incidents[A].is_open, town.incidents[A].merging) == (True, None)
    assert [one.state for one in town.incidents[A].offers] == [OfferState.ACCEPTED]
    assert [(one.reason, one.detail) for one in town.incidents[A].attention] == [("merge_failed", B)]
    assert town.incidents[B].reports == ()


def test_a_merge_that_an_operator_ordered_goes_on() -> None:
    town = begun_by_a_result("operator")

    town.tell(FinishMerge, A, into=B)

    assert town.incidents[A].merged_into == B


def test_the_danger_of_a_person_goes_with_their_incident_and_comes_back_with_it() -> None:
    town = town_of(A, B, C)
    town.incidents[A] = replace(town.incidents[A], distress_of="v-1")

    town.tell(MergeIncident, A, into=B)
    town.listen()
    assert town.incidents[B].report_distress == {A: ("v-1",)}
    town.tell(MergeIncident, B, into=C)
    town.listen()
    assert (town.incidents[C].report_distress, town.incidents[C].people_in_distress) == ({B: ("v-1",)}, ("v-1",))

    town.tell(UnmergeIncident, B)
    town.listen()
    town.tell(UnmergeIncident, A)
    town.listen()

    held = {one: state.people_in_distress for one, state in town.incidents.items()}
    assert held == {A: ("v-1",), B: (), C: ()}
