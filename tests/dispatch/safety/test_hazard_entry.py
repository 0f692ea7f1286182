"""People who walk onto dangerous ground after it was declared, and people whose staging point moves with it."""

from typing import Any

import pytest

from dispatch.context_query import query_of
from dispatch.model.commands import EnterHazard, UpdateIncident
from dispatch.model.context import DecisionContext, Whereabouts
from dispatch.model.decisions import Decision
from dispatch.model.hazard_areas import ground_of
from dispatch.model.places import Area, Place
from dispatch.model.safety_events import DistressRaised, StagingMoved
from dispatch.model.vocabulary import OfferState, Outcome, Priority, Task, TravelMode
from dispatch.safety.hazards import WARNED_MOST
from dispatch.state.offer_effects import offer_steps
from tests.dispatch.safety.test_hazards import FLOOD_GROUND, at, flood, person, square
from tests.support.builders import INCIDENT, Story, candidate, digital_spec, point, remote, spec


def enter(story: Story, *people: str, ground: int | None = None) -> Decision:
    hazard = story.incident.hazard
    since = ground if ground is not None else hazard.since if hazard else 0
    order: dict[str, Any] = {"incident_id": INCIDENT, "by": "dispatcher", "sent_ms": story.now_ms}
    return story.tell(EnterHazard(id=f"enter-{len(story.decisions)}", **order, volunteer_ids=people, ground=since))


def test_who_walks_in_is_warned_once_for_each_state_of_the_ground() -> None:
    story = flood()

    enter(story, "walker")
    again = enter(story, "walker")
    story.update(area=square(6_000))
    anew = enter(story, "walker", "second")

    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_told")
    assert anew.outcome is Outcome.APPLIED
    assert story.incident.warned == {"walker": 4, "second": 4}


def test_who_was_on_the_ground_when_it_was_declared_is_not_told_again_at_their_next_step() -> None:
    story = Story(standing={"inside": at(0)})
    story.report(spec(), type="flood", area=FLOOD_GROUND)

    assert enter(story, "inside").reason == "already_told"


def test_what_was_seen_before_the_ground_changed_says_nothing_any_more() -> None:
    story = flood()
    story.update(area=square(500))

    assert enter(story, "walker", ground=1).reason == "another_ground"
    assert story.incident.warned == {}


@pytest.mark.parametrize("end", ["close", "point", "open_ground"])
def test_nobody_is_warned_of_ground_that_is_none(end: str) -> None:
    story = flood()
    if end == "close":
        story.close()
    else:
        story.update(**({"area": point()} if end == "point" else {"type": "storm"}))

    assert enter(story, "walker", ground=1).reason == "no_dangerous_ground"


def test_a_crowd_that_keeps_walking_in_asks_for_the_operator_once() -> None:
    story = flood()
    enter(story, *(f"v-{number:04}" for number in range(WARNED_MOST)))
    quiet = list(story.incident.attention)

    first, second = enter(story, "more"), enter(story, "and-more")

    assert quiet == []
    assert [entry.reason for entry in story.incident.attention] == ["warning_incomplete"]
    assert (first.outcome, second.outcome) == (Outcome.APPLIED, Outcome.UNCHANGED)
    assert len(story.incident.warned) == WARNED_MOST


def test_the_ground_around_a_person_in_distress_warns_through_the_incident_it_belongs_to() -> None:
    story = flood(person("v-1", at(0), "boat"), skill="boat")
    story.accept("v-1")

    raised = story.distress("v-1")

    (child,) = (fact.hazard for fact in raised.events if isinstance(fact, DistressRaised))
    assert child is not None
    assert (child.equipped, child.since) == (("boat", "rescue"), 0)


def on_the_way(*states: OfferState, where: Place | None = None, skills: frozenset[str] = frozenset()) -> Story:
    """Somebody 2 km north of the flood who accepted it and is sent to its northern edge."""
    story = flood(person("v-1", at(2_000)))
    story.accept("v-1")
    for state in states:
        story.progress("v-1", state)
    seen = Whereabouts(place=where or at(2_000), travel_mode=TravelMode.CAR, skills=skills)
    story.around = DecisionContext(whereabouts={"v-1": seen})
    return story


def edge(area: Area, near: Place) -> Place:
    """The staging point of this ground that is nearest."""
    ground = ground_of(flood_at(area).incident)
    assert ground is not None
    return min(ground.staging, key=lambda one: abs(one.lat - near.lat) + abs(one.lon - near.lon))


def flood_at(area: Area) -> Story:
    story = Story()
    story.report(spec(), type="flood", area=area)
    return story


def test_who_is_on_the_way_gathers_at_the_edge_of_the_grown_ground() -> None:
    story = on_the_way()
    assert story.offer_of("v-1").staging == edge(FLOOD_GROUND, at(2_000))

    story.update(area=square(3_000))

    assert story.offer_of("v-1").staging == edge(square(3_000), at(2_000))
    assert story.state_of("v-1") is OfferState.ACCEPTED


def test_they_are_told_and_who_has_not_answered_is_not_bothered() -> None:
    story = flood(person("v-1", at(2_000)), person("v-2", at(2_000)))
    story.update(spec(count=2))
    story.accept("v-1")

    grown = story.update(area=square(3_000))

    told = [step.volunteer_id for step in offer_steps(story.incident, grown, 0, 1) if step.notice == "staging_moved"]
    moved = {fact.volunteer_id for fact in grown.events if isinstance(fact, StagingMoved)}
    assert told == ["v-1"]
    assert moved == {"v-1", "v-2"}


def test_who_waits_at_the_old_edge_moves_on_from_there() -> None:
    story = on_the_way(OfferState.ON_SCENE, where=at(-9_000))
    old = story.offer_of("v-1").staging
    assert old is not None

    story.update(area=square(3_000))

    assert story.state_of("v-1") is OfferState.ON_SCENE
    assert story.offer_of("v-1").staging == edge(square(3_000), old)


def test_who_works_inside_is_warned_and_not_moved() -> None:
    story = Story([candidate("v-1")])
    story.report(spec(), type="storm", area=FLOOD_GROUND)
    story.accept("v-1")
    story.progress("v-1", OfferState.ON_SCENE)
    story.standing = {"v-1": at(0)}

    story.update(type="flood")

    assert story.offer_of("v-1").staging is None
    assert set(story.incident.warned) == {"v-1"}


def test_a_place_that_becomes_dangerous_stops_who_is_on_the_way_unless_they_may_enter() -> None:
    def told(skills: frozenset[str], *, known: bool = True) -> Place | None:
        story = Story([candidate("v-1")])
        story.report(spec(), type="storm", area=FLOOD_GROUND)
        story.accept("v-1")
        seen = Whereabouts(place=at(2_000), travel_mode=TravelMode.CAR, skills=skills)
        story.around = DecisionContext(whereabouts={"v-1": seen} if known else {})
        story.update(type="flood")
        return story.offer_of("v-1").staging

    ground = ground_of(flood().incident)
    assert ground is not None
    assert told(frozenset({"first_aid"})) == edge(FLOOD_GROUND, at(2_000))
    assert told(frozenset({"first_aid", "rescue"})) is None
    assert told(frozenset(), known=False) == ground.staging[0]


def test_when_the_ground_is_dangerous_no_more_everybody_goes_to_the_scene() -> None:
    story = on_the_way()

    story.update(spec(), type="storm")

    assert story.state_of("v-1") is OfferState.ACCEPTED
    assert story.offer_of("v-1").staging is None


def test_remote_work_and_those_who_have_ended_gather_nowhere() -> None:
    story = flood(person("v-1", at(2_000)), remote("d-1"))
    story.update(spec(), digital_spec(task=Task.VERIFY_REPORT))
    story.accept("d-1")
    story.accept("v-1")
    story.decline("v-1")
    before = story.offer_of("v-1").staging

    grown = story.update(area=square(3_000))

    moved = {fact.volunteer_id for fact in grown.events if isinstance(fact, StagingMoved)}
    assert "d-1" not in moved
    assert [one.staging for one in story.incident.offers if one.state is OfferState.DECLINED] == [before]


def test_another_type_looks_for_who_is_on_the_way() -> None:
    state = on_the_way().incident
    order: dict[str, Any] = {"id": "c", "incident_id": INCIDENT, "by": "operator", "sent_ms": 0}

    assert query_of(state, UpdateIncident(**order, priority=Priority.LOW)) is None
    look = query_of(state, UpdateIncident(**order, type="storm"))
    assert look is not None
    assert look.people == ("v-1",)
