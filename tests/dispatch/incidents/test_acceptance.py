"""A yes is judged when it is said: by place, limits, duty, skill, language and dangerous ground as they are then."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.incidents.acceptance import TOLERANCE
from dispatch.model.context import NOTHING, Whereabouts
from dispatch.model.geojson import area_of
from dispatch.model.people import Candidate, Presence
from dispatch.model.places import Place
from dispatch.model.reasons import Exclusion
from dispatch.model.vocabulary import Capability, LanguageRule, OfferState, Outcome, TravelMode
from dispatch.state.offer_effects import offer_steps
from tests.support.builders import ALMATY, Story, candidate, digital_spec, helpers, point, remote, spec

METRES_A_DEGREE = 111_195


def north(distance_m: float) -> Place:
    return Place(lon=ALMATY.lon, lat=ALMATY.lat + distance_m / METRES_A_DEGREE)


def moved(distance_m: float) -> Any:
    return point(lat=ALMATY.lat + distance_m / METRES_A_DEGREE)


def seen(story: Story, age_s: float = 5.0, **known: Any) -> None:
    """What the picture shows of v-1 from now on: as when they were asked, but for what is stated."""
    defaults: dict[str, Any] = {
        "on_duty": True,
        "travel_mode": TravelMode.CAR,
        "place": north(100),
        "fix_at_ms": story.now_ms - round(age_s * 1000),
        "accuracy_m": 10.0,
        "capabilities": frozenset({Capability.FIELD, Capability.DIGITAL}),
        "skills": frozenset({"first_aid"}),
        "languages": ("kk", "ru"),
    }
    story.around = replace(NOTHING, presence={"v-1": Presence(**(defaults | known))})


def asked(*specs: Any, people: list[Candidate] | None = None, **stated: Any) -> Story:
    """v-1 is asked; v-2 could go instead."""
    story = Story(people=people or helpers("v-1"))
    story.report(*(specs or (spec(),)), **stated)
    story.people = [*story.people, candidate("v-2", distance_m=200.0)]
    seen(story)
    return story


def stood_down(story: Story) -> str | None:
    offer = story.offer_of("v-1")
    return offer.reason if offer.state is OfferState.STOOD_DOWN else None


def test_who_fits_is_taken() -> None:
    story = asked()

    story.accept("v-1")

    assert story.state_of("v-1") is OfferState.ACCEPTED


def test_who_was_near_before_the_incident_moved_is_told_not_to_go_and_the_place_stays_open() -> None:
    story = asked()
    whereabouts = {"v-1": Whereabouts(place=north(100), travel_mode=TravelMode.CAR)}
    story.around = replace(story.around, whereabouts=whereabouts)
    story.people = []
    story.update(area=moved(300_000))
    assert story.state_of("v-1") is OfferState.WITHDRAWN
    story.people = [candidate("v-2", distance_m=200.0)]

    late = story.accept("v-1")

    assert (late.outcome, late.why.rule, stood_down(story)) == (Outcome.APPLIED, "unfit_accept", Exclusion.TOO_FAR)
    assert story.asked() == ["v-2"]
    (told,) = [step for step in offer_steps(story.incident, late, 0, 1) if step.volunteer_id == "v-1"]
    assert (told.state, told.reason) == (OfferState.STOOD_DOWN, "too_far")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"on_duty": False}, Exclusion.OFF_DUTY),
        ({"skills": frozenset({"boat"})}, Exclusion.SKILL),  # taken away since
        ({"capabilities": frozenset({Capability.DIGITAL})}, Exclusion.SKILL),  # stays at home from now on
        ({"place": north(300_000)}, Exclusion.TOO_FAR),  # has driven away since
        ({"max_distance_m": 50, "place": north(300)}, Exclusion.TOO_FAR),  # has set a limit of their own since
        ({"travel_mode": TravelMode.FOOT, "place": north(9_000)}, Exclusion.TOO_FAR),  # their car has broken down
    ],
)
@pytest.mark.parametrize("when", ["in time", "late"])
def test_who_does_not_fit_any_more_is_told_why(changes: dict[str, Any], reason: Exclusion, when: str) -> None:
    story = asked()
    if when == "late":
        story.wait(100)
        story.people = []
        story.expire("v-1")
        story.people = [candidate("v-2", distance_m=200.0)]
    seen(story, **changes)

    story.accept("v-1")

    assert stood_down(story) == reason
    assert story.asked() == ["v-2"]


def test_a_language_that_is_required_by_now_counts() -> None:
    story = asked()
    story.update(spec(languages=("en",), language=LanguageRule.REQUIRE))

    story.accept("v-1")

    assert stood_down(story) == Exclusion.LANGUAGE


def test_a_language_that_is_only_preferred_does_not_count() -> None:
    story = asked(spec(language=LanguageRule.PREFER), language="en")

    story.accept("v-1")

    assert story.state_of("v-1") is OfferState.ACCEPTED


def test_a_substitute_fits_where_substitutes_do() -> None:
    story = asked(spec("doctor", any_of=("first_aid",)), people=helpers("v-1"))

    story.accept("v-1")

    assert story.state_of("v-1") is OfferState.ACCEPTED


GROUND: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [[[76.9, 43.2], [77.0, 43.2], [77.0, 43.3], [76.9, 43.3], [76.9, 43.2]]],
}


@pytest.mark.parametrize(("skills", "reason"), [({"first_aid"}, Exclusion.IN_HAZARD), ({"first_aid", "boat"}, None)])
def test_who_stands_on_dangerous_ground_by_now_needs_the_equipment(skills: set[str], reason: str | None) -> None:
    story = asked(type="flood")
    story.update(area=area_of(GROUND))
    seen(story, place=ALMATY, skills=frozenset(skills))

    story.accept("v-1")

    assert stood_down(story) == reason


@pytest.mark.parametrize(
    "known",
    [
        {"place": None, "fix_at_ms": None},  # no fix, no home
        {"place": north(300_000), "age_s": 1_801},  # too old to be believed
        {
            "place": north(300_000),
            "age_s": 1_801,
            "home": north(200_000),
        },  # and home says nothing of who is out and about
        {"place": north(60_000), "accuracy_m": 25_000.0},  # may be within their 50 km
    ],
)
def test_what_is_unknown_never_counts_against_a_yes(known: dict[str, Any]) -> None:
    story = asked()
    seen(story, **known)

    story.accept("v-1")

    assert story.state_of("v-1") is OfferState.ACCEPTED


def test_who_is_not_in_the_picture_is_left_to_the_claim() -> None:
    story = asked()
    story.around = NOTHING

    story.accept("v-1")

    assert story.state_of("v-1") is OfferState.ACCEPTED


def test_who_was_asked_at_home_is_judged_at_home() -> None:
    story = asked()
    story.update(area=moved(300_000))
    seen(story, place=None, fix_at_ms=None, home=north(100))

    story.accept("v-1")

    assert stood_down(story) == Exclusion.TOO_FAR


def test_a_little_further_than_the_limit_is_near_enough_while_the_offer_is_open_and_no_longer() -> None:
    little = north(50_000 * (TOLERANCE - 0.05))
    open_one, late_one = asked(), asked()
    seen(open_one, place=little)
    late_one.wait(100)
    late_one.people = []
    late_one.expire("v-1")
    seen(late_one, place=little)

    open_one.accept("v-1")
    late_one.accept("v-1")

    assert open_one.state_of("v-1") is OfferState.ACCEPTED
    assert stood_down(late_one) == Exclusion.TOO_FAR


def test_a_wider_ring_holds_for_a_yes_too() -> None:
    story = asked(spec(max_distance_m=1_000))
    seen(story, place=north(1_900))
    story.people = []
    story.escalate()
    assert story.incident.requirements[0].climb is not None
    ring = story.incident.requirements[0].climb.ring

    story.accept("v-1")

    assert ring > 1
    assert story.state_of("v-1") is OfferState.ACCEPTED


def test_a_second_yes_of_who_was_stood_down_changes_nothing_until_they_fit_again() -> None:
    story = asked()
    story.people = []
    seen(story, on_duty=False)
    story.accept("v-1")

    again = story.accept("v-1")
    seen(story)
    back = story.accept("v-1")

    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_stood_down")
    assert back.outcome is Outcome.APPLIED
    assert story.state_of("v-1") is OfferState.ACCEPTED


def test_who_was_just_told_not_to_go_is_not_asked_in_the_same_breath() -> None:
    story = asked()
    story.people = helpers("v-1")
    seen(story, on_duty=False)

    story.accept("v-1")

    assert story.asked() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"place": north(900_000)}, None),  # place never matters to digital work
        ({"on_duty": False}, Exclusion.OFF_DUTY),
        ({"skills": frozenset({"translator"})}, Exclusion.SKILL),
        ({"languages": ("en",)}, Exclusion.LANGUAGE),
        ({"capabilities": frozenset({Capability.FIELD})}, Exclusion.SKILL),
    ],
)
def test_digital_work_is_judged_by_duty_skill_and_language(changes: dict[str, Any], reason: str | None) -> None:
    story = asked(digital_spec(languages=("kk",)), people=[remote("v-1")])
    seen(story, **({"skills": frozenset({"verification"})} | changes))

    story.accept("v-1")

    assert stood_down(story) == reason
    assert (story.state_of("v-1") is OfferState.ACCEPTED) == (reason is None)
