"""Simulated reports: of kinds that exist, at places near people, at the times the scenario states."""

from itertools import islice

import pytest

from dispatch.model.geojson import area_of
from dispatch.plans.book import load_builtin
from streams.simulator.incidents import Report, draw_reports
from streams.simulator.scenarios import BadScenario, Scenario, scenario_named, scenarios

CALM = Scenario(name="calm", volunteers=10, rate=60.0, minutes=10, seed=3)


def reports(scenario: Scenario, count: int = 500) -> list[Report]:
    return list(islice(draw_reports(scenario, run="r"), count))


def test_the_same_seed_gives_the_same_reports_and_another_run_other_keys() -> None:
    assert reports(CALM) == reports(CALM)
    assert {report.key for report in reports(CALM)}.isdisjoint(
        report.key for report in draw_reports(CALM, run="another")
    )


def test_every_report_is_of_a_known_kind_and_has_a_usable_place() -> None:
    kinds = load_builtin().plans

    for report in reports(CALM):
        assert report.body["type"] in kinds
        assert report.body["description"]
        if report.body["location"] is not None:
            area_of(report.body["location"])


def test_there_are_points_areas_and_work_without_a_place() -> None:
    seen = {(report.body["location"] or {"type": None})["type"] for report in reports(CALM)}

    assert seen == {"Point", "Polygon", None}


def test_a_steady_scenario_keeps_its_rate_and_begins_at_once() -> None:
    times = [report.at_s for report in draw_reports(CALM, run="r")]

    assert times[0] == 0
    assert times == sorted(times)
    assert len(times) == pytest.approx(600, abs=2)
    assert times[-1] < 600


def test_a_surge_brings_most_at_the_beginning() -> None:
    times = [report.at_s for report in draw_reports(scenarios()["earthquake"], run="r")]

    assert len(times) == 400
    assert times == sorted(times)
    assert sum(at_s < 300 for at_s in times) > 200


@pytest.mark.parametrize("name", list(scenarios()))
def test_every_named_scenario_can_be_drawn(name: str) -> None:
    assert reports(scenarios()[name], 5)


@pytest.mark.parametrize(
    "changes",
    [{"volunteers": 0}, {"rate": -1.0}, {"city": "atlantis"}, {"minutes": -1.0}, {"minutes": 0, "shape": "surge"}],
)
def test_a_scenario_that_cannot_be_played_says_what_is_wrong(changes: dict[str, object]) -> None:
    with pytest.raises(BadScenario, match=next(iter(changes))):
        scenario_named("city", changes)


def test_an_unknown_scenario_names_those_that_are_known() -> None:
    with pytest.raises(BadScenario, match="demo"):
        scenario_named("no such", {})


def test_the_demo_is_forty_people_in_almaty_with_an_incident_each_twenty_seconds_after_the_scenes() -> None:
    demo = scenarios()["demo"]

    assert (demo.volunteers, demo.city, demo.rate) == (40, "almaty", 3.0)
    assert [report.at_s for report in reports(demo, 3)] == pytest.approx([40, 60, 80], abs=5)
