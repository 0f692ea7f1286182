"""Keys that change while the API serves: requests and live views follow the file."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from streams import clock
from streams.tokens import KeyFile, Role, TokenKeys
from tests.support.api_world import World
from tests.support.signing import ed25519, public, write_keys
from tests.support.waiting import WITHIN_S, eventually

OLD, NEW = ed25519(kid="old"), ed25519(kid="new")


class Served:
    """The API over a real key file."""

    def __init__(self, path: Path) -> None:
        self.path = write_keys(path, OLD)
        self.keys = KeyFile(path)
        self.world = World(self.keys)
        self.keys.on_change = self.world.feed.interrupt_listeners

    def authorisation(self, jwk: dict[str, Any], role: Role = Role.MONITOR) -> dict[str, str]:
        token = TokenKeys.of_jwks({"keys": [jwk]}).issue(role, f"{role}-1", now_s=clock.now_ms() // 1000)
        return {"Authorization": f"Bearer {token}"}

    async def status(self, headers: dict[str, str]) -> int:
        return (await self.world.ask("GET", "/v1/status", role=None, headers=headers)).status_code

    async def until(self, headers: dict[str, str], status: int) -> None:
        async def is_so() -> bool:
            return await self.status(headers) == status

        await eventually(is_so)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    made = Served(tmp_path / "keys.json")
    await made.keys.start()
    yield made
    await made.keys.stop()


async def test_requests_follow_the_keys_within_two_seconds(served: Served) -> None:
    old, new = served.authorisation(OLD), served.authorisation(NEW)
    assert (await served.status(old), await served.status(new)) == (200, 401)

    write_keys(served.path, NEW, OLD)
    await served.until(new, 200)
    assert await served.status(old) == 200

    write_keys(served.path, NEW)
    await served.until(old, 401)
    assert await served.status(new) == 200


async def test_public_keys_alone_suffice(served: Served) -> None:
    outside = served.authorisation(NEW)
    write_keys(served.path, public(NEW))

    await served.until(outside, 200)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MONITOR, Role.VOLUNTEER])
async def test_a_live_view_ends_when_the_key_of_its_token_is_removed(served: Served, role: Role) -> None:
    view = asyncio.ensure_future(
        served.world.ask("GET", "/v1/events", role=None, headers=served.authorisation(OLD, role))
    )
    await eventually(lambda: list(served.world.feed._listeners()))

    write_keys(served.path, NEW)
    async with asyncio.timeout(WITHIN_S):
        answer = await view

    assert answer.text.endswith('event: end\ndata: {"reason":"token_revoked"}\n\n')


async def test_a_live_view_goes_on_when_another_key_is_added(served: Served) -> None:
    view = asyncio.ensure_future(served.world.ask("GET", "/v1/events", role=None, headers=served.authorisation(OLD)))
    new = served.authorisation(NEW)

    await eventually(lambda: list(served.world.feed._listeners()))

    write_keys(served.path, NEW, public(OLD))
    await served.until(new, 200)
    assert not view.done()

    served.world.feed.end_listeners()
    assert "event: end" not in (await view).text
