"""Who was sent confirms what changed: reminded after half the time, then the operator is told; nothing else confirms."""

from dataclasses import replace

import pytest

from dispatch.deadlines import deadline_command, timers_of
from dispatch.model.geojson import area_of
from dispatch.model.offers import Unconfirmed
from dispatch.model.vocabulary import ConfirmationState, DeadlineKind, OfferState, Outcome, Priority
from dispatch.notices.offer_validity import Judgement, OfferVerdict, Validity
from dispatch.notices.rules import LATE_MS, Notice, is_true_still, notice_of
from dispatch.safety.confirmations import CONFIRM_WITHIN_S
from dispatch.state.offer_effects import offer_steps
from dispatch.state.safety_folds import OPEN_CHANGES_KEPT
from tests.support.builders import ALMATY, Story, helpers, spec

PLACE = area_of({"type": "Point", "coordinates": [ALMATY.lon + 0.01, ALMATY.lat]})
ASKED, REMINDED, OVERDUE = ConfirmationState


def moved(*people: str, priority: Priority = Priority.HIGH) -> Story:
    """They are on their way; the place has just become another."""
    story = Story(people=helpers(*(people or ("v-1",))))
    story.report(spec(count=len(people) or 1), priority=priority)
    for person in people or ("v-1",):
        story.accept(person)
        story.progress(person, OfferState.EN_ROUTE)
    story.update(area=PLACE)
    return story


def open_of(story: Story, person: str = "v-1") -> Unconfirmed:
    unconfirmed = story.offer_of(person).unconfirmed
    assert unconfirmed is not None
    return unconfirmed


def due_s(story: Story, person: str = "v-1") -> float | None:
    due_ms = open_of(story, person).due_ms
    return None if due_ms is None else (due_ms - story.now_ms) / 1000


def attention(story: Story) -> list[tuple[str, str | None]]:
    return [(entry.reason, entry.offer_id) for entry in story.incident.attention]


def missed(story: Story, person: str = "v-1") -> None:
    """Not confirmed until the operator is told."""
    for _ in range(2):
        story.wait(due_s(story, person) or 0)
        story.pass_confirmation(person)


@pytest.mark.parametrize(("priority", "seconds"), [*CONFIRM_WITHIN_S.items()])
def test_a_change_is_reminded_of_at_half_the_time_and_missed_at_the_end_of_it(priority: Priority, seconds: int) -> None:
    story = moved(priority=priority)
    assert (open_of(story).state, due_s(story)) == (ASKED, seconds / 2)

    story.wait(seconds / 2)
    reminded = story.pass_confirmation("v-1")
    assert (open_of(story).state, due_s(story), attention(story)) == (REMINDED, seconds / 2, [])
    (step,) = offer_steps(story.incident, reminded, 0, 7)
    assert (step.notice, step.changes, step.state) == ("changed", ("location",), OfferState.EN_ROUTE)

    story.wait(seconds / 2)
    told = story.pass_confirmation("v-1")

    assert (open_of(story).state, due_s(story)) == (OVERDUE, None)
    assert attention(story) == [("change_unconfirmed", story.offer_of("v-1").id)]
    assert story.incident.attention[0].detail == story.offer_of("v-1").id
    assert offer_steps(story.incident, told, 0, 8) == []
    assert story.state_of("v-1") is OfferState.EN_ROUTE


def test_a_confirmation_ends_the_clock_and_the_alarm() -> None:
    story = moved()
    missed(story)

    confirmed = story.confirm("v-1")

    held = story.offer_of("v-1")
    assert confirmed.outcome is Outcome.APPLIED
    assert (held.unconfirmed, attention(story)) == (None, [])
    assert held.confirmed is not None
    assert (held.confirmed.version, held.confirmed.at_ms) == (confirmed.version - 3, story.now_ms)
    assert not [timer for timer in timers_of(story.incident) if timer.kind is DeadlineKind.CONFIRMATION]


def test_changes_add_up_until_they_are_confirmed_and_give_no_more_time() -> None:
    story = moved()
    first = open_of(story)
    story.wait(40)

    story.update(private_ref="incident:x:a", private_fields=("address",))

    assert open_of(story).fields == ("location", "address")
    assert (open_of(story).since_ms, open_of(story).version) == (first.since_ms, story.incident.version)
    assert due_s(story) == 20


def test_a_change_that_makes_it_more_urgent_shortens_the_clock() -> None:
    story = moved(priority=Priority.LOW)

    story.update(priority=Priority.CRITICAL)

    assert open_of(story).fields == ("location", "priority")
    assert due_s(story) == 30


def test_who_confirms_an_older_version_still_owes_the_newer_one() -> None:
    story = moved()
    older = open_of(story).version
    story.update(language="ru")
    missed(story)
    assert attention(story)

    story.confirm("v-1", older)

    assert (open_of(story).fields, open_of(story).version) == (("language",), older + 1)
    assert (open_of(story).state, due_s(story), attention(story)) == (ASKED, 60, [])
    story.confirm("v-1", older + 1)
    assert story.offer_of("v-1").unconfirmed is None


def test_the_alarm_stands_while_more_changes_come_and_is_raised_again_once_it_was_settled() -> None:
    story = moved()
    missed(story)
    story.update(language="ru")
    assert (open_of(story).state, due_s(story)) == (OVERDUE, 120)
    assert attention(story) == [("change_unconfirmed", story.offer_of("v-1").id)]
    story.wait(30)
    story.update(language="kk")
    assert due_s(story) == 90

    story.settle("change_unconfirmed")
    assert attention(story) == []
    story.wait(90)
    story.pass_confirmation("v-1")

    assert attention(story) == [("change_unconfirmed", story.offer_of("v-1").id)]


def test_each_person_is_missed_by_themselves() -> None:
    story = moved("v-1", "v-2")
    missed(story, "v-1")
    missed(story, "v-2")
    both = {offer for _, offer in attention(story)}

    story.confirm("v-1")

    assert both == {story.offer_of("v-1").id, story.offer_of("v-2").id}
    assert attention(story) == [("change_unconfirmed", story.offer_of("v-2").id)]


@pytest.mark.parametrize("answer", ["on_scene", "check_in", "help"])
def test_no_other_answer_confirms(answer: str) -> None:
    """Who says "on scene" a minute after the place was moved may stand at the old one."""
    story = moved()

    if answer == "check_in":
        story.check_in("v-1")
    else:
        story.progress("v-1", OfferState.ON_SCENE)
        if answer == "help":
            story.ask_for_help("v-1")

    assert open_of(story).fields == ("location",)
    assert due_s(story) == 60


@pytest.mark.parametrize("end", ["done", "decline", "void", "close", "cancel", "leave_duty", "stood_down"])
def test_what_is_over_needs_no_confirmation_and_ends_its_alarm(end: str) -> None:
    story = moved()
    missed(story)

    if end == "done":
        story.progress("v-1", OfferState.DONE)
    elif end == "stood_down":
        story.update(spec("search"))
    elif end in ("close", "cancel"):
        getattr(story, end)()
    else:
        getattr(story, end)("v-1")

    assert story.offer_of("v-1").unconfirmed is None
    assert attention(story) == []
    assert not [timer for timer in timers_of(story.incident) if timer.kind is DeadlineKind.CONFIRMATION]


def test_the_timer_becomes_the_command_and_comes_back_with_the_state() -> None:
    story = moved()
    (timer,) = [timer for timer in timers_of(story.incident) if timer.kind is DeadlineKind.CONFIRMATION]
    story.wait(60)

    reminded = story.tell(deadline_command(timer, story.now_ms))

    assert reminded.why.rule == "confirmation_reminded"
    assert timer.ref == story.offer_of("v-1").id


def test_a_clock_that_is_not_due_or_about_nothing_changes_nothing() -> None:
    story = moved()
    early = story.pass_confirmation("v-1")
    unknown = story._pass(DeadlineKind.CONFIRMATION, story.now_ms, "o-unknown")
    story.confirm("v-1")
    nothing = story.pass_confirmation("v-1")

    assert (early.outcome, early.reason) == (Outcome.UNCHANGED, "not_yet_due")
    assert (unknown.outcome, unknown.reason) == (Outcome.REFUSED, "unknown_offer")
    assert (nothing.outcome, nothing.reason) == (Outcome.UNCHANGED, "nothing_to_confirm")


def test_confirming_what_is_not_open_changes_nothing_and_what_nobody_has_seen_is_refused() -> None:
    story = moved()
    version = open_of(story).version

    future = story.confirm("v-1", version + 1)
    older = story.confirm("v-1", version - 1)
    story.confirm("v-1")
    again = story.confirm("v-1", version)

    assert (future.outcome, future.reason) == (Outcome.REFUSED, "unknown_version")
    assert (older.outcome, older.reason) == (Outcome.UNCHANGED, "nothing_to_confirm")
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "nothing_to_confirm")


def test_whoever_types_for_an_hour_does_not_fill_the_state_and_nothing_is_forgotten() -> None:
    story = moved()
    since_ms = open_of(story).since_ms
    for number in range(3 * OPEN_CHANGES_KEPT):
        story.update(private_ref=f"incident:x:{number}", private_fields=("address",))

    assert len(open_of(story).changes) == OPEN_CHANGES_KEPT
    assert (open_of(story).fields, open_of(story).since_ms) == (("location", "address"), since_ms)
    assert open_of(story).version == story.incident.version


def test_the_notice_holds_for_as_long_as_the_person_is_assigned() -> None:
    story = moved()
    (step,) = [one for one in offer_steps(story.incident, story.last, 0, 7) if one.notice == "changed"]
    notice = notice_of(step, Judgement(OfferVerdict.COUNTS))
    assert isinstance(notice, Notice)
    assert notice.until_ms == notice.at_ms + LATE_MS
    validity = Validity()
    validity.judge(step)

    validity.judge(replace(step, event_id="later", state=OfferState.ON_SCENE, notice=None))
    assert is_true_still(notice, validity)
    validity.judge(replace(step, event_id="end", state=OfferState.DONE, notice=None))

    assert not is_true_still(notice, validity)


def test_who_had_not_answered_when_it_changed_confirms_nothing() -> None:
    story = Story(people=helpers("v-1"))
    story.report(spec())
    story.update(area=PLACE)

    story.accept("v-1")

    assert story.offer_of("v-1").unconfirmed is None
