"""What people who never leave their desk find out changes what those on the road do, while they are on it."""

from typing import Any

import pytest

from dispatch.digital import tasks
from dispatch.digital.steering import steer
from dispatch.model.answer_commands import GiveResult
from dispatch.model.commands import SettleAttention
from dispatch.model.context import DecisionContext
from dispatch.model.decisions import Decision
from dispatch.model.digital_events import AnswerWanted, CertaintyChanged, WorkSettled
from dispatch.model.geojson import area_of
from dispatch.model.incident_events import IncidentMoved
from dispatch.model.offer_events import OfferMoved
from dispatch.model.reasons import AttentionReason, ProposalCause
from dispatch.model.vocabulary import Certainty, IncidentStatus, OfferState, OnFalse, Outcome, Priority, Task
from dispatch.state.derived_facts import Unfolding
from dispatch.state.moment import Moment
from tests.support.builders import (
    INCIDENT,
    ZONE,
    Story,
    candidate,
    digital_spec,
    helpers,
    incident,
    plans,
    remote,
    spec,
)

VERIFIERS = ("d-1", "d-2", "d-3", "d-4", "d-5")
OTHER = INCIDENT[:-1] + "f"


def story_of(**work: Any) -> Story:
    """A field requirement whose person has accepted, and digital work `work`."""
    story = quiet(**work)
    story.accept("near")
    return story


def quiet(**work: Any) -> Story:
    """A report that can wait, for which somebody is asked and nobody has accepted; the bounds let a result act alone."""
    desk = [remote(one, "verification", "call_taking", load=number) for number, one in enumerate(VERIFIERS)]
    story = Story([*helpers("near"), *desk])
    story.report(spec(), digital_spec(**work), priority=Priority.NORMAL)
    return story


def answer(story: Story, outcome: str, who: str | None = None, **stated: Any) -> Decision:
    """The next person who is asked accepts and answers."""
    volunteer_id = who or story.asked()[0]
    story.accept(volunteer_id)
    story.wait(1)
    return story.give_result(volunteer_id, outcome, **stated)


def reasons(story: Story) -> list[str]:
    return [entry.reason for entry in story.incident.attention]


def digital(story: Story) -> Any:
    return story.incident.requirements[1]


def test_a_confirmed_report_is_shown_as_confirmed_and_disturbs_nobody() -> None:
    story = story_of()

    answer(story, "confirmed")

    assert story.incident.certainty is Certainty.CONFIRMED
    assert story.state_of("near") is OfferState.ACCEPTED


@pytest.mark.parametrize(("skill", "task"), [("verification", Task.VERIFY_REPORT), ("call_taking", Task.CALL_BACK)])
def test_a_false_report_that_can_wait_is_closed_while_nobody_is_engaged(skill: str, task: Task) -> None:
    story = quiet(skill=skill, task=task)

    said = answer(story, "false", "d-1")

    assert (story.state_of("near"), story.offer_of("near").reason) == (OfferState.WITHDRAWN, "false_report")
    assert (story.incident.status, story.incident.certainty) == (IncidentStatus.CLOSED, Certainty.FALSE)
    assert story.incident.times.closed_ms == said.decided_ms
    assert not any(one.is_live for one in story.incident.offers)


def test_the_operator_is_asked_about_a_false_report_where_the_plan_says_so() -> None:
    story = quiet(on_false=OnFalse.ASK_OPERATOR)

    answer(story, "false", "d-1")

    assert story.state_of("near") is OfferState.OFFERED
    assert story.incident.certainty is Certainty.UNCONFIRMED
    (asked,) = story.incident.attention
    (proposed,) = story.incident.proposals
    assert (asked.reason, asked.requirement_id, asked.since_ms) == ("reported_false", "r2", story.now_ms)
    assert (asked.detail, proposed.because) == (proposed.id, (ProposalCause.PLAN,))


def test_nobody_is_sent_home_while_somebody_stands_on_scene() -> None:
    story = story_of()
    story.progress("near", OfferState.ON_SCENE)

    answer(story, "false")

    assert story.state_of("near") is OfferState.ON_SCENE
    (proposed,) = story.incident.proposals
    assert [(one.reason, one.detail) for one in story.incident.attention] == [("reported_false", proposed.id)]
    assert proposed.because == (ProposalCause.ENGAGED,)


def test_false_after_confirmed_and_confirmed_after_false_go_to_the_operator() -> None:
    first = story_of(count=2)
    answer(first, "confirmed")
    answer(first, "false")
    second = story_of(count=2, on_false=OnFalse.ASK_OPERATOR)
    answer(second, "false")
    answer(second, "confirmed")

    assert (first.incident.certainty, reasons(first)) == (Certainty.DISPUTED, ["contradiction", "reported_false"])
    assert first.state_of("near") is OfferState.ACCEPTED
    assert (second.incident.certainty, reasons(second)) == (Certainty.DISPUTED, ["reported_false", "contradiction"])


def test_an_operator_who_has_looked_ends_the_attention() -> None:
    story = story_of(on_false=OnFalse.ASK_OPERATOR)
    answer(story, "false")

    def look(number: int) -> Decision:
        command = SettleAttention(
            id=f"look-{number}", incident_id=INCIDENT, by="operator", sent_ms=0, reason="reported_false"
        )
        return story.tell(command)

    assert look(1).outcome is Outcome.APPLIED
    assert story.incident.attention == ()
    assert (look(2).outcome, look(2).reason) == (Outcome.UNCHANGED, "nothing_to_settle")


def test_an_unclear_answer_steers_nothing() -> None:
    story = story_of()

    answer(story, "unclear")

    assert (story.incident.certainty, story.incident.attention) == (Certainty.UNCONFIRMED, ())


def test_work_that_is_done_without_an_answer_steers_nothing() -> None:
    story = story_of()
    story.accept("d-1")

    story.progress("d-1", OfferState.DONE)

    assert story.incident.certainty is Certainty.UNCONFIRMED


def test_field_work_that_is_done_steers_nothing() -> None:
    story = story_of()

    story.progress("near", OfferState.DONE)

    assert (story.incident.certainty, story.incident.attention) == (Certainty.UNCONFIRMED, ())


def test_what_is_confirmed_twice_is_confirmed() -> None:
    story = story_of(count=2)
    answer(story, "confirmed")

    again = answer(story, "confirmed")

    assert not [fact for fact in again.events if isinstance(fact, CertaintyChanged)]
    assert story.incident.certainty is Certainty.CONFIRMED


# Several people, one answer.


def test_enough_equal_answers_settle_the_work_and_the_others_may_stop() -> None:
    story = story_of(answers_wanted=3, agree=2)
    for one in ("d-1", "d-2", "d-3"):
        story.accept(one)
    story.give_result("d-1", "confirmed")
    assert digital(story).settled is None

    settled = story.give_result("d-3", "confirmed")

    assert [fact.outcome for fact in settled.events if isinstance(fact, WorkSettled)] == ["confirmed"]
    assert (story.state_of("d-2"), story.offer_of("d-2").reason) == (OfferState.STOOD_DOWN, "agreed")
    assert story.incident.certainty is Certainty.CONFIRMED
    assert digital(story).settled == "confirmed"
    assert not [one for one in story.asked() if one.startswith("d-")]


def test_those_who_were_only_asked_are_withdrawn_when_others_agree() -> None:
    story = story_of(answers_wanted=2, agree=1)

    answer(story, "confirmed", "d-1")

    assert (story.state_of("d-2"), story.offer_of("d-2").reason) == (OfferState.WITHDRAWN, "agreed")


def test_one_false_among_several_sends_nobody_home() -> None:
    story = quiet(answers_wanted=3, agree=2)

    answer(story, "false", "d-1")
    assert story.state_of("near") is OfferState.OFFERED
    answer(story, "false", "d-2")

    assert story.state_of("near") is OfferState.WITHDRAWN
    assert story.incident.status is IncidentStatus.CLOSED


def test_a_validated_answer_counts_once_another_person_has_said_the_same() -> None:
    story = story_of(validated=True)
    assert digital(story).count == 1

    first = answer(story, "confirmed")

    assert [fact.reason for fact in first.events if isinstance(fact, AnswerWanted)] == ["validation"]
    assert story.incident.certainty is Certainty.UNCONFIRMED
    first_person = next(one for one in story.incident.offers if one.result)
    second = next(one for one in story.asked() if one.startswith("d-"))
    assert second != first_person.volunteer_id
    answer(story, "confirmed", second)
    assert (story.incident.certainty, digital(story).count) == (Certainty.CONFIRMED, 2)


def test_two_who_disagree_are_joined_by_a_third_whose_word_decides() -> None:
    story = story_of(validated=True)
    answer(story, "confirmed")
    disputed = answer(story, "false", next(one for one in story.asked() if one.startswith("d-")))
    assert [fact.reason for fact in disputed.events if isinstance(fact, AnswerWanted)] == ["disagreement"]

    answer(story, "confirmed", next(one for one in story.asked() if one.startswith("d-")))

    assert (story.incident.certainty, digital(story).settled) == (Certainty.CONFIRMED, "confirmed")


def test_three_who_disagree_leave_it_to_the_operator() -> None:
    story = story_of(validated=True)
    for outcome in ("confirmed", "false", "unclear"):
        answer(story, outcome, next(one for one in story.asked() if one.startswith("d-")))

    assert (story.incident.certainty, reasons(story)) == (Certainty.DISPUTED, ["disagreement"])
    assert story.state_of("near") is OfferState.ACCEPTED
    assert not [one for one in story.asked() if one.startswith("d-")]


def test_who_finishes_without_an_answer_is_followed_by_another() -> None:
    story = story_of(answers_wanted=2, agree=2)
    answer(story, "confirmed", "d-1")
    story.accept("d-2")

    story.progress("d-2", OfferState.DONE)

    assert digital(story).count == 3
    answer(story, "confirmed", next(one for one in story.asked() if one.startswith("d-")))
    assert story.incident.certainty is Certainty.CONFIRMED


def test_an_answer_that_settles_a_disagreement_ends_the_operators_attention() -> None:
    story = story_of(validated=True)
    for outcome in ("confirmed", "false", "unclear"):
        answer(story, outcome, next(one for one in story.asked() if one.startswith("d-")))
    story.update(spec(), digital_spec(count=4, validated=True))
    story.update(spec(), digital_spec(count=4, answers_wanted=4, agree=2))
    assert digital(story).count == 4

    answer(story, "confirmed", next(one for one in story.asked() if one.startswith("d-")))

    assert AttentionReason.DISAGREEMENT not in reasons(story)


def test_an_operator_who_wants_more_people_opens_settled_work_again() -> None:
    story = story_of(answers_wanted=2, agree=1)
    answer(story, "confirmed")
    story.update(spec(), digital_spec(count=2, answers_wanted=2))
    assert digital(story).settled == "confirmed"

    story.update(spec(), digital_spec(count=3, answers_wanted=3))

    assert digital(story).settled is None
    assert [one for one in story.asked() if one.startswith("d-")]


# Where it is.


def here(north_m: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [76.945, 43.238 + north_m / 111_195]}


def locating(**work: Any) -> Story:
    desk = [remote(f"g-{number}", "geolocation", load=number) for number in range(5)]
    story = Story([*helpers("near"), *desk])
    story.report(spec(), digital_spec("geolocation", **work), priority=Priority.NORMAL)
    return story


def test_a_located_incident_moves() -> None:
    story = locating()

    said = answer(story, "located", "g-0", location=here(800))

    assert [type(fact) for fact in said.events if isinstance(fact, IncidentMoved)] == [IncidentMoved]
    assert story.incident.edits["location"].version == story.incident.version
    assert story.incident.area == area_of(here(800))
    assert story.state_of("near") is OfferState.OFFERED


def test_the_same_place_again_moves_nothing() -> None:
    story = locating()

    said = answer(story, "located", "g-0", location=here(0))

    assert not [fact for fact in said.events if isinstance(fact, IncidentMoved)]


def test_places_agree_when_they_are_a_block_apart_and_not_when_they_are_more() -> None:
    story = locating(answers_wanted=2, agree=2)
    answer(story, "located", "g-0", location=here(600))
    answer(story, "located", "g-1", location=here(1_200))
    assert story.incident.area == area_of(here(0))

    answer(story, "located", "g-2", location=here(1_400))

    assert story.incident.area == area_of(here(1_400))


def test_three_different_places_leave_it_to_the_operator_and_the_incident_where_it_is() -> None:
    story = locating(validated=True)
    for number, north_m in enumerate((500, 1_000, 1_500)):
        answer(story, "located", f"g-{number}", location=here(north_m))

    assert reasons(story) == ["disagreement"]
    assert (story.incident.area, story.incident.certainty) == (area_of(here(0)), Certainty.UNCONFIRMED)


def test_work_that_is_settled_is_not_judged_again() -> None:
    story = story_of(answers_wanted=2, agree=1)
    answer(story, "confirmed", "d-1")
    settled = Unfolding(story.incident, Moment(incident_id=INCIDENT, zone=ZONE, version=9, at_ms=story.now_ms))
    done = story.offer_of("d-1")

    steer(
        settled,
        (OfferMoved(offer_id=done.id, volunteer_id="d-1", state=OfferState.DONE),),
        plans(),
        DecisionContext(),
    )

    assert settled.facts == []


def test_not_found_agrees_with_not_found() -> None:
    story = locating(answers_wanted=2, agree=2)
    answer(story, "not_found", "g-0")

    answer(story, "not_found", "g-1")

    assert story.incident.requirements[1].settled == "not_found"


# Whether it is the same as another.


def comparing(target: Any, **work: Any) -> Story:
    desk = [remote(f"c-{number}", "coordination", load=number) for number in range(5)]
    story = Story([*helpers("near"), *desk], around=DecisionContext(target=target))
    story.report(spec(), digital_spec("coordination", task=Task.FIND_DUPLICATES, **work), priority=Priority.NORMAL)
    return story


def test_a_duplicate_begins_to_merge_and_its_people_go_on_until_the_other_has_taken_it() -> None:
    story = comparing(incident(id=OTHER))

    answer(story, "duplicate", "c-0", other_incident_id=OTHER)

    assert story.incident.merging is not None
    assert story.incident.merging.into == OTHER
    assert story.state_of("near") is OfferState.OFFERED


def test_a_duplicate_of_what_has_ended_goes_to_the_operator() -> None:
    story = comparing(None)

    answer(story, "duplicate", "c-0", other_incident_id=OTHER)

    assert [(one.reason, one.detail) for one in story.incident.attention] == [("duplicate_ended", OTHER)]
    assert story.incident.merging is None


def test_a_second_duplicate_waits_for_the_first() -> None:
    story = comparing(incident(id=OTHER), count=2)
    answer(story, "duplicate", "c-0", other_incident_id=OTHER)

    answer(story, "duplicate", "c-1", other_incident_id=INCIDENT[:-1] + "e")

    assert story.incident.merging is not None
    assert story.incident.merging.into == OTHER


def test_people_must_name_the_same_incident_to_agree() -> None:
    story = comparing(incident(id=OTHER), answers_wanted=2, agree=2)
    answer(story, "duplicate", "c-0", other_incident_id=OTHER)

    answer(story, "duplicate", "c-1", other_incident_id=INCIDENT[:-1] + "e")

    assert story.incident.merging is None


def test_no_duplicate_changes_nothing() -> None:
    story = comparing(None)

    answer(story, "none", "c-0")

    assert (story.incident.merging, story.incident.attention) == (None, ())


# Answers that contradict their task.


@pytest.mark.parametrize(
    ("task", "outcome", "stated", "reason"),
    [
        (Task.GEOLOCATE, "located", {}, "location_missing"),
        (Task.GEOLOCATE, "located", {"location": {"type": "Point", "coordinates": [500, 0]}}, "location_missing"),
        (Task.MAP_DAMAGE, "mapped", {}, "location_missing"),
        (Task.FIND_DUPLICATES, "duplicate", {}, "incident_missing"),
        (Task.FIND_DUPLICATES, "duplicate", {"other_incident_id": INCIDENT}, "duplicate_of_itself"),
        (Task.TRANSLATE, "done", {}, "text_missing"),
        (Task.VERIFY_REPORT, "located", {"location": here(0)}, "outcome_contradicts_task"),
    ],
)
def test_an_answer_that_contradicts_its_task_is_refused(
    task: Task, outcome: str, stated: dict[str, Any], reason: str
) -> None:
    story = Story([remote("d-1")])
    story.report(digital_spec(task=task))
    story.accept("d-1")

    said = story.give_result("d-1", outcome, **stated)

    assert (said.outcome, said.reason, said.events) == (Outcome.REFUSED, reason, ())


def test_what_is_drawn_and_written_is_kept() -> None:
    story = Story([candidate("near"), remote("m-1", "mapping"), remote("t-1", "translator")])
    story.report(digital_spec("mapping"), digital_spec("translator"))

    answer(story, "mapped", "m-1", location=here(0))
    answer(story, "done", "t-1", private_ref="incident:x:result:1", language="ru")

    drawn, written = story.offer_of("m-1").result, story.offer_of("t-1").result
    assert drawn is not None
    assert drawn.location == here(0)
    assert written is not None
    assert (written.private_ref, written.language) == ("incident:x:result:1", "ru")


def test_an_answer_for_an_unknown_incident_is_left_to_the_other_rules() -> None:
    command = GiveResult(
        id="c", incident_id=INCIDENT, by="d-1", sent_ms=0, offer_id="o-1", volunteer_id="d-1", outcome="none"
    )

    assert tasks.rule(None, command, 0) is None
