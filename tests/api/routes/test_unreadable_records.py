"""A record that cannot be decrypted is shown as that, replaced by nothing, and still there when the key returns."""

from typing import Any

import pytest

from dispatch.model.private_refs import volunteer_ref
from streams import wire
from streams.ring import KeyRing, KeyState, KeyUse, LiveRing
from streams.ring.key_ring import new_key
from streams.topics import PRIVATE
from streams.wire import IncidentPrivate, VolunteerPrivate
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code, fields
from tests.support.builders import incident

LOST_KEY = bytes(reversed(range(32)))
ID = incident().id
REF, PERSON = f"incident:{ID}", volunteer_ref("v-1")
PROFILE = {"capabilities": ["field"], "skills": [], "languages": ["kk"], "travel_mode": "foot", "on_duty": True}


@pytest.fixture
async def world() -> World:
    made = World()
    made.redis.add(incident())
    made.redis.sealed[REF] = wire.seal(LOST_KEY, REF, IncidentPrivate(description="d", caller={"name": "Айгүл"}))
    await made.ask("PUT", "/v1/volunteers/v-1", PROFILE, role="operator")
    made.redis.sealed[PERSON] = wire.seal(LOST_KEY, PERSON, VolunteerPrivate(contact={"phone": "+7"}))
    made.log.messages.clear()
    return made


def give_the_key_back(world: World) -> None:
    ring = KeyRing([*KeyRing.of_key(DATA_KEY).keys, new_key(KeyUse.DATA, KeyState.ACCEPTED, LOST_KEY)])
    world.ring = LiveRing(ring)
    world.restart()


@pytest.mark.parametrize(
    "patch",
    [
        {"caller": {"name": "Ерлан"}},
        {"description": None},
        {"description": "new", "priority": "high"},
        {"address": "…", "expected": {"priority": "normal"}},
    ],
)
async def test_a_patch_that_would_replace_it_is_refused_and_it_is_there_when_the_key_returns(
    world: World, patch: dict[str, Any]
) -> None:
    refused = await world.ask("PATCH", f"/v1/incidents/{ID}", patch)

    assert (refused.status_code, code(refused)) == (409, "private_unreadable")
    assert set(fields(refused)) == set(patch) & {"caller", "description", "address"}
    assert world.log.messages == []
    give_the_key_back(world)
    shown = (await world.ask("GET", f"/v1/incidents/{ID}")).json()
    assert shown["caller"]["name"] == "Айгүл"
    assert (await world.ask("PATCH", f"/v1/incidents/{ID}", patch)).status_code == 202


async def test_what_is_not_private_can_be_changed_meanwhile(world: World) -> None:
    assert (await world.ask("PATCH", f"/v1/incidents/{ID}", {"priority": "critical"})).status_code == 202


async def test_a_process_that_lacks_a_key_does_not_replace_what_it_cannot_look_at(world: World) -> None:
    world.redis.is_down = True
    patch = {"description": "new"}
    assert (await world.ask("PATCH", f"/v1/incidents/{ID}", patch)).status_code in (202, 503)

    world.ring.met("data-000000000000")

    refused = await world.ask("PATCH", f"/v1/incidents/{ID}", patch)
    assert (refused.status_code, code(refused)) == (503, "picture_unavailable")
    assert (await world.ask("PUT", "/v1/volunteers/v-1", PROFILE, role="volunteer", subject="v-1")).status_code == 503


async def test_a_profile_that_cannot_be_read_is_not_replaced_but_can_be_exported_and_erased(world: World) -> None:
    refused = await world.ask("PUT", "/v1/volunteers/v-1", PROFILE, role="operator")

    assert (refused.status_code, code(refused)) == (409, "private_unreadable")
    assert world.log.messages == []
    export = (await world.ask("GET", "/v1/volunteers/v-1/export", role="admin")).json()
    assert export["volunteer"]["unreadable"] == ["home", "contact"]
    erased = await world.ask("DELETE", "/v1/volunteers/v-1", role="admin")
    assert erased.status_code == 202
    assert {message.key: message.value for message in world.log.messages if message.topic == PRIVATE.name}[
        PERSON
    ] is None


async def test_unreadable_is_shown_as_other_than_none(world: World) -> None:
    shown = (await world.ask("GET", f"/v1/incidents/{ID}")).json()
    assert (shown["caller"], shown["unreadable"]) == (None, ["description", "address", "caller"])

    give_the_key_back(world)

    shown = (await world.ask("GET", f"/v1/incidents/{ID}")).json()
    assert (shown["address"], "unreadable" in shown) == (None, False)


async def test_the_status_is_degraded_once_a_record_named_an_unknown_key(world: World) -> None:
    before = (await world.ask("GET", "/v1/status")).json()["components"]["api"]
    await world.ask("GET", f"/v1/incidents/{ID}")
    after = (await world.ask("GET", "/v1/status")).json()["components"]["api"]

    assert (before, after) == ({"status": "up"}, {"status": "degraded"})


async def test_a_write_without_an_active_data_key_is_503(world: World) -> None:
    ring = LiveRing(KeyRing.of_key(DATA_KEY))
    ring.declare({key.id: KeyState.RETIRED for key in ring.now.keys if key.use is KeyUse.DATA})
    world.ring = ring
    world.log.ring = ring
    world.restart()

    answer = await world.report()

    assert (answer.status_code, code(answer)) == (503, "key_missing")
