"""What a plan may say about safety."""

from typing import Any

import pytest

from dispatch.plans.precautions import Precautions, precautions_of
from tests.support.builders import plans


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
    faults: list[str] = []
    table = {"hazard": True, "equipped": ["boat", "rescue", "boat"], "check_in_s": 600}

    found = precautions_of("types.flood", table, faults)

    assert found == Precautions(hazard=True, equipped=("boat", "rescue"), check_in_s=600)
    assert faults == []


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"hazard": "yes"}, "types.flood.hazard: expected true or false"),
        ({"hazard": True, "equipped": "boat"}, "types.flood.equipped: expected a list of skills"),
        ({"hazard": True, "equipped": ["bot"]}, "types.flood.equipped[0]"),
        ({"equipped": ["boat"]}, "types.flood.equipped: has no effect without hazard = true"),
        ({"check_in_s": 59}, "types.flood.check_in_s: expected whole seconds from 60 to 86400, got 59"),
        ({"check_in_s": True}, "types.flood.check_in_s"),
        ({"check_in_s": 600.5}, "types.flood.check_in_s"),
    ],
)
def test_a_fault_is_named_with_its_place(table: dict[str, Any], fault: str) -> None:
    faults: list[str] = []

    found = precautions_of("types.flood", table, faults)

    assert found == Precautions()
    assert len(faults) == 1
    assert faults[0].startswith(fault)
