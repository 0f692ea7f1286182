"""Escalation on a running Komek: the ladder climbs by itself, the free get the most urgent need, plans change while it runs."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dispatch.plans import BUILT_IN, load_builtin
from streams import applied_plans, clock
from streams.settings import Settings
from tests.scenarios.test_whole_way import Town, until
from tests.whole_stack import WholeStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]


@pytest.fixture
def town(module_stack: WholeStack) -> Iterator[Town]:
    made = Town(module_stack)
    yield made
    made.http.close()


def boat(**stated: Any) -> list[dict[str, Any]]:
    return [{"capability": "field", "skill": "boat", "count": 1, **stated}]


def why(town: Town, incident: str, volunteer: str | None = None) -> Any:
    query = f"?volunteer_id={volunteer}" if volunteer else ""
    return town.call("GET", f"/v1/incidents/{incident}/why{query}", "operator", "op-1").json()


def looked_at(town: Town, incident: str) -> list[tuple[str, str]]:
    return [(entry["reason"], entry["requirement_id"]) for entry in town.incident(incident)["attention"]]


def test_the_ladder_reaches_further_and_then_calls_the_operator(town: Town) -> None:
    far = town.volunteer("far", skills=["boat"], north_m=8_000)
    near_enough = town.report(requirements=boat(max_distance_m=5_000))
    hopeless = town.report(requirements=boat(max_distance_m=1_000, languages=["tr"]), language="tr")

    until(lambda: town.live(near_enough).keys() == {far}, 5)
    until(lambda: ("unfilled", "r1") in looked_at(town, hopeless), 10)

    needs = town.incident(hopeless)["requirements"]
    assert [need["skill"] for need in needs] == ["boat", "translator"]
    assert "wider_ring (nobody_new)" in why(town, near_enough)["text"]
    assert why(town, near_enough, far)["verdict"] == "asked"
    assert why(town, hopeless, far)["verdict"] == "excluded"


def test_who_comes_on_duty_is_offered_the_most_urgent_fitting_need_within_two_seconds(town: Town) -> None:
    person = town.volunteer("late", on_duty=False)
    waiting = [town.report(priority=priority) for priority in ("low", "normal", "high", "critical")]
    urgent = waiting[-1]
    until(lambda: all(has_calmed(town, incident) for incident in waiting))

    town.call("PUT", f"/v1/volunteers/{person}/duty", "volunteer", person, {"on_duty": True})
    accepted_ms = clock.now_ms()
    offer = until(lambda: town.live(urgent).get(person), 6)

    assert datetime.fromisoformat(offer["created_at"]).timestamp() * 1000 - accepted_ms < 2_000


def has_calmed(town: Town, incident: str) -> bool:
    """The ladder has come to its operator, and no look of its own is due while the test measures."""
    decisions = town.call("GET", f"/v1/incidents/{incident}/decisions", "operator", "op-1").json()["items"]
    looks = [fact["at_ms"] for one in decisions for fact in one["events"] if fact["kind"] == "retry_scheduled"]
    return bool(town.incident(incident)["attention"]) and looks[-1] - clock.now_ms() > 8_000


def test_plans_are_changed_while_everything_runs_and_each_decision_names_its_version(town: Town) -> None:
    text = BUILT_IN.read_text(encoding="utf-8")
    version = f"{load_builtin().version}-{town.tag}"
    changed = text.replace(load_builtin().version, version).replace(
        'skill = "logistics", count = 2', 'skill = "logistics", count = 5'
    )
    settings = Settings(kafka=town.komek.kafka, data=Path())

    applied_plans.apply(settings, changed)

    def types() -> Any:
        return town.call("GET", "/v1/incident-types", "operator", "op-1").json()

    until(lambda: types()["version"] == version, 10)

    def fresh() -> Any:
        incident = town.report(type="storm", requirements=None)
        until(lambda: town.incident(incident)["version"] > 0)
        decisions = town.call("GET", f"/v1/incidents/{incident}/decisions", "operator", "op-1").json()["items"]
        return town.incident(incident), decisions[0]["why"]["plan_version"]

    state, recorded = until(lambda: (told := fresh())[1] == version and told, 15)
    assert state["requirements"][0]["count"] == 5
    assert recorded == version
