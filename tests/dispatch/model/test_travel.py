"""How long a person needs to be there, and how far one is asked to go."""

import pytest

from dispatch.model.travel import reach_m, travel_time_s
from dispatch.model.vocabulary import TravelMode


@pytest.mark.parametrize(
    ("distance_m", "mode", "seconds"),
    [
        (0.0, TravelMode.FOOT, 30),  # shoes
        (1_000.0, TravelMode.FOOT, 30 + 1_240 / 2.3),
        (1_000.0, TravelMode.BICYCLE, 60 + 1_240 / 4.5),
        (1_000.0, TravelMode.CAR, 90 + 1_240 / 8.5),
        (10_000.0, TravelMode.CAR, 90 + 5_000 / 8.5 + 7_400 / 17),  # town, then open road
    ],
)
def test_travel_time_is_the_road_at_the_speed_of_the_mode(distance_m: float, mode: TravelMode, seconds: float) -> None:
    assert travel_time_s(distance_m, mode) == pytest.approx(seconds)


def test_a_car_is_not_worth_it_next_door() -> None:
    assert travel_time_s(100, TravelMode.FOOT) < travel_time_s(100, TravelMode.CAR)


@pytest.mark.parametrize(
    ("own_limit_m", "mode", "reach"),
    [
        (None, TravelMode.FOOT, 5_000),
        (None, TravelMode.BICYCLE, 15_000),
        (None, TravelMode.CAR, 50_000),
        (12_000, TravelMode.FOOT, 12_000),  # a stated limit holds, be it long
        (0, TravelMode.CAR, 0),  # or none at all
    ],
)
def test_a_person_goes_as_far_as_they_said_or_as_their_mode_allows(
    own_limit_m: int | None, mode: TravelMode, reach: int
) -> None:
    assert reach_m(own_limit_m, mode) == reach
