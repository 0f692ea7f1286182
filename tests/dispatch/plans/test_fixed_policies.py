"""How a plan states how many are asked, who may be asked, and what is wrong with it."""

from typing import Any

import pytest

from dispatch.model.requirements import Policy, RequirementSpec
from dispatch.model.vocabulary import Capability, Priority
from dispatch.plans.book import BadPlans, PlanBook, parse
from dispatch.plans.budget_table import Budget

BOAT: dict[str, Any] = {"capability": "field", "skill": "boat"}


def book(row: dict[str, Any] | None = None, plan: dict[str, Any] | None = None, **parts: Any) -> PlanBook:
    title = dict.fromkeys(("kk", "ru", "en"), "…")
    table = {"title": title, "priority": "low", "requirements": [BOAT | (row or {})], **(plan or {})}
    return parse({"version": "7", "types": {"information": table}, **parts}, source="plans.toml")


def faults_of(**parts: Any) -> list[str]:
    with pytest.raises(BadPlans) as caught:
        book(**parts)
    return [line.removeprefix("plans.toml: ") for line in str(caught.value).splitlines()]


def boat_of(plans: PlanBook) -> Any:
    (boat,) = plans.plan("information").requirements
    return boat


def test_the_most_specific_certainty_applies() -> None:
    defaults = {"certainty": 0.9}

    assert boat_of(book()).certainty == 0.95
    assert boat_of(book(defaults=defaults)).certainty == 0.9
    assert boat_of(book(defaults=defaults, plan={"certainty": 0.8})).certainty == 0.8
    assert boat_of(book(defaults=defaults, plan={"certainty": 0.8}, row={"certainty": 0.7})).certainty == 0.7


def test_what_an_operator_states_is_completed_from_the_type() -> None:
    plans = book(plan={"certainty": 0.99, "heavy": True})
    stated = RequirementSpec(capability=Capability.FIELD, skill="boat")
    own = RequirementSpec(capability=Capability.FIELD, skill="boat", certainty=0.6)

    (typed, surer), (untyped,) = plans.requirements([stated, own], "information"), plans.requirements([stated])

    assert (typed.certainty, typed.heavy) == (0.99, True)
    assert (surer.certainty, untyped.certainty, untyped.heavy) == (0.6, 0.95, False)


def test_a_requirement_is_heavy_like_its_type_unless_stated() -> None:
    assert boat_of(book(plan={"heavy": True})).heavy
    assert not boat_of(book(plan={"heavy": True}, row={"heavy": False})).heavy
    assert not boat_of(book()).heavy


@pytest.mark.parametrize(
    ("table", "policy"),
    [
        ({"nearest": 3, "window_s": 30}, Policy(nearest=3, window_s=30)),  # KATRETTER
        ({"nearest": 2, "window_s": 20}, Policy(nearest=2, window_s=20)),  # Mobile Retter
        ({"within_m": 1_500}, Policy(within_m=1_500)),  # HartslagNu
        ({"greedy": True}, Policy(greedy=True)),
        ({"offers_per_place": 2.5}, Policy(offers_per_place=2.5)),
    ],
)
def test_a_fixed_policy_is_stated_as_default_or_for_one_requirement(table: dict[str, Any], policy: Policy) -> None:
    everywhere, here = boat_of(book(defaults={"policy": table})), boat_of(book(row={"policy": table}))

    assert everywhere.policy == here.policy == policy
    assert everywhere.window_s == here.window_s == (policy.window_s or 90)


def test_the_window_of_a_policy_replaces_every_other() -> None:
    assert boat_of(book(defaults={"policy": {"nearest": 3, "window_s": 30}}, row={"window_s": 60})).window_s == 30


ONE_OF = "expected one of nearest, within_m, greedy, offers_per_place"


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (3, "policy: expected a table such as { nearest = 3, window_s = 30 }, got 3"),
        ({}, f"policy: {ONE_OF}"),
        ({"window_s": 30}, f"policy: {ONE_OF}"),
        ({"nearest": 3, "greedy": True}, f"policy: {ONE_OF}"),
        ({"nearest": 3, "colour": 1}, "policy.colour: no such setting"),
        ({"nearest": 0}, "policy.nearest: expected a whole number from 1 to 100, got 0"),
        ({"nearest": True}, "policy.nearest: expected a whole number from 1 to 100, got True"),
        ({"within_m": 1.5}, "policy.within_m: expected a whole number from 1 to 100000, got 1.5"),
        ({"nearest": 3, "window_s": 4_000}, "policy.window_s: expected a whole number from 1 to 3600, got 4000"),
        ({"greedy": False}, "policy.greedy: expected true, got False"),
        ({"offers_per_place": True}, "policy.offers_per_place: expected a number from 1 to 20, got True"),
    ],
)
def test_a_policy_that_cannot_be_used_is_named(table: Any, fault: str) -> None:
    assert faults_of(row={"policy": table}) == [f"types.information.requirements[1].{fault}"]
    assert faults_of(defaults={"policy": table}) == [f"defaults.{fault}"]


@pytest.mark.parametrize("value", [0.4, 1, "0.9", True])
def test_a_certainty_outside_its_range_is_refused(value: Any) -> None:
    fault = f"certainty: expected a number from 0.5 to 0.999, got {value!r}"

    assert faults_of(row={"certainty": value}) == [f"types.information.requirements[1].{fault}"]
    assert faults_of(plan={"certainty": value}) == [f"types.information.{fault}"]
    assert faults_of(defaults={"certainty": value}) == [f"defaults.{fault}"]


def test_heavy_is_true_or_false() -> None:
    assert faults_of(plan={"heavy": 1}) == ["types.information.heavy: expected true or false, got 1"]
    assert faults_of(row={"heavy": "yes"}) == [
        "types.information.requirements[1].heavy: expected true or false, got 'yes'"
    ]


def test_a_budget_is_read_and_completed() -> None:
    plans = book(budget={"offers_per_hour": 3, "quiet_up_to": "low"})

    assert plans.budget == Budget(offers_per_hour=3, quiet_up_to=Priority.LOW)
    assert book().budget == Budget()


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (3, "budget: expected a table"),
        ({"colour": 3}, "budget.colour: no such setting"),
        ({"offers_per_hour": -1}, "budget.offers_per_hour: expected a whole number from 0 to 200, got -1"),
        ({"offers_per_day": 201}, "budget.offers_per_day: expected a whole number from 0 to 200, got 201"),
        ({"rest_s": True}, "budget.rest_s: expected a whole number from 0 to 604800, got True"),
        ({"quiet_from_h": 24}, "budget.quiet_from_h: expected a whole number from 0 to 23, got 24"),
        ({"quiet_up_to": "critical"}, "budget.quiet_up_to: expected high, normal or low; critical ignores quiet hours"),
        ({"quiet_up_to": ["low"]}, "budget.quiet_up_to: expected high, normal or low; critical ignores quiet hours"),
    ],
)
def test_a_budget_that_cannot_be_used_is_named(table: Any, fault: str) -> None:
    (told,) = faults_of(budget=table)
    assert told.startswith(fault)
