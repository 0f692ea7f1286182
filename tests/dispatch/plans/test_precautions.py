"""What a plan may say about safety."""

from typing import Any

import pytest

from dispatch.plans.book import BadPlans, parse
from dispatch.plans.precautions import Precautions
from tests.support.builders import plans


def with_type(table: dict[str, Any]) -> dict[str, Any]:
    """Plans whose only type has these settings."""
    rows = [{"capability": "field", "skill": "boat"}]
    title = dict.fromkeys(("kk", "ru", "en"), "…")
    return {
        "version": "7",
        "types": {"information": {"title": title, "priority": "low", "requirements": rows, **table}},
    }


def test_every_type_of_the_book_with_field_work_asks_people_on_scene_for_a_sign_of_life() -> None:
    book = plans()
    silent = [name for name, plan in book.plans.items() if plan.precautions.check_in_s is None]

    assert silent == ["information"]
    assert sorted(name for name, plan in book.plans.items() if plan.precautions.hazard) == [
        "fire.wildland",
        "flood",
        "hazmat",
    ]


def test_a_type_says_whether_its_ground_is_dangerous_and_who_may_enter() -> None:
    table = {"hazard": True, "equipped": ["boat", "rescue", "boat"], "check_in_s": 600}

    found = parse(with_type(table), source="plans.toml").plan("information").precautions

    assert found == Precautions(hazard=True, equipped=("boat", "rescue"), check_in_s=600)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"hazard": "yes"}, "hazard: expected true or false, got 'yes'"),
        ({"hazard": True, "equipped": "boat"}, "equipped: expected a list of skills with which a person may enter"),
        ({"hazard": True, "equipped": ["bot"]}, "equipped[1]: 'bot' is not a known skill; did you mean 'boat'?"),
        ({"equipped": ["boat"]}, "equipped: has no effect without hazard = true"),
        ({"check_in_s": 59}, "check_in_s: expected whole seconds from 60 to 86400, got 59"),
        ({"check_in_s": True}, "check_in_s: expected whole seconds from 60 to 86400, got True"),
        ({"check_in_s": 600.5}, "check_in_s: expected whole seconds from 60 to 86400, got 600.5"),
    ],
)
def test_a_fault_is_named_with_its_place(table: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadPlans) as raised:
        parse(with_type(table), source="plans.toml")

    (found,) = str(raised.value).splitlines()
    assert found.startswith(f"plans.toml: types.information.{fault}")
