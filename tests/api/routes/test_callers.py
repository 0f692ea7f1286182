"""What is stored about a caller: read and erased by admins, also after the end and without Redis."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.private_refs import report_ref, text_ref
from dispatch.model.vocabulary import IncidentStatus
from streams.readers.last_known import LastKnown
from streams.wire import IncidentPrivate
from tests.support.api_world import World, code
from tests.support.builders import incident

CALLER = {"name": "Aigerim", "phone": "+77001234567"}


async def stored(world: World, status: IncidentStatus = IncidentStatus.CLOSED) -> str:
    """An incident with a report and a note in the log and in Redis."""
    state = replace(incident(), status=status, details={"caller": report_ref(incident().id)})
    world.redis.add(state)
    for ref, record in (
        (report_ref(state.id), IncidentPrivate(caller=CALLER, address="Abai 1")),
        (text_ref(state.id, "note", "c-1"), IncidentPrivate(text="She called back")),
    ):
        _, sealed = await world.log.send_private(ref, record)
        world.redis.sealed[ref] = sealed
    return state.id


async def ask(world: World, method: str, incident_id: str, role: str = "admin") -> Any:
    return await world.ask(method, f"/v1/incidents/{incident_id}/caller", role=role)


async def test_an_admin_reads_everything_about_a_caller_and_the_audit_says_so(world: World) -> None:
    incident_id = await stored(world)

    answer = await ask(world, "GET", incident_id)

    assert answer.status_code == 200
    assert answer.json()["state"] == "stored"
    assert answer.json()["items"] == [
        {"kind": "report", "address": "Abai 1", "caller": CALLER},
        {"kind": "note", "text": "She called back"},
    ]
    assert [(entry.action, entry.subject) for entry in world.log.audits] == [("incident.caller.read", incident_id)]


async def test_an_erasure_after_the_end_leaves_nothing_to_read(world: World) -> None:
    incident_id = await stored(world)

    answer = await ask(world, "DELETE", incident_id)

    assert (answer.status_code, answer.json()["state"], answer.json()["records"]) == (202, "erased", 2)
    after = (await ask(world, "GET", incident_id)).json()
    assert (after["state"], after["items"]) == ("erased", [])
    shown = (await world.ask("GET", f"/v1/incidents/{incident_id}", role="operator")).json()
    assert (shown["caller"], shown["erased"]) == (None, ["caller"])
    again = await ask(world, "DELETE", incident_id)
    assert (again.status_code, again.json()["records"]) == (202, 0)


async def test_a_caller_is_erased_also_while_redis_is_away(world: World) -> None:
    incident_id = await stored(world)
    world.last_known.known = LastKnown(read_ms=0, states=tuple(world.redis.states.values()))
    world.redis.is_down = True

    answer = await ask(world, "DELETE", incident_id)

    assert (answer.status_code, answer.json()["state"]) == (202, "erasing")
    assert set(world.log.opened().values()) == {None}


async def test_an_open_incident_keeps_its_address(world: World) -> None:
    incident_id = await stored(world, IncidentStatus.DISPATCHING)

    answer = await ask(world, "DELETE", incident_id)

    assert (answer.status_code, code(answer)) == (409, "incident_open")
    assert None not in world.log.opened().values()


async def test_an_edit_cannot_bring_an_erased_caller_back(world: World) -> None:
    incident_id = await stored(world)
    await ask(world, "DELETE", incident_id)

    form = {"caller": CALLER, "address": "Abai 1", "priority": "high"}
    answer = await world.ask("PATCH", f"/v1/incidents/{incident_id}", form)

    assert (answer.status_code, code(answer)) == (409, "incident_ended")
    assert set(world.log.opened().values()) == {None}


@pytest.mark.parametrize("role", ["operator", "volunteer", "monitor", "tracker"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_only_admins_may(world: World, role: str, method: str) -> None:
    assert (await ask(world, method, await stored(world), role)).status_code == 403


async def test_of_an_incident_without_private_records_there_is_nothing(world: World) -> None:
    world.redis.add(incident())
    assert (await ask(world, "GET", incident().id)).json() == {
        "incident_id": incident().id,
        "state": "none",
        "items": [],
    }
