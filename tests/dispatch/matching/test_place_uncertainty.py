"""What a place is worth: fixes grow old, and home has a limit of its own."""

import pytest

from dispatch.matching.eligibility import exclusion
from dispatch.matching.place_uncertainty import FRESH_S, asked_within_m, uncertainty_m, uncertainty_s
from dispatch.matching.ranking import rank
from dispatch.model.reasons import Exclusion
from dispatch.model.vocabulary import TravelMode
from tests.support.builders import candidate, need


@pytest.mark.parametrize(
    ("known", "radius_m"),
    [
        ({"fix_age_s": FRESH_S}, 0.0),  # phones report every half minute
        ({"fix_age_s": FRESH_S + 600}, 600.0),  # ten minutes by car: 1 m/s
        ({"fix_age_s": FRESH_S + 600, "travel_mode": TravelMode.FOOT}, 120.0),
        ({"fix_age_s": FRESH_S + 600, "travel_mode": TravelMode.BICYCLE}, 240.0),
        ({"fix_age_s": FRESH_S + 600, "home_m": 250.0}, 250.0),  # no further than to their home
        ({"fix_age_s": FRESH_S + 600, "home_m": 0.0}, 0.0),  # at home
        ({"fix_age_s": None, "from_home": True}, 0.0),
        ({"fix_age_s": None}, 0.0),
        ({"fix_age_s": -30.0}, 0.0),  # a clock that is a little ahead
    ],
)
def test_the_circle_around_a_fix_grows_with_its_age_up_to_home(known: dict[str, object], radius_m: float) -> None:
    assert uncertainty_m(candidate("v-1", **known)) == pytest.approx(radius_m)


def test_an_old_fix_is_priced_in_travel_time_and_a_fresh_one_nearby_wins() -> None:
    old = candidate("old", distance_m=900.0, fix_age_s=1_500.0)
    fresh = candidate("fresh", distance_m=1_200.0, fix_age_s=20.0)
    at_home = candidate("at-home", distance_m=1_100.0, fix_age_s=1_500.0, home_m=0.0)

    ranked = rank([old, fresh, at_home], need(), None)

    assert [entry.candidate.volunteer_id for entry in ranked] == ["at-home", "fresh", "old"]
    assert ranked[2].terms["place_age"] == pytest.approx(uncertainty_s(old))
    assert "place_age" not in ranked[1].terms
    assert uncertainty_s(candidate("v", distance_m=None, fix_age_s=900.0)) == 0.0


def test_who_is_looked_for_at_home_is_asked_half_as_far() -> None:
    near = candidate("near", distance_m=24_000.0, from_home=True, fix_age_s=None)
    far = candidate("far", distance_m=26_000.0, from_home=True, fix_age_s=None)
    own = candidate("own", distance_m=2_600.0, from_home=True, fix_age_s=None, max_distance_m=5_000)

    assert [exclusion(one, need()) for one in (near, far, own)] == [None, Exclusion.STALE_PLACE, Exclusion.STALE_PLACE]
    assert asked_within_m(candidate("fix")) == 50_000


def test_a_routers_time_replaces_the_built_in_one_and_setting_out_is_added() -> None:
    near, far = candidate("near", distance_m=500.0, travel_s=900.0), candidate("far", distance_m=900.0, travel_s=60.0)

    ranked = rank([near, far], need(), None)

    assert [entry.candidate.volunteer_id for entry in ranked] == ["far", "near"]
    assert [entry.eta_s for entry in ranked] == [90.0 + 60.0, 90.0 + 900.0]
