"""Who accepted and is no longer coming is noticed and replaced."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.deadlines import timers_of
from dispatch.model.answer_commands import AcceptOffer
from dispatch.model.commands import PassDeadline
from dispatch.model.context import NOTHING
from dispatch.model.geo import cell, distance_to_area_m
from dispatch.model.offers import Offer
from dispatch.model.people import Presence
from dispatch.model.places import Place
from dispatch.model.reasons import AbsenceReason
from dispatch.model.safety_events import ComingAsked
from dispatch.model.vocabulary import Capability, DeadlineKind, OfferState, Outcome, Priority, TravelMode
from dispatch.safety.absence import (
    ANSWER_WITHIN_S,
    AWAY_FOR_S,
    CHECK_EVERY_S,
    MARGIN_S,
    REST_S,
    SILENT_AFTER_S,
    WAYS,
    leave_duty_command,
)
from dispatch.safety.safeguards import looked_at
from dispatch.state.offer_effects import offer_steps
from tests.support.builders import ALMATY, Story, candidate, digital_spec, helpers, point, remote, spec

EVERY_S = CHECK_EVERY_S[Priority.HIGH]
SILENT_S = SILENT_AFTER_S[Priority.HIGH]
AWAY_S = AWAY_FOR_S[Priority.HIGH]
ANSWER_S = ANSWER_WITHIN_S[Priority.HIGH]


def north(distance_m: float) -> Place:
    return Place(lon=ALMATY.lon, lat=ALMATY.lat + distance_m / 111_195)


def coming(*, state: OfferState = OfferState.EN_ROUTE, **stated: Any) -> Story:
    """v-1 is on the way, v-2 could go instead."""
    story = Story(people=helpers("v-1"))
    story.report(spec(), priority=Priority.HIGH, **stated)
    story.accept("v-1")
    if state is not OfferState.ACCEPTED:
        story.progress("v-1", state)
    story.people = helpers("v-1", "v-2")
    return story


def seen(
    story: Story, place: Place | None = None, *, age_s: float = 0, on_duty: bool = True, is_last: bool = False
) -> None:
    """What the picture shows of v-1 from now on. `is_last`: their newest position said that no more will follow."""
    fix_at_ms = story.now_ms - round(age_s * 1000) if place else None
    known = Presence(
        on_duty=on_duty,
        travel_mode=TravelMode.CAR,
        place=place,
        fix_at_ms=fix_at_ms,
        heard_at_ms=fix_at_ms,
        is_silent_by_word=is_last,
        capabilities=frozenset({Capability.FIELD}),
        skills=frozenset({"first_aid"}),
    )
    story.around = replace(NOTHING, presence={"v-1": known})


def look(story: Story, *, after_s: float = EVERY_S) -> None:
    story.wait(after_s)
    story.look_at("v-1")


def asked(story: Story) -> bool:
    """Whether the last decision asks v-1 whether they are still coming; the question is told to them."""
    questions = [fact for fact in story.last.events if isinstance(fact, ComingAsked)]
    told = [step.notice for step in offer_steps(story.incident, story.last, 0, 1) if step.notice]
    assert told == ["still_coming"] * len(questions)
    return bool(questions)


def attention(story: Story) -> list[tuple[str, str | None]]:
    return [(entry.reason, entry.offer_id) for entry in story.incident.attention]


def lost(story: Story) -> str | None:
    offer = story.offer_of("v-1")
    return offer.reason if offer.state is OfferState.WITHDRAWN else None


def test_who_goes_off_duty_on_the_way_is_replaced_at_once() -> None:
    story = coming()
    seen(story, north(500), on_duty=False)

    story.leave_duty("v-1")

    assert lost(story) == AbsenceReason.OFF_DUTY
    assert story.asked() == ["v-2"]


def test_an_open_offer_of_who_goes_off_duty_is_taken_back() -> None:
    story = Story(people=helpers("v-1"))
    story.report(spec())

    story.leave_duty("v-1")  # the picture does not know them any more

    assert lost(story) == AbsenceReason.OFF_DUTY


def test_who_is_back_on_duty_keeps_their_place() -> None:
    story = coming()
    seen(story, north(500))

    kept = story.leave_duty("v-1")

    assert (kept.outcome, kept.reason) == (Outcome.UNCHANGED, "on_duty_again")


@pytest.mark.parametrize(("state", "reason"), [(OfferState.ON_SCENE, "on_scene"), (OfferState.DONE, "already_done")])
def test_who_is_there_is_never_taken_off(state: OfferState, reason: str) -> None:
    story = coming(state=state)
    seen(story, on_duty=False)

    kept = story.leave_duty("v-1")
    looked = story._pass(DeadlineKind.WATCH, story.now_ms, story.offer_of("v-1").id)

    assert (kept.outcome, kept.reason) == (Outcome.UNCHANGED, reason)
    assert looked.outcome is Outcome.UNCHANGED
    assert not any(timer.kind is DeadlineKind.WATCH for timer in timers_of(story.incident))


def test_leaving_duty_means_nothing_for_what_is_unknown_or_ended() -> None:
    story = coming()
    command = leave_duty_command("v-1", story.offer_of("v-1").id, profile_offset=7, sent_ms=1)
    assert command is not None
    unknown = story.tell(replace(command, offer_id="o-unknown"))
    story.close()

    ended = story.tell(replace(command, id="later"))

    assert (unknown.outcome, unknown.reason) == (Outcome.UNCHANGED, "unknown_offer")
    assert (ended.outcome, ended.reason) == (Outcome.UNCHANGED, "incident_closed")
    assert leave_duty_command("v-1", "nonsense", profile_offset=7, sent_ms=1) is None
    assert command == leave_duty_command("v-1", command.offer_id, profile_offset=7, sent_ms=1)


def test_a_look_finds_who_went_off_duty_unnoticed() -> None:
    story = coming()
    seen(story, on_duty=False)

    look(story)

    assert lost(story) == AbsenceReason.OFF_DUTY


def test_who_sent_positions_on_the_way_and_then_none_is_silent() -> None:
    story = coming()
    story.wait(60)
    seen(story, north(400))
    look(story)
    assert story.state_of("v-1") is OfferState.EN_ROUTE

    look(story, after_s=SILENT_S)
    assert asked(story)
    assert lost(story) is None

    look(story, after_s=ANSWER_S)

    assert lost(story) == AbsenceReason.SILENT
    assert story.asked() == ["v-2"]


def test_a_look_before_the_time_to_answer_is_over_takes_nobody_off() -> None:
    story = silent()

    look(story, after_s=ANSWER_S - 1)
    early = story.last
    story.told = replace(story.incident, offers=tuple(_due_now(one) for one in story.incident.offers))
    story.look_at("v-1")

    assert early.reason == "not_yet_due"
    assert lost(story) is None
    watch = story.offer_of("v-1").watch
    assert watch is not None
    assert watch.due_ms == story.now_ms + 1_000


def _due_now(offer: Offer) -> Offer:
    """Its timer fires early, as the clock of the store may go back."""
    return replace(offer, watch=replace(offer.watch, due_ms=0)) if offer.watch else offer


def silent() -> Story:
    """v-1 sent positions, fell silent, and was asked."""
    story = coming()
    story.wait(60)
    seen(story, north(400))
    look(story)
    look(story, after_s=SILENT_S)
    assert asked(story)
    return story


@pytest.mark.parametrize("answer", ["check_in", "progress", "position"])
def test_any_sign_of_life_answers_the_question(answer: str) -> None:
    story = silent()
    story.wait(30)
    if answer == "check_in":
        story.check_in("v-1")
    elif answer == "progress":
        story.progress("v-1", OfferState.ON_SCENE)
    else:
        seen(story, north(300))

    look(story, after_s=EVERY_S)
    look(story, after_s=10)

    assert lost(story) is None
    watch = story.offer_of("v-1").watch
    assert watch is not None
    assert watch.asked_ms is None or story.state_of("v-1") is OfferState.ON_SCENE


def test_who_confirms_a_change_is_alive() -> None:
    story = silent()
    story.update(priority=Priority.CRITICAL)
    story.wait(10)
    story.confirm("v-1")

    watch = story.offer_of("v-1").watch
    assert watch is not None
    assert watch.asked_ms is None


def test_the_time_to_answer_is_short_where_it_is_urgent() -> None:
    within_s = [ANSWER_WITHIN_S[priority] for priority in Priority]

    assert within_s == sorted(within_s)
    assert within_s[0] == 60


def test_who_announced_silence_is_asked_when_they_should_have_arrived_for_long() -> None:
    story = coming(state=OfferState.ACCEPTED)
    story.wait(5)
    seen(story, north(400), is_last=True)
    eta_s = story.offer_of("v-1").eta_s
    assert eta_s is not None
    due_s = WAYS * eta_s + MARGIN_S
    assert due_s > SILENT_S / 2

    while story.now_ms + EVERY_S * 1000 < story.offer_of("v-1").changed_ms + (due_s + 5) * 1000:
        look(story)
        assert not asked(story)
    look(story)

    assert asked(story)
    assert lost(story) is None


def announced() -> Story:
    """v-1 announced silence, should be there for long, and was asked."""
    story = coming()
    story.wait(5)
    seen(story, north(400), is_last=True)
    look(story, after_s=3_600)
    assert asked(story)
    return story


def test_an_unanswered_question_of_who_announced_silence_goes_to_the_operator_and_they_stay() -> None:
    story = announced()

    look(story, after_s=ANSWER_S)

    offer = story.offer_of("v-1")
    assert attention(story) == [("person_silent", offer.id)]
    assert story.state_of("v-1") is OfferState.EN_ROUTE
    for _ in range(5):
        look(story)
        assert not asked(story)
    assert attention(story) == [("person_silent", offer.id)]
    assert story.asked() == []


@pytest.mark.parametrize("sign", ["check_in", "on_scene", "position", "withdrawn"])
def test_the_alarm_ends_with_any_sign_and_with_the_offer(sign: str) -> None:
    story = announced()
    look(story, after_s=ANSWER_S)
    story.wait(20)
    if sign == "check_in":
        story.check_in("v-1")
    elif sign == "on_scene":
        story.progress("v-1", OfferState.ON_SCENE)
    elif sign == "withdrawn":
        story.decline("v-1")
    else:
        seen(story, north(300))
        look(story)

    assert attention(story) == []


def test_navigation_that_begins_with_a_road_away_is_no_absence() -> None:
    story = coming()
    story.wait(10)
    seen(story, north(2_000))
    look(story)
    seen(story, north(9_000), is_last=True)
    look(story)

    for _ in range(4):
        look(story)

    assert (asked(story), lost(story)) == (False, None)


def test_an_announced_silence_is_remembered_when_the_position_is_forgotten() -> None:
    story = coming()
    story.wait(5)
    seen(story, north(400), is_last=True)
    look(story)
    seen(story)

    while not asked(story):
        look(story)
    look(story, after_s=ANSWER_WITHIN_S[Priority.HIGH])

    assert lost(story) is None
    assert attention(story) == [("person_silent", story.offer_of("v-1").id)]


def test_a_position_after_announced_silence_makes_it_ordinary_again() -> None:
    story = coming()
    story.wait(5)
    seen(story, north(400), is_last=True)
    look(story)
    seen(story, north(300))
    look(story)

    look(story, after_s=SILENT_S)
    look(story, after_s=ANSWER_S)

    assert lost(story) == AbsenceReason.SILENT


def test_positions_that_were_forgotten_are_silence_too() -> None:
    story = coming()
    story.wait(60)
    seen(story, north(400))
    look(story)
    story.around = NOTHING

    look(story, after_s=SILENT_S)
    look(story, after_s=ANSWER_S)

    assert lost(story) == AbsenceReason.SILENT


def test_any_answer_is_a_sign_of_life() -> None:
    story = coming()
    story.wait(60)
    seen(story, north(400))
    look(story)
    story.wait(SILENT_S - 10)
    story.check_in("v-1")

    look(story, after_s=20)

    assert lost(story) is None


def test_who_never_shared_a_position_is_not_silent() -> None:
    story = coming()

    for _ in range(10):
        look(story)

    assert story.state_of("v-1") is OfferState.EN_ROUTE


def test_who_has_not_set_out_yet_is_not_silent() -> None:
    story = coming(state=OfferState.ACCEPTED)
    story.wait(60)
    seen(story, north(400))
    look(story)

    look(story, after_s=SILENT_S)

    assert story.state_of("v-1") is OfferState.ACCEPTED


def test_who_moves_away_for_long_is_replaced() -> None:
    story = coming()
    story.wait(10)
    for distance_m in (2_000, 6_000):
        seen(story, north(distance_m))
        look(story)
    assert story.state_of("v-1") is OfferState.EN_ROUTE

    seen(story, north(9_000))
    look(story, after_s=AWAY_S)
    assert asked(story)
    seen(story, north(9_500))
    look(story, after_s=ANSWER_S)

    assert lost(story) == AbsenceReason.MOVING_AWAY


def test_who_moves_away_and_says_they_are_coming_keeps_their_place() -> None:
    story = coming()
    story.wait(10)
    seen(story, north(2_000))
    look(story)
    seen(story, north(9_000))
    look(story)
    look(story, after_s=AWAY_S)
    assert asked(story)

    story.check_in("v-1")
    seen(story, north(10_000))
    look(story)

    watch = story.offer_of("v-1").watch
    assert watch is not None
    assert (lost(story), watch.closest_m, watch.away_since_ms) == (None, from_cell_m(10_000), None)


def test_a_road_that_leads_away_for_a_while_is_no_absence() -> None:
    story = coming()
    story.wait(10)
    for distance_m in (2_000, 6_000, 4_000, 6_000):
        seen(story, north(distance_m))
        look(story)

    watch = story.offer_of("v-1").watch
    assert watch is not None
    assert story.state_of("v-1") is OfferState.EN_ROUTE
    assert watch.closest_m == from_cell_m(2_000)
    assert watch.away_since_ms == story.now_ms


def from_cell_m(distance_m: float) -> float:
    return round(distance_to_area_m(cell(north(distance_m)), point()) / 100) * 100.0


def test_distances_of_cells_are_kept_in_steps_of_100_m_and_no_place_is_kept() -> None:
    story = coming()
    story.wait(10)
    seen(story, north(1_234))
    look(story)

    watch = story.offer_of("v-1").watch
    assert watch is not None
    assert watch.closest_m == from_cell_m(1_234)


def test_a_position_from_before_the_acceptance_says_nothing_of_the_way() -> None:
    story = coming()
    seen(story, north(400), age_s=60)

    look(story)

    watch = story.offer_of("v-1").watch
    assert watch is not None
    assert (watch.is_tracked, watch.closest_m) == (False, None)


def test_a_place_that_moves_begins_a_new_watch() -> None:
    story = coming()
    story.wait(10)
    seen(story, north(2_000))
    look(story)

    story.update(area=point(lat=ALMATY.lat + 0.1))

    watch = story.offer_of("v-1").watch
    assert watch is not None
    assert (watch.closest_m, watch.due_ms) == (None, story.now_ms + EVERY_S * 1000)


def test_a_look_that_comes_early_late_or_for_nobody_changes_nothing() -> None:
    story = coming()
    early = story.look_at("v-1")
    unknown = story._pass(DeadlineKind.WATCH, story.now_ms, "o-unknown")
    story.decline("v-1")

    late = story.look_at("v-1")

    assert [one.reason for one in (early, unknown, late)] == ["not_yet_due", "unknown_offer", "already_declined"]


def test_who_was_lost_rests_and_may_still_say_yes() -> None:
    story = coming()
    story.people = helpers("v-1")
    seen(story, on_duty=False)
    story.leave_duty("v-1")
    seen(story)
    assert story.asked() == []
    story.retry()
    assert story.asked() == []

    late = story.accept("v-1")

    assert late.outcome is Outcome.APPLIED
    assert story.state_of("v-1") is OfferState.ACCEPTED
    watch = story.offer_of("v-1").watch
    assert watch is not None
    assert watch.due_ms == story.now_ms + EVERY_S * 1000


def test_after_the_rest_they_may_be_asked_again() -> None:
    story = coming()
    story.people = helpers("v-1")
    seen(story, on_duty=False)
    story.leave_duty("v-1")

    story.wait(REST_S + 1)
    story.retry()

    assert story.asked() == ["v-1"]


def test_work_without_a_way_is_not_watched() -> None:
    story = Story(people=[*helpers("v-1"), remote("d-1")])
    story.report(spec(), digital_spec(), area=None)
    story.assign(candidate("v-1"))
    story.accept("v-1")
    story.accept("d-1")

    assert story.offer_of("v-1").watch is None
    assert story.offer_of("d-1").watch is None


def test_a_person_whose_incident_lost_its_place_is_only_listened_to() -> None:
    story = coming()
    assert story.told is not None
    story.told = replace(story.told, area=None)
    story.wait(60)
    seen(story, north(400))

    look(story)

    watch = story.offer_of("v-1").watch
    assert watch is not None
    assert (watch.is_tracked, watch.closest_m) == (True, None)


def test_only_a_look_a_yes_and_leaving_duty_need_to_see_the_person() -> None:
    story = coming()
    offer = story.offer_of("v-1")
    leaving = leave_duty_command("v-1", offer.id, profile_offset=1, sent_ms=1)
    assert leaving is not None
    look_ = PassDeadline(**story._order(), deadline=DeadlineKind.WATCH, due_ms=story.now_ms, offer_id=offer.id)
    expiry = replace(look_, deadline=DeadlineKind.OFFER_EXPIRY)

    yes = AcceptOffer(**story._answer("v-1"))

    seen_for = [looked_at(story.incident, one) for one in (leaving, look_, yes, expiry)]
    story.close()

    assert seen_for == ["v-1", "v-1", "v-1", None]
    assert looked_at(story.incident, look_) is None
    assert looked_at(None, look_) is None
