"""POST /v1/incidents/{id}/split: a part of an incident becomes an incident of its own."""

from typing import Any

import pytest

from dispatch.model.commands import SplitIncident
from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import IncidentStatus, OfferState
from tests.support.api_world import World, code, fields, report
from tests.support.builders import incident, offer

INCIDENT = "i-8320e5-" + "a" * 32
OTHER = "i-8320e5-" + "b" * 32
OFFER = "o-8320e5-" + "a" * 32 + "-" + "b" * 16


def ended(status: IncidentStatus = IncidentStatus.CLOSED, **known: Any) -> Incident:
    return incident(id=INCIDENT, status=status, **known)


async def test_a_part_becomes_an_incident_of_its_own(world: World) -> None:
    world.redis.add(incident(id=INCIDENT, offers=(offer(id=OFFER),), reports=(OTHER,)))
    body = report(offers=[OFFER], reports=[OTHER], reason="екі апат")

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", body, key="k-1")
    plain = await world.ask("POST", "/v1/incidents", report(), key="k-2")

    assert said.status_code == 202, said.text
    command = world.log.commands[0]
    assert isinstance(command, SplitIncident)
    made = command.report
    assert (said.json()["id"], said.headers["location"]) == (made.incident_id, f"/v1/incidents/{made.incident_id}")
    assert made.incident_id not in (INCIDENT, plain.json()["id"])
    assert (command.incident_id, command.offers, command.reports) == (INCIDENT, (OFFER,), (OTHER,))
    assert (made.type, made.private_fields, made.text_print is None) == (
        "medical.other",
        ("description", "caller"),
        False,
    )
    sealed = world.log.opened()
    assert made.private_ref is not None
    assert getattr(sealed[made.private_ref], "description", None) == "Үйдің 3-қабатынан түтін"
    assert command.private_ref is not None
    assert getattr(sealed[command.private_ref], "text", None) == "екі апат"
    assert made.private_ref.startswith(f"incident:{made.incident_id}:")
    shown = (await world.ask("GET", f"/v1/incidents/{made.incident_id}")).json()
    assert (shown["status"], shown["version"], shown["split_from"]) == ("reported", 0, INCIDENT)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"offers": ["o-8320e5-x"]}, "offers[0]"),
        ({"reports": [OTHER]}, "reports[0]"),
        ({"type": "dragon"}, "type"),
        ({"location": ...}, "location"),
    ],
)
async def test_a_split_names_what_is_wrong_with_it(world: World, changes: dict[str, Any], field: str) -> None:
    world.redis.add(incident(id=INCIDENT))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(**changes))

    assert (said.status_code, fields(said)) == (422, [field])
    assert world.log.messages == []


async def test_a_split_takes_no_offer_that_has_ended(world: World) -> None:
    declined = offer(OfferState.DECLINED, id=OFFER)
    world.redis.add(incident(id=INCIDENT, offers=(declined,)))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(offers=[declined.id]))

    assert (said.status_code, code(said)) == (409, "offer_ended")
    assert world.log.messages == []


async def test_an_ended_incident_cannot_be_split_and_without_redis_the_dispatcher_decides(world: World) -> None:
    world.redis.add(ended())
    over = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report())
    world.redis.is_down = True
    away = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(offers=[OFFER]))

    assert (code(over), away.status_code) == ("incident_ended", 202)


async def test_a_part_of_a_drill_is_a_drill(world: World) -> None:
    world.redis.add(incident(id=INCIDENT, exercise=True))

    await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(), key="k-1")

    (command,) = world.log.commands
    assert isinstance(command, SplitIncident)
    assert command.report.exercise
