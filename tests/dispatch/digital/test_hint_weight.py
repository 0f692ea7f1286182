"""A hint of the assistant adds a look, or stands for one of two where a plan allows it; alone it settles nothing."""

from typing import Any

import pytest

from dispatch.digital.hint_weight import LEAST_BOUND, LEAST_JUDGED
from dispatch.model.decisions import Decision
from dispatch.model.digital_events import AnswerWanted, ResultGiven, WorkSettled
from dispatch.model.incident_events import AttentionRaised, IncidentMoved
from dispatch.model.offers import HintOpinion
from dispatch.model.vocabulary import OfferState, Priority, Task
from tests.support.builders import Story, digital_spec, helpers, remote, spec

THERE = {"type": "Point", "coordinates": [76.95, 43.24]}
ELSEWHERE = {"type": "Point", "coordinates": [77.40, 43.40]}


def story_of(priority: Priority = Priority.NORMAL, **work: Any) -> Story:
    desk = [remote(f"g-{number}", "geolocation", load=number) for number in range(5)]
    story = Story([*helpers("near"), *desk])
    story.report(spec(), digital_spec("geolocation", **work), priority=priority)
    return story


def opinion(**stated: Any) -> HintOpinion:
    usual: dict[str, Any] = {"hint_id": "h-1", "version": "1", "agrees": False, "was_shown": False}
    return HintOpinion(**usual | stated)


def proven(**stated: Any) -> HintOpinion:
    return opinion(**{"agrees": True, "judged": LEAST_JUDGED, "right": 50, "lower_bound": LEAST_BOUND} | stated)


def located(
    story: Story, hint: HintOpinion | None, where: dict[str, Any] = THERE, outcome: str = "located"
) -> Decision:
    who = next(one for one in story.asked() if one.startswith("g-"))
    story.accept(who)
    story.wait(1)
    return story.give_result(who, outcome, location=where if outcome == "located" else None, opinion=hint)


def asked_again(decision: Decision) -> list[str]:
    return [fact.reason for fact in decision.events if isinstance(fact, AnswerWanted)]


def test_an_answer_that_an_unseen_hint_contradicts_acts_at_once_and_one_more_person_is_asked() -> None:
    story = story_of()

    found = located(story, opinion())

    assert any(isinstance(fact, IncidentMoved) for fact in found.events)
    assert asked_again(found) == ["hint_disagrees"]
    assert [one for one in story.asked() if one.startswith("g-")]


@pytest.mark.parametrize("hint", [None, opinion(was_shown=True), opinion(agrees=True)])
def test_nobody_else_is_asked_without_an_unseen_hint_that_disagrees(hint: HintOpinion | None) -> None:
    assert asked_again(located(story_of(), hint)) == []


def test_two_people_who_agree_outweigh_the_hint() -> None:
    story = story_of()
    located(story, opinion())

    second = located(story, opinion())

    assert asked_again(second) == []
    assert not any(isinstance(fact, IncidentMoved | AttentionRaised) for fact in second.events)
    assert not [one for one in story.asked() if one.startswith("g-")]


def test_two_people_who_differ_leave_it_to_the_operator() -> None:
    story = story_of()
    located(story, opinion())

    second = located(story, opinion(agrees=True), ELSEWHERE)

    assert [fact.reason for fact in second.events if isinstance(fact, AttentionRaised)] == ["disagreement"]
    assert not any(isinstance(fact, IncidentMoved) for fact in second.events)


def test_a_second_person_who_finds_nothing_changes_nothing() -> None:
    story = story_of()
    located(story, opinion())

    second = located(story, None, outcome="not_found")

    assert not any(isinstance(fact, IncidentMoved | AttentionRaised) for fact in second.events)


def test_a_second_person_who_finds_what_the_first_did_not_is_followed() -> None:
    story = story_of()
    located(story, opinion(), outcome="not_found")

    second = located(story, opinion(agrees=True))

    assert any(isinstance(fact, IncidentMoved) for fact in second.events)
    assert asked_again(second) == []


def test_the_opinion_is_in_the_log() -> None:
    found = located(story_of(), opinion(judged=7))

    (given,) = [fact for fact in found.events if isinstance(fact, ResultGiven)]
    assert given.result.opinion == opinion(judged=7)


def test_where_the_plan_allows_it_a_proven_hint_stands_for_the_second_answer() -> None:
    story = story_of(validated=True, assistant_counts=True)

    found = located(story, proven())

    (settled,) = [fact for fact in found.events if isinstance(fact, WorkSettled)]
    assert (settled.outcome, settled.hint_id, len(settled.offer_ids)) == ("located", "h-1", 1)
    assert asked_again(found) == []


@pytest.mark.parametrize(
    ("work", "hint", "priority", "outcome"),
    [
        ({"validated": True}, proven(), Priority.NORMAL, "located"),  # the plan does not allow it
        ({"answers_wanted": 3, "agree": 3, "assistant_counts": True}, proven(), Priority.NORMAL, "located"),
        ({"validated": True, "assistant_counts": True}, None, Priority.NORMAL, "located"),
        ({"validated": True, "assistant_counts": True}, proven(agrees=False), Priority.NORMAL, "located"),
        ({"validated": True, "assistant_counts": True}, proven(was_shown=True), Priority.NORMAL, "located"),
        ({"validated": True, "assistant_counts": True}, proven(lower_bound=0.949), Priority.NORMAL, "located"),
        ({"validated": True, "assistant_counts": True}, proven(judged=49), Priority.NORMAL, "located"),
        ({"validated": True, "assistant_counts": True}, proven(), Priority.HIGH, "located"),
        ({"validated": True, "assistant_counts": True}, proven(), Priority.CRITICAL, "located"),
        ({"validated": True, "assistant_counts": True}, proven(), Priority.NORMAL, "not_found"),
    ],
)
def test_a_hint_never_stands_for_an_answer_otherwise(
    work: dict[str, Any], hint: HintOpinion | None, priority: Priority, outcome: str
) -> None:
    found = located(story_of(priority, **work), hint, outcome=outcome)

    assert not any(isinstance(fact, WorkSettled) for fact in found.events)


@pytest.mark.parametrize("skill", ["verification", "coordination"])
@pytest.mark.parametrize("outcome", ["false", "duplicate"])
def test_no_hint_helps_to_end_or_to_join(skill: str, outcome: str) -> None:
    desk = [remote(f"g-{number}", skill, load=number) for number in range(5)]
    story = Story([*helpers("near"), *desk])
    task = "verify_report" if outcome == "false" else "find_duplicates"
    story.report(spec(), digital_spec(skill, validated=True, assistant_counts=True, task=task), priority=Priority.LOW)
    who = next(one for one in story.asked() if one.startswith("g-"))
    story.accept(who)
    other = story.incident.id[:-1] + "f"

    found = story.give_result(who, outcome, opinion=proven(), other_incident_id=other)

    assert not any(isinstance(fact, WorkSettled) for fact in found.events)
    assert story.state_of("near") is OfferState.OFFERED
    assert asked_again(found) == ["validation"]


def test_an_incident_that_is_over_asks_nobody_because_of_a_hint() -> None:
    desk = [remote(f"g-{number}", "verification", load=number) for number in range(5)]
    story = Story([*helpers("near"), *desk])
    story.report(spec(), digital_spec("verification"), priority=Priority.NORMAL)
    who = next(one for one in story.asked() if one.startswith("g-"))
    story.accept(who)

    found = story.give_result(who, "false", opinion=opinion())

    assert not story.incident.is_open
    assert asked_again(found) == []


@pytest.mark.parametrize(
    ("skill", "task", "outcome", "certainty"),
    [
        ("verification", "verify_report", "confirmed", "confirmed"),
        ("coordination", "find_duplicates", "none", "unconfirmed"),
        ("translator", "translate", "done", "unconfirmed"),
    ],
)
def test_what_speaks_against_an_answer_adds_one_person_and_changes_nothing_of_it(
    skill: str, task: str, outcome: str, certainty: str
) -> None:
    desk = [remote(f"g-{number}", skill, load=number) for number in range(5)]
    story = Story([*helpers("near"), *desk])
    story.report(spec(), digital_spec(skill, task=Task(task)), priority=Priority.NORMAL)
    who = next(one for one in story.asked() if one.startswith("g-"))
    story.accept(who)

    found = story.give_result(who, outcome, opinion=opinion(), private_ref="incident:text")

    assert asked_again(found) == ["hint_disagrees"]
    assert story.incident.certainty == certainty
    assert story.state_of("near") is OfferState.OFFERED
    second = next(one for one in story.asked() if one.startswith("g-"))
    story.accept(second)
    assert asked_again(story.give_result(second, outcome, opinion=opinion(), private_ref="incident:text")) == []


def test_whoever_contradicts_a_doubted_answer_ends_nothing() -> None:
    desk = [remote(f"g-{number}", "verification", load=number) for number in range(5)]
    story = Story([*helpers("near"), *desk])
    story.report(spec(), digital_spec("verification"), priority=Priority.NORMAL)
    story.accept("g-0")
    story.give_result("g-0", "confirmed", opinion=opinion())
    second = next(one for one in story.asked() if one.startswith("g-"))
    story.accept(second)

    found = story.give_result(second, "false")

    assert story.incident.is_open
    assert story.incident.certainty == "disputed"
    assert [fact.reason for fact in found.events if isinstance(fact, AttentionRaised)] == ["disagreement"]
    assert story.state_of("near") is OfferState.OFFERED


def test_no_look_is_asked_for_while_the_field_lacks_people() -> None:
    desk = [remote(f"g-{number}", "geolocation", load=number) for number in range(5)]
    story = Story(desk)
    story.report(spec(), digital_spec("geolocation"), priority=Priority.NORMAL)

    found = located(story, opinion())

    assert any(isinstance(fact, IncidentMoved) for fact in found.events)
    assert asked_again(found) == []


def test_an_incident_without_a_place_lacks_no_people_that_a_look_could_take() -> None:
    desk = [remote(f"g-{number}", "geolocation", load=number) for number in range(5)]
    story = Story([*helpers("near"), *desk])
    story.report(spec(), digital_spec("geolocation"), priority=Priority.NORMAL, area=None)

    assert asked_again(located(story, opinion(), outcome="not_found")) == ["hint_disagrees"]
