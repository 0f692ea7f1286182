"""A position fix is refused, weighed or believed; nobody is moved by what cannot be true."""

import math
import random
from collections.abc import Iterator
from itertools import pairwise, permutations

import pytest

from dispatch.matching.position_checks import (
    ANCHOR_MS,
    FASTEST_M_S,
    MOST_ACCURACY_M,
    OLDEST_MS,
    SLACK_M,
    STOOD_M,
    VAGUE_M,
    Fix,
    Track,
    followed,
    refusal,
)
from dispatch.model.geo import distance_m
from dispatch.model.places import Place
from dispatch.model.reasons import FixRefusal
from dispatch.model.vocabulary import TravelMode
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
        ({"lon": 0.0, "lat": 0.0, "accuracy_m": 12.0}, FixRefusal.ZERO_POSITION),
        ({"lon": 0.0, "lat": 0.001, "accuracy_m": 12.0}, None),
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


@pytest.mark.parametrize("accuracy_m", [VAGUE_M + 1, 25_000.0, MOST_ACCURACY_M])
def test_vague_fixes_neither_begin_nor_confirm_a_jump(accuracy_m: float) -> None:
    far, again = fix(218_000, 1, accuracy_m), fix(218_000, 2, accuracy_m)

    assert track(fix(), far, again).believed == fix()
    assert track(fix(), far, again).waiting is None
    assert track(fix(), fix(218_000, 1), again).believed == fix(), "the held jump is precise, its confirmation is not"
    assert track(fix(), far, fix(218_000, 2)).believed == fix(), "a precise fix after a vague one is the first"
    assert track(fix(), far, fix(218_000, 2), fix(218_000, 12)).believed == fix(218_000, 12)


def test_a_burst_of_fixes_at_a_wrong_place_does_not_confirm_itself() -> None:
    burst = [fix(50_000, 30 + number) for number in range(10)]

    held = track(fix(), *burst)

    assert (held.believed, held.waiting) == (fix(), burst[0])
    assert followed(held, fix(50_000, 40), TravelMode.FOOT).believed == fix(50_000, 40)


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
    within, beyond = SLACK_M + speed * 600 - 50, SLACK_M + speed * 600 + 50

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


def test_hops_that_are_possible_one_by_one_get_the_slack_once() -> None:
    kept = track(*(fix(490.0 * second, second) for second in range(20)), mode=TravelMode.FOOT)

    assert kept.believed == fix(490, 1)


def test_three_hops_of_almost_five_kilometres_in_three_seconds_move_nobody() -> None:
    assert track(fix(), fix(4_900, 1), fix(9_800, 2), fix(14_700, 3), mode=TravelMode.CAR).believed == fix()


def test_stated_accuracies_do_not_add_up_along_a_chain() -> None:
    kept = track(*(fix(1_400.0 * second, second, 450.0) for second in range(9)), mode=TravelMode.FOOT)

    assert kept.believed == fix(1_400, 1, 450.0)


def test_held_hops_in_quick_succession_do_not_confirm_each_other() -> None:
    assert track(fix(), *(fix(5_000 + 300.0 * second, second) for second in range(1, 30))).believed == fix()


def test_who_rides_a_train_is_accepted_at_the_second_fix() -> None:
    ride = [fix(50.0 * second, second) for second in range(0, 300, 30)]

    accepted = [track(*ride[: number + 1]).believed is ride[number] for number in range(len(ride))]

    assert all(one or other for one, other in pairwise(accepted))


def test_who_stays_near_the_anchor_renews_its_time_and_not_its_place() -> None:
    kept = track(fix(), fix(60, 30), fix(-60, 90))

    assert kept.anchor == fix(0, 90)


def test_the_anchor_moves_on_after_a_minute_elsewhere() -> None:
    assert track(fix(), fix(400, 30), fix(700, 59)).anchor == fix()
    assert track(fix(), fix(400, 30), fix(800, 60)).anchor == fix(800, 60)


def test_a_confirmed_jump_is_the_anchor_of_what_follows() -> None:
    leap, near, further = fix(50_000, 30), fix(50_250, 41), fix(50_740, 42)

    assert track(fix(), leap, near).anchor == leap
    assert track(fix(), leap, near, further).believed == near


def test_the_first_precise_fix_replaces_a_vague_anchor() -> None:
    tower, precise = fix(1_400, 0, 1_500.0), fix(0, 20)

    kept = track(tower, precise, fix(1_400, 21))

    assert (kept.believed, kept.anchor) == (precise, precise)


def honest_drive(chance: random.Random, mode: TravelMode, *, stated: bool) -> Iterator[Fix]:
    """A drive of an hour: fixes each 5 to 30 s, stops, tunnels, turns, reflections off buildings, at first a cell tower.

    A stated accuracy covers nine errors of ten; the others are up to 300 m whatever is stated."""
    top_m_s = FASTEST_M_S[mode]
    east_m = north_m = at_s = speed = heading = 0.0
    for number in range(240):
        accuracy_m = chance.uniform(5, 60) if number else 1_500.0
        error_m = chance.uniform(0, accuracy_m) if chance.random() < 0.9 else chance.uniform(50, 300)
        if not stated:
            error_m = min(error_m, 300.0)
        turn = chance.uniform(0, 2 * math.pi)
        seen_north_m, seen_east_m = north_m + error_m * math.cos(turn), east_m + error_m * math.sin(turn)
        place = Place(
            lon=ALMATY.lon + seen_east_m / 111_195 / math.cos(math.radians(ALMATY.lat)),
            lat=ALMATY.lat + seen_north_m / 111_195,
        )
        yield Fix(place=place, at_ms=NOW_MS + round(at_s * 1000), accuracy_m=accuracy_m if stated else None)
        if chance.random() < 0.2:
            speed, heading = chance.choice([0.0, top_m_s, chance.uniform(0, top_m_s)]), chance.uniform(0, 2 * math.pi)
        step_s = chance.uniform(120, 300) if chance.random() < 0.02 else chance.uniform(5, 30)
        north_m += speed * step_s * math.cos(heading)
        east_m += speed * step_s * math.sin(heading)
        at_s += step_s


def holds(fixes: Iterator[Fix], mode: TravelMode) -> tuple[int, int]:
    """How many fixes were held, of how many."""
    kept: Track | None = None
    held = count = 0
    for one in fixes:
        kept = followed(kept, one, mode)
        held += kept.waiting is one
        count += 1
    return held, count


@pytest.mark.parametrize("mode", list(TravelMode))
def test_no_fix_of_an_honest_drive_with_stated_accuracies_is_held(mode: TravelMode) -> None:
    for seed in range(100):
        assert holds(honest_drive(random.Random(seed), mode, stated=True), mode)[0] == 0


@pytest.mark.parametrize("mode", list(TravelMode))
def test_hardly_any_fix_of_an_honest_drive_without_accuracies_is_held(mode: TravelMode) -> None:
    drives = [holds(honest_drive(random.Random(seed), mode, stated=False), mode) for seed in range(100)]

    assert sum(held for held, _ in drives) <= sum(count for _, count in drives) / 1_000


def false_hops(chance: random.Random) -> Iterator[Fix]:
    """Hops of less than 5 km in a second, each in a new direction or on and on in one, from a person who stands still."""
    onward = chance.random() < 0.5
    north_m = east_m = 0.0
    direction = chance.uniform(0, 2 * math.pi)
    longest_m = chance.choice([100.0, 500.0, 1_500.0, 5_000.0])
    for second in range(1, 121):
        direction = direction if onward else chance.uniform(0, 2 * math.pi)
        hop_m = chance.uniform(0, longest_m)
        north_m, east_m = north_m + hop_m * math.cos(direction), east_m + hop_m * math.sin(direction)
        place = Place(
            lon=ALMATY.lon + east_m / 111_195 / math.cos(math.radians(ALMATY.lat)), lat=ALMATY.lat + north_m / 111_195
        )
        yield Fix(place=place, at_ms=NOW_MS + second * 1000, accuracy_m=chance.choice([None, 10.0, 100.0]))


@pytest.mark.parametrize("mode", list(TravelMode))
def test_hops_without_a_confirmed_jump_stay_within_the_stated_bound(mode: TravelMode) -> None:
    """The bound of the module's docstring: top speed, and the allowance once per `ANCHOR_MS`."""
    for seed in range(200):
        kept = track(fix())
        for hop in false_hops(random.Random(seed)):
            waiting = kept.waiting
            kept = followed(kept, hop, mode)
            is_confirmation = waiting is not None and kept.believed is hop and kept.waiting is None
            if is_confirmation and kept.anchor.at_ms >= waiting.at_ms:  # type: ignore[union-attr]
                break
            gone_s = (kept.believed.at_ms - NOW_MS) / 1000
            allowed_m = (gone_s * 1000 // ANCHOR_MS + 1) * (SLACK_M + STOOD_M + 2 * 100)
            assert distance_m(ALMATY, kept.believed.place) <= FASTEST_M_S[mode] * gone_s + allowed_m
