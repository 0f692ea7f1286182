"""How simulated people answer: as is published of real ones."""

from random import Random

import pytest

from dispatch.model.geojson import area_of
from dispatch.model.places import Place
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import OUTCOMES_OF_TASK, Task
from streams.simulator.answers import (
    OUTCOMES,
    Habits,
    Kind,
    SimulatedAnswer,
    draw_answer,
    draw_digital_work,
    draw_field_work,
    draw_result,
)

ALMATY = Place(lon=76.95, lat=43.24)


def answers(habits: Habits, count: int = 20_000) -> list[SimulatedAnswer]:
    rng = Random(1)
    return [draw_answer(rng, habits) for _ in range(count)]


def test_people_accept_as_often_and_as_fast_as_real_ones() -> None:
    accepted = [answer.after_s for answer in answers(Habits()) if answer.kind is Kind.ACCEPT]

    assert len(accepted) / 20_000 == pytest.approx(0.36, abs=0.01)
    for within_s, share in ((30, 0.26), (60, 0.79), (90, 0.96)):  # of 11,302 acceptances
        assert sum(after_s <= within_s for after_s in accepted) / len(accepted) == pytest.approx(share, abs=0.03)


def test_a_higher_speed_shortens_the_time_and_leaves_the_shares() -> None:
    slow, fast = answers(Habits(), 2000), answers(Habits(answer_speed=10), 2000)

    assert [answer.kind for answer in slow] == [answer.kind for answer in fast]
    assert fast[0].after_s == pytest.approx(slow[0].after_s / 10)


def test_who_declines_says_why() -> None:
    declined = [answer for answer in answers(Habits(), 2000) if answer.kind is Kind.DECLINE]

    assert {answer.reason for answer in declined} == set(DeclineReason)


@pytest.mark.parametrize("wrong", [{"accept": -0.1}, {"accept": 0.8, "decline": 0.3}, {"answer_speed": 0}])
def test_habits_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Habits(**wrong)


def test_travel_takes_about_as_long_as_the_offer_told() -> None:
    work = draw_field_work(Random(1), Habits(work_speed=10), eta_s=600.0, distance_m=None)

    assert 600 * 0.8 / 10 <= work.travel_s <= 600 * 1.5 / 10
    assert draw_digital_work(Random(1), Habits()).travel_s == 0


@pytest.mark.parametrize("task", list(Task))
def test_results_fit_their_task(task: Task) -> None:
    assert set(OUTCOMES[task]) <= OUTCOMES_OF_TASK[task]
    for seed in range(30):
        result = draw_result(Random(seed), task, ALMATY)
        assert result["outcome"] in OUTCOMES_OF_TASK[task]
        if "location" in result:
            area_of(result["location"])
        assert ("location" in result) == (result["outcome"] in ("located", "mapped"))
        assert ("text" in result) == (result["outcome"] == "done")
