"""The incident turns out to be elsewhere: who is clearly wrong turns round, everybody else goes on."""

from typing import Any

import pytest

from dispatch.incidents.relocation import replanned
from dispatch.model.context import DecisionContext, Whereabouts
from dispatch.model.decisions import Decision
from dispatch.model.people import Candidate
from dispatch.model.places import Place
from dispatch.model.recorded_way import recorded_m
from dispatch.model.vocabulary import OfferState, TravelMode
from tests.support.builders import ALMATY, Story, candidate, incident, offer, point, requirement, spec

M = 1 / 111_195


def north(metres: float) -> Place:
    return Place(lon=ALMATY.lon, lat=ALMATY.lat + metres * M)


def at(metres: float, mode: TravelMode = TravelMode.CAR) -> Whereabouts:
    return Whereabouts(place=north(metres), travel_mode=mode)


def story_of(*volunteer_ids: str, count: int = 1, limit_m: int = 20_000) -> Story:
    """An incident in Almaty whose people stand a hundred metres and more to the north of it."""
    people = [candidate(one, distance_m=100.0 * number) for number, one in enumerate(volunteer_ids, 1)]
    story = Story(people)
    story.report(spec(count=count, max_distance_m=limit_m))
    story.people = []
    return story


def move(story: Story, metres: float, free: tuple[Candidate, ...] = (), **people: Whereabouts) -> Decision:
    """The operator corrects the place; `free` is who could be asked there."""
    there = north(metres)
    story.around = DecisionContext(whereabouts=people, free={"r1": free})
    return story.update(area=point(there.lon, there.lat))


def test_who_is_still_near_goes_on_and_their_way_is_measured_anew() -> None:
    story = story_of("near")
    story.accept("near")

    move(story, 2_000, near=at(100))

    held = story.offer_of("near")
    assert held.state is OfferState.ACCEPTED
    there = north(2_000)
    assert held.distance_m == recorded_m(north(100), point(there.lon, there.lat))
    assert held.eta_s is not None


def test_who_is_clearly_beyond_the_limit_turns_round_and_others_are_asked() -> None:
    story = story_of("near")
    story.accept("near")
    story.progress("near", OfferState.EN_ROUTE)
    story.people = [candidate("there", distance_m=300, place=north(30_000))]

    move(story, 30_000, near=at(100))

    assert (story.state_of("near"), story.offer_of("near").reason) == (OfferState.STOOD_DOWN, "moved")
    assert story.asked() == ["there"]


def test_a_little_beyond_the_limit_is_no_reason_to_turn_round() -> None:
    story = story_of("near")
    story.accept("near")

    move(story, 22_000, near=at(100))

    assert story.state_of("near") is OfferState.ACCEPTED


def test_who_has_not_answered_yet_is_withdrawn() -> None:
    story = story_of("near")

    move(story, 30_000, near=at(100))

    assert (story.state_of("near"), story.offer_of("near").reason) == (OfferState.WITHDRAWN, "moved")


def test_people_on_scene_stay_whatever_the_map_says() -> None:
    story = story_of("near")
    story.accept("near")
    story.progress("near", OfferState.ON_SCENE)

    move(story, 90_000, near=at(0))

    assert story.state_of("near") is OfferState.ON_SCENE


def test_somebody_much_nearer_replaces_who_would_need_three_times_as_long() -> None:
    story = story_of("near")
    story.accept("near")
    other = candidate("there", distance_m=300)
    story.people = [other]

    move(story, 15_000, (other,), near=at(0, TravelMode.FOOT))

    assert story.state_of("near") is OfferState.STOOD_DOWN
    assert story.asked() == ["there"]


def test_somebody_a_little_nearer_replaces_nobody() -> None:
    story = story_of("near")
    story.accept("near")

    move(story, 5_000, (candidate("there", distance_m=2_500),), near=at(0))

    assert story.state_of("near") is OfferState.ACCEPTED


def test_ten_minutes_must_be_saved() -> None:
    story = story_of("near")
    story.accept("near")

    move(story, 700, (candidate("there", distance_m=10),), near=at(0, TravelMode.FOOT))

    assert story.state_of("near") is OfferState.ACCEPTED


def test_one_free_person_replaces_one_and_the_slowest() -> None:
    story = story_of("one", "two", count=2)
    story.accept("one")
    story.accept("two")

    move(
        story, 10_000, (candidate("there", distance_m=10),), one=at(5_000, TravelMode.FOOT), two=at(0, TravelMode.FOOT)
    )

    assert (story.state_of("one"), story.state_of("two")) == (OfferState.ACCEPTED, OfferState.STOOD_DOWN)


def test_a_free_person_who_may_not_be_asked_replaces_nobody() -> None:
    story = story_of("near")
    story.accept("near")

    move(story, 15_000, (candidate("there", "boat", distance_m=10),), near=at(0, TravelMode.FOOT))

    assert story.state_of("near") is OfferState.ACCEPTED


def test_without_a_known_place_only_who_cannot_possibly_be_near_turns_round() -> None:
    far, near = story_of("unseen"), story_of("unseen")
    far.accept("unseen")
    near.accept("unseen")

    move(far, 40_000)
    move(near, 20_000)

    assert far.state_of("unseen") is OfferState.STOOD_DOWN
    assert near.state_of("unseen") is OfferState.ACCEPTED


def test_an_update_that_moves_nothing_turns_nobody_round() -> None:
    story = story_of("near")
    story.accept("near")
    story.around = DecisionContext(whereabouts={"near": at(90_000)})

    story.update(priority=story.incident.priority)

    assert story.state_of("near") is OfferState.ACCEPTED


@pytest.mark.parametrize("known", [{"area": None}, {"requirements": (requirement(capability="digital"),)}])
def test_there_is_nothing_to_plan_without_a_place_or_without_field_work(known: dict[str, Any]) -> None:
    state = incident(offers=(offer(OfferState.ACCEPTED),), **known)

    assert replanned(state, point(), DecisionContext(whereabouts={"v-1": at(90_000)})) == ()


def test_who_was_asked_without_a_distance_is_left_alone() -> None:
    there = north(90_000)
    state = incident(area=point(there.lon, there.lat), offers=(offer(OfferState.ACCEPTED, distance_m=None),))

    assert replanned(state, point(), DecisionContext()) == ()
    assert replanned(state, None, DecisionContext()) == ()
