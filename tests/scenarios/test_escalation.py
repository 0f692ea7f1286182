"""Escalation on a running Komek: the ladder climbs by itself, the free get the most urgent need, plans change while it runs."""

from pathlib import Path
from typing import Any

import pytest

from dispatch.plans.book import BUILT_IN, load_builtin
from streams.readers import plans
from streams.settings import Settings
from tests.support.town import Town, made_ms
from tests.support.waiting import until

pytestmark = pytest.mark.stack


def boat(**stated: Any) -> list[dict[str, Any]]:
    return [{"capability": "field", "skill": "boat", "count": 1, **stated}]


def why(town: Town, incident: str, volunteer: str | None = None) -> Any:
    query = f"?volunteer_id={volunteer}" if volunteer else ""
    return town.call("GET", f"/v1/incidents/{incident}/why{query}", "operator", "op-1").json()


def looked_at(town: Town, incident: str) -> list[tuple[str, str]]:
    return [(entry["reason"], entry["requirement_id"]) for entry in town.incident(incident)["attention"]]


def test_the_ladder_reaches_further_and_then_calls_the_operator(town: Town) -> None:
    far = town.volunteer("far", skills=["boat"], north_m=9_800)
    near_enough = town.report(requirements=boat(max_distance_m=5_000))
    hopeless = town.report(requirements=boat(max_distance_m=1_000, languages=["tr"]), language="tr")

    until(lambda: town.live(near_enough).keys() == {far})
    until(lambda: ("unfilled", "r1") in looked_at(town, hopeless))

    needs = town.incident(hopeless)["requirements"]
    assert [need["skill"] for need in needs] == ["boat"]  # nobody translates, so no translator is needed either
    assert "wider_ring (nobody_new)" in why(town, near_enough)["text"]
    assert why(town, near_enough, far)["verdict"] == "asked"
    assert why(town, hopeless, far)["verdict"] == "excluded"


def test_who_comes_on_duty_is_offered_the_most_urgent_fitting_need_and_wakes_it(town: Town) -> None:
    person = town.volunteer("late", on_duty=False)
    waiting = [town.report(priority=priority) for priority in ("low", "normal", "high", "critical")]
    urgent = waiting[-1]
    until(lambda: all(town.waits_quietly(incident) for incident in waiting))
    look_ms = min(town.next_look_ms(incident) for incident in waiting)

    town.call("PUT", f"/v1/volunteers/{person}/duty", "volunteer", person, {"on_duty": True})
    offer = until(lambda: town.live(urgent).get(person))

    assert made_ms(offer) < look_ms


def test_plans_are_changed_while_everything_runs_and_each_decision_names_its_version(breakable_town: Town) -> None:
    town = breakable_town
    text = BUILT_IN.read_text(encoding="utf-8")
    version = f"{load_builtin().version}-{town.tag}"
    changed = text.replace(load_builtin().version, version).replace(
        'skill = "logistics", count = 2', 'skill = "logistics", count = 5'
    )
    settings = Settings(kafka=town.komek.kafka, data=Path())

    plans.apply(settings, changed)

    def types() -> Any:
        return town.call("GET", "/v1/incident-types", "operator", "op-1").json()

    until(lambda: types()["version"] == version)

    def fresh() -> Any:
        incident = town.report(type="storm", requirements=None)
        until(lambda: town.incident(incident)["version"] > 0)
        decisions = town.call("GET", f"/v1/incidents/{incident}/decisions", "operator", "op-1").json()["items"]
        return town.incident(incident), decisions[0]["why"]["plan_version"]

    state, recorded = until(lambda: (told := fresh())[1] == version and told)
    assert state["requirements"][0]["count"] == 5
    assert recorded == version
