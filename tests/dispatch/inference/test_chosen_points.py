"""One identity measures a person from points of its own choosing: incidents opened for it, limits, looks at "why not".

The estimator is the best there is: somebody who knows the code keeps every place that would have given the same answers, and
guesses their mean, which has the least error in the quadratic mean. They start within 3 km of the person. What they cannot know
is where in the wide cell (H3 resolution 7) the person is: 1.0 km by the same measure around Almaty, whatever the number of
points. Distances to 500 m that are not those of cells give 0.1 km.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest

from api.views.people_list import listed_person
from dispatch.explanations import PersonNow, of_person
from dispatch.incidents.acceptance import unfit
from dispatch.matching.approach import approach
from dispatch.matching.ranking import rank
from dispatch.model.context import NOTHING
from dispatch.model.geo import distance_m
from dispatch.model.hazard_areas import hazard_area
from dispatch.model.incidents import Hazard
from dispatch.model.places import Area, Place
from dispatch.model.reasons import SoftRule
from dispatch.model.vocabulary import Capability, OfferSource, Outcome, TravelMode
from streams.store.volunteer_view import VolunteerView
from tests.dispatch.inference.test_attacks import mean_square, plane
from tests.dispatch.inference.test_raw_topics import square_at
from tests.support.builders import ALMATY, NOW_MS, Story, candidate, need, presence_of, requirement, spec
from tests.support.cells import area_at, around, in_same_cell, in_same_wide_cell, shifted

HOMES, TRIED, WITHIN_M = 24, 700, 3_000.0
POINTS = (3, 10, 30)
Answer = Callable[[Place, Area], object]


def listed(place: Place, area: Area) -> object:
    """What `GET /v1/volunteers?incident=` says; the order of the list is that of the same number."""
    person = VolunteerView(
        id="v-1",
        capabilities=(Capability.FIELD,),
        skills=(),
        languages=(),
        travel_mode=TravelMode.FOOT,
        max_distance_m=None,
        on_duty=True,
        offset=1,
        place=place,
    )
    return listed_person(person, None, (), area)["about_km"]


def recorded(place: Place, area: Area) -> object:
    """Every number of an offer, of its reasons and of the preview of a report."""
    person = candidate("v-1", place=place, distance_m=distance_m(place, area.centre), travel_mode=TravelMode.FOOT)
    wanted = need(requirement(max_distance_m=100_000), area=area)
    (entry,) = rank([approach(person, wanted, None, ())], wanted, None)
    return entry.recorded


def exact(place: Place, area: Area) -> object:
    """The control: the exact distance in whole half kilometres."""
    return round(distance_m(place, area.centre) / 500)


def errors_by_points(answer: Answer, rng: Random) -> dict[int, list[float]]:
    """How far the best guess is from each home, by the number of points that were used."""
    found: dict[int, list[float]] = {number: [] for number in POINTS}
    for _ in range(HOMES):
        home = around(rng)
        left = [around(rng, home, WITHIN_M) for _ in range(TRIED)]
        for number in range(1, max(POINTS) + 1):
            area = area_at(around(rng, home, 6_000.0))
            told = answer(home, area)
            left = [place for place in left if answer(place, area) == told] or left
            if number in POINTS:
                found[number].append(distance_m(mean_of(left), home))
    return found


def mean_of(places: Sequence[Place]) -> Place:
    xs, ys = zip(*map(plane, places), strict=True)
    return shifted(ALMATY, sum(xs) / len(xs), sum(ys) / len(ys))


def error_within_a_cell(rng: Random) -> float:
    """Of somebody who knows the wide cell and nothing else."""
    errors = []
    for _ in range(HOMES):
        home = around(rng)
        middle = mean_of([in_same_wide_cell(rng, home) for _ in range(TRIED)])
        errors += [distance_m(middle, in_same_wide_cell(rng, home)) for _ in range(30)]
    return mean_square(errors)


@pytest.mark.parametrize("answer", [listed, recorded])
def test_more_points_find_nobody_closer_than_their_cell(answer: Answer) -> None:
    floor_m = error_within_a_cell(Random(1))

    errors = {number: mean_square(some) for number, some in errors_by_points(answer, Random(2)).items()}

    assert 850 < floor_m < 1_150
    # A fifth for chance: 24 homes are a sample.
    assert {number: error for number, error in errors.items() if error < 0.8 * floor_m} == {}
    # It is an attack: more points do find more, down to there.
    assert errors[max(POINTS)] < 1.2 * floor_m


def test_the_same_estimator_finds_whoever_is_measured_exactly() -> None:
    errors = {number: mean_square(some) for number, some in errors_by_points(exact, Random(2)).items()}

    assert errors[3] < 600
    assert errors[max(POINTS)] < 250


@pytest.mark.parametrize("seed", range(6))
def test_orders_that_are_refused_are_no_measure(seed: int) -> None:
    """Somebody without the skill is never asked, so place and limit could be varied for as long as one likes."""
    rng = Random(seed)
    home = around(rng)
    questions = [(around(rng, home, 5_000.0), rng.randrange(500, 8_000)) for _ in range(30)]

    answers = [
        [told_of_order(place, scene, limit_m) for scene, limit_m in questions]
        for place in (home, *(in_same_wide_cell(rng, home) for _ in range(3)))
    ]

    assert all(one == answers[0] for one in answers)
    assert set(answers[0]) == {(SoftRule.SKILL,), (SoftRule.SKILL, SoftRule.TOO_FAR)}


def told_of_order(place: Place, scene: Place, limit_m: int) -> tuple[SoftRule, ...]:
    story = Story()
    story.report(spec(max_distance_m=limit_m), area=area_at(scene))
    person = candidate("v-1", "boat", place=place, travel_mode=TravelMode.CAR)
    refused = story.assign(person)
    assert refused.outcome is Outcome.REFUSED
    return refused.against


@pytest.mark.parametrize("seed", range(6))
def test_dangerous_ground_of_ones_choice_tells_no_two_places_of_a_cell_apart(seed: int) -> None:
    rng = Random(seed)
    home = around(rng)
    grounds = [square_at(around(rng, home, 1_200.0), rng.uniform(50, 400)) for _ in range(20)]

    answers = []
    for place in (home, *(in_same_cell(rng, home) for _ in range(3))):
        told = []
        for ground in grounds:
            story = Story()
            story.report(spec(), type="flood", area=ground)
            refused = story.assign(candidate("v-1", "doctor", place=place))
            told.append(refused.against)
            is_inside = hazard_area("i-1", Hazard(equipped=("boat",)), ground).outline.covers(place)
            # Never told too little.
            assert not is_inside or SoftRule.IN_HAZARD in refused.against
        answers.append(told)

    assert all(one == answers[0] for one in answers)


@pytest.mark.parametrize("seed", range(6))
def test_why_somebody_was_not_asked_is_no_measure(seed: int) -> None:
    rng = Random(seed)
    home = around(rng)
    questions = [(around(rng, home, 5_000.0), rng.randrange(500, 8_000)) for _ in range(30)]

    answers = [
        [told_of_why(place, scene, limit_m) for scene, limit_m in questions]
        for place in (home, *(in_same_wide_cell(rng, home) for _ in range(3)))
    ]

    assert all(one == answers[0] for one in answers)
    assert {verdict for verdict, _ in answers[0]} == {"excluded", "not_considered"}


def told_of_why(place: Place, scene: Place, limit_m: int) -> tuple[str, str]:
    story = Story()
    story.report(spec(max_distance_m=limit_m), area=area_at(scene))
    person = candidate("v-1", place=place, travel_mode=TravelMode.CAR, fix_age_s=5.0)
    seen = PersonNow(candidate=person, capabilities=frozenset({Capability.FIELD}), on_duty=True)
    found = of_person(story.incident, story.decisions, "v-1", seen)
    return found.verdict, found.text


def test_who_was_named_by_the_cell_is_not_stood_down_by_the_metre() -> None:
    """The order saw the middle of the cell within the limit; they are a kilometre further and say yes."""
    rng = Random(4)
    checked = 0
    for _ in range(300):
        home, scene = around(rng, within_m=3_000.0), around(rng, within_m=3_000.0)
        story = Story()
        story.around = NOTHING
        story.report(spec(max_distance_m=2_000), area=area_at(scene))
        person = candidate("v-1", place=home, distance_m=distance_m(home, scene), travel_mode=TravelMode.CAR)
        if story.assign(person).outcome is not Outcome.APPLIED:
            continue
        held = story.offer_of("v-1")
        assert unfit(story.incident, held, story.incident.requirements[0], presence_of(person), NOW_MS) is None
        by_search = replace(held, source=OfferSource.SEARCH)
        checked += (
            unfit(story.incident, by_search, story.incident.requirements[0], presence_of(person), NOW_MS) is not None
        )
    assert checked > 0
