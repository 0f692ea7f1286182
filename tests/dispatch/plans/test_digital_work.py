"""What a plan may say of digital work, and what it is told when it cannot be met."""

from typing import Any

import pytest

from dispatch.model.vocabulary import Capability, OnFalse
from dispatch.plans import digital_work
from dispatch.plans.book import BadPlans, load_builtin, parse
from tests.support.builders import digital_spec, spec

DIGITAL: dict[str, Any] = {"capability": "digital", "skill": "verification"}


def with_row(row: dict[str, Any]) -> dict[str, Any]:
    """Plans whose only requirement is this one."""
    title = dict.fromkeys(("kk", "ru", "en"), "…")
    table = {"title": title, "priority": "low", "requirements": [row]}
    return {"version": "7", "types": {"information": table}}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (DIGITAL | {"lease_s": 0}, "lease_s: expected a whole number from 1 to 86400, got 0"),
        (DIGITAL | {"answers_wanted": 10}, "answers_wanted: expected a whole number from 1 to 9, got 10"),
        (DIGITAL | {"agree": True}, "agree: expected a whole number from 1 to 9, got True"),
        (DIGITAL | {"validated": 1}, "validated: expected true or false, got 1"),
        (DIGITAL | {"on_false": "panic"}, "on_false: expected one of stand_down, ask_operator, got 'panic'"),
        (
            DIGITAL | {"answers_wanted": 2, "agree": 3},
            "agree: 3 of 2 answers can never agree; raise answers_wanted or lower agree",
        ),
        (
            DIGITAL | {"validated": True, "answers_wanted": 3},
            "answers_wanted: a validated answer uses two people, one after the other; remove answers_wanted or validated",
        ),
        ({"capability": "field", "skill": "boat", "lease_s": 5}, "lease_s: only for digital work; remove it"),
    ],
)
def test_each_fault_says_what_to_do(row: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadPlans) as raised:
        parse(with_row(row), source="plans.toml")

    assert str(raised.value).splitlines() == [f"plans.toml: types.information.requirements[1].{fault}"]


@pytest.mark.parametrize("row", [DIGITAL, DIGITAL | {"answers_wanted": 3, "agree": 2}, DIGITAL | {"validated": True}])
def test_settings_that_can_be_met_have_no_fault(row: dict[str, Any]) -> None:
    assert parse(with_row(row), source="plans.toml").plan("information").requirements


def test_the_settings_of_a_row_reach_its_requirement() -> None:
    row = DIGITAL | {"on_false": "ask_operator", "lease_s": 60}

    (stated,) = parse(with_row(row), source="plans.toml").plan("information").requirements
    (bare,) = parse(with_row(DIGITAL), source="plans.toml").plan("information").requirements

    assert (stated.on_false, stated.lease_s) == (OnFalse.ASK_OPERATOR, 60)
    assert (bare.on_false, bare.lease_s) == (OnFalse.STAND_DOWN, digital_work.LEASE_S)


def test_several_answers_ask_several_people_and_a_validated_one_begins_with_one() -> None:
    assert digital_work.people(digital_spec(answers_wanted=3, agree=2)) == 3
    assert digital_work.people(digital_spec(count=2, validated=True)) == 1
    assert digital_work.people(spec(count=4, answers_wanted=9)) == 4


def test_agreement_that_an_operator_cannot_reach_is_lowered() -> None:
    completed = digital_work.completed(digital_spec(answers_wanted=2, agree=5), 600)

    assert (completed["agree"], completed["lease_s"]) == (2, 600)


def test_in_the_built_in_plans_no_life_at_risk_depends_on_a_single_answer() -> None:
    for plan in load_builtin().plans.values():
        for line in plan.lines:
            work = line.requirement
            if work.capability is Capability.DIGITAL and plan.priority == "critical":
                assert (
                    work.is_repeated
                    or work.on_false is OnFalse.ASK_OPERATOR
                    or work.task
                    not in (
                        "verify_report",
                        "call_back",
                    )
                )
