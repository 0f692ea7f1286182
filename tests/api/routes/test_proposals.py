"""Results of digital work that wait for an operator: who sees them, and the orders that decide on them."""

from typing import Any

import pytest

from dispatch.model.commands import AcceptProposal, RejectProposal
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, ResultKind, Task
from tests.api.seeded_world import POINT, PROPOSAL, proposal
from tests.support.api_world import World, code
from tests.support.builders import INCIDENT, incident, offer

OTHER = INCIDENT[:-1] + "f"
PATH = f"/v1/incidents/{INCIDENT}/proposals/{PROPOSAL}"


async def test_a_proposal_is_shown_with_who_said_it_and_how_often_they_were_right(world: World) -> None:
    world.redis.add(incident(proposals=(proposal(),)))

    (shown,) = (await world.ask("GET", f"/v1/incidents/{INCIDENT}")).json()["proposals"]

    assert (shown["id"], shown["kind"], shown["because"]) == (PROPOSAL, "located", ["priority"])
    assert shown["location"]["type"] == POINT["type"]
    assert (shown["by"], shown["incident_id"]) == ("d-1", None)
    (said,) = shown["said"]
    assert (said["volunteer_id"], said["upheld"], said["judged"]) == ("d-1", 2.5, 3.0)


async def test_a_volunteer_sees_no_proposals_and_an_ended_incident_has_none(world: World) -> None:
    held = offer(OfferState.ACCEPTED, capability=Capability.DIGITAL, task=Task.VERIFY_REPORT)
    world.redis.add(incident(offers=(held,), proposals=(proposal(),)))
    seen = await world.ask("GET", f"/v1/incidents/{INCIDENT}", role="volunteer", subject="v-1")
    world.redis.add(incident(status=IncidentStatus.CLOSED, merged_into=OTHER, proposals=(proposal(),)))

    ended = await world.ask("GET", f"/v1/incidents/{INCIDENT}")

    assert seen.status_code == 200
    assert "proposals" not in seen.json()
    assert ended.json()["proposals"] == []


@pytest.mark.parametrize(("verb", "kind"), [("accept", AcceptProposal), ("reject", RejectProposal)])
async def test_an_operator_decides_once_per_key(world: World, verb: str, kind: Any) -> None:
    world.redis.add(incident(proposals=(proposal(),)))

    first = await world.ask("POST", f"{PATH}/{verb}", {"reason": "called back"}, key="k-1")
    again = await world.ask("POST", f"{PATH}/{verb}", {"reason": "called back"}, key="k-1")

    assert (first.status_code, first.json()) == (202, again.json())
    (command,) = world.log.commands
    assert isinstance(command, kind)
    assert (command.proposal_id, command.by) == (PROPOSAL, "operator-1")
    assert command.private_ref in world.log.opened()


@pytest.mark.parametrize("verb", ["accept", "reject"])
async def test_an_outdated_proposal_is_a_conflict_that_names_those_that_wait(world: World, verb: str) -> None:
    world.redis.add(incident(proposals=(proposal(id="p-" + "b" * 16),)))
    outdated = await world.ask("POST", f"{PATH}/{verb}")
    world.redis.add(incident(status=IncidentStatus.CLOSED))

    ended = await world.ask("POST", f"{PATH}/{verb}")

    assert (outdated.status_code, code(outdated)) == (409, "proposal_outdated")
    assert outdated.json()["proposals"] == ["p-" + "b" * 16]
    assert (ended.status_code, code(ended)) == (409, "incident_ended")


async def test_a_duplicate_of_what_has_ended_is_refused_at_once(world: World) -> None:
    world.redis.add(incident(proposals=(proposal(ResultKind.DUPLICATE, incident_id=OTHER),)))
    world.redis.add(incident(id=OTHER, status=IncidentStatus.CLOSED))

    accepted = await world.ask("POST", f"{PATH}/accept")
    rejected = await world.ask("POST", f"{PATH}/reject")

    assert (accepted.status_code, code(accepted), rejected.status_code) == (409, "conflict", 202)


async def test_a_decision_is_accepted_while_redis_is_down(world: World) -> None:
    world.redis.is_down = True

    assert (await world.ask("POST", f"{PATH}/accept")).status_code == 202
