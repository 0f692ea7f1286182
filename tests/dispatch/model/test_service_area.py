"""A place that cannot be meant is shown to the operator, with what may have happened, and never refused."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.context import NOTHING, DecisionContext
from dispatch.model.geojson import area_of
from dispatch.model.incident_events import AttentionRaised
from dispatch.model.places import Area
from dispatch.model.service_area import ServiceArea, service_area
from dispatch.model.vocabulary import Priority, Task
from streams.service_area import built_in
from tests.support.builders import Story, candidate, digital_spec, helpers, point, remote, spec

SERVED = replace(NOTHING, served=built_in())
SWAPPED = point(43.238, 76.945)
"""Almaty, latitude first: in the Arctic Ocean."""


def doubts(story: Story) -> list[str | None]:
    return [entry.detail for entry in story.incident.attention if entry.reason == "place_unlikely"]


def reported(area: Area | None, around: DecisionContext = SERVED, **stated: Any) -> Story:
    there = helpers("v-1") if area is None else [candidate("v-1", place=area.centre, distance_m=0.0)]
    story = Story(people=there, around=around)
    story.report(area=area, **stated)
    return story


@pytest.mark.parametrize(
    ("area", "doubt"),
    [
        (point(), None),
        (point(51.05, 51.4), None),  # Oral, near the border
        (point(43.238, 76.945), "swapped"),
        (point(-76.945, 43.238), "longitude_sign"),
        (point(76.945, -43.238), "latitude_sign"),
        (point(2.35, 48.85), "outside"),  # Paris
        (point(0.0, 0.0), "outside"),
        (point(150.0, 43.238), "outside"),  # no latitude the other way round
    ],
)
def test_an_unlikely_place_names_the_likely_fault(area: Area, doubt: str | None) -> None:
    story = reported(area)

    assert doubts(story) == ([doubt] if doubt else [])
    assert story.asked() == ["v-1"]


def test_an_area_of_which_a_part_is_served_is_likely() -> None:
    ring = [[86.0, 48.0], [95.0, 48.0], [95.0, 50.0], [86.0, 50.0], [86.0, 48.0]]

    assert doubts(reported(area_of({"type": "Polygon", "coordinates": [ring]}))) == []


def test_what_has_no_place_and_where_nothing_is_judged_nothing_is_unlikely() -> None:
    assert doubts(reported(None)) == []
    assert doubts(reported(SWAPPED, NOTHING)) == []


def test_a_place_that_is_put_right_ends_it_and_another_wrong_one_changes_the_word() -> None:
    story = reported(SWAPPED)

    story.update(area=point(2.35, 48.85))
    elsewhere = doubts(story)
    story.update(area=point())

    assert elsewhere == ["outside"]
    assert doubts(story) == []


def test_what_the_operator_has_settled_is_not_raised_again_by_other_changes() -> None:
    story = reported(SWAPPED)
    story.settle("place_unlikely")

    story.update(spec(count=2))
    story.note()

    assert doubts(story) == []


def test_the_same_fault_is_not_raised_again() -> None:
    story = reported(SWAPPED)

    moved = story.update(area=point(43.3, 76.9))

    assert not [fact for fact in moved.events if isinstance(fact, AttentionRaised)]
    assert doubts(story) == ["swapped"]


def test_a_place_that_digital_work_found_is_judged_too() -> None:
    story = Story(people=[remote("d-1", "geolocation")], around=SERVED)
    story.report(digital_spec("geolocation", task=Task.GEOLOCATE), area=None, priority=Priority.NORMAL)
    story.accept("d-1")

    story.give_result("d-1", "located", location={"type": "Point", "coordinates": [43.238, 76.945]})

    assert doubts(story) == ["swapped"]


def test_a_deployment_elsewhere_gives_its_own_area() -> None:
    ring = [[-76.0, 39.0], [-74.0, 39.0], [-74.0, 41.0], [-76.0, 41.0], [-76.0, 39.0]]
    pennsylvania: ServiceArea = service_area(area_of({"type": "Polygon", "coordinates": [ring]}))

    assert pennsylvania.doubt(point(-75.3, 40.1)) is None
    assert pennsylvania.doubt(point(40.1, -75.3)) == "swapped"
    assert pennsylvania.doubt(point()) == "outside"
