"""Field work of an incident without a place: nobody is searched, a shortfall says so, and the search begins with a place."""

from dataclasses import replace

import pytest

from dispatch.deadlines import timers_of, waiting_of
from dispatch.explanations import of_incident
from dispatch.model.reasons import AttentionReason, ShortfallReason
from dispatch.model.staffing_events import LadderScheduled
from dispatch.model.vocabulary import (
    Capability,
    DeadlineKind,
    IncidentStatus,
    OfferState,
    Outcome,
    Priority,
    Skill,
    Task,
)
from dispatch.plans.book import load_builtin
from tests.support.builders import Story, candidate, digital_spec, helpers, point, remote, spec

LOCATED = {"type": "Point", "coordinates": [76.945, 43.238]}


def without_place(story: Story) -> Story:
    """The incident as it would be if its place were taken away."""
    story.told = replace(story.incident, area=None)
    return story


def reasons(story: Story) -> list[str]:
    return [entry.reason for entry in story.incident.attention]


def test_nobody_is_searched_for_field_work_without_a_place() -> None:
    story = Story(helpers("near", "far"))

    reported = story.report(spec(count=2), area=None)

    assert (reported.outcome, story.searched, story.asked()) == (Outcome.APPLIED, [], [])
    shortfall = story.shortfalls()["r1"]
    assert (shortfall.missing, shortfall.reason, shortfall.since_ms) == (2, ShortfallReason.NO_PLACE, story.now_ms)
    assert not shortfall.final
    assert story.incident.status is IncidentStatus.UNFILLED


def test_digital_work_goes_on_without_a_place() -> None:
    story = Story([*helpers("v-1"), remote("d-1")])

    story.report(spec(), digital_spec(), area=None)

    assert story.asked() == ["d-1"]
    assert story.shortfalls().keys() == {"r1"}


@pytest.mark.parametrize("kind", sorted(load_builtin().plans))
def test_no_field_need_of_any_plan_asks_anybody_without_a_place(kind: str) -> None:
    skills = {skill for entry in load_builtin().plan(kind).stated(Priority.CRITICAL) for skill in entry.skills}
    story = Story([candidate("able", *sorted(skills))], book=load_builtin())

    story.report(type=kind, priority=Priority.CRITICAL, area=None)

    assert all(offer.capability is Capability.DIGITAL for offer in story.incident.offers)
    short = {entry.id for entry in story.incident.requirements if entry.capability is Capability.FIELD}
    assert {one for one, found in story.shortfalls().items() if found.reason is ShortfallReason.NO_PLACE} == short


def test_an_operator_is_asked_for_the_place_once() -> None:
    story = Story(helpers("v-1"))
    story.report(spec(), spec("boat"), area=None)
    assert reasons(story) == [AttentionReason.NO_PLACE]

    story.settle(AttentionReason.NO_PLACE)
    story.note()
    story.update(spec(count=3), spec("boat"))

    assert reasons(story) == []
    assert story.shortfalls()["r1"].missing == 3


def test_nothing_is_retried_and_nobody_wakes_it_while_there_is_no_place() -> None:
    story = Story(helpers("v-1"))
    story.report(spec(), area=None)

    retried = story.retry()

    assert (story.incident.retry_at_ms, waiting_of(story.incident), timers_of(story.incident)) == (None, (), ())
    assert (retried.outcome, retried.reason) == (Outcome.UNCHANGED, "nothing_waits")


def test_its_ladder_stands_still_and_starts_with_the_place() -> None:
    story = Story(book=load_builtin())
    reported = story.report(spec(), area=None)
    story.wait(3_600)
    story.note()
    early = story.climb()
    assert [one for one in reported.events if isinstance(one, LadderScheduled)] == []
    assert timers_of(story.incident) == ()
    assert (early.outcome, early.reason) == (Outcome.UNCHANGED, "nothing_due")

    story.update(area=point())

    (entry,) = story.incident.requirements
    assert entry.climb is not None
    assert (entry.climb.since_ms, entry.climb.steps_taken, entry.climb.ended) == (story.now_ms, 0, False)


def test_an_order_to_escalate_raises_the_level_and_takes_no_step_of_field_work() -> None:
    story = Story(book=load_builtin())
    story.report(spec(), area=None)

    story.escalate()

    (entry, *_) = story.incident.requirements
    assert story.incident.alarm_level == 2
    assert entry.climb is not None
    assert entry.climb.steps_taken == 0


def test_a_place_that_an_operator_states_begins_the_search_in_the_same_decision() -> None:
    story = Story(helpers("v-1"))
    story.report(spec(), area=None)
    story.wait(60)

    story.update(area=point())

    assert story.asked() == ["v-1"]
    assert (story.shortfalls(), reasons(story)) == ({}, [])


def test_a_place_where_nobody_is_found_keeps_the_age_of_the_shortfall() -> None:
    story = Story()
    story.report(spec(), area=None)
    began_ms = story.now_ms
    story.wait(60)

    story.update(area=point())

    shortfall = story.shortfalls()["r1"]
    assert (shortfall.reason, shortfall.since_ms) == (ShortfallReason.NOBODY_FOUND, began_ms)
    assert story.incident.retry_at_ms is not None
    assert waiting_of(story.incident) == ("r1",)


def test_a_place_that_digital_work_finds_begins_the_search_in_the_same_decision() -> None:
    story = Story([*helpers("v-1"), remote("d-1", Skill.GEOLOCATION)])
    story.report(spec(), digital_spec(Skill.GEOLOCATION, task=Task.GEOLOCATE), area=None, priority=Priority.NORMAL)
    story.accept("d-1")

    story.give_result("d-1", "located", location=LOCATED)

    assert story.asked() == ["v-1"]
    assert reasons(story) == []


def test_an_operator_assigns_by_hand_without_a_place() -> None:
    story = Story()
    story.report(spec(), area=None)

    story.assign(candidate("named"))

    assert story.asked() == ["named"]
    assert (story.shortfalls(), reasons(story)) == ({}, [])

    story.decline("named")

    assert story.shortfalls()["r1"].reason is ShortfallReason.NO_PLACE
    assert reasons(story) == [AttentionReason.NO_PLACE]


def test_people_stay_when_the_place_is_gone_and_nobody_new_is_asked() -> None:
    story = Story(helpers("coming", "asked", "spare"))
    story.report(spec(count=2))
    story.accept("coming")
    story.people.append(candidate("new"))

    without_place(story).note()
    story.accept("asked")
    story.void("coming")

    assert story.state_of("asked") is OfferState.ACCEPTED
    assert all(offer.volunteer_id != "new" for offer in story.incident.offers)
    assert story.shortfalls()["r1"].reason is ShortfallReason.NO_PLACE


def test_a_shortfall_that_loses_its_place_stops_its_retries_and_its_ladder() -> None:
    story = Story(book=load_builtin())
    story.report(spec())
    assert {timer.kind for timer in timers_of(story.incident)} == {DeadlineKind.RETRY, DeadlineKind.LADDER}

    without_place(story).note()

    assert timers_of(story.incident) == ()
    assert story.shortfalls()["r1"].reason is ShortfallReason.NO_PLACE


def test_a_missing_translator_makes_no_bridge_for_work_without_a_place() -> None:
    story = Story([candidate("Russian", languages=("ru",))], book=load_builtin())
    story.report(spec(languages=("kk",)))
    while (due_ms := story.incident.requirements[0].climb.due_ms) is not None:  # type: ignore[union-attr]
        story.now_ms = max(story.now_ms, due_ms)
        if story.incident.requirements[0].translator_since_ms is not None:
            break
        story.climb()
    story.people.append(remote("translator", Skill.TRANSLATOR, languages=("kk", "ru")))

    without_place(story).retry()
    assert not any(entry.bridges for entry in story.incident.requirements)
    story.update(area=point())
    story.retry()

    assert any(entry.bridges == "r1" for entry in story.incident.requirements)


def test_an_explanation_says_that_field_work_waits_for_a_place() -> None:
    story = Story()
    story.report(spec(), area=None)

    text = of_incident(story.incident, story.decisions).text

    assert "1 short since" in text
    assert "no_place, field work waits for a place" in text
    assert "An operator should look at it: no_place" in text


def test_a_reopened_incident_without_a_place_states_it_again() -> None:
    story = Story(helpers("v-1"))
    story.report(spec(), area=None)
    story.close()

    story.reopen()

    assert story.asked() == []
    assert story.shortfalls()["r1"].reason is ShortfallReason.NO_PLACE
    assert reasons(story) == [AttentionReason.NO_PLACE]
