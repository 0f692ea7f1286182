"""Who may be asked at all."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.matching.eligibility import FIX_AGE_LIMIT_S, exclusion
from dispatch.model.languages import shares_language
from dispatch.model.reasons import Exclusion
from dispatch.model.vocabulary import Capability, TravelMode
from tests.support.builders import candidate, need, requirement


@pytest.mark.parametrize(
    ("known", "excluded"),
    [
        ({}, None),  # near, free, skilled
        ({"volunteer_id": "asked"}, Exclusion.ASKED_BEFORE),
        ({"skills": frozenset({"boat"})}, Exclusion.SKILL),
        ({"skills": frozenset({"boat", "first_aid"})}, None),
        ({"languages": ("ru",)}, Exclusion.LANGUAGE),  # Kazakh or English is required
        ({"languages": ("en-GB", "ru")}, None),  # one of them suffices
        ({"languages": ()}, Exclusion.LANGUAGE),  # says of no language
        ({"distance_m": None}, Exclusion.STALE_PLACE),  # no place known at all
        ({"fix_age_s": FIX_AGE_LIMIT_S}, None),
        ({"fix_age_s": FIX_AGE_LIMIT_S + 1}, Exclusion.STALE_PLACE),
        ({"fix_age_s": None}, Exclusion.STALE_PLACE),  # a distance that comes from nowhere
        ({"fix_age_s": None, "from_home": True}, None),  # known to live there
        ({"distance_m": 20_000.0}, None),  # on the very limit of the requirement
        ({"distance_m": 20_001.0}, Exclusion.TOO_FAR),
        ({"distance_m": 3_000.0, "max_distance_m": 2_999}, Exclusion.TOO_FAR),  # beyond the person's own limit
        ({"distance_m": 3_000.0, "max_distance_m": 3_000}, None),
        ({"distance_m": 30_000.0, "max_distance_m": 90_000}, Exclusion.TOO_FAR),  # the nearer limit counts
        (
            {"distance_m": 5_001.0, "travel_mode": TravelMode.FOOT},
            Exclusion.TOO_FAR,
        ),  # no limit of their own: the mode's
        ({"distance_m": 5_001.0, "travel_mode": TravelMode.BICYCLE}, None),
        ({"distance_m": 0.0, "max_distance_m": 0}, None),  # will not leave the house, which is on fire
    ],
)
def test_field_work(known: dict[str, Any], excluded: Exclusion | None) -> None:
    wanted = requirement(languages=("kk", "en"), max_distance_m=20_000)
    person = replace(candidate(languages=("kk",)), **known)

    assert exclusion(person, need(wanted, asked_before=frozenset({"asked"}))) is excluded


@pytest.mark.parametrize(
    ("capability", "has_place"),
    [
        (Capability.DIGITAL, True),  # a place of the incident never matters to remote work
        (Capability.DIGITAL, False),
        (Capability.FIELD, False),  # field work without a place has no distance
    ],
)
def test_where_a_person_is_matters_only_for_field_work_at_a_place(capability: Capability, has_place: bool) -> None:
    wanted = need(requirement(capability=capability), **({} if has_place else {"area": None}))

    assert exclusion(candidate(distance_m=None, fix_age_s=None), wanted) is None


def test_being_asked_before_goes_before_every_other_reason() -> None:
    wanted = need(requirement(skill="boat"), asked_before=frozenset({"v-1"}))

    assert exclusion(candidate("v-1"), wanted) is Exclusion.ASKED_BEFORE


@pytest.mark.parametrize(
    ("wanted", "spoken", "shared"),
    [
        (("kk",), ("kk",), True),
        (("kk",), ("kk-Cyrl",), True),  # one language on the phone
        (("kk-Latn",), ("KK",), True),
        (("kk", "ru"), ("ru",), True),  # any one suffices
        (("kk",), ("ru", "en"), False),
        (("kk",), (), False),
    ],
)
def test_languages_are_compared_by_what_is_spoken(
    wanted: tuple[str, ...], spoken: tuple[str, ...], shared: bool
) -> None:
    assert shares_language(wanted, spoken) is shared
