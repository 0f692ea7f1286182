"""A corrected type brings the priority and the needs of its plan, and takes away nothing that people have asked for."""

from itertools import product

import pytest

from dispatch.incidents.requirement_changes import kind_of
from dispatch.incidents.retyping import follows_plan
from dispatch.model.incident_events import IncidentUpdated
from dispatch.model.offer_events import JobChanged
from dispatch.model.requirements import Requirement, RequirementSpec
from dispatch.model.vocabulary import OfferState, Outcome, Priority
from dispatch.plans.book import PlanBook, load_builtin
from tests.support.builders import Story, candidate, digital_spec, helpers, plans, spec

BOOK = load_builtin()
TYPES = sorted(BOOK.plans)


def reported(incident_type: str, *specs: RequirementSpec, book: PlanBook = BOOK, **stated: object) -> Story:
    story = Story(book=book)
    story.report(*specs, type=incident_type, **stated)
    return story


def asked_for(story: Story) -> list[Requirement]:
    return sorted(story.incident.requirements, key=lambda entry: (kind_of(entry)[:2], entry.role, entry.count))


def lines(story: Story) -> list[tuple[str, int]]:
    return [(entry.skill, entry.count) for entry in story.incident.requirements]


@pytest.mark.parametrize("before", TYPES)
def test_a_corrected_type_asks_for_what_a_report_of_it_would_have_asked_for(before: str) -> None:
    for after in TYPES:
        if after == before:
            continue
        corrected = reported(before)
        corrected.update(type=after)
        priority = min(BOOK.plan(before).priority, BOOK.plan(after).priority, key=lambda one: one.order)
        fresh = reported(after, priority=priority)

        assert corrected.incident.priority is priority
        for one, other in zip(asked_for(corrected), asked_for(fresh), strict=True):
            assert (kind_of(one), one.count, one.certainty, one.heavy, one.role, one.max_distance_m) == (
                (kind_of(other), other.count, other.certainty, other.heavy, other.role, other.max_distance_m)
            )
            assert one.climb is not None
            assert other.climb is not None
            assert one.climb.ladder == other.climb.ladder
        assert corrected.incident.hazard is None or fresh.incident.hazard is not None


@pytest.mark.parametrize(
    ("present", "after"), list(product(Priority, ["medical.cardiac_arrest", "storm", "information"]))
)
def test_the_priority_is_raised_to_that_of_the_new_type_and_never_lowered(present: Priority, after: str) -> None:
    story = reported("welfare.check", priority=present)
    plan = BOOK.plan(after).priority

    updated = story.update(type=after).events[0]

    assert isinstance(updated, IncidentUpdated)
    assert story.incident.priority is (plan if plan.order < present.order else present)
    assert updated.changed == (("type", "priority") if plan.order < present.order else ("type",))
    assert set(story.incident.edits) == set(updated.changed)


def test_a_priority_that_the_edit_states_counts() -> None:
    story = reported("welfare.check")

    story.update(type="medical.cardiac_arrest", priority=Priority.LOW)

    assert story.incident.priority is Priority.LOW


def test_people_on_their_way_hear_of_the_priority_that_follows_from_the_type() -> None:
    story = Story(helpers("one"))
    story.report(spec(), type="welfare.check")
    story.accept("one")

    changed = story.update(type="medical.cardiac_arrest")

    (told,) = [fact for fact in changed.events if isinstance(fact, JobChanged) and fact.volunteer_id == "one"]
    assert told.changes[:2] == ("type", "priority")
    assert told.to_confirm[:2] == ("type", "priority")


def test_a_priority_that_follows_from_the_type_is_no_conflict_with_an_edit_of_it() -> None:
    story = reported("welfare.check")
    since = story.incident.version
    story.update(priority=Priority.NORMAL)

    story.update(type="medical.cardiac_arrest", expected_version=since)

    assert (story.last.outcome, story.incident.priority) == (Outcome.APPLIED, Priority.CRITICAL)


def test_an_older_edit_of_the_priority_conflicts_with_one_that_followed_from_the_type() -> None:
    story = reported("welfare.check")
    since = story.incident.version
    story.update(type="medical.cardiac_arrest")

    story.update(priority=Priority.NORMAL, expected_version=since)

    assert story.last.conflicts == ("priority",)


def test_an_expected_priority_that_was_edited_since_refuses_the_type() -> None:
    story = reported("welfare.check")
    since = story.incident.version
    story.update(priority=Priority.NORMAL)

    story.update(type="medical.cardiac_arrest", expected_edits={"priority": since})

    assert story.last.conflicts == ("priority",)


def test_stated_needs_stay_under_every_type() -> None:
    for before, after in product(TYPES, TYPES):
        story = reported(before, spec("boat", 2), digital_spec("translator"))

        story.update(type=after)

        assert lines(story) == [("boat", 2), ("translator", 1)]
        assert [entry.id for entry in story.incident.requirements] == ["r1", "r2"]


def test_stated_needs_keep_their_people() -> None:
    story = Story([candidate("one", "boat")])
    story.report(spec("boat"), type="welfare.check")
    story.accept("one")

    story.update(type="flood")

    assert story.state_of("one") is OfferState.ACCEPTED


def test_stated_needs_get_the_certainty_and_the_weight_of_the_new_type() -> None:
    story = reported("welfare.check", spec("boat"), spec("radio", certainty=0.5))

    story.update(type="medical.cardiac_arrest")
    certainties = [entry.certainty for entry in story.incident.requirements]
    story.update(type="flood")

    assert certainties == [0.99, 0.5]
    assert [(entry.certainty, entry.heavy) for entry in story.incident.requirements] == [(0.95, True), (0.5, True)]


def test_what_alarm_levels_added_to_stated_needs_follows_the_type() -> None:
    story = reported("medical.cardiac_arrest", spec("boat"))
    story.escalate()
    assert len(story.incident.requirements) > 1

    story.update(type="flood")

    of_level = [(one.skill, one.count) for one in BOOK.plan("flood").added(Priority.CRITICAL, 2)]
    assert lines(story) == [("boat", 1), *of_level]


def as_read(story: Story) -> tuple[RequirementSpec, ...]:
    """The present needs, as a form sends them back."""
    names = ("capability", "skill", "count", "languages", "task", "max_distance_m", "window_s", "any_of", "language")
    more = ("max_eta_s", "role", "lease_s", "answers_wanted", "agree", "validated", "on_false")
    return tuple(
        RequirementSpec(**{name: getattr(entry, name) for name in (*names, *more)})
        for entry in story.incident.requirements
    )


@pytest.mark.parametrize("before", TYPES)
def test_a_need_added_to_those_of_the_plan_stays_and_the_plan_is_replaced(before: str) -> None:
    for after in {"medical.cardiac_arrest", "storm", "information"} - {before}:
        story = reported(before)
        story.update(*as_read(story), spec("boat"))

        story.update(type=after)

        kept = [entry.skill for entry in story.incident.requirements if entry.stated]
        replaced = [kind_of(entry) for entry in story.incident.requirements if not entry.stated]
        assert kept == ["boat"]
        assert replaced == [kind_of(line) for line in BOOK.plan(after).stated(story.incident.priority)]


def test_needs_that_are_sent_back_as_read_remain_those_of_the_plan() -> None:
    story = reported("medical.other", book=plans())

    story.update(*as_read(story))

    assert not any(entry.stated for entry in story.incident.requirements)


def test_a_list_that_leaves_out_needs_of_the_plan_replaces_the_plan() -> None:
    story = reported("flood")
    first, *_ = as_read(story)
    story.update(first)

    story.update(type="medical.cardiac_arrest")

    assert lines(story) == [(first.skill, first.count)]


def test_a_line_of_the_plan_with_another_count_is_not_asked_for_twice() -> None:
    story = reported("medical.other")
    story.update(*(spec("first_aid", 7) if one.skill == "first_aid" else one for one in as_read(story)))

    story.update(type="road.accident")

    assert [count for skill, count in lines(story) if skill == "first_aid"] == [7]


def test_people_wanted_on_scene_are_still_wanted_under_another_type() -> None:
    story = Story(helpers("one", "two", "three"))
    story.report(type="medical.other")
    story.accept("one")
    story.progress("one", OfferState.ON_SCENE)
    story.ask_for_help("one", skill="boat", count=2)
    story.ask_for_help("one", count=3)
    helped = {entry.skill: entry.helped for entry in story.incident.requirements if entry.helped}

    story.update(type="road.accident")

    assert helped == {"boat": 2, "first_aid": 3}
    after = {entry.skill: (entry.count, entry.helped) for entry in story.incident.requirements}
    of_plan = {one.skill: one.count for one in plans().plan("road.accident").stated(story.incident.priority)}
    assert after == {
        skill: (of_plan.get(skill, 0) + helped.get(skill, 0), helped.get(skill, 0)) for skill in of_plan | helped
    }
    assert len({entry.id for entry in story.incident.requirements}) == len(story.incident.requirements)


def test_a_lower_priority_never_removes_a_stated_need_that_is_like_one_of_the_plan() -> None:
    story = reported("medical.other", priority=Priority.CRITICAL)
    (doctor,) = [one for one in as_read(story) if one.skill == "doctor"]
    others = [one for one in as_read(story) if one.skill != "doctor"]
    story.update(*others, spec("doctor", doctor.count + 1, any_of=doctor.any_of))

    story.update(priority=Priority.LOW)

    assert ("doctor", doctor.count + 1) in lines(story)


@pytest.mark.parametrize("incident_type", TYPES)
def test_needs_follow_the_plan_until_a_list_replaces_it(incident_type: str) -> None:
    story = reported(incident_type)
    story.escalate()
    assert follows_plan(story.incident, BOOK.plan(incident_type))

    story.update(spec("boat"))
    story.escalate()

    assert not follows_plan(story.incident, BOOK.plan(incident_type))
