"""People on scene are asked for a sign of life, warned, and missed."""

import pytest

from dispatch.deadlines import deadline_command, timers_of
from dispatch.model.safety_events import CheckInAsked
from dispatch.model.vocabulary import CheckInState, DeadlineKind, OfferState, Outcome
from dispatch.safety.check_ins import ANSWER_WITHIN_S
from dispatch.state.offer_effects import offer_steps
from tests.support.builders import Story, digital_spec, helpers, remote, spec

HALF_AN_HOUR_S = 1_800


def on_scene(*people: str) -> Story:
    story = Story(people=helpers(*people))
    story.report(spec(count=len(people)))
    for person in people:
        story.accept(person)
        story.progress(person, OfferState.ON_SCENE)
    return story


def clock_of(story: Story, person: str) -> tuple[CheckInState, int | None]:
    clock = story.offer_of(person).check_in
    assert clock is not None
    due_s = None if clock.due_ms is None else (clock.due_ms - story.now_ms) // 1000
    return clock.state, due_s


def missed(story: Story, person: str) -> None:
    """Silent until the operator is alarmed."""
    for seconds in (HALF_AN_HOUR_S, ANSWER_WITHIN_S, ANSWER_WITHIN_S):
        story.wait(seconds)
        story.pass_check_in(person)


def reasons(story: Story) -> list[str]:
    return [entry.reason for entry in story.incident.attention]


def test_the_clock_begins_on_scene_and_not_before() -> None:
    story = Story(people=helpers("v-1"))
    story.report()
    story.accept("v-1")
    story.progress("v-1", OfferState.EN_ROUTE)
    assert story.offer_of("v-1").check_in is None

    story.progress("v-1", OfferState.ON_SCENE)

    assert clock_of(story, "v-1") == (CheckInState.RUNNING, HALF_AN_HOUR_S)


def test_silence_is_asked_then_warned_then_the_operator_is_alarmed() -> None:
    story = on_scene("v-1")

    story.wait(HALF_AN_HOUR_S)
    story.pass_check_in("v-1")
    assert clock_of(story, "v-1") == (CheckInState.ASKED, ANSWER_WITHIN_S)
    story.wait(ANSWER_WITHIN_S)
    story.pass_check_in("v-1")
    assert clock_of(story, "v-1") == (CheckInState.WARNED, ANSWER_WITHIN_S)
    assert reasons(story) == []
    story.wait(ANSWER_WITHIN_S)
    story.pass_check_in("v-1")

    assert clock_of(story, "v-1") == (CheckInState.OVERDUE, None)
    assert reasons(story) == ["check_in_overdue"]
    assert story.incident.attention[0].detail == story.offer_of("v-1").id
    assert story.state_of("v-1") is OfferState.ON_SCENE
    assert not any(timer.kind is DeadlineKind.CHECK_IN for timer in timers_of(story.incident))


def test_a_check_in_begins_the_clock_anew_and_ends_the_alarm() -> None:
    story = on_scene("v-1")
    missed(story, "v-1")

    story.check_in("v-1")

    assert clock_of(story, "v-1") == (CheckInState.RUNNING, HALF_AN_HOUR_S)
    assert reasons(story) == []


def test_the_alarm_stands_while_somebody_else_of_the_requirement_is_missed() -> None:
    story = on_scene("v-1", "v-2")
    missed(story, "v-1")
    story.pass_check_in("v-2")
    for _ in range(2):
        story.wait(ANSWER_WITHIN_S)
        story.pass_check_in("v-2")

    story.check_in("v-1")
    assert reasons(story) == ["check_in_overdue"]
    story.progress("v-2", OfferState.DONE)

    assert reasons(story) == []


@pytest.mark.parametrize("early_s", [1, HALF_AN_HOUR_S])
def test_a_clock_that_has_time_left_changes_nothing(early_s: int) -> None:
    story = on_scene("v-1")

    story.wait(HALF_AN_HOUR_S - early_s)
    passed = story.pass_check_in("v-1")

    assert (passed.outcome, passed.reason) == (Outcome.UNCHANGED, "not_yet_due")


def test_the_clock_of_who_has_left_or_was_never_there_changes_nothing() -> None:
    story = on_scene("v-1")
    story.progress("v-1", OfferState.DONE)
    story.wait(HALF_AN_HOUR_S)
    left = story.pass_check_in("v-1")
    unknown = story._pass(DeadlineKind.CHECK_IN, story.now_ms, "o-unknown")

    assert (left.outcome, left.reason) == (Outcome.UNCHANGED, "already_done")
    assert (unknown.outcome, unknown.reason) == (Outcome.REFUSED, "unknown_offer")


def test_digital_work_has_no_clock_and_neither_has_a_type_without_one() -> None:
    story = Story(people=[*helpers("v-1"), remote("d-1")])
    story.report(spec(), digital_spec(), type="information")
    for person in ("v-1", "d-1"):
        story.accept(person)
        story.progress(person, OfferState.ON_SCENE)
    assert story.offer_of("v-1").check_in is None

    story.update(type="flood")
    story.check_in("d-1")

    assert story.offer_of("d-1").check_in is None


def test_the_timer_becomes_the_command_and_the_person_is_told() -> None:
    story = on_scene("v-1")
    (timer,) = [timer for timer in timers_of(story.incident) if timer.kind is DeadlineKind.CHECK_IN]
    story.wait(HALF_AN_HOUR_S)

    asked = story.tell(deadline_command(timer, story.now_ms))

    assert any(isinstance(fact, CheckInAsked) for fact in asked.events)
    (step,) = offer_steps(story.incident, asked, 0, 7)
    assert (step.volunteer_id, step.state, step.notice) == ("v-1", OfferState.ON_SCENE, "check_in_asked")


def retyped_on_scene(before: str, after: str) -> Story:
    story = Story(people=helpers("v-1"))
    story.report(spec(), type=before)
    story.accept("v-1")
    story.progress("v-1", OfferState.ON_SCENE)
    story.wait(60)
    story.update(type=after)
    return story


def test_a_corrected_type_shortens_the_interval_of_people_on_scene() -> None:
    story = retyped_on_scene("storm", "hazmat")

    assert clock_of(story, "v-1") == (CheckInState.RUNNING, 600)


def test_a_corrected_type_never_lengthens_an_interval_that_runs() -> None:
    story = retyped_on_scene("hazmat", "storm")

    assert clock_of(story, "v-1") == (CheckInState.RUNNING, 540)


def test_a_corrected_type_starts_the_clock_of_people_on_scene() -> None:
    story = retyped_on_scene("information", "hazmat")

    assert clock_of(story, "v-1") == (CheckInState.RUNNING, 600)


def test_a_type_without_check_ins_stops_the_clock() -> None:
    story = retyped_on_scene("hazmat", "information")

    assert clock_of(story, "v-1") == (CheckInState.RUNNING, None)
    assert not [timer for timer in timers_of(story.incident) if timer.kind is DeadlineKind.CHECK_IN]


def test_a_question_asked_under_the_earlier_type_stays_open_and_an_answer_ends_it() -> None:
    story = on_scene("v-1")
    story.wait(HALF_AN_HOUR_S)
    story.pass_check_in("v-1")

    story.update(type="information")
    asked = clock_of(story, "v-1")
    story.check_in("v-1")
    story.check_in("v-1")

    assert asked == (CheckInState.ASKED, ANSWER_WITHIN_S)
    assert clock_of(story, "v-1") == (CheckInState.RUNNING, None)
