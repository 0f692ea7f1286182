"""Dangerous ground of another incident on somebody's way: they are told once for each state of it, and when it is free again."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.follow_ups import follow_ups
from dispatch.model.answer_commands import AcceptOffer, ReportProgress
from dispatch.model.commands import AddNote, CheckWay, Command, PassDeadline
from dispatch.model.context import DecisionContext, Whereabouts
from dispatch.model.decisions import Decision
from dispatch.model.geojson import area_of
from dispatch.model.hazard_areas import HazardArea, hazard_area
from dispatch.model.incidents import Hazard, Incident
from dispatch.model.offer_events import JobChanged
from dispatch.model.offers import Offer
from dispatch.model.places import Area, Place
from dispatch.model.safety_events import HazardOnWay, WayCleared, WaysToCheck
from dispatch.model.vocabulary import Capability, DeadlineKind, OfferState, Outcome, TravelMode
from dispatch.safety.hazard_crossings import LOOKED_AT_M, WaysFound, concerned, ground_to_check, people_of, under_way
from tests.dispatch.safety.test_hazards import square
from tests.support.builders import (
    ALMATY,
    INCIDENT,
    Story,
    candidate,
    digital_spec,
    incident,
    offer,
    point,
    remote,
    spec,
)

ORDER: dict[str, Any] = {"id": "c", "incident_id": INCIDENT, "by": "somebody", "sent_ms": 0}
OTHER = INCIDENT[:-1] + "e"
THIRD = INCIDENT[:-1] + "f"


def east(metres: float) -> Area:
    """Two kilometres of ground, so far east of the scene."""
    ground = square(1_000)
    shift = metres / 81_000
    (ring,) = ground.geometry["coordinates"]  # type: ignore[misc]
    moved = [[lon + shift, lat] for lon, lat in ring]  # type: ignore[has-type]
    return area_of({"type": "Polygon", "coordinates": [moved]})


def there(metres: float) -> Place:
    return Place(lon=ALMATY.lon + metres / 81_000, lat=ALMATY.lat)


def ground(
    metres: float = 5_000, since: int = 1, incident_id: str = OTHER, equipped: tuple[str, ...] = ("boat",)
) -> HazardArea:
    return hazard_area(incident_id, Hazard(equipped=equipped, since=since), east(metres))


def seen(metres: float = 10_000, *skills: str) -> Whereabouts:
    return Whereabouts(place=there(metres), travel_mode=TravelMode.CAR, skills=frozenset(skills))


def sees(story: Story, *grounds: HazardArea, **people: Whereabouts) -> None:
    story.around = DecisionContext(
        whereabouts={name.replace("_", "-"): where for name, where in people.items()}, hazards=grounds
    )


def sent(state: OfferState = OfferState.EN_ROUTE, *skills: str) -> Story:
    """`v-1` comes from ten kilometres east."""
    story = Story(people=[candidate("v-1", *(skills or ("first_aid",)), distance_m=10_000.0)])
    story.report(spec(skills[0]) if skills else spec(), area=point())
    story.accept("v-1")
    for step in (OfferState.EN_ROUTE, OfferState.ON_SCENE):
        if state in (step, OfferState.ON_SCENE):
            story.progress("v-1", step)
    return story


def check(story: Story, hazard_incident_id: str = OTHER) -> Decision:
    order: dict[str, Any] = {"incident_id": INCIDENT, "by": "dispatcher", "sent_ms": story.now_ms}
    return story.tell(CheckWay(id=f"check-{len(story.decisions)}", **order, hazard_incident_id=hazard_incident_id))


def told(decision: Decision) -> list[tuple[str, str, int]]:
    return [
        (fact.volunteer_id, fact.hazard_incident_id, fact.ground)
        for fact in decision.events
        if isinstance(fact, HazardOnWay)
    ]


def test_who_is_on_the_way_is_told_once_for_each_state_of_the_ground_and_has_to_confirm() -> None:
    story = sent()
    sees(story, ground(), v_1=seen())

    first, again = check(story), check(story)
    sees(story, ground(4_000, since=2), v_1=seen())
    moved = check(story)

    assert told(first) == [("v-1", OTHER, 1)]
    (change,) = [fact for fact in first.events if isinstance(fact, JobChanged)]
    assert (change.changes, change.to_confirm) == (("hazard_on_way",), ("hazard_on_way",))
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "nothing_new")
    assert told(moved) == [("v-1", OTHER, 2)]
    assert story.offer_of("v-1").hazards_on_way == {OTHER: 2}


@pytest.mark.parametrize(
    ("grounds", "where", "why"),
    [
        ([ground(20_000)], seen(), "it lies behind them"),
        ([ground(-5_000)], seen(), "it lies beyond the scene"),
        ([ground(equipped=("first_aid",))], seen(), "the skill they were sent for may enter"),
        ([ground()], seen(10_000, "boat"), "another skill of theirs may enter"),
        ([ground(since=0)], seen(), "the ground of a distress is its parent's, which tells of it"),
        ([ground(incident_id=INCIDENT)], seen(), "their own incident's ground is told by staging"),
        ([ground()], seen(3_000), "they are past it"),
        ([], seen(), "there is none"),
    ],
)
def test_what_is_no_danger_on_the_way_is_told_to_nobody(
    grounds: list[HazardArea], where: Whereabouts, why: str
) -> None:
    story = sent()
    sees(story, *grounds, v_1=where)

    assert told(check(story)) == [], why


def test_who_works_on_the_ground_is_told_and_who_works_beside_it_is_not() -> None:
    inside, beside = sent(OfferState.ON_SCENE), sent(OfferState.ON_SCENE)
    sees(inside, ground(0), v_1=seen(100))
    sees(beside, ground(5_000), v_1=seen(100))

    assert told(check(inside)) == [("v-1", OTHER, 1)]
    assert told(check(beside)) == []


def test_without_a_known_place_only_danger_at_the_scene_is_told() -> None:
    story = sent()
    sees(story, ground())
    unknown = check(story)
    sees(story, ground(0))
    at_the_scene = check(story)

    assert told(unknown) == []
    assert told(at_the_scene) == [("v-1", OTHER, 1)]


def test_the_way_to_a_staging_point_ends_there() -> None:
    story = Story(people=[candidate("v-1", distance_m=10_000.0, place=there(10_000))])
    story.report(spec(), type="flood", area=square(1_000))
    story.accept("v-1")
    staging = story.offer_of("v-1").staging
    assert staging is not None
    sees(story, ground(-800, incident_id=OTHER), v_1=seen())

    assert told(check(story)) == []


@pytest.mark.parametrize("gone", ["over", "elsewhere"])
def test_a_way_that_is_free_again_is_told_and_needs_no_confirmation(gone: str) -> None:
    story = sent()
    sees(story, ground(), v_1=seen())
    check(story)
    story.confirm("v-1")
    sees(story, *([ground(50_000, since=2)] if gone == "elsewhere" else []), v_1=seen())

    cleared = check(story)

    assert [fact.hazard_incident_ids for fact in cleared.events if isinstance(fact, WayCleared)] == [(OTHER,)]
    (change,) = [fact for fact in cleared.events if isinstance(fact, JobChanged)]
    assert (change.changes, change.to_confirm) == (("hazard_on_way",), ())
    assert (story.offer_of("v-1").hazards_on_way, story.offer_of("v-1").unconfirmed) == ({}, None)


def test_ground_that_lies_behind_them_by_now_stays_told() -> None:
    story = sent()
    sees(story, ground(), v_1=seen())
    check(story)
    sees(story, ground(), v_1=seen(1_000))

    assert check(story).outcome is Outcome.UNCHANGED
    assert story.offer_of("v-1").hazards_on_way == {OTHER: 1}


def test_who_accepts_or_sets_out_hears_of_ground_that_was_dangerous_before() -> None:
    story = Story(people=[candidate("v-1", distance_m=10_000.0)])
    story.report(spec())
    sees(story, ground(), v_1=seen())
    accepted = story.accept("v-1")
    sees(story, ground(), ground(7_000, incident_id=THIRD), v_1=seen())
    set_out = story.progress("v-1", OfferState.EN_ROUTE)

    assert told(accepted) == [("v-1", OTHER, 1)]
    assert story.offer_of("v-1").unconfirmed is not None
    assert told(set_out) == [("v-1", THIRD, 1)]


def test_a_look_at_who_is_coming_and_a_place_that_moves_tell_as_well() -> None:
    looked, moved = sent(), sent()
    looked.wait(400)
    sees(looked, ground(), v_1=seen())
    sees(moved, ground(-5_000), v_1=seen())

    seen_coming = looked.look_at("v-1")
    moved_on = moved.update(area=area_of({"type": "Point", "coordinates": [there(-9_000).lon, ALMATY.lat]}))

    assert told(seen_coming) == [("v-1", OTHER, 1)]
    assert told(moved_on) == [("v-1", OTHER, 1)]


def test_who_ended_or_works_remotely_is_told_nothing() -> None:
    story = Story(people=[candidate("v-1", distance_m=10_000.0), remote("d-1")])
    story.report(spec(), digital_spec())
    story.accept("v-1")
    story.accept("d-1")
    story.decline("v-1")
    story.people = []
    sees(story, ground(), v_1=seen(), d_1=seen())

    assert check(story).outcome is Outcome.UNCHANGED


def test_the_end_of_an_offer_forgets_what_was_told() -> None:
    story = sent()
    sees(story, ground(), v_1=seen())
    check(story)
    story.decline("v-1")

    assert story.offer_of("v-1").hazards_on_way == {}


def test_a_closed_incident_checks_nothing() -> None:
    story = sent()
    story.close()

    assert check(story).outcome is Outcome.UNCHANGED


# The incident whose ground it is.


def flood_story(found: WaysFound | None = None) -> Story:
    story = Story(ways=found)
    story.report(spec("boat"), type="flood", area=square(1_000))
    return story


def test_new_ground_names_whom_it_concerns_and_each_is_asked_to_look() -> None:
    story = flood_story(WaysFound(incident_ids=(OTHER, THIRD)))

    (named,) = [fact for fact in story.last.events if isinstance(fact, WaysToCheck)]
    commands = [command for command in follow_ups(story.last) if isinstance(command, CheckWay)]

    assert named.incident_ids == (OTHER, THIRD)
    assert [(one.incident_id, one.hazard_incident_id, one.by) for one in commands] == [
        (OTHER, INCIDENT, "dispatcher"),
        (THIRD, INCIDENT, "dispatcher"),
    ]
    assert len({one.id for one in commands}) == 2
    assert follow_ups(story.last) == follow_ups(story.last)
    assert story.incident.attention == ()


def test_more_than_can_be_looked_at_is_for_the_operator() -> None:
    story = flood_story(WaysFound(incident_ids=(), beyond=True))

    assert [entry.reason for entry in story.incident.attention] == ["ways_unchecked"]
    assert not [fact for fact in story.last.events if isinstance(fact, WaysToCheck)]


def test_ground_that_moves_or_ends_is_looked_at_again_and_other_changes_are_not() -> None:
    story = flood_story()
    story.ways = WaysFound(incident_ids=(OTHER,))

    def names() -> bool:
        return any(isinstance(fact, WaysToCheck) for fact in story.last.events)

    story.update(language="ru")
    unmoved = names()
    story.update(area=square(2_000))
    moved = names()
    story.update(spec("boat"), type="storm")
    harmless = names()
    story.update(spec("boat"), type="flood")
    dangerous = names()
    story.close()
    closed = names()

    assert (unmoved, moved, harmless, dangerous, closed) == (False, True, True, True, True)


def test_a_point_and_a_person_in_distress_are_no_ground_to_check() -> None:
    flood = incident(area=square(1_000), hazard=Hazard(equipped=(), since=1))

    assert ground_to_check(None, incident(area=point(), hazard=Hazard(since=1))) is None
    assert ground_to_check(None, replace(flood, distress_of="v-1")) is None
    assert ground_to_check(None, None) is None
    assert ground_to_check(None, flood) == flood.area
    assert ground_to_check(flood, replace(flood, hazard=None)) == flood.area


# What the shell asks.


def on_the_way(volunteer_id: str, **known: Any) -> Offer:
    return offer(OfferState.EN_ROUTE, volunteer_id=volunteer_id, distance_m=10_000.0, **known)


def other() -> Incident:
    return incident(id=OTHER, offers=(on_the_way("v-1"),))


def test_only_incidents_whose_people_it_concerns_are_named() -> None:
    crossed = other()
    told_before = incident(id=THIRD, offers=(on_the_way("v-2", hazards_on_way={INCIDENT: 1}),))
    free = incident(id="x", offers=(on_the_way("v-3"),))
    whereabouts = {"v-1": seen(), "v-2": seen(-10_000), "v-3": seen(1_000)}
    new = ground(incident_id=INCIDENT, since=2)

    assert concerned([crossed, told_before, free], whereabouts, INCIDENT, new) == (OTHER, THIRD)
    assert concerned([crossed, told_before, free], whereabouts, INCIDENT, None) == (THIRD,)


def test_nobody_is_looked_up_while_nothing_dangerous_is_near() -> None:
    story = sent()
    order: dict[str, Any] = {"id": "c", "incident_id": INCIDENT, "by": "dispatcher", "sent_ms": 0}
    command = CheckWay(**order, hazard_incident_id=OTHER)
    far = ground(LOOKED_AT_M * 2)

    assert people_of(story.incident, command, [far]) == ()
    assert people_of(story.incident, command, []) == ()
    assert people_of(None, command, [ground()]) == ()
    assert people_of(story.incident, command, [far, ground()]) == ("v-1",)
    known = replace(story.incident, offers=(replace(story.offer_of("v-1"), hazards_on_way={OTHER: 1}),))
    assert people_of(known, command, []) == ("v-1",)


@pytest.mark.parametrize(
    ("command", "is_looked_up"),
    [
        (AcceptOffer(**ORDER, offer_id="o-1", volunteer_id="v-1"), True),
        (ReportProgress(**ORDER, offer_id="o-1", volunteer_id="v-1", state=OfferState.EN_ROUTE), True),
        (PassDeadline(**ORDER, deadline=DeadlineKind.WATCH, due_ms=0, offer_id="o-1"), True),
        (PassDeadline(**ORDER, deadline=DeadlineKind.RETRY, due_ms=0), False),
        (AcceptOffer(**ORDER, offer_id="o-nobody", volunteer_id="v-1"), False),
        (AddNote(**ORDER, private_ref="incident:note"), False),
    ],
)
def test_who_acts_or_is_looked_for_is_seen_where_they_are(command: Command, is_looked_up: bool) -> None:
    asked = incident(
        offers=(offer(OfferState.OFFERED),)
    )  # without a distance: anything within the limit may be on the way

    assert people_of(asked, command, [ground()]) == (("v-1",) if is_looked_up else ())


def test_who_is_under_way_is_who_was_sent_to_a_place() -> None:
    assert [one.id for one in under_way(other())] == ["o-1"]
    assert under_way(incident(id=OTHER, area=None, offers=(offer(OfferState.EN_ROUTE),))) == ()
    assert under_way(incident(offers=(offer(OfferState.OFFERED),))) == ()
    assert under_way(incident(offers=(offer(OfferState.ACCEPTED, capability=Capability.DIGITAL),))) == ()
