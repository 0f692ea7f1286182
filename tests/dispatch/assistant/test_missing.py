"""Which questions are still open after a report."""

import tomllib
from importlib.resources import files

import pytest

from dispatch.assistant.missing import _OF_TYPE, Fact, known_facts, missing
from dispatch.assistant.phrases import Line
from dispatch.assistant.texts import Text


def open_after(text: str, *types: str, has_place: bool = False) -> tuple[Fact, ...]:
    return missing(types, known_facts(Line(Text(text)), has_place=has_place))


def test_every_type_of_the_built_in_plans_has_its_questions() -> None:
    plans = tomllib.loads((files("dispatch.plans") / "builtin.toml").read_text(encoding="utf-8"))

    assert set(_OF_TYPE) == set(plans["types"])


def test_the_place_is_asked_first_and_the_phone_last() -> None:
    asked = open_after("көмектесіңіздер", "fire.building", "hazmat")

    assert asked[:2] == (Fact.PLACE, Fact.EXACT_PLACE)
    assert asked[-1] is Fact.PHONE


@pytest.mark.parametrize(
    ("text", "kind", "fact"),
    [
        ("не дышит", "medical.cardiac_arrest", Fact.BREATHING),
        ("дем алмайды", "medical.cardiac_arrest", Fact.BREATHING),
        ("ребёнок 4 года", "medical.other", Fact.AGE),
        ("людей внутри нет", "fire.building", Fact.TRAPPED),
        ("ішінде бес адам қалды", "fire.building", Fact.PEOPLE),
        ("там газовые баллоны", "fire.building", Fact.FUEL_OR_GAS),
        ("вода по пояс", "flood", Fact.WATER_LEVEL),
        ("хлор ағып жатыр", "hazmat", Fact.SUBSTANCE),
        ("әжеміз кеше кетті", "search.missing_person", Fact.LAST_SEEN),
        ("in a blue jacket", "search.missing_person", Fact.DESCRIPTION),
        ("8 701 000 22 08", "storm", Fact.PHONE),
        ("улица Абая, дом 5", "storm", Fact.EXACT_PLACE),
    ],
)
def test_what_the_text_answers_is_not_asked_again(text: str, kind: str, fact: Fact) -> None:
    assert fact in open_after("помогите", kind)
    assert fact not in open_after(text, kind)


def test_a_place_that_was_found_is_not_asked() -> None:
    assert Fact.PLACE not in open_after("Алматы", "flood", has_place=True)


def test_nothing_is_asked_where_nothing_has_happened() -> None:
    assert open_after("SALE -30%") == ()
    assert open_after("когда дадут свет?", "information") == ()


def test_a_type_of_the_deployer_gets_the_general_questions() -> None:
    assert open_after("помогите", "avalanche") == (Fact.PLACE, Fact.EXACT_PLACE, Fact.PEOPLE, Fact.PHONE)


def test_no_question_is_asked_twice() -> None:
    asked = open_after("", "fire.building", "earthquake", "hazmat")

    assert len(set(asked)) == len(asked)
