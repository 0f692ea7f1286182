"""Digital work goes to people outside the affected area first."""

from typing import Any

import pytest

from dispatch.matching.affected_areas import AFFECTED_S, MARGIN_M
from dispatch.matching.ranking import rank
from dispatch.model.geojson import area_of
from dispatch.model.places import Place
from dispatch.model.recorded_way import UNSURE_M
from dispatch.model.vocabulary import Capability
from tests.support.builders import ALMATY, candidate, need, remote, requirement

DIGITAL = requirement(capability=Capability.DIGITAL, skill="verification")


def at(north_m: float) -> Place:
    return Place(lon=ALMATY.lon, lat=ALMATY.lat + north_m / 111_195)


def terms(person: Any, **known: Any) -> dict[str, float]:
    (entry,) = rank([person], need(**({"wanted": DIGITAL} | known)), None)
    return entry.terms


@pytest.mark.parametrize(
    ("known", "is_affected"),
    [
        ({"place": at(0), "fix_age_s": 60.0}, True),
        ({"place": at(MARGIN_M - UNSURE_M), "fix_age_s": 60.0}, True),
        ({"place": at(MARGIN_M + UNSURE_M), "fix_age_s": 60.0}, False),
        ({"place": at(0), "fix_age_s": 3_600.0}, False),  # an hour ago says nothing of now
        ({"place": at(0), "fix_age_s": None}, False),
        ({}, False),  # never sent a position
    ],
)
def test_only_a_fresh_fix_in_or_around_the_area_counts(known: dict[str, Any], is_affected: bool) -> None:
    assert (terms(remote("d-1", **known)).get("affected") == AFFECTED_S) is is_affected


def test_the_whole_area_counts_not_its_centre() -> None:
    lon, lat = ALMATY.lon, ALMATY.lat
    ring = [[lon, lat], [lon + 0.3, lat], [lon + 0.3, lat + 0.3], [lon, lat + 0.3], [lon, lat]]
    corner = remote("d-1", place=ALMATY, fix_age_s=1.0)

    assert terms(corner, area=area_of({"type": "Polygon", "coordinates": [ring]}))["affected"] == AFFECTED_S


def test_an_idle_person_inside_comes_after_a_busy_one_outside() -> None:
    inside = remote("inside", place=at(0), fix_age_s=1.0)
    outside = remote("outside", place=at(90_000), fix_age_s=1.0, load=4.0)

    ranked = rank([inside, outside], need(DIGITAL), None)

    assert [entry.candidate.volunteer_id for entry in ranked] == ["outside", "inside"]


def test_field_work_and_work_without_a_place_have_no_such_penalty() -> None:
    assert "affected" not in terms(candidate("v-1", place=at(0)), wanted=requirement())
    assert "affected" not in terms(remote("d-1", place=at(0), fix_age_s=1.0), area=None)
