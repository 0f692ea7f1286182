"""An incident that was over is open again: places counted anew, what was said and found out is kept."""

import pytest

from dispatch.incidents.reopening import WITHIN_S
from dispatch.model.commands import CancelIncident, CloseIncident, PassDeadline
from dispatch.model.incident_events import IncidentReopened
from dispatch.model.merges import Merging
from dispatch.model.offer_events import OfferMade
from dispatch.model.places import Place
from dispatch.model.reasons import EndCode
from dispatch.model.safety_events import HazardWarned
from dispatch.model.vocabulary import Certainty, DeadlineKind, IncidentStatus, OfferState, Outcome, StepAction
from dispatch.safety.hazards import new_ground
from tests.dispatch.safety.test_hazards import FLOOD_GROUND
from tests.dispatch.staffing.test_escalation import attention, climb, steps
from tests.support.builders import (
    INCIDENT,
    NOW_MS,
    Story,
    candidate,
    digital_spec,
    helpers,
    incident,
    offer,
    remote,
    spec,
)


def ended_with_one_on_scene(*others: str) -> Story:
    story = Story(helpers("there", *others))
    story.report(spec())
    story.accept("there")
    story.progress("there", OfferState.ON_SCENE)
    story.close()
    return story


def test_field_places_are_counted_anew_and_who_was_done_is_shown() -> None:
    story = ended_with_one_on_scene("other")
    closed_ms = story.incident.times.closed_ms
    story.wait(600)

    reopened = story.reopen()

    assert (reopened.outcome, reopened.why.rule) == (Outcome.APPLIED, "reopen")
    assert story.incident.status is IncidentStatus.DISPATCHING
    assert (story.incident.times.closed_ms, story.incident.times.reopened_ms) == (None, story.now_ms)
    assert closed_ms == NOW_MS
    (done,) = [offer for offer in story.incident.offers if offer.before_reopening]
    assert (done.state, done.before_reopening, done.is_filling) == (OfferState.DONE, True, False)
    assert story.incident.open_places(story.incident.requirements[0]) == 1
    assert set(story.asked()) == {"there", "other"}


def test_who_declined_before_the_end_is_not_asked_after_it() -> None:
    story = Story(helpers("no", "yes"))
    story.report(spec())
    story.decline("no")
    story.cancel()

    story.reopen()

    assert story.asked() == ["yes"]


def test_who_was_sent_home_may_say_yes_late() -> None:
    story = Story(helpers("one"))
    story.report(spec())
    story.accept("one")
    story.cancel()
    story.people = []
    story.reopen()

    story.accept("one")

    assert (story.state_of("one"), story.incident.status) == (OfferState.ACCEPTED, IncidentStatus.STAFFED)


def test_who_was_done_before_cannot_accept_that_offer_again() -> None:
    story = ended_with_one_on_scene()
    story.people = []
    story.reopen()

    said = story.accept("there")

    assert (said.outcome, said.reason) == (Outcome.UNCHANGED, "already_accepted")
    assert story.state_of("there") is OfferState.DONE


def test_work_that_is_done_after_the_reopening_fills_its_place() -> None:
    story = ended_with_one_on_scene()
    story.reopen()
    again = story.offer_of("there").id

    story.accept("there", offer_id=again)
    story.progress("there", OfferState.DONE)

    assert story.incident.status is IncidentStatus.IN_PROGRESS
    assert story.incident.open_places(story.incident.requirements[0]) == 0


def test_digital_answers_stand() -> None:
    story = Story([remote("eyes")])
    story.report(digital_spec())
    story.accept("eyes")
    story.give_result("eyes", "confirmed")
    story.close()

    story.reopen()

    assert story.incident.certainty is Certainty.CONFIRMED
    assert story.asked() == []
    assert story.incident.status is IncidentStatus.IN_PROGRESS


def test_ladders_clocks_and_their_attention_begin_anew() -> None:
    story = Story()
    story.report(spec("boat"))
    while climb(story).due_ms is not None:
        story.climb()
    assert attention(story)
    story.close()
    story.wait(3_600)

    story.reopen()

    assert (attention(story), story.incident.alarm_level) == ([], 2)
    assert (climb(story).taken, climb(story).ended, climb(story).ring) == (0, False, 1)
    assert climb(story).since_ms == story.now_ms
    assert not story.shortfalls()["r1"].final
    assert story.shortfalls()["r1"].since_ms == story.now_ms
    before = len(steps(story))
    story.climb()
    assert steps(story)[before][0] is StepAction.WIDER_RING


def test_a_translator_whom_a_ladder_had_bound_is_no_need_any_more() -> None:
    story = Story([candidate("near", "boat", languages=("ru",)), remote("t-1", "translator", languages=("kk",))])
    story.report(spec("boat", languages=("kk",), max_distance_m=100_000))
    story.climb()
    assert [one.bridges for one in story.incident.requirements] == [None, "r1"]
    story.close()

    story.reopen()

    assert [one.id for one in story.incident.requirements] == ["r1"]
    assert story.asked() == []


def test_people_on_dangerous_ground_are_warned_once_more() -> None:
    """Who walked in while it had ended was warned by nobody, and who had been warned may think it is over."""
    story = Story(standing={"inside": Place(lon=76.945, lat=43.239)})
    story.report(type="flood", area=FLOOD_GROUND)
    assert [fact.volunteer_ids for fact in story.last.events if isinstance(fact, HazardWarned)] == [("inside",)]
    story.close()

    story.reopen()

    assert [fact.volunteer_ids for fact in story.last.events if isinstance(fact, HazardWarned)] == [("inside",)]
    assert new_ground(story.incident, story.incident) is None


def test_an_order_that_comes_twice_changes_nothing_the_second_time() -> None:
    story = ended_with_one_on_scene()
    story.reopen()

    again = story.reopen()

    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_open")
    assert sum(isinstance(fact, IncidentReopened) for one in story.decisions for fact in one.events) == 1


def test_what_was_merged_is_taken_out_by_unmerge_alone() -> None:
    story = ended_with_one_on_scene()
    story.told = incident(status=IncidentStatus.CLOSED, merged_into="i-8320e5-" + "b" * 32)

    refused = story.reopen()

    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "incident_merged")


def test_a_deadline_of_the_time_before_means_nothing() -> None:
    story = Story(helpers("one"))
    story.report(spec())
    old = story.offer_of("one")
    story.cancel()
    story.people = []
    story.reopen()

    passed = story.tell(
        PassDeadline(
            id="c-old",
            incident_id=INCIDENT,
            by="dispatcher",
            sent_ms=NOW_MS,
            deadline=DeadlineKind.OFFER_EXPIRY,
            due_ms=old.expires_ms,
            offer_id=old.id,
        )
    )

    assert (passed.outcome, passed.reason) == (Outcome.UNCHANGED, "already_withdrawn")


@pytest.mark.parametrize("merging", [None, Merging(into="i-8320e5-" + "b" * 32, due_ms=NOW_MS)])
def test_an_open_incident_is_left_as_it_is(merging: Merging | None) -> None:
    story = Story()
    story.told = incident(merging=merging, offers=(offer(),))

    assert story.reopen().outcome is Outcome.UNCHANGED
    assert not any(isinstance(fact, OfferMade) for fact in story.last.events)


def test_an_incident_is_reopened_within_a_day_of_its_end() -> None:
    story = ended_with_one_on_scene()
    story.wait(WITHIN_S)
    in_time = story.reopen()
    story.cancel()
    story.wait(WITHIN_S + 1)

    late = story.reopen()

    assert in_time.outcome is Outcome.APPLIED
    assert (late.outcome, late.reason) == (Outcome.REFUSED, "ended_too_long_ago")


def test_the_stated_end_is_kept_until_it_is_open_again() -> None:
    story = Story(helpers("one"))
    story.report(spec())

    story.tell(CancelIncident(**story._order(), code=EndCode.FALSE_CALL))
    stated = story.incident.end_code
    story.reopen()
    reopened = story.incident.end_code
    story.tell(CloseIncident(**story._order(), code=EndCode.RESOLVED))

    assert (stated, reopened, story.incident.end_code) == (EndCode.FALSE_CALL, None, EndCode.RESOLVED)
