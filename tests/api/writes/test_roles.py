"""The label of a requirement stays in clear in the log: it is a word of the plans, not of the person who types."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from dispatch.model.commands import ReportIncident, UpdateIncident
from tests.support.api_world import World, code
from tests.support.builders import INCIDENT, incident, requirement

FREE = "Айгерим Сериковна, +7 701"


def need(role: str) -> list[dict[str, Any]]:
    return [{"capability": "field", "skill": "first_aid", "role": role}]


async def patch(world: World, role: str) -> httpx2.Response:
    return await world.ask("PATCH", f"/v1/incidents/{INCIDENT}", {"requirements": need(role)})


async def test_a_report_states_a_role_of_the_plans(world: World) -> None:
    answer = await world.report(requirements=need("shelter"))

    assert answer.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, ReportIncident)
    assert command.requirements is not None
    assert command.requirements[0].role == "shelter"


@pytest.mark.parametrize("path", ["/v1/incidents", f"/v1/incidents/{INCIDENT}/split"])
async def test_free_words_as_a_role_are_refused_and_not_repeated(world: World, path: str) -> None:
    world.redis.add(incident())
    body = {"type": "flood", "location": None, "requirements": need(FREE)}

    answer = await world.ask("POST", path, body)

    assert (answer.status_code, code(answer)) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == "requirements[0].role"
    assert FREE not in answer.text
    assert world.log.commands == []


async def test_an_edit_keeps_a_role_that_the_incident_has_and_takes_no_new_one(world: World) -> None:
    # Reported before roles were words of the plans, or under other plans.
    world.redis.add(replace(incident(), requirements=(requirement(role="gate 4"),)))

    kept, fresh = await patch(world, "gate 4"), await patch(world, FREE)

    assert (kept.status_code, fresh.status_code) == (202, 422)
    (command,) = world.log.commands
    assert isinstance(command, UpdateIncident)
