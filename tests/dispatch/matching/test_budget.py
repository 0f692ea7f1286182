"""What may be asked of one person, and what their willingness costs them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.matching.budget import held_back, may_go_beyond, prices
from dispatch.matching.estimates import estimate
from dispatch.model.people import Candidate, Need
from dispatch.model.reasons import Exclusion, ShortfallReason
from dispatch.model.recorded_way import recorded_m
from dispatch.model.travel import travel_time_s
from dispatch.model.vocabulary import Capability, Priority, TravelMode
from dispatch.plans.book import load_builtin
from dispatch.plans.budget_table import UNLIMITED, Budget
from tests.support.builders import NOW_MS, Story, candidate, need, north_of_almaty, point, remote, requirement, spec

BUDGET = Budget()
NIGHT_MS = NOW_MS + 5 * 3_600_000  # two in the morning in Almaty
FIELD = need(requirement())
DIGITAL = need(requirement(capability=Capability.DIGITAL, skill="verification"))


def reason(person: Candidate, of: Need = FIELD, now_ms: int = NOW_MS) -> Exclusion | None:
    return held_back(person, of, BUDGET, now_ms)


def as_recorded(away_m: float) -> float:
    """The term `travel` of somebody by car, as a record has it."""
    return round(travel_time_s(recorded_m(north_of_almaty(away_m), point()), TravelMode.CAR), 1)


def of(priority: Priority, wanted: Need = FIELD) -> Need:
    return need(wanted.requirement, priority=priority)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, None),
        ({"rested_s": 1_799.0}, Exclusion.RESTING),
        ({"rested_s": 1_800.0}, None),
        ({"rested_s": 1_800.0, "worked_heavy": True}, Exclusion.RESTING),
        ({"rested_s": 14_400.0, "worked_heavy": True}, None),
        ({"offers_last_hour": 9, "offers_last_day": 29}, None),
        ({"offers_last_hour": 10}, Exclusion.BUDGET_SPENT),
        ({"offers_last_day": 30}, Exclusion.BUDGET_SPENT),
        ({"rested_s": 1.0, "offers_last_hour": 10}, Exclusion.RESTING),  # the first that applies
    ],
)
def test_people_who_rest_or_were_asked_too_often_are_not_asked(
    known: dict[str, Any], expected: Exclusion | None
) -> None:
    assert reason(candidate(**known)) is expected
    assert held_back(candidate(**known), FIELD, UNLIMITED, NOW_MS) is None


def test_digital_work_needs_no_rest_and_has_limits_of_its_own() -> None:
    assert reason(remote(rested_s=1.0, offers_last_hour=29), DIGITAL) is None
    assert reason(remote(offers_last_hour=30), DIGITAL) is Exclusion.BUDGET_SPENT
    assert reason(remote(offers_last_day=120), DIGITAL) is Exclusion.BUDGET_SPENT


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        (Priority.CRITICAL, None),
        (Priority.HIGH, None),
        (Priority.NORMAL, Exclusion.QUIET_HOURS),
        (Priority.LOW, Exclusion.QUIET_HOURS),
    ],
)
def test_at_night_only_what_is_urgent_wakes_people(priority: Priority, expected: Exclusion | None) -> None:
    assert reason(candidate(), of(priority), NIGHT_MS) is expected
    assert reason(remote(), of(priority, DIGITAL), NIGHT_MS) is expected
    assert reason(candidate(), of(priority), NOW_MS) is None
    assert held_back(candidate(), of(priority), UNLIMITED, NIGHT_MS) is None


def test_who_came_on_duty_in_the_night_is_awake() -> None:
    minute = of(Priority.LOW)

    assert reason(candidate(heard_s=3 * 3_600.0), minute, NIGHT_MS) is None
    assert reason(candidate(heard_s=3 * 3_600.0 + 3_600), minute, NIGHT_MS) is Exclusion.QUIET_HOURS


@pytest.mark.parametrize(("from_h", "until_h", "quiet"), [(23, 7, True), (0, 3, True), (3, 6, False), (2, 2, False)])
def test_quiet_hours_may_pass_midnight(from_h: int, until_h: int, quiet: bool) -> None:
    budget = Budget(quiet_from_h=from_h, quiet_until_h=until_h)

    assert (held_back(candidate(), of(Priority.LOW), budget, NIGHT_MS) is not None) == quiet


def test_only_critical_needs_exceed_limits_and_never_the_rest_after_heavy_work() -> None:
    tired, exhausted = candidate(rested_s=1.0), candidate(rested_s=1.0, worked_heavy=True)
    critical = of(Priority.CRITICAL)

    assert may_go_beyond(tired, critical, Exclusion.RESTING)
    assert may_go_beyond(exhausted, critical, Exclusion.BUDGET_SPENT)
    assert not may_go_beyond(exhausted, critical, Exclusion.RESTING)
    assert not may_go_beyond(tired, of(Priority.HIGH), Exclusion.RESTING)


@given(work=st.floats(0, 1_000), load=st.floats(0, 1_000), priority=st.sampled_from(list(Priority)))
def test_the_penalty_for_recent_work_is_bounded(work: float, load: float, priority: Priority) -> None:
    terms = prices(candidate(work=work, load=load), of(priority), BUDGET, None)

    bound = BUDGET.critical_fairness_s if priority is Priority.CRITICAL else BUDGET.fairness_s
    assert 0 <= terms.get("fairness", 0.0) <= bound
    assert set(terms) <= {"fairness"}


def test_each_acceptance_halves_what_is_left_to_the_bound_and_eight_offers_weigh_one() -> None:
    high = of(Priority.HIGH)

    assert prices(candidate(work=1.0), high, BUDGET, None) == {"fairness": 60.0}
    assert prices(candidate(work=2.0), high, BUDGET, None) == {"fairness": 90.0}
    assert prices(candidate(load=8.0), high, BUDGET, None) == {"fairness": 60.0}
    assert prices(candidate(), high, BUDGET, None) == {}
    assert prices(remote(work=9.0), DIGITAL, BUDGET, None) == {}
    assert prices(candidate(), of(Priority.CRITICAL), BUDGET, Exclusion.RESTING) == {"beyond_budget": 180.0}


# The rules in the language of the field


def story(*people: Candidate, now_ms: int = NOW_MS) -> Story:
    return Story(list(people), now_ms=now_ms, book=load_builtin())


def test_the_willing_few_are_not_asked_first_while_others_are_as_near() -> None:
    willing = candidate("a-willing", distance_m=500.0, work=3.0, accepted=9.0)
    fresh = [candidate(f"b-{number}", distance_m=600.0) for number in range(9)]
    told = story(willing, *fresh)

    told.report(spec())

    assert "a-willing" not in told.asked()
    passed = {str(one["volunteer_id"]): one["terms"] for one in told.last.why.requirements[0].passed_over}
    assert passed["a-willing"] == {"travel": as_recorded(500.0), "fairness": 105.0}


def test_nobody_who_rests_is_asked_while_others_can_be() -> None:
    told = story(candidate("fresh", distance_m=3_000.0), candidate("tired", distance_m=100.0, rested_s=60.0))

    told.report(spec())

    assert told.asked() == ["fresh"]
    assert told.last.why.requirements[0].excluded == {"resting": 3}


def test_resting_people_fill_empty_places_the_least_tired_first() -> None:
    told = story(
        candidate("a-heavy", rested_s=9_000.0, worked_heavy=True),
        candidate("b-just-back", rested_s=60.0),
        candidate("c-longest", rested_s=1_200.0),
    )

    told.report(spec())

    assert told.asked() == ["c-longest"]
    record = told.last.why.requirements[0]
    assert record.excluded == {"resting": 3}
    terms = record.chosen[0]["terms"]
    assert isinstance(terms, dict)
    assert terms["beyond_budget"] == 180.0
    assert not told.shortfalls()


def test_a_shortfall_says_that_people_sleep() -> None:
    told = story(candidate("v-1"), now_ms=NIGHT_MS)

    told.report(spec(), priority=Priority.LOW)

    assert told.shortfalls()["r1"].reason is ShortfallReason.QUIET_HOURS


def test_a_critical_need_goes_beyond_the_budget_after_those_within_it_and_the_record_says_so() -> None:
    spent = candidate("a-spent", distance_m=100.0, offers_last_hour=10)
    within = candidate("b-within", distance_m=700.0)
    told = story(spent, within)

    told.report(spec(), priority=Priority.CRITICAL)

    why = told.last.why.requirements[0]
    assert set(told.asked()) == {"b-within", "a-spent"}
    assert why.wave is not None
    assert why.wave.beyond_budget == 1
    terms = {str(one["volunteer_id"]): one["terms"] for one in why.chosen}
    assert terms["a-spent"] == {"travel": as_recorded(100.0), "beyond_budget": 180.0}


def test_silence_lowers_the_estimate_and_not_the_standing() -> None:
    silent, fresh = candidate("a-silent", refused=5.0), candidate("b-fresh")

    assert estimate(silent, Capability.FIELD, NOW_MS, {}) < estimate(fresh, Capability.FIELD, NOW_MS, {})
    assert reason(silent) is None
    assert prices(silent, FIELD, BUDGET, None) == {}
