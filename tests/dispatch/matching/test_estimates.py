"""How likely a person is to accept."""

from math import inf, log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.matching.estimates import (
    ANSWER_HALF_LIFE_MS,
    BANDS,
    DIGITAL_BAND,
    LEAST,
    MOST,
    OVERALL,
    PLACELESS_BAND,
    USUAL_BAND,
    Evidence,
    added,
    answered_by,
    band_of,
    cell_of,
    chance_within,
    decayed,
    estimate,
    prior,
    silence_weight,
)
from dispatch.model.local_time import last_time_it_was, local_hour
from dispatch.model.recorded_way import RecordedM
from dispatch.model.vocabulary import Capability
from tests.support.builders import NOW_MS, candidate, remote

FIELD, DIGITAL = Capability.FIELD, Capability.DIGITAL
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NIGHT_MS = NOW_MS + 5 * HOUR_MS  # two in the morning in Almaty
COUNTS = st.floats(0, 1e9)


@given(
    accepted=COUNTS,
    refused=COUNTS,
    yes=COUNTS,
    no=COUNTS,
    distance_m=st.none() | st.floats(0, 1e6),
    at_ms=st.integers(0, 4_000_000_000_000),
    capability=st.sampled_from(list(Capability)),
)
def test_an_estimate_is_never_sure(
    accepted: float,
    refused: float,
    yes: float,
    no: float,
    distance_m: float | None,
    at_ms: int,
    capability: Capability,
) -> None:
    person = candidate(distance_m=distance_m, accepted=accepted, refused=refused)
    table = dict.fromkeys(BANDS, Evidence(accepted=yes, refused=no))

    estimated = estimate(person, capability, at_ms, table)

    assert LEAST <= estimated <= MOST
    assert 0 < chance_within(estimated, 90) < 1


def test_a_stranger_is_judged_by_distance_and_hour() -> None:
    by_distance = [prior(band, NOW_MS, {}) for band in BANDS[:5]]

    assert by_distance == pytest.approx([0.47, 0.42, 0.36, 0.27, 0.17])
    assert prior(DIGITAL_BAND, NOW_MS, {}) == prior(PLACELESS_BAND, NOW_MS, {}) == OVERALL
    assert prior(USUAL_BAND, NIGHT_MS, {}) == pytest.approx(0.6 * OVERALL)


@pytest.mark.parametrize(
    ("capability", "distance_m", "band"),
    [
        (FIELD, 0.0, "0.5km"),
        (FIELD, 500.0, "0.5km"),
        (FIELD, 501.0, "1.5km"),
        (FIELD, 5_000.0, "5km"),
        (FIELD, 20_000.0, "20km"),
        (FIELD, 90_000.0, "far"),
        (FIELD, None, "anywhere"),
        (DIGITAL, 10.0, "digital"),
    ],
)
def test_bands(capability: Capability, distance_m: float | None, band: str) -> None:
    assert band_of(capability, distance_m) == band
    assert cell_of(capability, distance_m, NOW_MS) == f"21|{band}"


def test_own_answers_outweigh_the_prior_in_time() -> None:
    willing = [
        estimate(candidate(recorded_m=RecordedM(500.0), accepted=float(count)), FIELD, NOW_MS, {}) for count in range(9)
    ]
    silent = [
        estimate(candidate(recorded_m=RecordedM(500.0), refused=float(count)), FIELD, NOW_MS, {}) for count in range(9)
    ]

    assert willing == sorted(willing)
    assert silent == sorted(silent, reverse=True)
    assert willing[8] > 0.8
    assert silent[8] < 0.2


def test_what_many_people_answer_moves_the_prior() -> None:
    table = {DIGITAL_BAND: Evidence(accepted=900.0, refused=100.0)}

    assert prior(DIGITAL_BAND, NOW_MS, table) == pytest.approx(0.884, abs=0.001)
    assert estimate(remote(), DIGITAL, NOW_MS, table) == prior(DIGITAL_BAND, NOW_MS, table)


@given(counts=st.lists(st.tuples(COUNTS, COUNTS), min_size=2, max_size=2))
def test_more_acceptances_never_lower_an_estimate_and_more_refusals_never_raise_it(
    counts: list[tuple[float, float]],
) -> None:
    (less_yes, more_no), (more_yes, less_no) = (min(counts), max(counts))
    if more_no < less_no:
        more_no, less_no = less_no, more_no

    low = estimate(candidate(accepted=less_yes, refused=more_no), FIELD, NOW_MS, {})
    high = estimate(candidate(accepted=more_yes, refused=less_no), FIELD, NOW_MS, {})

    assert low <= high + 1e-12


# Time to accept


@pytest.mark.parametrize(("seconds", "share"), [(30, 0.26), (40, 0.50), (60, 0.79), (90, 0.96)])
def test_the_time_to_accept_is_that_of_11302_acceptances(seconds: float, share: float) -> None:
    assert answered_by(seconds) * 0.956 == pytest.approx(share, abs=0.02)


def test_within_the_usual_window_the_chance_is_the_estimate() -> None:
    assert chance_within(0.36, 90) == pytest.approx(0.36)
    assert chance_within(0.36, 60) == pytest.approx(0.302, abs=0.001)
    assert chance_within(0.36, 300) < 0.38
    assert chance_within(MOST, 300) == MOST


@given(first=st.floats(0, 1e6), second=st.floats(0, 1e6), estimated=st.floats(LEAST, MOST))
def test_a_longer_silence_weighs_no_less(first: float, second: float, estimated: float) -> None:
    short, long = sorted([first, second])

    assert 0 <= silence_weight(short, estimated) <= silence_weight(long, estimated) + 1e-12 <= 1 + 2e-12


def test_a_silence_of_the_whole_window_is_a_refusal_one_cut_short_hardly_anything() -> None:
    assert silence_weight(90, OVERALL) == pytest.approx(1.0)
    assert silence_weight(10, OVERALL) < 0.01
    assert silence_weight(0, OVERALL) == 0


@pytest.mark.parametrize("true", [0.15, 0.36, 0.6])
@pytest.mark.parametrize(("places", "asked"), [(1, 7), (3, 16)])
def test_estimates_are_right_in_the_mean_though_a_wave_ends_with_its_last_acceptance(
    true: float, places: int, asked: int
) -> None:
    rng, accepted, refused, estimated = Random(5), 0.0, 0.0, OVERALL
    for _ in range(3_000):
        answers = sorted(rng.lognormvariate(log(40), 0.475) if rng.random() < true else inf for _ in range(asked))
        end_s = min(answers[places - 1], 90.0)
        accepted += sum(answer <= end_s for answer in answers)
        refused += sum(silence_weight(end_s, estimated) for answer in answers if answer > end_s)
        estimated = estimate(candidate(accepted=accepted, refused=refused), FIELD, NOW_MS, {})

    assert estimated == pytest.approx(0.956 * true, abs=0.02)


# Sums that decay


@given(entries=st.lists(st.tuples(st.integers(0, 400), st.floats(0.01, 5)), min_size=1, max_size=8), seed=st.integers())
def test_a_decaying_sum_is_the_same_in_any_order(entries: list[tuple[int, float]], seed: int) -> None:
    shuffled = list(entries)
    Random(seed).shuffle(shuffled)
    totals = []
    for order in (entries, shuffled):
        total = 0.0
        for days, weight in order:
            total = added(total, NOW_MS - days * DAY_MS, weight, ANSWER_HALF_LIFE_MS)
        totals.append(decayed(total, NOW_MS, ANSWER_HALF_LIFE_MS))

    plain = sum(weight * 2 ** (-days * DAY_MS / ANSWER_HALF_LIFE_MS) for days, weight in entries)
    assert totals == pytest.approx([plain, plain], rel=1e-6)


def test_an_answer_counts_half_as_much_after_its_half_life() -> None:
    total = added(0.0, NOW_MS, 1.0, ANSWER_HALF_LIFE_MS)

    assert decayed(total, NOW_MS, ANSWER_HALF_LIFE_MS) == pytest.approx(1.0)
    assert decayed(total, NOW_MS + ANSWER_HALF_LIFE_MS, ANSWER_HALF_LIFE_MS) == pytest.approx(0.5)
    assert decayed(0.0, NOW_MS, ANSWER_HALF_LIFE_MS) == 0.0


# Local time


def test_the_local_clock_is_five_hours_ahead_of_utc() -> None:
    assert local_hour(0) == 5
    assert local_hour(NOW_MS) == 21
    assert local_hour(19 * HOUR_MS) == 0


def test_the_last_time_the_clock_struck() -> None:
    struck_ms = last_time_it_was(21, NOW_MS)

    assert struck_ms <= NOW_MS < struck_ms + HOUR_MS
    assert last_time_it_was(22, NOW_MS) == struck_ms - 23 * HOUR_MS
    assert last_time_it_was(local_hour(struck_ms), struck_ms) == struck_ms
