"""What the person who holds an offer may answer, and what follows from it."""

from typing import Any

import pytest

from dispatch.incidents import offers
from dispatch.model.answer_commands import AnswerCommand
from dispatch.model.commands import Command, VoidOffer
from dispatch.model.digital_events import ProposalMade, ResultGiven
from dispatch.model.incident_events import AttentionRaised
from dispatch.model.offer_events import OfferMoved
from dispatch.model.reasons import DeclineReason, Exclusion
from dispatch.model.vocabulary import OUTCOMES_OF_TASK, PROGRESS_ORDER, IncidentStatus, OfferState, Outcome, Task
from dispatch.state.offer_effects import offer_steps
from tests.support.builders import INCIDENT, NOW_MS, Story, digital_spec, helpers, incident, offer, remote, spec


def story_of(count: int, *volunteer_ids: str) -> Story:
    story = Story(helpers(*volunteer_ids))
    story.report(spec(count=count))
    return story


def test_the_acceptance_that_fills_a_requirement_withdraws_the_other_offers() -> None:
    story = story_of(1, "near", "far")

    accepted = story.accept("near")

    assert accepted.why.rule == "accept"
    assert story.state_of("near") is OfferState.ACCEPTED
    assert (story.state_of("far"), story.offer_of("far").reason) == (OfferState.WITHDRAWN, "filled")
    assert story.incident.status is IncidentStatus.STAFFED
    assert story.incident.times.first_accept_ms == story.incident.times.staffed_ms == NOW_MS


def test_an_acceptance_that_leaves_places_open_leaves_the_other_offers_out() -> None:
    story = story_of(2, "one", "two", "three", "four")

    story.accept("one")

    assert set(story.asked()) == {"two", "three", "four"}
    assert story.incident.status is IncidentStatus.DISPATCHING


def test_accepting_twice_changes_nothing() -> None:
    story = story_of(1, "near")
    story.accept("near")
    accepted_ms = story.offer_of("near").accepted_ms
    story.wait(5)

    again = story.accept("near")

    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_accepted")
    assert story.offer_of("near").accepted_ms == accepted_ms


def test_a_late_acceptance_counts_while_somebody_is_needed() -> None:
    story = story_of(1, "slow")
    story.wait(100)
    story.expire("slow")

    late = story.accept("slow")

    assert late.why.rule == "late_accept"
    assert (story.state_of("slow"), story.offer_of("slow").reason) == (OfferState.ACCEPTED, "late")
    assert story.incident.status is IncidentStatus.STAFFED


def test_who_declined_may_think_better_of_it() -> None:
    story = story_of(1, "unsure")
    story.decline("unsure")

    story.accept("unsure")

    assert story.state_of("unsure") is OfferState.ACCEPTED


def test_who_was_stood_down_may_come_after_all_when_the_need_is_back() -> None:
    story = story_of(2, "one", "two")
    story.accept("one")
    story.accept("two")
    story.update(spec(count=1))
    story.update(spec(count=2))

    (stood_down,) = [offer for offer in story.incident.offers if offer.state is OfferState.STOOD_DOWN]
    story.accept(stood_down.volunteer_id, offer_id=stood_down.id)

    assert story.state_of(stood_down.volunteer_id) is OfferState.ACCEPTED


def test_who_accepts_when_nobody_is_needed_any_more_is_told_not_to_go() -> None:
    story = story_of(1, "near", "far")
    story.accept("near")

    beyond = story.accept("far")

    assert (beyond.outcome, beyond.why.rule) == (Outcome.APPLIED, "late_accept")
    assert (story.state_of("far"), story.offer_of("far").reason) == (OfferState.STOOD_DOWN, "filled")
    assert [step.state for step in offer_steps(story.incident, beyond, 0, 1)] == [OfferState.STOOD_DOWN]
    assert story.accept("far").outcome is Outcome.UNCHANGED


def test_who_accepts_what_is_not_wanted_any_more_is_told_not_to_go() -> None:
    story = story_of(1, "near")
    story.update(spec("boat"))

    story.accept("near")

    assert story.state_of("near") is OfferState.STOOD_DOWN


def test_a_void_offer_cannot_be_accepted() -> None:
    story = story_of(1, "near")
    story.void("near")

    accepted = story.accept("near")

    assert (accepted.outcome, accepted.reason) == (Outcome.REFUSED, "void")


def test_nobody_answers_for_another() -> None:
    story = story_of(1, "near", "far")

    foreign = story.accept("far", offer_id=story.offer_of("near").id)

    assert (foreign.outcome, foreign.reason) == (Outcome.REFUSED, "not_your_offer")


def test_an_answer_to_an_offer_that_was_never_made_is_refused() -> None:
    story = story_of(1, "near")

    unknown = story.accept("near", offer_id="o-unknown")

    assert (unknown.outcome, unknown.reason) == (Outcome.REFUSED, "unknown_offer")


def test_a_decline_is_replaced_at_once_and_its_reason_kept() -> None:
    story = story_of(1, "near", "far", "next")

    story.decline("near", DeclineReason.NO_TRANSPORT)

    assert (story.state_of("near"), story.offer_of("near").reason) == (OfferState.DECLINED, "no_transport")
    assert story.asked() == ["far", "next"]


def test_who_declines_after_accepting_is_replaced_too() -> None:
    story = story_of(1, "near", "far")
    story.accept("near")

    story.decline("near")

    assert story.state_of("near") is OfferState.DECLINED
    assert story.asked() == ["far"]
    assert story.incident.status is IncidentStatus.DISPATCHING


def test_who_was_withdrawn_for_another_may_be_asked_again_when_that_one_fails() -> None:
    story = story_of(1, "near", "far")
    story.accept("near")

    story.decline("near")

    assert [one.state for one in story.incident.offers if one.volunteer_id == "far"] == [
        OfferState.WITHDRAWN,
        OfferState.OFFERED,
    ]


def test_nobody_who_declined_is_asked_for_the_same_requirement_again() -> None:
    story = story_of(1, "near")
    story.decline("near")

    for _ in range(3):
        story.wait(1_000)
        story.retry()

    assert len(story.incident.offers) == 1
    assert story.last.why.requirements[0].excluded == {Exclusion.ASKED_BEFORE: 3}


@pytest.mark.parametrize("end", ["decline", "expire"])
def test_a_decline_of_what_has_ended_changes_nothing(end: str) -> None:
    story = story_of(1, "near")
    story.wait(100)
    getattr(story, end)("near")
    state = story.state_of("near")

    again = story.decline("near")

    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, f"already_{state}")


@pytest.mark.parametrize(
    "steps",
    [
        [OfferState.EN_ROUTE, OfferState.ON_SCENE, OfferState.DONE],  # one by one
        [OfferState.ON_SCENE, OfferState.DONE],  # was around the corner
        [OfferState.DONE],  # told afterwards
    ],
)
def test_progress_goes_forward_and_may_skip(steps: list[OfferState]) -> None:
    story = story_of(1, "near")
    story.accept("near")

    for step in steps:
        assert story.progress("near", step).outcome is Outcome.APPLIED
        assert story.incident.status is IncidentStatus.IN_PROGRESS

    assert story.state_of("near") is OfferState.DONE


@pytest.mark.parametrize("here", PROGRESS_ORDER[1:])
@pytest.mark.parametrize("there", PROGRESS_ORDER[1:])
def test_progress_never_goes_back(here: OfferState, there: OfferState) -> None:
    story = story_of(1, "near")
    story.accept("near")
    story.progress("near", here)

    told = story.progress("near", there)

    ahead = PROGRESS_ORDER.index(there) - PROGRESS_ORDER.index(here)
    expected = Outcome.APPLIED if ahead > 0 else Outcome.UNCHANGED if ahead == 0 else Outcome.REFUSED
    assert told.outcome is expected
    assert story.state_of("near") is (there if ahead > 0 else here)


def test_progress_needs_an_acceptance() -> None:
    story = story_of(1, "near")

    told = story.progress("near", OfferState.EN_ROUTE)

    assert (told.outcome, told.reason) == (Outcome.REFUSED, "offer_offered")


@pytest.mark.parametrize("state", sorted(set(OfferState) - set(PROGRESS_ORDER[1:])))
def test_an_answer_is_no_progress(state: OfferState) -> None:
    story = story_of(1, "near")
    story.accept("near")

    told = story.progress("near", state)

    assert (told.outcome, told.reason) == (Outcome.REFUSED, "not_a_progress")


WHOLE: dict[str, Any] = {
    "location": {"type": "Point", "coordinates": [76.9, 43.2]},
    "other_incident_id": INCIDENT[:-1] + "f",
    "private_ref": "incident:result",
}
"""All that an answer of any task may need."""


def digital_story(task: Task = Task.VERIFY_REPORT) -> Story:
    story = Story([remote("d-1")])
    story.report(digital_spec(task=task))
    story.accept("d-1")
    return story


@pytest.mark.parametrize("task", Task)
def test_each_task_takes_its_own_outcomes_and_no_other(task: Task) -> None:
    every = frozenset[str]().union(*OUTCOMES_OF_TASK.values())
    for outcome in sorted(every):
        given = digital_story(task).give_result("d-1", outcome, **WHOLE)

        fits = outcome in OUTCOMES_OF_TASK[task]
        assert given.outcome is (Outcome.APPLIED if fits else Outcome.REFUSED)
        assert given.reason == (None if fits else "outcome_contradicts_task")


def test_a_result_ends_the_work_and_is_kept_with_its_offer() -> None:
    story = digital_story(Task.GEOLOCATE)
    place = {"type": "Point", "coordinates": [76.9, 43.2]}

    given = story.give_result("d-1", "located", location=place, private_ref="incident:result")

    assert [type(fact) for fact in given.events] == [ResultGiven, OfferMoved, ProposalMade, AttentionRaised]
    result = story.offer_of("d-1").result
    assert result is not None
    assert (result.outcome, result.location, result.private_ref) == ("located", place, "incident:result")
    assert story.state_of("d-1") is OfferState.DONE
    assert story.incident.status is IncidentStatus.IN_PROGRESS


def test_a_duplicate_names_the_other_incident() -> None:
    story = digital_story(Task.FIND_DUPLICATES)

    story.give_result("d-1", "duplicate", other_incident_id="i-other")

    result = story.offer_of("d-1").result
    assert result is not None
    assert result.incident_id == "i-other"


def test_the_same_result_twice_changes_nothing_and_another_one_is_refused() -> None:
    story = digital_story()
    story.give_result("d-1", "confirmed")

    again, other = story.give_result("d-1", "confirmed"), story.give_result("d-1", "false")

    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_given")
    assert (other.outcome, other.reason) == (Outcome.REFUSED, "already_given")


def test_a_result_needs_an_acceptance() -> None:
    story = Story([remote("d-1")])
    story.report(digital_spec())

    given = story.give_result("d-1", "confirmed")

    assert (given.outcome, given.reason) == (Outcome.REFUSED, "offer_offered")


def test_field_work_has_no_result() -> None:
    story = story_of(1, "near")
    story.accept("near")

    given = story.give_result("near", "confirmed")

    assert (given.outcome, given.reason) == (Outcome.REFUSED, "not_digital_work")


def test_a_check_in_shows_that_the_person_is_well() -> None:
    story = story_of(1, "near")
    story.accept("near")
    story.wait(300)

    checked = story.check_in("near")

    assert checked.outcome is Outcome.APPLIED
    assert story.offer_of("near").changed_ms == story.now_ms


def test_a_check_in_needs_an_acceptance() -> None:
    story = story_of(1, "near")

    checked = story.check_in("near")

    assert (checked.outcome, checked.reason) == (Outcome.REFUSED, "offer_offered")


def test_a_void_offer_is_replaced_by_somebody_else() -> None:
    story = story_of(1, "near", "far", "next")

    voided = story.void("near")

    assert voided.why.rule == "void"
    assert (story.state_of("near"), story.offer_of("near").reason) == (OfferState.VOID, "engaged_elsewhere")
    assert story.asked() == ["far", "next"]


def test_a_void_assignment_is_replaced_too() -> None:
    story = story_of(1, "near", "far")
    story.accept("near")

    story.void("near")

    assert story.asked() == ["far"]


def test_what_has_ended_is_not_voided_and_what_never_was_cannot_be() -> None:
    story = story_of(1, "near")
    story.decline("near")

    ended = story.void("near")
    unknown = offers.rule(incident(), _void("o-unknown"), NOW_MS)

    assert (ended.outcome, ended.reason) == (Outcome.UNCHANGED, "already_declined")
    assert (unknown.outcome, unknown.reason) == (Outcome.REFUSED, "unknown_offer")


def test_an_answer_about_an_unknown_incident_is_refused() -> None:
    ruling = offers.rule(None, _void("o-1"), NOW_MS)

    assert (ruling.outcome, ruling.reason) == (Outcome.REFUSED, "unknown_incident")


@pytest.mark.parametrize(
    "command",
    [
        Command(id="c", incident_id=INCIDENT, by="v-1", sent_ms=NOW_MS),
        AnswerCommand(id="c", incident_id=INCIDENT, by="v-1", sent_ms=NOW_MS, offer_id="o-1", volunteer_id="v-1"),
    ],
)
def test_a_command_without_a_rule_is_a_bug(command: Command) -> None:
    with pytest.raises(TypeError, match=f"no rule for {type(command).__name__}"):
        offers.rule(incident(offers=(offer(),)), command, NOW_MS)


def _void(offer_id: str) -> Command:
    return VoidOffer(id="c", incident_id=INCIDENT, by="dispatcher", sent_ms=NOW_MS, offer_id=offer_id)
