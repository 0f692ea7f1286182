"""Simulated people: the same for the same seed, spread as the country lives, fit for the contract."""

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from dispatch.model.vocabulary import Capability, Skill, TravelMode
from streams.simulator.movement import SimulatedTrip, round_at
from streams.simulator.people import Crowd, SimulatedPerson, draw_people
from streams.simulator.places import cities, city_named, moved, offset_m
from streams.simulator.registration import profile

COUNTRY = Crowd(count=3000, cities=cities(), seed=1)


@pytest.fixture(scope="module")
def people() -> list[SimulatedPerson]:
    return list(draw_people(COUNTRY))


def test_the_same_seed_gives_the_same_people_and_another_seed_others(people: list[SimulatedPerson]) -> None:
    assert list(draw_people(COUNTRY)) == people
    assert list(draw_people(replace(COUNTRY, seed=2))) != people


def test_a_larger_crowd_begins_with_the_same_people(people: list[SimulatedPerson]) -> None:
    assert list(draw_people(replace(COUNTRY, count=10))) == people[:10]


def test_people_live_where_the_country_lives(people: list[SimulatedPerson]) -> None:
    share = Counter(person.city for person in people)["almaty"] / len(people)
    whole = sum(city.population for city in cities())

    assert share == pytest.approx(cities()[0].population / whole, abs=0.03)


def test_homes_lie_in_their_city(people: list[SimulatedPerson]) -> None:
    for person in people:
        city = city_named(person.city)
        assert city is not None
        assert math.hypot(*offset_m(city.centre, person.home)) <= 2.5 * city.spread_m + 1


def test_everybody_has_something_to_offer_and_every_skill_is_somewhere(people: list[SimulatedPerson]) -> None:
    assert all(person.skills and person.languages for person in people)
    assert {skill for person in people for skill in person.skills} == {skill.value for skill in Skill}


def test_only_people_with_a_car_drive(people: list[SimulatedPerson]) -> None:
    drivers = [person for person in people if "driver" in person.skills]

    assert drivers
    assert {person.travel_mode for person in drivers} == {TravelMode.CAR}


def test_doctors_can_do_first_aid(people: list[SimulatedPerson]) -> None:
    assert all("first_aid" in person.skills for person in people if "doctor" in person.skills)


def test_northern_towns_speak_more_russian_and_southern_ones_more_kazakh(people: list[SimulatedPerson]) -> None:
    def speaking(language: str, city: str) -> float:
        there = [person for person in people if person.city == city]
        return sum(language in person.languages for person in there) / len(there)

    assert speaking("kk", "shymkent") > speaking("kk", "karaganda")
    assert speaking("ru", "karaganda") > speaking("ru", "shymkent")


def test_a_small_crowd_can_be_made_more_skilled() -> None:
    plain, skilled = (
        sum(len(person.skills) for person in draw_people(replace(COUNTRY, count=200, skilled=factor)))
        for factor in (1.0, 3.0)
    )

    assert skilled > 1.5 * plain


def test_a_profile_is_as_the_contract_wants_it(people: list[SimulatedPerson]) -> None:
    body = profile(people[0])

    assert set(body) == {
        "capabilities", "skills", "languages", "travel_mode", "max_distance_m", "home", "on_duty", "contact", "label",
    }  # fmt: skip
    assert body["home"]["type"] == "Point"
    assert set(body["capabilities"]) <= {capability.value for capability in Capability}


def test_cities_are_known_by_every_name() -> None:
    for name in ("almaty", "Алматы", "ALMATY"):
        city = city_named(name)
        assert city is not None
        assert city.id == "almaty"
    assert city_named("atlantis") is None
    assert len({city.id for city in cities()}) == len(cities()) == 60


def test_nobody_jumps(people: list[SimulatedPerson]) -> None:
    for person in people[:200]:
        places = [round_at(person, at_s) for at_s in range(0, 7200, 10)]
        steps = [math.hypot(*offset_m(a, b)) for a, b in pairwise(places)]
        assert max(steps) <= 8.0 * 10 * 1.05


def test_most_people_stand_still_at_any_time(people: list[SimulatedPerson]) -> None:
    still = sum(round_at(person, 2000.0) == round_at(person, 2030.0) for person in people)

    assert 0.6 < still / len(people) < 0.8


def test_a_trip_leads_from_its_start_to_its_goal() -> None:
    start = cities()[0].centre
    goal = moved(start, east_m=1000, north_m=-500)
    trip = SimulatedTrip(start=start, goal=goal, starts_s=100, arrives_s=200)

    east, north = offset_m(start, trip.place_at(150))

    assert (trip.place_at(0), trip.place_at(500)) == (start, goal)
    assert east == pytest.approx(500, abs=1)
    assert north == pytest.approx(-250, abs=1)
