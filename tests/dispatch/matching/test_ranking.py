"""Who is preferred among those who may be asked."""

from itertools import permutations
from typing import Any

import pytest

from dispatch.matching.ranking import HOME_UNCERTAINTY, LOAD_S, NO_SHARED_LANGUAGE_S, SCARCE_SKILL_S, rank
from dispatch.model.people import Candidate
from dispatch.model.travel import travel_time_s
from dispatch.model.vocabulary import Capability, TravelMode
from tests.support.builders import candidate, need, remote, requirement


def order(*people: Candidate, language: str | None = None, **wanted: Any) -> list[str]:
    ranked = rank(list(people), need(requirement(**wanted)), language)
    return [entry.candidate.volunteer_id for entry in ranked]


def test_the_person_who_arrives_first_is_asked_first() -> None:
    near_on_foot = candidate("walker", distance_m=900.0, travel_mode=TravelMode.FOOT)
    far_by_car = candidate("driver", distance_m=2_000.0)

    assert order(near_on_foot, far_by_car) == ["driver", "walker"]


def test_the_order_of_the_search_does_not_matter() -> None:
    people = [candidate(name, distance_m=distance) for name, distance in (("c", 500.0), ("a", 500.0), ("b", 90.0))]

    assert {tuple(order(*one)) for one in permutations(people)} == {("b", "a", "c")}


def test_the_callers_language_is_worth_a_detour() -> None:
    russian = candidate("near", languages=("ru",), distance_m=100.0)
    kazakh = candidate("far", languages=("kk",), distance_m=700.0)

    assert order(russian, kazakh, language="kk") == ["far", "near"]
    assert order(russian, kazakh, language=None) == ["near", "far"]


def test_a_doctor_is_kept_for_the_need_that_asks_for_one() -> None:
    doctor = candidate("doctor", "first_aid", "doctor", distance_m=100.0)
    helper = candidate("helper", "first_aid", distance_m=150.0)

    assert order(doctor, helper, skill="first_aid") == ["helper", "doctor"]
    assert order(doctor, skill="doctor") == ["doctor"]


def test_a_home_says_less_than_a_fix() -> None:
    home = candidate("home", from_home=True, fix_age_s=None, distance_m=500.0)
    seen = candidate("seen", distance_m=550.0)

    assert order(home, seen) == ["seen", "home"]


def test_digital_work_is_evened_out_whatever_the_distance() -> None:
    busy = remote("busy", load=2.0, distance_m=1.0)
    idle = remote("idle", load=0.5, distance_m=9_999.0)

    assert order(busy, idle, capability=Capability.DIGITAL, skill="verification") == ["idle", "busy"]


def test_field_work_without_a_place_prefers_nobody_by_distance() -> None:
    assert order(candidate("b", distance_m=None), candidate("a", distance_m=None)) == ["a", "b"]


def test_the_terms_add_up_to_the_score() -> None:
    person = candidate("v", "first_aid", "boat", "rescue", languages=("ru",), from_home=True, distance_m=1_000.0)

    (ranked,) = rank([person], need(), "kk")

    eta_s = travel_time_s(1_000.0, TravelMode.CAR)
    assert ranked.eta_s == eta_s
    assert ranked.terms == {
        "travel": eta_s,
        "home": eta_s * HOME_UNCERTAINTY,
        "language": NO_SHARED_LANGUAGE_S,
        "scarce_skills": 2 * SCARCE_SKILL_S,
    }
    assert ranked.score_s == pytest.approx(sum(ranked.terms.values()))


def test_remote_work_has_no_time_of_arrival() -> None:
    (ranked,) = rank([remote(load=3.0)], need(requirement(capability=Capability.DIGITAL, skill="verification")), None)

    assert ranked.eta_s is None
    assert ranked.terms == {"load": 3 * LOAD_S}
