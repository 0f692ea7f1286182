"""How good hints have been, added up so that neither the order of the log nor one person decides it."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assistant.floors import ENOUGH, ENOUGH_AGAIN, FLOORS, is_below_floor
from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.judging import AnswerSeen, Judgement
from dispatch.assistant.next_look import Look, look_at
from dispatch.assistant.standing import (
    MOST_BY_ONE,
    MOST_PEOPLE,
    OPERATORS,
    Standing,
    figures,
    key_of,
    lower_bound,
    recent_since,
    with_judgement,
)
from dispatch.model.vocabulary import Priority
from tests.dispatch.assistant.judged import judgement, place_hint, type_hint
from tests.support.builders import NOW_MS


def standing_of(*judged: Judgement) -> Standing:
    standing = Standing()
    for one in judged:
        standing = with_judgement(standing, one)
    return standing


def many(right: int, wrong: int, **stated: object) -> list[Judgement]:
    return [judgement(number, number < right, **stated) for number in range(right + wrong)]


def test_nothing_judged_has_no_figures() -> None:
    found = figures(Standing())

    assert (found.judged, found.right, found.lower_bound) == (0, 0, 0.0)
    assert (found.calibration_error, found.drift, found.automation_bias, found.is_drifting) == (None, None, None, False)


@pytest.mark.parametrize(
    ("right", "judged", "expected"),
    # Values of Wilson's formula, computed by hand.
    [(10, 10, 0.7225), (45, 50, 0.7864), (0, 10, 0.0), (200, 200, 0.9812)],
)
def test_the_lower_bound_is_wilsons(right: int, judged: int, expected: float) -> None:
    assert lower_bound(right, judged) == pytest.approx(expected, abs=1e-3)


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(["", "v-1", "v-2"]), st.floats(0, 1)), max_size=30), st.randoms()
)
def test_the_order_of_the_log_does_not_matter(told: list[tuple[bool, str, float]], chance: random.Random) -> None:
    judged = [
        judgement(number, right, judges=(who,) if who else (), probability=probability)
        for number, (right, who, probability) in enumerate(told)
    ]
    mixed = list(judged)
    chance.shuffle(mixed)

    assert standing_of(*judged) == standing_of(*mixed)


def test_what_one_person_says_counts_twenty_times_at_most() -> None:
    alone = [judgement(number, False, judges=("v-1",)) for number in range(1_000)]
    others = [judgement(2_000 + number, judges=(f"w-{number}", f"x-{number}")) for number in range(100)]

    found = figures(standing_of(*others, *alone))

    assert (found.judged, found.right) == (100 + MOST_BY_ONE, 100)
    assert not is_below_floor(HintTask.GEOLOCATE, standing_of(*others, *alone))


def test_no_name_of_a_person_is_kept() -> None:
    standing = standing_of(judgement(judges=("v-secret",)), judgement(2))

    assert OPERATORS in standing.people
    assert "v-secret" not in repr(standing)


def test_people_beyond_the_bound_are_left_out_and_counted() -> None:
    standing = standing_of(*(judgement(number, judges=(f"v-{number}",)) for number in range(MOST_PEOPLE + 3)))

    assert len(standing.people) == MOST_PEOPLE
    assert standing.left_out > 0


def test_each_kind_of_work_language_and_version_stands_for_itself() -> None:
    keys = {key_of(judgement(language=one)) for one in ("kk", "ru")} | {key_of(judgement(version="2"))}

    assert keys == {
        (HintTask.GEOLOCATE, "kk", "1"),
        (HintTask.GEOLOCATE, "ru", "1"),
        (HintTask.GEOLOCATE, "kk", "2"),
    }


def test_probabilities_that_say_what_comes_true_are_calibrated() -> None:
    good = standing_of(*many(8, 2, probability=0.8))
    bold = standing_of(*many(5, 5, probability=1.0))

    assert figures(good).calibration_error == pytest.approx(0.0)
    assert figures(bold).calibration_error == pytest.approx(0.5)
    assert figures(standing_of(*many(5, 5, probability=None))).calibration_error is None


def test_a_share_that_falls_is_drift_and_chance_is_not() -> None:
    fallen = standing_of(*(judgement(number, number < 150 or number % 3 == 0) for number in range(200)))
    steady = standing_of(*(judgement(number, number % 5 != 0) for number in range(200)))

    assert figures(fallen).is_drifting
    assert figures(fallen).drift == pytest.approx(0.34 - 1.0)
    assert not figures(steady).is_drifting
    assert figures(standing_of(*many(99, 0))).drift is None
    assert not figures(standing_of(*many(150, 0))).is_drifting


def test_precision_without_influence_is_told_apart() -> None:
    standing = standing_of(
        judgement(1, True, was_shown=True),
        judgement(2, False, was_shown=False, is_hidden=True),
        judgement(3, True, was_shown=False),
    )

    found = figures(standing)

    assert (found.alone_judged, found.alone_right, found.hidden_judged, found.hidden_right) == (2, 1, 1, 0)


def test_automation_bias_is_how_much_more_often_a_wrong_hint_is_repeated_when_shown() -> None:
    shown = [AnswerSeen(was_shown=True, is_hidden=False, agrees=number < 6) for number in range(10)]
    hidden = [AnswerSeen(was_shown=False, is_hidden=True, agrees=number < 1) for number in range(10)]
    wrong = [judgement(number, False, answers=(shown[number], hidden[number])) for number in range(10)]
    right = judgement(99, True, answers=(shown[0], hidden[9]))

    found = figures(standing_of(*wrong, right))

    assert found.automation_bias == pytest.approx(0.5)
    assert (found.wrong_shown, found.wrong_hidden) == (10, 10)
    assert figures(standing_of(judgement(1, False, answers=(shown[0],)))).automation_bias is None


def test_below_the_floor_only_with_enough_judged() -> None:
    assert is_below_floor(HintTask.GEOLOCATE, standing_of(*many(30, 20)))
    assert not is_below_floor(HintTask.GEOLOCATE, standing_of(*many(0, ENOUGH - 1)))
    assert not is_below_floor(HintTask.GEOLOCATE, standing_of(*many(45, 5)))
    assert set(FLOORS) == set(HintTask)


def test_after_an_operator_has_switched_it_on_only_later_judgements_count() -> None:
    bad = many(0, 100)
    since = bad[-1].at_ms

    assert not is_below_floor(HintTask.GEOLOCATE, standing_of(*bad), since)
    later = [judgement(200 + number, False) for number in range(ENOUGH_AGAIN)]
    assert is_below_floor(HintTask.GEOLOCATE, standing_of(*bad, *later), since)
    better = [judgement(200 + number, True) for number in range(ENOUGH_AGAIN)]
    assert not is_below_floor(HintTask.GEOLOCATE, standing_of(*bad, *better), since)


def test_one_person_cannot_switch_off_what_an_operator_has_switched_on() -> None:
    by_one = [judgement(number, False, judges=("v-1",)) for number in range(150)]

    assert recent_since(standing_of(*by_one), NOW_MS - 1).judged == MOST_BY_ONE
    assert not is_below_floor(HintTask.GEOLOCATE, standing_of(*by_one), NOW_MS - 1)


def test_a_look_is_worth_most_where_the_hint_is_unsure_and_the_work_is_urgent() -> None:
    hints = [place_hint(probability=0.5), type_hint(probability=1.0)]

    assert look_at(HintTask.GEOLOCATE, Priority.CRITICAL, hints) == Look(worth=1.0, uncertainty=1.0)
    assert look_at(HintTask.VERIFY_REPORT, Priority.CRITICAL, hints) == Look(worth=0.0, uncertainty=0.0)
    assert look_at(HintTask.TRANSLATE, Priority.LOW, []) == Look(worth=0.25, uncertainty=1.0)
    by_rule = [replace(type_hint(), probability=None)]
    assert look_at(HintTask.TRANSLATE, Priority.HIGH, by_rule) == Look(worth=0.75, uncertainty=1.0)
