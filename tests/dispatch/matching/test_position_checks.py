"""A position fix is refused, weighed or believed; nobody is moved by what cannot be true."""

from itertools import permutations

import pytest

from dispatch.matching.position_checks import (
    FASTEST_M_S,
    LEAP_M,
    MOST_ACCURACY_M,
    OLDEST_MS,
    Fix,
    Track,
    followed,
    refusal,
)
from dispatch.model.incidents import Place
from dispatch.model.vocabulary import FixRefusal, TravelMode
from tests.support.builders import ALMATY, NOW_MS

WEEK_MS = 7 * 24 * 3_600_000


def north(distance_m: float) -> Place:
    return Place(lon=ALMATY.lon, lat=ALMATY.lat + distance_m / 111_195)


def fix(distance_m: float = 0.0, at_s: float = 0.0, accuracy_m: float | None = 10.0, **known: object) -> Fix:
    place = known.pop("place", None) or north(distance_m)
    assert isinstance(place, Place)
    return Fix(
        place=place,
        at_ms=NOW_MS + round(at_s * 1000),
        accuracy_m=accuracy_m,
        continues=bool(known.get("continues", True)),
    )


def track(*fixes: Fix, mode: TravelMode | None = TravelMode.FOOT) -> Track:
    kept: Track | None = None
    for one in fixes:
        kept = followed(kept, one, mode)
    assert kept is not None
    return kept


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, None),
        ({"lon": 180.001}, FixRefusal.OUT_OF_RANGE),
        ({"lat": float("nan")}, FixRefusal.OUT_OF_RANGE),
        ({"lon": 0.0, "lat": 0.0, "accuracy_m": 0.0}, FixRefusal.ZERO_POSITION),
        ({"lon": 0.0, "lat": -0.0, "accuracy_m": None}, FixRefusal.ZERO_POSITION),
        ({"lon": 0.0, "lat": 0.0, "accuracy_m": 12.0}, None),  # a buoy in the Gulf of Guinea
        ({"lon": 0.0, "accuracy_m": 0.0}, None),  # Greenwich
        ({"accuracy_m": MOST_ACCURACY_M}, None),
        ({"accuracy_m": MOST_ACCURACY_M + 1}, FixRefusal.BAD_ACCURACY),
        ({"accuracy_m": -1.0}, FixRefusal.BAD_ACCURACY),
        ({"accuracy_m": float("nan")}, FixRefusal.BAD_ACCURACY),
        ({"recorded_ms": NOW_MS + 60_000}, None),
        ({"recorded_ms": NOW_MS + 60_001}, FixRefusal.FROM_THE_FUTURE),
        ({"recorded_ms": NOW_MS - OLDEST_MS}, None),
        ({"recorded_ms": NOW_MS - OLDEST_MS - 1}, FixRefusal.TOO_OLD),
        ({"recorded_ms": NOW_MS - 1024 * WEEK_MS}, FixRefusal.TOO_OLD),  # the week counter of a receiver rolled over
        ({"recorded_ms": NOW_MS - OLDEST_MS - 500, "grace_ms": 1_000}, None),
    ],
)
def test_an_unusable_fix_is_refused_with_its_reason(told: dict[str, float], expected: FixRefusal | None) -> None:
    good: dict[str, float | None] = {"lon": 76.9, "lat": 43.2, "accuracy_m": 10.0, "recorded_ms": NOW_MS}

    assert refusal(now_ms=NOW_MS, **(good | told)) is expected  # type: ignore[arg-type]


def test_plausible_movement_is_accepted() -> None:
    assert track(fix(), fix(60, 30), fix(900, 60)).believed == fix(900, 60)


def test_positions_out_of_order_never_move_anybody_back() -> None:
    for order in permutations([fix(0, 0), fix(60, 30), fix(120, 60)]):
        assert track(*order).believed == fix(120, 60)


def test_a_jump_is_held_until_a_second_fix_confirms_it() -> None:
    lost = Place(lon=-ALMATY.lon, lat=ALMATY.lat)  # the sign of the longitude was lost

    once = track(fix(), fix(place=lost, at_s=30))
    twice = followed(once, fix(place=lost, at_s=60), TravelMode.FOOT)

    assert (once.believed, once.waiting) == (fix(), fix(place=lost, at_s=30))
    assert (twice.believed, twice.waiting) == (fix(place=lost, at_s=60), None)


def test_a_repeat_of_a_jump_does_not_confirm_it() -> None:
    leap = fix(50_000, 30)

    assert track(fix(), leap, leap).believed == fix()


def test_jumps_to_different_places_do_not_confirm_each_other() -> None:
    assert track(fix(), fix(50_000, 30), fix(-80_000, 60)).believed == fix()


def test_a_fix_near_the_last_place_discards_the_jump() -> None:
    leap, back = fix(50_000, 30), fix(20, 60)

    kept = track(fix(), leap, back)

    assert (kept.believed, kept.waiting) == (back, None)
    assert followed(kept, fix(50_010, 90), TravelMode.FOOT).believed == back


def test_a_late_plausible_fix_keeps_a_newer_jump_held() -> None:
    leap = fix(50_000, 60)

    kept = track(fix(), leap, fix(20, 30))

    assert (kept.believed, kept.waiting) == (fix(20, 30), leap)


def test_an_older_jump_does_not_replace_a_newer_one() -> None:
    assert track(fix(), fix(50_000, 60), fix(90_000, 30)).waiting == fix(50_000, 60)


@pytest.mark.parametrize(("mode", "speed"), FASTEST_M_S.items())
def test_what_is_possible_depends_on_how_they_travel(mode: TravelMode, speed: float) -> None:
    within, beyond = LEAP_M + speed * 600 - 50, LEAP_M + speed * 600 + 50

    assert track(fix(), fix(within, 600, 0.0), mode=mode).believed == fix(within, 600, 0.0)
    assert track(fix(), fix(beyond, 600, 0.0), mode=mode).believed == fix()


def test_who_is_not_known_yet_may_be_as_fast_as_a_car() -> None:
    assert track(fix(), fix(30_000, 600), mode=None).believed == fix(30_000, 600)


def test_a_vague_fix_whose_circle_meets_the_last_place_moves_nobody() -> None:
    vague = fix(20_000, 30, 25_000.0)

    kept = track(fix(), vague)

    assert (kept.believed, kept.waiting, kept.newest) == (fix(), None, vague)


@pytest.mark.parametrize(
    "later",
    [
        fix(20_000, 1_801, 25_000.0),  # the last place is too old to be believed
        fix(300, 30, 400.0),  # not that vague
        fix(9_000, 600, 2_000.0),  # its circle does not meet the last place, and the way is possible
    ],
)
def test_a_vague_fix_counts_where_there_is_nothing_better(later: Fix) -> None:
    assert track(fix(), later).believed == later


def test_a_vague_fix_is_better_than_a_vaguer_one() -> None:
    assert track(fix(0, 0, 5_000.0), fix(500, 30, 2_000.0)).believed == fix(500, 30, 2_000.0)


def test_a_vague_fix_is_a_sign_of_life() -> None:
    leap, vague = fix(50_000, 40), fix(100, 20, 9_000.0)

    assert track(fix(), vague).newest == vague
    assert track(fix(), leap, vague).newest == leap


def test_only_the_newest_fix_says_whether_more_will_follow() -> None:
    last_words = fix(60, 30, continues=False)

    assert not track(fix(), last_words).newest.continues
    assert track(fix(), last_words, fix(120, 60)).newest.continues
    assert not track(fix(), last_words, fix(30, 15)).newest.continues
