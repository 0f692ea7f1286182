"""Orders about a whole incident after its report: update, cancel, close, escalate, note."""

import pytest

from dispatch.incidents import orders as rules
from dispatch.incidents import releases
from dispatch.incidents.requirement_changes import merged
from dispatch.model.commands import CloseIncident
from dispatch.model.incident_events import IncidentUpdated
from dispatch.model.offer_events import OfferMoved
from dispatch.model.vocabulary import IncidentStatus, OfferState, Outcome, Priority, Task
from tests.support.builders import (
    INCIDENT,
    NOW_MS,
    Story,
    candidate,
    digital_spec,
    helpers,
    incident,
    offer,
    plans,
    point,
    remote,
    requirement,
    spec,
)


def test_an_update_changes_only_what_it_states() -> None:
    story = Story(helpers("near"))
    story.report(language="kk", priority=Priority.LOW)

    story.update(priority=Priority.CRITICAL)

    assert (story.incident.priority, story.incident.language) == (Priority.CRITICAL, "kk")
    assert story.incident.area == point()
    assert story.state_of("near") is OfferState.OFFERED


def test_a_moved_place_is_searched_from_then_on() -> None:
    story = Story()
    story.report()
    elsewhere = point(lon=71.43, lat=51.13)

    story.update(area=elsewhere, language="ru")

    assert story.incident.area == elsewhere
    assert story.searched[-1].area == elsewhere
    assert story.incident.zone == "8320e5"


def test_updated_requirements_keep_the_ids_and_people_of_their_kind() -> None:
    story = Story([candidate("boatman", "boat"), candidate("aider")])
    story.report(spec("boat"), spec("first_aid"))
    story.accept("aider")

    story.update(spec("first_aid", 2), spec("boat"), spec("driver"))

    assert [(r.id, r.skill) for r in story.incident.requirements] == [
        ("r2", "first_aid"),
        ("r1", "boat"),
        ("r3", "driver"),
    ]
    assert story.state_of("aider") is OfferState.ACCEPTED
    assert story.state_of("boatman") is OfferState.OFFERED


def test_people_of_a_requirement_that_went_are_let_go() -> None:
    story = Story([candidate("asked", "boat"), candidate("coming", "boat")])
    story.report(spec("boat", 2))
    story.accept("coming")

    story.update(spec("first_aid"))

    assert story.state_of("asked") is OfferState.WITHDRAWN
    assert story.state_of("coming") is OfferState.STOOD_DOWN
    assert story.offer_of("coming").reason == "not_needed"


def test_of_too_many_the_furthest_from_being_there_are_stood_down() -> None:
    story = Story(helpers("there", "driving", "ready", "asked"))
    story.report(spec(count=4))
    for one in ("there", "driving", "ready"):
        story.accept(one)
    story.progress("there", OfferState.ON_SCENE)
    story.progress("driving", OfferState.EN_ROUTE)

    story.update(spec(count=1))

    assert story.state_of("there") is OfferState.ON_SCENE
    assert story.state_of("driving") is OfferState.STOOD_DOWN
    assert story.state_of("ready") is OfferState.STOOD_DOWN
    assert story.state_of("asked") is OfferState.WITHDRAWN


def test_who_has_finished_counts_and_is_never_stood_down() -> None:
    story = Story(helpers("finished", "ready"))
    story.report(spec(count=2))
    story.accept("finished")
    story.accept("ready")
    story.progress("finished", OfferState.DONE)

    story.update(spec(count=1))

    assert story.state_of("finished") is OfferState.DONE
    assert story.state_of("ready") is OfferState.STOOD_DOWN


def test_another_type_brings_the_requirements_of_its_plan() -> None:
    story = Story()
    story.report()

    story.update(type="road.accident")

    (entry,) = story.incident.requirements
    assert (entry.id, entry.skill, entry.count) == ("r1", "first_aid", 2)


def test_the_same_type_again_leaves_stated_requirements_alone() -> None:
    story = Story()
    story.report(spec("boat"))

    story.update(type="medical.other")

    assert [r.skill for r in story.incident.requirements] == ["boat"]


def test_an_update_stands_on_its_own_in_the_log() -> None:
    story = Story()
    story.report(language="kk")

    updated = story.update(priority=Priority.LOW)

    fact = updated.events[0]
    assert isinstance(fact, IncidentUpdated)
    assert (fact.type, fact.language, fact.area) == ("medical.other", "kk", point())


def test_the_id_of_a_requirement_that_went_is_never_used_again() -> None:
    story = Story([candidate("done", "boat")])
    story.report(spec("first_aid"), spec("boat"))
    story.accept("done")
    story.progress("done", OfferState.DONE)
    story.update(spec("first_aid"))

    story.update(spec("first_aid"), spec("driver"))

    assert [r.id for r in story.incident.requirements] == ["r1", "r3"]
    assert story.incident.open_places(story.incident.requirements[1]) == 1


def test_a_need_with_another_task_is_another_need() -> None:
    story = Story([remote("verifier")])
    story.report(digital_spec(task=Task.VERIFY_REPORT))
    story.accept("verifier")

    story.update(digital_spec(task=Task.FIND_DUPLICATES))

    assert story.incident.offers[0].state is OfferState.STOOD_DOWN
    assert [r.id for r in story.incident.requirements] == ["r2"]


def test_two_needs_of_one_kind_keep_their_ids_in_their_order() -> None:
    old = incident(requirements=(requirement(id="r1"), requirement(id="r2")))

    new = merged(old, plans().requirements([spec(count=5), spec(), spec()]))

    assert [(entry.id, entry.count) for entry in new] == [("r1", 5), ("r2", 1), ("r3", 1)]


def test_a_need_cut_to_what_is_asked_for_is_short_no_more() -> None:
    story = Story(helpers("one", "two"))
    story.report(spec(count=5))
    before = story.incident.status

    story.update(spec(count=1))

    assert (before, story.incident.status) == (IncidentStatus.UNFILLED, IncidentStatus.DISPATCHING)
    assert story.shortfalls() == {}
    assert story.incident.retry_at_ms is None


def test_a_need_that_stays_short_after_an_update_is_short_since_the_beginning() -> None:
    story = Story(helpers("one"))
    story.report(spec(count=2))
    story.wait(60)

    story.update(spec(count=3))

    assert story.shortfalls()["r1"].missing == 2
    assert story.shortfalls()["r1"].since_ms == NOW_MS


def test_cancelling_lets_everybody_go() -> None:
    story = Story(helpers("there", "coming", "asked"))
    story.report(spec(count=3))
    story.accept("there")
    story.accept("coming")
    story.progress("there", OfferState.ON_SCENE)

    story.cancel()

    assert story.incident.status is IncidentStatus.CANCELLED
    assert story.incident.times.closed_ms == NOW_MS
    assert story.state_of("there") is OfferState.STOOD_DOWN
    assert story.state_of("coming") is OfferState.STOOD_DOWN
    assert story.state_of("asked") is OfferState.WITHDRAWN
    assert story.offer_of("asked").reason == "cancelled"


def test_at_a_close_those_on_scene_have_done_their_work() -> None:
    story = Story(helpers("there", "coming", "asked"))
    story.report(spec(count=3))
    story.accept("there")
    story.accept("coming")
    story.progress("there", OfferState.ON_SCENE)

    story.close()

    assert story.incident.status is IncidentStatus.CLOSED
    assert story.state_of("there") is OfferState.DONE
    assert story.state_of("coming") is OfferState.STOOD_DOWN
    assert story.state_of("asked") is OfferState.WITHDRAWN


@pytest.mark.parametrize("end", ["cancel", "close"])
def test_an_incident_ends_once_and_asks_nobody_after(end: str) -> None:
    story = Story(helpers("one", "two", "three", "four"))
    story.report(spec(count=2))
    getattr(story, end)()
    asked = len(story.incident.offers)

    again = getattr(story, end)()
    other = story.close() if end == "cancel" else story.cancel()
    late = [story.update(priority=Priority.LOW), story.escalate(), story.accept("one"), story.decline("two")]

    assert again.outcome is Outcome.UNCHANGED
    assert {decision.outcome for decision in (other, *late)} == {Outcome.REFUSED}
    assert {decision.reason for decision in late} == {f"incident_{story.incident.status}"}
    assert len(story.incident.offers) == asked
    assert story.incident.retry_at_ms is None


def test_deadlines_and_voids_of_an_ended_incident_are_nobodys_mistake() -> None:
    story = Story(helpers("one"))
    story.report()
    story.close()
    story.wait(100)

    passed = [story.expire("one"), story.retry(), story.void("one")]

    assert {(decision.outcome, decision.reason) for decision in passed} == {(Outcome.UNCHANGED, "incident_closed")}


def test_each_escalation_raises_the_alarm_level_and_takes_the_next_step() -> None:
    story = Story()
    story.report(spec("boat", max_distance_m=30_000))

    for _ in range(3):
        story.escalate()

    searched = [one.requirement.max_distance_m for one in story.searched if one.requirement.id == "r1"]
    assert searched == [30_000, 60_000, 100_000, 100_000]
    assert story.incident.alarm_level == 4
    assert story.incident.escalations == ("operator",) * 3
    assert story.incident.requirements[0].max_distance_m == 30_000


def test_an_escalation_never_narrows_a_distance_beyond_the_widest() -> None:
    story = Story()
    story.report(spec(max_distance_m=300_000))

    story.escalate()

    assert [one.requirement.max_distance_m for one in story.searched if one.requirement.id == "r1"] == [300_000] * 2


def test_notes_are_kept_by_reference_even_after_the_end() -> None:
    story = Story(helpers("one"))
    story.report()
    story.note("incident:note-1")
    story.close()

    late = story.note("incident:note-2")

    assert late.outcome is Outcome.APPLIED
    assert story.incident.notes == ("incident:note-1", "incident:note-2")
    assert story.incident.status is IncidentStatus.CLOSED


def test_an_order_about_an_unknown_incident_is_refused() -> None:
    story = Story()

    unknown = story.close()

    assert (unknown.outcome, unknown.reason, unknown.version) == (Outcome.REFUSED, "unknown_incident", 0)
    assert story.told is None


def test_orders_are_of_several_kinds_and_answers_are_none_of_them() -> None:
    story = Story(helpers("one"))
    story.report()

    close = CloseIncident(id="c", incident_id=INCIDENT, by="operator", sent_ms=NOW_MS)
    ruling = rules.rule(incident(), close, plans(), NOW_MS)

    assert ruling is not None
    assert ruling.rule == "close"


def test_only_the_asked_are_withdrawn_and_only_the_assigned_stood_down() -> None:
    offers = [offer(state, id=state) for state in OfferState]

    withdrawn = [fact.offer_id for fact in releases.withdrawn(offers, "x") if isinstance(fact, OfferMoved)]
    stood_down = [fact.offer_id for fact in releases.stood_down(offers, "x") if isinstance(fact, OfferMoved)]

    assert withdrawn == ["offered"]
    assert stood_down == ["accepted", "en_route", "on_scene"]
