"""What operators do by hand: opening again what was over."""

from typing import Any

import pytest

from dispatch.commands import ReopenIncident
from dispatch.model import Incident
from dispatch.vocabulary import IncidentStatus
from tests.api.world import World, code
from tests.builders import incident

INCIDENT = "i-8320e5-" + "a" * 32
OTHER = "i-8320e5-" + "b" * 32


def ended(status: IncidentStatus = IncidentStatus.CLOSED, **known: Any) -> Incident:
    return incident(id=INCIDENT, status=status, **known)


@pytest.mark.parametrize("status", [IncidentStatus.CLOSED, IncidentStatus.CANCELLED])
async def test_what_has_ended_is_opened_again_with_its_reason_kept_private(
    world: World, status: IncidentStatus
) -> None:
    world.redis.add(ended(status))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen", {"reason": "it burns again"})

    assert (said.status_code, said.json()["id"], said.json()["status"]) == (202, INCIDENT, "accepted")
    (command,) = world.log.commands
    assert isinstance(command, ReopenIncident)
    assert (command.incident_id, command.by) == (INCIDENT, "operator-1")
    assert command.private_ref is not None
    private = world.log.opened()[command.private_ref]
    assert getattr(private, "text", None) == "it burns again"


async def test_what_is_open_or_was_merged_is_not_opened_again(world: World) -> None:
    world.redis.add(ended(IncidentStatus.DISPATCHING))
    is_open = await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen")
    world.redis.add(ended(merged_into=OTHER))
    merged = await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen")

    assert (is_open.status_code, code(is_open), is_open.json()["state"]) == (409, "conflict", "dispatching")
    assert (merged.status_code, merged.json()["state"], merged.json()["merged_into"]) == (409, "merged", OTHER)
    assert world.log.messages == []


async def test_volunteers_open_nothing_again(world: World) -> None:
    world.redis.add(ended())

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen", role="volunteer")

    assert (said.status_code, code(said)) == (403, "forbidden")


async def test_an_order_to_reopen_is_taken_in_while_redis_is_down(world: World) -> None:
    world.redis.is_down = True

    assert (await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen")).status_code == 202
