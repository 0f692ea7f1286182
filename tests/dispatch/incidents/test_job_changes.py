"""Whoever acts on something is told when it changes: every field, by every cause, in every state of their offer."""

from collections.abc import Callable
from typing import Any

import pytest

from dispatch.model.context import DecisionContext, Whereabouts
from dispatch.model.decisions import Decision
from dispatch.model.geojson import area_of
from dispatch.model.job_fields import CONFIRMED_FIELDS, JobField
from dispatch.model.offer_events import JobChanged, OfferMoved
from dispatch.model.safety_events import StagingMoved
from dispatch.model.vocabulary import IncidentStatus, OfferState, Outcome, Priority, Task, TravelMode
from dispatch.notices.offer_validity import Judgement, OfferVerdict
from dispatch.notices.rules import notice_of
from dispatch.state.offer_effects import offer_steps
from tests.dispatch.safety.test_hazards import FLOOD_GROUND, at, flood, person, square
from tests.support.builders import ALMATY, Story, digital_spec, helpers, remote, spec

MOVED = {"type": "Point", "coordinates": [ALMATY.lon + 0.06, ALMATY.lat]}
ASSIGNED = (OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE)


def told(decision: Decision) -> dict[str, tuple[str, ...]]:
    """Fields of the changed jobs, by person."""
    return {fact.volunteer_id: fact.changes for fact in decision.events if isinstance(fact, JobChanged)}


def asked_to_confirm(decision: Decision) -> dict[str, tuple[str, ...]]:
    return {fact.volunteer_id: fact.to_confirm for fact in decision.events if isinstance(fact, JobChanged)}


def noticed(story: Story, decision: Decision) -> dict[str, tuple[str, ...]]:
    """What goes out as a notice `changed`, by person."""
    found = {}
    for step in offer_steps(story.incident, decision, 0, 7):
        notice = notice_of(step, Judgement(OfferVerdict.COUNTS))
        if notice is not None and notice.kind == "changed":
            assert notice.version == decision.version
            found[notice.volunteer_id] = notice.changes
    return found


def sent(state: OfferState = OfferState.EN_ROUTE, **stated: Any) -> Story:
    """`v-1` goes there; `d-1`, in Astana, works on it from a desk; `v-2` is only asked."""
    people = [*helpers("v-1", "v-2"), remote("d-1", "verification", "translator")]
    story = Story(people=people[:1] + people[2:])
    story.report(spec(), digital_spec(lease_s=600), **({"type": "storm", "priority": Priority.NORMAL} | stated))
    story.accept("v-1")
    story.accept("d-1")
    if state is not OfferState.ACCEPTED:
        story.progress("v-1", OfferState.EN_ROUTE)
    if state is OfferState.ON_SCENE:
        story.progress("v-1", OfferState.ON_SCENE)
    story.people = people
    story.update(*needs()["requirements"])
    assert story.state_of("v-2") is OfferState.OFFERED
    return story


def private(name: str) -> dict[str, Any]:
    return {"private_ref": f"incident:x:{name}", "private_fields": (name,)}


FIELDS: list[tuple[str, Callable[[Story], Decision]]] = [
    ("type", lambda story: story.update(type="search.missing_person", **needs())),
    ("priority", lambda story: story.update(priority=Priority.HIGH)),
    ("location", lambda story: story.update(area=area_of(MOVED))),
    ("language", lambda story: story.update(language="ru")),
    ("description", lambda story: story.update(**private("description"))),
    ("address", lambda story: story.update(**private("address"))),
    ("caller", lambda story: story.update(**private("caller"))),
    ("alarm_level", lambda story: story.escalate()),
]


def needs() -> dict[str, Any]:
    """The needs as they were, so that only the type changes."""
    return {"requirements": (spec(count=2), digital_spec(lease_s=600))}


@pytest.fixture(params=ASSIGNED, ids=str)
def story(request: pytest.FixtureRequest) -> Story:
    return sent(request.param)


@pytest.mark.parametrize(("name", "change"), FIELDS)
def test_each_field_is_told_to_everybody_with_a_live_offer_who_may_see_it(
    story: Story, name: str, change: Callable[[Story], Decision]
) -> None:
    changed = change(story)

    assert changed.outcome is Outcome.APPLIED
    must_confirm = (name,) if name in CONFIRMED_FIELDS else ()
    assert {person: told(changed)[person] for person in ("v-1", "d-1")} == {"v-1": (name,), "d-1": (name,)}
    assert {person: asked_to_confirm(changed)[person] for person in ("v-1", "d-1")} == {
        "v-1": must_confirm,
        "d-1": must_confirm,
    }
    assert noticed(story, changed) == {"v-1": (name,), "d-1": (name,)}
    is_private = name in ("description", "address", "caller")
    assert told(changed).get("v-2") == (None if is_private else (name,))
    assert asked_to_confirm(changed).get("v-2", ()) == ()


@pytest.mark.parametrize(("name", "change"), FIELDS[:7])
def test_what_is_stated_and_does_not_change_is_told_to_nobody(name: str, change: Callable[[Story], Decision]) -> None:
    story = sent()
    change(story)
    held = {"type": story.incident.type, "priority": story.incident.priority, "language": story.incident.language}
    stated: dict[str, dict[str, Any]] = {
        **{field: {field: value} for field, value in held.items()},
        "location": {"area": story.incident.area},
    }
    same = {"same_as": {name: story.incident.details.get(name, "")}}

    again = story.update(**stated.get(name, private(name) | same))

    assert told(again) == {}


def test_two_fields_at_once_are_one_notice() -> None:
    story = sent()

    changed = story.update(area=area_of(MOVED), **private("address"))

    assert told(changed)["v-1"] == ("location", "address")
    steps = [step for step in offer_steps(story.incident, changed, 0, 7) if step.notice == "changed"]
    assert sorted(step.volunteer_id for step in steps) == ["d-1", "v-1", "v-2"]
    assert {step.epoch for step in steps} == {changed.version}


# Causes other than an operator's update.


def desk(*skills: str, **work: Any) -> Story:
    """`v-1` is on the way, `d-1` does the digital work."""
    story = Story(people=[*helpers("v-1"), remote("d-1", *skills)])
    story.report(spec(), digital_spec(skills[0], **work), type="storm")
    story.accept("v-1")
    story.progress("v-1", OfferState.EN_ROUTE)
    story.accept("d-1")
    return story


CAUSES: list[tuple[str, Callable[[], tuple[Story, Decision]], tuple[str, ...]]] = []


def cause(*fields: str) -> Callable[[Callable[[], tuple[Story, Decision]]], Callable[[], tuple[Story, Decision]]]:
    def noted(play: Callable[[], tuple[Story, Decision]]) -> Callable[[], tuple[Story, Decision]]:
        CAUSES.append((play.__name__, play, fields))
        return play

    return noted


@cause("location")
def an_operator_accepts_the_place_that_digital_work_found() -> tuple[Story, Decision]:
    story = desk("geolocation", task=Task.GEOLOCATE)
    story.give_result("d-1", "located", location=MOVED)
    return story, story.accept_proposal()


@cause("certainty")
def digital_work_confirms_the_report() -> tuple[Story, Decision]:
    story = desk("verification")
    return story, story.give_result("d-1", "confirmed")


@cause("material")
def a_translation_comes_in() -> tuple[Story, Decision]:
    story = desk("translator", task=Task.TRANSLATE)
    return story, story.give_result("d-1", "done", private_ref="incident:x:text")


@cause("alarm_level")
def a_step_of_the_ladder_raises_the_alarm_level() -> tuple[Story, Decision]:
    story = desk("verification")
    return story, story.escalate()


@cause("role", "languages")
def an_operator_states_another_role_and_other_languages() -> tuple[Story, Decision]:
    story = desk("verification")
    return story, story.update(spec(role="driver", languages=("kk",)), digital_spec())


@cause("type", "hazard", "staging")
def the_ground_becomes_dangerous() -> tuple[Story, Decision]:
    story = Story(people=[person("v-1", at(3_000), "first_aid")])
    story.report(spec(), type="storm", area=FLOOD_GROUND, priority=Priority.HIGH)
    story.accept("v-1")
    story.around = DecisionContext(whereabouts={"v-1": Whereabouts(place=at(3_000), travel_mode=TravelMode.CAR)})
    return story, story.update(spec(), type="flood")


@cause("type", "hazard", "staging")
def the_ground_is_dangerous_no_more() -> tuple[Story, Decision]:
    story = flood(person("v-1", at(3_000)))
    story.accept("v-1")
    return story, story.update(spec(), type="storm")


@cause("location", "staging")
def the_dangerous_ground_grows() -> tuple[Story, Decision]:
    story = flood(person("v-1", at(6_000)))
    story.accept("v-1")
    story.around = DecisionContext(whereabouts={"v-1": Whereabouts(place=at(6_000), travel_mode=TravelMode.CAR)})
    return story, story.update(area=square(4_000))


@pytest.mark.parametrize(("play", "fields"), [pytest.param(play, fields, id=name) for name, play, fields in CAUSES])
def test_whoever_caused_it_who_is_on_the_way_is_told(
    play: Callable[[], tuple[Story, Decision]], fields: tuple[str, ...]
) -> None:
    story, changed = play()

    assert told(changed)["v-1"] == fields
    assert noticed(story, changed)["v-1"] == fields
    assert asked_to_confirm(changed)["v-1"] == tuple(name for name in fields if name in CONFIRMED_FIELDS)


def test_a_staging_point_alone_is_told_by_its_own_name_and_has_to_be_confirmed() -> None:
    """As before: who only has to gather somewhere else is told so, not twice."""
    story = flood(person("v-1", at(3_000)))
    story.accept("v-1")
    held = story.offer_of("v-1")
    moved = StagingMoved(offer_id=held.id, volunteer_id="v-1", staging=at(100))
    changed = JobChanged(
        offer_id=held.id, volunteer_id="v-1", changes=("staging",), to_confirm=("staging",), due_ms=story.now_ms
    )
    decision = Decision(**{name: getattr(story.last, name) for name in ("id", "cause", "incident_id", "zone", "outcome")},
        reason=None, by="x", version=9, events=(moved, changed), why=story.last.why, logged_ms=0, decided_ms=0)  # fmt: skip

    steps = offer_steps(story.incident, decision, 0, 7)

    assert [(step.notice, step.changes) for step in steps] == [("staging_moved", ("staging",))]


def test_the_danger_of_the_ground_is_no_news_for_who_works_at_a_desk() -> None:
    story = Story(people=[person("v-1", at(3_000)), remote("d-1")])
    story.report(spec(), digital_spec(), type="storm", area=FLOOD_GROUND, priority=Priority.HIGH)
    story.accept("v-1")
    story.accept("d-1")

    changed = story.update(spec(), digital_spec(), type="flood")

    assert told(changed)["d-1"] == ("type",)
    assert told(changed)["v-1"][:2] == ("type", "hazard")


def test_a_lease_that_is_prolonged_is_an_event_and_no_notice() -> None:
    story = sent()
    story.wait(60)

    changed = story.check_in("d-1")

    assert told(changed) == {"d-1": ("lease",)}
    assert noticed(story, changed) == {}
    assert [step.changes for step in offer_steps(story.incident, changed, 0, 7)] == [("lease",)]


def test_whose_need_is_cancelled_is_stood_down_and_told_why_and_nothing_else() -> None:
    story = sent()

    changed = story.update(digital_spec(lease_s=600), type="earthquake")

    ends = [fact for fact in changed.events if isinstance(fact, OfferMoved) and fact.volunteer_id == "v-1"]
    assert [(fact.state, fact.reason) for fact in ends] == [(OfferState.STOOD_DOWN, "not_needed")]
    assert "v-1" not in told(changed)
    (step,) = [one for one in offer_steps(story.incident, changed, 0, 7) if one.volunteer_id == "v-1"]
    notice = notice_of(step, Judgement(OfferVerdict.COUNTS))
    assert notice is not None
    assert (notice.kind, notice.reason) == ("stood_down", "not_needed")


def test_who_turns_round_because_the_place_moved_is_told_that_and_no_change() -> None:
    story = sent()
    far = {"type": "Point", "coordinates": [ALMATY.lon + 3, ALMATY.lat]}
    story.around = DecisionContext(whereabouts={"v-1": Whereabouts(place=ALMATY, travel_mode=TravelMode.CAR)})
    story.people = []

    changed = story.update(area=area_of(far))

    assert (story.state_of("v-1"), story.offer_of("v-1").reason) == (OfferState.STOOD_DOWN, "moved")
    assert "v-1" not in told(changed)
    assert told(changed)["d-1"] == ("location",)


@pytest.mark.parametrize("end", ["close", "cancel"])
def test_an_end_is_no_change(end: str) -> None:
    story = sent()

    ended = getattr(story, end)()

    assert told(ended) == {}
    assert story.incident.status in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)


def test_an_answer_of_ones_own_changes_no_job() -> None:
    story = Story(people=[*helpers("v-1"), remote("d-1")])
    decisions = [story.report(spec(), digital_spec(lease_s=600))]
    decisions += [story.accept("v-1"), story.accept("d-1"), story.note()]
    decisions += [story.progress("v-1", state) for state in (OfferState.EN_ROUTE, OfferState.ON_SCENE)]
    decisions += [story.check_in("v-1"), story.ask_for_help("v-1"), story.decline("d-1")]

    assert [told(decision) for decision in decisions] == [{}] * len(decisions)


def test_every_word_of_the_list_is_told_by_some_test() -> None:
    """A field that is added to the list needs a row here."""
    by_tests = {name for name, _ in FIELDS} | {name for _, _, fields in CAUSES for name in fields} | {"lease"}

    assert by_tests | {JobField.HAZARD_ON_WAY} == set(JobField)
