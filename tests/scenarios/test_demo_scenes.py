"""The scenes of the demo, played by the public API on the shared stack, end as they are told in `scenes.toml`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.vocabulary import IncidentStatus
from streams.api_client import Api
from streams.simulator.run import RunProgress, http_transport, play
from streams.simulator.scenarios import scenarios
from streams.simulator.scenes import CHILD, FIRST, scenes
from tests.support.town import Town

pytestmark = pytest.mark.stack

PACE = 8.0
PAIR = {"v-daniyar", "v-olga"}


async def test_each_scene_of_the_demo_reaches_its_end(town: Town) -> None:
    # Only the cast: the drawn crowd and the drawn incidents are not what is looked at.
    demo = replace(scenarios()["demo"], volunteers=1, rate=0.0, pace=PACE, positions_s=1.0, moving_s=0.5, opening_s=0.0)

    async with Api(town.komek.api, town.komek.token, verify=town.komek.trust) as api:
        progress = RunProgress(scenario=demo, api=api)
        await play(progress, run=town.tag, transport=http_transport(api, town.tag))
    assert progress.director is not None
    ended = {names: _incident(town, incident) for names, incident in progress.director.incidents.items()}

    assert api.tally["scenes played"] == len(scenes()), api.tally.counts
    assert {incident["status"] for incident in ended.values()} == {IncidentStatus.CLOSED}
    moved, false, child = ended["moved", FIRST], ended["false", FIRST], ended["distress", CHILD]
    # The job changed under way: both people confirmed it and arrived at the new place.
    assert "Гагарина" in moved["address"]
    assert {entry["by"] for entry in _history(town, moved) if entry["what"] == "confirm_changes"} == PAIR
    assert _people(moved, "done") == PAIR
    # Two people saw through the report, an operator agreed: those who were under way were told not to come.
    assert false["certainty"] == "false"
    assert _people(false, "stood_down") >= {"v-yerlan", "v-marat"}
    assert _people(false, "done") == {"v-zarina", "v-bekzat"}
    # The person in distress has an incident of their own, to which two people came.
    assert (child["type"], child["distress_of"]) == ("distress", "v-ruslan")
    assert (child["end_code"], _people(child, "done")) == ("resolved", {"v-arman", "v-dinara"})
    # The relief came at the second alarm level.
    assert ended["escalated", FIRST]["alarm_level"] == 2
    assert _people(ended["escalated", FIRST], "done") >= {"v-aigerim", "v-timur", "v-gulnar", "v-nikita"}
    # The second caller's report became one of the first.
    assert ended["duplicate", "second"]["merged_into"] == ended["duplicate", FIRST]["id"]
    assert len(_people(ended["search", FIRST], "done")) == 3
    assert _people(ended["question", FIRST], "done") == {"v-emily"}


def _incident(town: Town, incident_id: str) -> Any:
    return town.call("GET", f"/v1/incidents/{incident_id}", "operator", "op-demo").json()


def _history(town: Town, incident: Mapping[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = town.call(
        "GET", f"/v1/incidents/{incident['id']}/timeline", "operator", "op-demo"
    ).json()["items"]
    return items


def _people(incident: Mapping[str, Any], state: str) -> set[str]:
    return {offer["volunteer_id"] for offer in incident["offers"] if offer["state"] == state}
