"""PATCH of a profile: only what is given changes."""

from typing import Any

import pytest

from streams.topics import VERIFICATIONS
from tests.api.routes.test_volunteers import PROFILE, mine, put
from tests.support.api_world import World, code, fields


async def patch(world: World, body: Any, **caller: Any) -> Any:
    caller = caller or {"role": "volunteer", "subject": "v-1"}
    return await world.ask("PATCH", "/v1/volunteers/v-1", body, key=None, **caller)


async def test_two_devices_do_not_undo_each_others_fields(world: World) -> None:
    await put(world, label="Aru")

    await patch(world, {"contact": {"email": "a@example.kz"}, "skills": ["boat"]})
    answer = await patch(world, {"contact": {"name": "Aru B."}, "travel_mode": "car"})

    shown = (await mine(world, "GET", "")).json()
    assert answer.status_code == 200
    assert shown["contact"] == {"phone": "+7 701 canary", "email": "a@example.kz", "name": "Aru B."}
    assert (shown["skills"], shown["travel_mode"], shown["label"]) == (["boat"], "car", "Aru")
    assert (shown["home"], shown["max_distance_m"]) == (PROFILE["home"], 5000)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ({"contact": {"phone": None}}, {"contact": None}),
        ({"contact": None}, {"contact": None}),
        ({"home": None}, {"home": None}),
        ({"max_distance_m": None}, {"max_distance_m": None}),
    ],
)
async def test_null_removes_what_may_be_absent(world: World, body: Any, left: dict[str, Any]) -> None:
    await put(world)

    await patch(world, body)

    assert left.items() <= (await mine(world, "GET", "")).json().items()


async def test_a_patch_keeps_the_duty_unless_it_says_so(world: World) -> None:
    await put(world, on_duty=True)

    assert (await patch(world, {"languages": ["kk"]})).json()["on_duty"] is True
    assert (await patch(world, {"on_duty": False})).json()["on_duty"] is False


async def test_a_patch_that_cannot_be_applied_is_refused(world: World) -> None:
    assert code(await patch(world, {"skills": []})) == "not_found"
    await put(world)

    assert (await patch(world, {})).status_code == 422
    assert fields(await patch(world, {"capabilities": []})) == ["capabilities"]
    assert fields(await patch(world, {"travel_mode": None})) == ["travel_mode"]
    assert (await patch(world, {"organisation": "red-crescent"})).status_code == 403
    assert (await patch(world, {"skills": []}, role="volunteer", subject="v-2")).status_code == 403
    world.redis.is_down = True
    assert (await patch(world, {"skills": []})).status_code == 503


async def test_an_operator_vouches_only_for_skills_that_the_patch_states(world: World) -> None:
    await put(world)

    await patch(world, {"contact": {"phone": "1"}}, role="operator")
    assert [one for one in world.log.messages if one.topic == VERIFICATIONS.name] == []

    verified = (await patch(world, {"skills": ["boat"]}, role="operator")).json()["verified"]
    assert list(verified) == ["boat"]
