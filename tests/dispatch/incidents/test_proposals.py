"""Strangers can agree. What they say about a life at risk, or behind somebody's back, waits for an operator."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.explanations import of_incident
from dispatch.incidents import exceeded_bounds
from dispatch.matching.trust import judged_by
from dispatch.model.context import DecisionContext
from dispatch.model.digital_events import ProposalEnded, ProposalMade
from dispatch.model.geojson import area_of
from dispatch.model.incidents import Incident
from dispatch.model.offers import TrustFigures
from dispatch.model.people import Candidate
from dispatch.model.proposals import Proposal
from dispatch.model.reasons import ProposalCause
from dispatch.model.vocabulary import (
    Certainty,
    HeardBy,
    IncidentStatus,
    OfferState,
    OnFalse,
    Outcome,
    Priority,
    ResultKind,
    Task,
)
from dispatch.plans.book import load_builtin
from dispatch.state.lifecycle import fold
from tests.support.builders import (
    ALMATY,
    INCIDENT,
    Story,
    candidate,
    digital_spec,
    helpers,
    incident,
    point,
    remote,
    spec,
)

OTHER = INCIDENT[:-1] + "f"
SKILL_OF = {Task.VERIFY_REPORT: "verification", Task.GEOLOCATE: "geolocation", Task.FIND_DUPLICATES: "coordination"}
DESK = ("d-1", "d-2", "d-3")


def north(metres: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [ALMATY.lon, ALMATY.lat + metres / 111_195]}


def told(task: Task = Task.VERIFY_REPORT, *, target: Incident | None = None, **stated: Any) -> Story:
    """A report that can wait, with `task` for three people at their desks; the people on the ground are only asked."""
    work = stated.pop("work", {"count": 3})
    desk = [remote(one, SKILL_OF[task], load=number) for number, one in enumerate(DESK)]
    story = Story([*helpers("near"), *desk], around=DecisionContext(target=target))
    story.report(spec(), digital_spec(SKILL_OF[task], task=task, **work), **({"priority": Priority.NORMAL} | stated))
    return story


def say(story: Story, outcome: str, who: str = "d-1", **stated: Any) -> None:
    story.accept(who)
    story.wait(1)
    story.give_result(who, outcome, **stated)


def proposed(story: Story) -> Proposal:
    (only,) = story.incident.proposals
    return only


def reasons(story: Story) -> list[str]:
    return [entry.reason for entry in story.incident.attention]


# What was seen.


def test_two_who_agree_that_a_building_fire_is_false_end_nothing() -> None:
    people = [candidate(f"f-{number}", "firefighting") for number in (1, 2)]
    desk = [remote(one, load=number) for number, one in enumerate(DESK)]
    story = Story([*people, *desk], book=load_builtin())
    story.report(type="fire.building", requirements=None)
    for person in people:
        story.accept(person.volunteer_id)
        story.progress(person.volunteer_id, OfferState.EN_ROUTE)

    for _ in range(2):
        say(story, "false", next(one for one in story.asked() if one.startswith("d-")))

    assert story.incident.is_open
    assert [story.state_of(one.volunteer_id) for one in people] == [OfferState.EN_ROUTE] * 2
    assert story.incident.certainty is Certainty.UNCONFIRMED
    assert proposed(story).because == (ProposalCause.PRIORITY, ProposalCause.ENGAGED)
    assert len(proposed(story).said) == 2
    assert reasons(story) == ["reported_false"]


def test_a_cardiac_arrest_is_not_moved_by_2000_km() -> None:
    story = told(Task.GEOLOCATE, type="medical.cardiac_arrest", priority=None)

    say(story, "located", location=north(2_000_000))

    assert story.incident.area == point()
    assert proposed(story).because == (ProposalCause.PRIORITY, ProposalCause.DISTANCE, ProposalCause.ZONE)
    assert proposed(story).area == area_of(north(2_000_000))
    assert reasons(story) == ["reported_elsewhere"]


def test_a_duplicate_979_km_away_ends_nothing() -> None:
    story = told(Task.FIND_DUPLICATES, target=incident(id=OTHER, area=area_of(north(979_000))))

    say(story, "duplicate", other_incident_id=OTHER)

    assert (story.incident.is_open, story.incident.merging) == (True, None)
    assert proposed(story).because == (ProposalCause.DISTANCE, ProposalCause.ZONE)
    assert (proposed(story).incident_id, reasons(story)) == (OTHER, ["reported_duplicate"])


# The bounds, one by one.


@pytest.mark.parametrize("priority", [Priority.CRITICAL, Priority.HIGH])
def test_no_plan_lets_a_result_act_where_it_is_urgent(priority: Priority) -> None:
    story = told(priority=priority)

    say(story, "false")

    assert ProposalCause.PRIORITY in proposed(story).because


@pytest.mark.parametrize("state", [OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE])
@pytest.mark.parametrize(("task", "outcome"), [(Task.VERIFY_REPORT, "false"), (Task.GEOLOCATE, "located")])
def test_nothing_acts_behind_the_back_of_somebody_who_is_coming(task: Task, outcome: str, state: OfferState) -> None:
    story = told(task)
    story.accept("near")
    if state is not OfferState.ACCEPTED:
        story.progress("near", state)

    say(story, outcome, location=north(100) if outcome == "located" else None)

    assert proposed(story).because == (ProposalCause.ENGAGED,)
    assert (story.state_of("near"), story.incident.area) == (state, point())


def test_other_digital_work_that_would_end_counts_and_work_that_goes_on_does_not() -> None:
    ending, moving = (
        Story([remote("d-1", SKILL_OF[task]), remote("caller", "call_taking")])
        for task in (Task.VERIFY_REPORT, Task.GEOLOCATE)
    )
    for story, task in ((ending, Task.VERIFY_REPORT), (moving, Task.GEOLOCATE)):
        story.report(digital_spec(SKILL_OF[task], task=task), digital_spec("call_taking"), priority=Priority.NORMAL)
        story.accept("caller")

    say(ending, "false")
    say(moving, "located", location=north(100))

    assert proposed(ending).because == (ProposalCause.ENGAGED,)
    assert moving.incident.area == area_of(north(100))


@pytest.mark.parametrize(
    ("metres", "causes"),
    [(1_990, None), (2_010, (ProposalCause.DISTANCE,)), (150_000, (ProposalCause.DISTANCE, ProposalCause.ZONE))],
)
def test_an_incident_moves_by_at_most_2_km_and_stays_in_its_zone(
    metres: int, causes: tuple[ProposalCause, ...] | None
) -> None:
    story = told(Task.GEOLOCATE)

    say(story, "located", location=north(metres))

    assert tuple(one.because for one in story.incident.proposals) == (() if causes is None else (causes,))


def test_an_outline_of_a_whole_region_does_not_replace_a_point_in_its_middle() -> None:
    lon, lat = ALMATY.lon, ALMATY.lat
    ring = [[lon - 1, lat - 1], [lon + 1, lat - 1], [lon + 1, lat + 1], [lon - 1, lat + 1], [lon - 1, lat - 1]]
    story = told(Task.GEOLOCATE)

    say(story, "located", location={"type": "Polygon", "coordinates": [ring]})

    assert ProposalCause.DISTANCE in proposed(story).because


def test_the_first_place_of_an_incident_that_can_wait_is_taken_and_that_of_an_urgent_one_is_not() -> None:
    waiting, urgent = told(Task.GEOLOCATE, area=None), told(Task.GEOLOCATE, area=None, priority=Priority.CRITICAL)

    for story in (waiting, urgent):
        say(story, "located", location=north(0))

    assert waiting.incident.area == area_of(north(0))
    assert (urgent.incident.area, proposed(urgent).because) == (None, (ProposalCause.PRIORITY,))


def test_a_hazard_area_is_neither_ended_nor_moved_by_a_result() -> None:
    lon, lat = ALMATY.lon, ALMATY.lat
    ring = [[lon, lat], [lon + 0.01, lat], [lon + 0.01, lat + 0.01], [lon, lat]]
    story = told(type="flood", area=area_of({"type": "Polygon", "coordinates": [ring]}))
    assert story.incident.hazard is not None

    say(story, "false")

    assert proposed(story).because == (ProposalCause.HAZARD,)


def test_an_operator_who_raised_the_priority_is_not_contradicted() -> None:
    edited, reported = told(priority=Priority.LOW), told(type="welfare.check")
    edited.update(priority=Priority.NORMAL)

    say(edited, "false")
    say(reported, "false")

    assert proposed(edited).because == proposed(reported).because == (ProposalCause.OPERATOR,)


def test_a_place_that_an_operator_set_is_not_moved_and_one_that_a_result_set_is() -> None:
    stated, found = told(Task.GEOLOCATE), told(Task.GEOLOCATE)
    stated.update(area=area_of(north(50)))
    say(found, "located", location=north(50))

    say(stated, "located", "d-2", location=north(300))
    say(found, "located", "d-2", location=north(300))

    assert proposed(stated).because == (ProposalCause.OPERATOR,)
    assert found.incident.area == area_of(north(300))


def test_an_operator_who_reopened_it_is_not_contradicted() -> None:
    story = told()
    say(story, "false")
    assert story.incident.status is IncidentStatus.CLOSED
    story.reopen()
    story.retry()

    say(story, "false", "d-2")

    assert (story.incident.is_open, proposed(story).because) == (True, (ProposalCause.OPERATOR,))


def test_a_duplicate_needs_the_places_of_both() -> None:
    story = told(Task.FIND_DUPLICATES, target=incident(id=OTHER, area=None))

    say(story, "duplicate", other_incident_id=OTHER)

    assert proposed(story).because == (ProposalCause.PLACE_UNKNOWN,)


def test_what_an_operator_has_split_is_not_merged_again() -> None:
    story = told(Task.FIND_DUPLICATES, target=incident(id=OTHER))
    story.told = replace(story.incident, split_from=OTHER)

    say(story, "duplicate", other_incident_id=OTHER)

    assert proposed(story).because == (ProposalCause.OPERATOR,)


def test_others_at_the_same_work_do_not_stop_the_merge_that_one_began_and_a_yes_meanwhile_does() -> None:
    story = told(Task.FIND_DUPLICATES, target=incident(id=OTHER))
    story.accept("d-2")

    say(story, "duplicate", other_incident_id=OTHER)

    assert story.incident.merging is not None
    assert exceeded_bounds.of_started_merge(story.incident, load_builtin()) == ()
    story.accept("near")
    assert exceeded_bounds.of_started_merge(story.incident, load_builtin()) == (ProposalCause.ENGAGED,)


def test_an_answer_that_an_operator_enters_for_a_person_is_that_persons_answer() -> None:
    story = told(priority=Priority.HIGH)
    story.accept("d-1")

    story.give_result("d-1", "false", heard_by=HeardBy.PHONE)

    assert proposed(story).newest.volunteer_id == "d-1"


# What the operator decides.


def test_an_accepted_false_closes_the_incident_and_counts_for_those_who_said_it() -> None:
    story = told(work={"answers_wanted": 3, "agree": 2}, priority=Priority.CRITICAL)
    for who in DESK[:2]:
        say(story, "false", who)
    story.accept("near")

    accepted = story.accept_proposal()

    assert accepted.outcome is Outcome.APPLIED
    assert (story.incident.status, story.incident.certainty) == (IncidentStatus.CLOSED, Certainty.FALSE)
    assert (story.state_of("near"), story.offer_of("near").reason) == (OfferState.STOOD_DOWN, "false_report")
    assert {(one.volunteer_id, one.upheld) for one in judged_by(accepted, story.incident)} == {
        ("d-1", True),
        ("d-2", True),
    }
    assert (story.incident.proposals, story.incident.attention) == ((), ())


def test_an_accepted_place_moves_the_incident_and_is_the_operators_from_then_on() -> None:
    story = told(Task.GEOLOCATE, priority=Priority.HIGH)
    story.accept("near")
    say(story, "located", location=north(400_000))

    accepted = story.accept_proposal()

    assert story.incident.area == area_of(north(400_000))
    assert (story.state_of("near"), story.offer_of("near").reason) == (OfferState.STOOD_DOWN, "moved")
    assert (story.incident.edits["location"].found, story.incident.edits["location"].by) == (False, "operator")
    assert [one.upheld for one in judged_by(accepted, story.incident)] == [True]
    assert story.incident.attention == ()


def test_an_accepted_duplicate_begins_the_merge_unless_the_other_has_ended() -> None:
    ended, there = (told(Task.FIND_DUPLICATES, priority=Priority.HIGH, target=incident(id=OTHER)) for _ in "ab")
    for story in (ended, there):
        say(story, "duplicate", other_incident_id=OTHER)
    ended.around = DecisionContext(target=incident(id=OTHER, status=IncidentStatus.CLOSED))

    refused = ended.accept_proposal()
    there.accept_proposal()

    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "target_closed")
    assert proposed(ended).kind is ResultKind.DUPLICATE
    assert there.incident.merging is not None
    assert (there.incident.merging.into, there.incident.merging.by) == (OTHER, "operator")


def test_a_second_merge_waits_for_the_first() -> None:
    story = told(Task.FIND_DUPLICATES, priority=Priority.HIGH, target=incident(id=OTHER))
    say(story, "duplicate", other_incident_id=OTHER)
    story.accept_proposal()
    made = tuple(fact.proposal for one in story.decisions for fact in one.events if isinstance(fact, ProposalMade))
    story.told = replace(story.incident, proposals=made)

    assert story.accept_proposal().reason == "already_merging"


def test_a_rejected_proposal_changes_nothing_but_trust_and_what_may_act_alone() -> None:
    story = told(work={"on_false": OnFalse.ASK_OPERATOR, "count": 3})
    say(story, "false")
    area, certainty = story.incident.area, story.incident.certainty

    rejected = story.reject_proposal()

    assert (story.incident.area, story.incident.certainty, story.incident.is_open) == (area, certainty, True)
    assert (story.incident.proposals, story.incident.attention) == ((), ())
    assert story.incident.overruled == (ResultKind.FALSE,)
    assert [(one.volunteer_id, one.upheld) for one in judged_by(rejected, story.incident)] == [("d-1", False)]


def test_after_a_rejection_the_next_one_is_a_proposal_too() -> None:
    story = told(Task.GEOLOCATE)
    say(story, "located", location=north(5_000))
    story.reject_proposal()

    say(story, "located", "d-2", location=north(100))

    assert proposed(story).because == (ProposalCause.OPERATOR,)


@pytest.mark.parametrize("decision", ["accept_proposal", "reject_proposal"])
def test_a_proposal_that_has_ended_is_refused(decision: str) -> None:
    story = told(priority=Priority.HIGH)
    say(story, "false")
    known = proposed(story).id
    story.reject_proposal()

    refused = getattr(story, decision)(known)

    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "proposal_outdated")


# How proposals end without a decision.


def test_a_later_result_takes_the_place_of_an_earlier_one_and_the_same_one_joins_it() -> None:
    story = told(Task.GEOLOCATE, priority=Priority.HIGH)
    for who, metres in zip(DESK, (5_000, 9_000, 9_000), strict=True):
        say(story, "located", who, location=north(metres))

    assert proposed(story).area == area_of(north(9_000))
    assert [one.volunteer_id for one in proposed(story).said] == ["d-2", "d-3"]
    assert [(one.reason, one.detail) for one in story.incident.attention] == [
        ("reported_elsewhere", proposed(story).id)
    ]


def test_a_result_that_acts_ends_the_proposal_before_it() -> None:
    story = told(Task.GEOLOCATE)
    say(story, "located", location=north(5_000))

    say(story, "located", "d-2", location=north(100))

    assert (story.incident.area, story.incident.proposals) == (area_of(north(100)), ())
    assert story.incident.attention == ()


def test_an_operators_own_place_ends_a_proposed_one_and_other_edits_do_not() -> None:
    story = told(Task.GEOLOCATE, priority=Priority.HIGH)
    say(story, "located", location=north(5_000))
    other = story.update(language="kk")
    assert not [fact for fact in other.events if isinstance(fact, ProposalEnded)]

    edited = story.update(area=area_of(north(200)))

    assert story.incident.proposals == ()
    assert [fact.reason for fact in edited.events if isinstance(fact, ProposalEnded)] == ["edited"]


@pytest.mark.parametrize("end", ["close", "cancel"])
def test_an_incident_that_ends_ends_its_proposals(end: str) -> None:
    story = told(priority=Priority.HIGH)
    say(story, "false")

    ended = getattr(story, end)()

    assert [fact.reason for fact in ended.events if isinstance(fact, ProposalEnded)] == ["incident_ended"]
    assert (story.incident.proposals, story.incident.attention) == ((), ())


def test_a_confirmation_after_a_proposed_false_is_a_contradiction() -> None:
    story = told(priority=Priority.HIGH)
    say(story, "false")

    say(story, "confirmed", "d-2")

    assert story.incident.certainty is Certainty.DISPUTED
    assert reasons(story) == ["reported_false", "contradiction"]


# What is shown, and that it is in the log.


def test_it_is_shown_with_who_said_it_and_how_often_they_were_right() -> None:
    person: Candidate = remote("d-1", "verification", upheld=3.04, overruled=1.0)
    story = Story([person])
    story.report(digital_spec(), priority=Priority.HIGH)

    say(story, "false")

    assert proposed(story).newest.right == TrustFigures(upheld=3.0, judged=4.0)
    text = of_incident(story.incident, story.decisions).text
    assert "false (d-1, right in 3 of 4 judged answers)" in text
    assert f"because of: priority; accept or reject {proposed(story).id}" in text


def test_the_log_alone_gives_the_same_state() -> None:
    story = told(Task.GEOLOCATE, priority=Priority.HIGH)
    for who, metres in zip(DESK[:2], (5_000, 9_000), strict=True):
        say(story, "located", who, location=north(metres))
    story.reject_proposal()
    say(story, "located", "d-3", location=north(7_000))

    again = None
    for decision in story.decisions:
        again = fold(again, decision)

    assert again == story.incident
    assert proposed(story).area == area_of(north(7_000))
