"""Somebody who was sent, or is on duty without an offer, is in danger themself."""

from dataclasses import replace

import pytest

from dispatch.follow_ups import follow_ups
from dispatch.model.answer_commands import RaiseDistress
from dispatch.model.commands import DISPATCHER, ReportIncident
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Hazard
from dispatch.model.places import Place
from dispatch.model.reasons import AttentionReason, Exclusion
from dispatch.model.vocabulary import IncidentStatus, OfferState, Outcome, Priority
from dispatch.plans.book import load_builtin
from dispatch.safety.distress import AGAIN_AFTER_S, SAME_FOR_S, first_of_person, report_of_person
from dispatch.state.offer_effects import offer_steps
from tests.dispatch.safety.test_hazards import FLOOD_GROUND
from tests.support.builders import ALMATY, INCIDENT, NOW_MS, Story, candidate, digital_spec, helpers, remote, spec


def sent(*people: str) -> Story:
    story = Story(people=helpers(*people))
    story.report(spec(count=len(people)))
    for person in people:
        story.accept(person)
    return story


def child_of(signal: Decision) -> ReportIncident:
    (report,) = follow_ups(signal)
    assert isinstance(report, ReportIncident)
    return report


def test_a_signal_calls_the_operator_and_touches_no_progress() -> None:
    story = sent("v-1")
    story.progress("v-1", OfferState.ON_SCENE)

    story.distress("v-1")

    assert [entry.reason for entry in story.incident.attention] == ["distress"]
    assert story.state_of("v-1") is OfferState.ON_SCENE


@pytest.mark.parametrize("end", ["cancel", "close"])
def test_an_alarm_that_outlives_its_incident_can_be_settled(end: str) -> None:
    story = sent("v-1")
    story.distress("v-1")
    getattr(story, end)()

    settled = story.settle("distress")

    assert settled.outcome is Outcome.APPLIED
    assert story.incident.attention == ()
    assert not story.incident.is_open


def test_a_critical_incident_is_opened_for_the_person_with_nearest_people_of_any_skill_that_helps() -> None:
    parent = sent("v-1")
    signal = parent.distress("v-1")
    report = child_of(signal)
    near, doctor = candidate("near", "first_aid", distance_m=50.0), candidate("doctor", "doctor", distance_m=90.0)
    other = candidate("other", "logistics", distance_m=10.0)
    child = Story(people=[near, doctor, other], now_ms=parent.now_ms)

    child.tell(report)

    assert child.incident.type == "distress"
    assert child.incident.priority is Priority.CRITICAL
    assert set(child.asked()) == {"near", "doctor"}
    assert [entry.reason for entry in child.incident.attention] == ["distress"]
    assert (child.incident.parent_id, child.incident.distress_of) == (parent.incident.id, "v-1")
    assert child.incident.id == first_of_person("v-1", parent.now_ms)
    distress = parent.offer_of("v-1").distress
    assert distress is not None
    assert distress.incident_id == report.incident_id


def test_the_same_decision_gives_the_same_incident_however_often_it_is_published() -> None:
    signal = sent("v-1").distress("v-1")

    assert follow_ups(signal) == follow_ups(signal)


def test_the_child_has_the_place_of_its_parent_and_never_that_of_the_person() -> None:
    parent = Story(people=[candidate("v-1", "boat", place=FLOOD_GROUND.centre)])
    parent.report(spec("boat"), type="flood", area=FLOOD_GROUND)
    parent.accept("v-1")

    report = child_of(parent.distress("v-1"))
    child = Story(people=[candidate("inside", "first_aid", place=FLOOD_GROUND.centre)], now_ms=parent.now_ms)
    child.tell(report)

    assert child.incident.area == FLOOD_GROUND
    assert child.incident.hazard == Hazard(equipped=("boat", "rescue"))
    assert child.last.why.requirements[0].excluded[Exclusion.IN_HAZARD] == 3
    assert child.incident.warned == {}


def test_every_press_of_an_offer_is_one_danger_at_one_incident() -> None:
    story = sent("v-1")
    child = child_of(story.distress("v-1")).incident_id

    at_once = story.distress("v-1")
    story.wait(AGAIN_AFTER_S)
    again = story.distress("v-1")
    story.wait(SAME_FOR_S)
    later = story.distress("v-1")

    assert (at_once.outcome, at_once.reason) == (Outcome.UNCHANGED, "already_raised")
    assert [type(fact).__name__ for fact in again.events] == ["DistressAgain", "AttentionEnded", "AttentionRaised"]
    assert child_of(again).incident_id == child_of(later).incident_id == child
    signal = story.offer_of("v-1").distress
    assert signal is not None
    assert (signal.incident_id, signal.at_ms) == (child, story.now_ms)


def test_a_press_that_follows_another_is_heard_at_the_incident_of_the_danger_and_at_no_other() -> None:
    story = sent("v-1", "v-2")
    first, other = child_of(story.distress("v-1")), child_of(story.distress("v-2"))
    own, colleague = Story(people=[], now_ms=story.now_ms), Story(people=[], now_ms=story.now_ms)
    own.tell(first)
    colleague.tell(other)
    (before,) = own.incident.attention
    for each in (story, own):
        each.wait(AGAIN_AFTER_S)

    again = child_of(story.distress("v-1"))
    own.tell(again)

    assert again.incident_id == first.incident_id != other.incident_id
    (entry,) = own.incident.attention
    assert entry.since_ms > before.since_ms


def test_a_press_is_heard_also_when_a_colleague_has_pressed_a_moment_before() -> None:
    story = sent("v-1", "v-2")
    story.distress("v-1")
    story.distress("v-2")
    story.wait(AGAIN_AFTER_S)

    assert [story.distress(person).outcome for person in ("v-1", "v-2")] == [Outcome.APPLIED, Outcome.APPLIED]


def test_a_press_that_the_dispatcher_tells_on_is_never_taken_for_the_one_before() -> None:
    story = sent("v-1")
    first = child_of(story.distress("v-1"))
    # The incident of the danger was decided later than the signal, by as much as a worker was behind.
    own = Story(people=[], now_ms=story.now_ms + 3_000)
    own.tell(first)
    story.wait(AGAIN_AFTER_S)
    again = child_of(story.distress("v-1"))
    own.wait(AGAIN_AFTER_S)

    assert own.tell(again).outcome is Outcome.APPLIED
    assert own.tell(replace(again, id="redelivered")).outcome is Outcome.UNCHANGED


def test_a_press_does_not_move_an_incident_that_an_operator_has_moved() -> None:
    story = sent("v-1")
    own = Story(people=[], now_ms=story.now_ms)
    own.tell(child_of(story.distress("v-1")))
    own.update(area=FLOOD_GROUND)
    for each in (story, own):
        each.wait(AGAIN_AFTER_S)

    own.tell(child_of(story.distress("v-1")))

    assert own.incident.area == FLOOD_GROUND


@pytest.mark.parametrize("end", ["close", "cancel"])
def test_who_presses_after_an_operator_has_ended_it_is_in_danger_again(end: str) -> None:
    story = Story(people=[])
    story.tell(of_person(story.now_ms, "c-1"))
    getattr(story, end)()

    again = story.tell(of_person(story.now_ms, "c-2"))
    story.wait(AGAIN_AFTER_S)
    once_more = story.tell(of_person(story.now_ms, "c-3"))
    report = child_of(again)
    opened = Story(people=[], now_ms=story.now_ms)
    opened.tell(report)

    assert not story.incident.is_open
    assert opened.incident.distress_of == "v-1"
    assert opened.incident.parent_id == again.incident_id
    assert opened.incident.area == story.incident.area
    assert [entry.reason for entry in opened.incident.attention] == ["distress"]
    # One danger: further presses go to the incident that is open.
    assert child_of(once_more).incident_id == report.incident_id


def test_twenty_presses_in_a_row_after_the_end_are_heard_every_five_seconds() -> None:
    story = Story(people=[])
    story.tell(of_person(story.now_ms, "c-0"))
    story.close()
    heard = []
    for number in range(20):
        heard.append(story.tell(of_person(story.now_ms, f"press-{number}")).outcome is Outcome.APPLIED)
        story.wait(1)

    assert heard == [number % AGAIN_AFTER_S == 0 for number in range(20)]


def test_presses_of_an_offer_that_its_incident_has_judged_all_reach_the_successor() -> None:
    own = Story(people=[])
    first = replace(of_person(own.now_ms, "c-0"), by=DISPATCHER)
    own.tell(first)
    own.close()
    own.wait(1)
    again = own.tell(replace(first, id="c-1", sent_ms=own.now_ms))
    redelivered = own.tell(replace(first, id="c-2", sent_ms=own.now_ms))
    own.wait(AGAIN_AFTER_S)
    later = own.tell(replace(first, id="c-3", sent_ms=own.now_ms))

    outcomes = [one.outcome for one in (again, redelivered, later)]
    assert outcomes == [Outcome.APPLIED, Outcome.UNCHANGED, Outcome.APPLIED]


def test_who_was_sent_and_presses_after_the_end_of_their_danger_is_in_danger_again() -> None:
    story = sent("v-1")
    first = child_of(story.distress("v-1"))
    own = Story(people=[], now_ms=story.now_ms)
    own.tell(first)
    own.close()
    for each in (story, own):
        each.wait(AGAIN_AFTER_S)

    forwarded = own.tell(child_of(story.distress("v-1")))
    report = child_of(forwarded)

    assert report.incident_id not in (first.incident_id, story.incident.id)
    assert (report.parent_id, report.distress_of) == (story.incident.id, "v-1")


def test_a_person_without_an_offer_who_presses_again_is_heard_at_their_newest_place() -> None:
    story = Story(people=[])

    def press(name: str, place: Place) -> Decision:
        report = report_of_person(
            command_id=name, volunteer_id="v-1", heard_at="i-1", place=place, sent_ms=story.now_ms, said_ms=None
        )
        return story.tell(report)

    press("c-1", FLOOD_GROUND.centre)
    (first,) = story.incident.attention
    assert press("c-2", FLOOD_GROUND.centre).outcome is Outcome.UNCHANGED
    story.wait(AGAIN_AFTER_S)
    elsewhere = Place(lon=FLOOD_GROUND.centre.lon, lat=FLOOD_GROUND.centre.lat + 0.01)

    again = press("c-3", elsewhere)

    assert again.outcome is Outcome.APPLIED
    (entry,) = story.incident.attention
    assert entry.since_ms > first.since_ms
    assert story.incident.area is not None
    assert story.incident.area.centre == elsewhere


def test_colleagues_on_the_way_or_on_scene_are_told() -> None:
    story = sent("v-1", "v-2", "v-3")
    story.progress("v-2", OfferState.ON_SCENE)
    story.progress("v-3", OfferState.DONE)

    signal = story.distress("v-1")

    told = [(step.volunteer_id, step.notice) for step in offer_steps(story.incident, signal, 0, 1)]
    assert told == [("v-2", "colleague_in_distress")]


@pytest.mark.parametrize("end", ["close", "cancel"])
def test_it_counts_after_the_incident_has_ended(end: str) -> None:
    story = sent("v-1")
    getattr(story, end)()

    signal = story.distress("v-1")

    assert signal.outcome is Outcome.APPLIED
    assert len(follow_ups(signal)) == 1
    assert not story.incident.is_open


def test_who_never_accepted_has_not_been_sent() -> None:
    story = Story(people=[*helpers("v-1"), remote("d-1")])
    story.report(spec(), digital_spec())
    story.accept("d-1")

    asked, remote_ = story.distress("v-1"), story.distress("d-1")

    assert (asked.outcome, asked.reason) == (Outcome.REFUSED, "offer_offered")
    assert remote_.outcome is Outcome.REFUSED


def test_a_signal_for_an_unknown_offer_or_from_somebody_else_is_refused() -> None:
    story = sent("v-1", "v-2")

    unknown = story.tell(RaiseDistress(**story._order(), offer_id="o-unknown", volunteer_id="v-1"))
    foreign = story.tell(RaiseDistress(**story._order(), offer_id=story.offer_of("v-1").id, volunteer_id="v-2"))

    assert (unknown.reason, foreign.reason) == ("unknown_offer", "not_your_offer")


def test_a_distress_without_a_place_is_reported_without_one() -> None:
    parent = Story()
    parent.report(area=None)
    parent.assign(candidate("v-1"))
    parent.accept("v-1")

    report = child_of(parent.distress("v-1"))

    assert report.area is None
    assert parent.incident.status is IncidentStatus.STAFFED


def of_person(now_ms: int, key: str = "c", place: Place | None = ALMATY) -> ReportIncident:
    return report_of_person(
        command_id=key,
        volunteer_id="v-1",
        heard_at=first_of_person("v-1", now_ms),
        place=place,
        sent_ms=now_ms,
        said_ms=None,
    )


def test_a_person_without_an_offer_is_a_critical_incident_with_attention() -> None:
    story = Story(helpers("v-1", "v-2"), book=load_builtin())

    story.tell(replace(of_person(NOW_MS), incident_id=INCIDENT))

    made = story.incident
    assert (made.type, made.priority, made.distress_of, made.parent_id) == ("distress", Priority.CRITICAL, "v-1", None)
    assert [entry.reason for entry in made.attention] == [AttentionReason.DISTRESS]


def test_nobody_is_asked_to_help_themselves() -> None:
    story = Story(helpers("v-1", "v-2"), book=load_builtin())

    story.tell(replace(of_person(NOW_MS), incident_id=INCIDENT))

    assert story.asked() == ["v-2"]


def test_the_words_of_a_signal_are_the_description_of_its_incident() -> None:
    story = sent("v-1", "v-2")
    ref = f"incident:{INCIDENT}:distress:c-9"
    offer_id = story.offer_of("v-1").id

    said = story.tell(RaiseDistress(**story._order(), offer_id=offer_id, volunteer_id="v-1", private_ref=ref))
    wordless = child_of(story.distress("v-2"))

    report = child_of(said)
    assert (report.private_ref, report.private_fields) == (ref, ("description",))
    assert (wordless.private_ref, wordless.private_fields) == (None, ())
