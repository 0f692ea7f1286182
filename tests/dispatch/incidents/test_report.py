"""A report: what the plan adds to it, and what a second one with the same key amounts to."""

import pytest

from dispatch.model.incident_events import IncidentReported
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import Capability, IncidentStatus, Outcome, Priority, Task
from tests.support.builders import NOW_MS, Story, digital_spec, helpers, plans, remote, spec


def test_a_report_without_requirements_gets_those_of_its_plan() -> None:
    story = Story()

    story.report(type="medical.cardiac_arrest")

    plan = plans().plan("medical.cardiac_arrest")
    assert story.incident.priority is Priority.CRITICAL
    assert [(r.id, r.skill, r.count) for r in story.incident.requirements] == [
        ("r1", "cpr", 3),
        ("r2", "call_taking", 1),
    ]
    assert [r.window_s for r in story.incident.requirements] == [r.window_s for r in plan.requirements]
    assert story.incident.plan_version == plans().version


def test_stated_requirements_take_the_place_of_the_plans() -> None:
    story = Story()

    story.report(spec("boat", 2), digital_spec(), type="flood", priority=Priority.LOW)

    boat, verification = story.incident.requirements
    defaults = plans().defaults
    assert story.incident.priority is Priority.LOW
    assert (boat.skill, boat.count, boat.task) == ("boat", 2, None)
    assert (boat.window_s, boat.max_distance_m) == (defaults.window_s, defaults.max_distance_m)
    assert (verification.task, verification.window_s) == (Task.VERIFY_REPORT, defaults.digital_window_s)


def test_what_an_operator_states_goes_before_every_default() -> None:
    story = Story()

    story.report(spec(languages=("kk",), max_distance_m=700, window_s=30), digital_spec(task=Task.FIND_DUPLICATES))

    field, digital = story.incident.requirements
    assert (field.languages, field.max_distance_m, field.window_s) == (("kk",), 700, 30)
    assert digital.task is Task.FIND_DUPLICATES


@pytest.mark.parametrize(
    ("skill", "task"),
    [
        ("translator", Task.TRANSLATE),  # the task of the skill
        ("first_aid", Task.VERIFY_REPORT),  # a skill of the field has no task of its own
        ("beekeeping", Task.VERIFY_REPORT),  # an unknown skill is not refused
    ],
)
def test_digital_work_that_names_no_task_gets_the_one_of_its_skill(skill: str, task: Task) -> None:
    (entry,) = plans().requirements([RequirementSpec(capability=Capability.DIGITAL, skill=skill)])

    assert entry.task is task


def test_an_unknown_type_is_not_refused_but_served_as_information() -> None:
    story = Story()

    story.report(type="meteorite")

    assert story.incident.type == "meteorite"
    assert [r.skill for r in story.incident.requirements] == ["call_taking"]


def test_the_nearest_are_asked_in_the_same_decision() -> None:
    story = Story([*helpers("near", "far", "farther"), remote()])

    reported = story.report(spec(), digital_spec())

    assert reported.outcome is Outcome.APPLIED
    assert set(story.asked()) == {"near", "far", "d-1"}
    assert story.offer_of("near").expires_ms == NOW_MS + 90_000
    assert story.offer_of("d-1").task is Task.VERIFY_REPORT
    assert story.incident.times.first_offer_ms == NOW_MS


def test_the_time_of_the_report_is_the_callers_or_the_logs() -> None:
    claimed, silent = Story(), Story()

    claimed.report(reported_ms=NOW_MS - 60_000)
    silent.report()

    assert claimed.incident.times.reported_ms == NOW_MS - 60_000
    assert silent.incident.times.reported_ms == silent.last.logged_ms


def test_a_repeated_report_changes_nothing() -> None:
    story = Story(helpers("near"))
    story.report()
    before = story.incident

    again = story.report()

    assert (again.outcome, again.reason, again.events) == (Outcome.UNCHANGED, "repeated_report", ())
    assert story.incident is before


def test_another_body_under_the_same_key_is_refused() -> None:
    story = Story()
    story.report()

    other = story.report(body_digest="another")

    assert (other.outcome, other.reason) == (Outcome.REFUSED, "idempotency_key_reused")
    assert other.version == story.incident.version == 1


@pytest.mark.parametrize(
    ("first", "again", "reason"),
    [
        ("k1-a:0", "k1-a:0", "repeated_report"),
        ("k1-a:0", "k1-a:1", "idempotency_key_reused"),
        ("0", "k1-a:1", "repeated_report"),  # reported before digests were keyed
        ("k1-a:0", "1", "repeated_report"),  # by a process that was not upgraded yet
        ("k1-a:0", "k1-b:1", "repeated_report"),  # under another key
    ],
)
def test_a_repeat_whose_digest_cannot_be_compared_is_no_conflict(first: str, again: str, reason: str) -> None:
    story = Story()
    story.report(body_digest=first)

    assert story.report(body_digest=again).reason == reason
    assert story.incident.body_digest == first


def test_the_record_of_a_report_says_who_gave_it_and_what_it_is_called_elsewhere() -> None:
    story = Story()

    reported = story.report(external_id="112-7", language="kk")

    fact = reported.events[0]
    assert isinstance(fact, IncidentReported)
    assert (fact.reported_by, fact.external_id, fact.language) == ("operator", "112-7", "kk")
    assert story.incident.status is IncidentStatus.UNFILLED
