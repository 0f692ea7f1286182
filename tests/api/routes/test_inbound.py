"""The webhook of the Telegram bot: connects a chat by the code of a deep link, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from tests.api.routes.test_channels import mine, registered, stored
from tests.support.api_world import World

SECRET = "webhook-secret"
TELEGRAM = {"kind": "telegram", "label": "my chat"}


@pytest.fixture
def connected(world: World) -> World:
    """With a bot."""
    world.settings = replace(world.settings, telegram_bot="komek_bot", telegram_secret=SECRET)
    world.restart()
    return world


async def sent(world: World, text: str, *, secret: str = SECRET, kind: str = "private") -> Any:
    update = {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 42, "type": kind}, "text": text}}
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
    return await world.ask("POST", "/v1/inbound/telegram", update, role=None, key=None, headers=headers)


async def code_of(world: World) -> str:
    await registered(world)
    link = (await mine(world, "POST", "", TELEGRAM)).json()["link"]
    assert link.startswith("https://t.me/komek_bot?start=")
    return str(link.rpartition("=")[2])


async def test_a_start_with_the_code_connects_the_chat_once(connected: World) -> None:
    code = await code_of(connected)

    first = await sent(connected, f"/start {code}")
    again = await sent(connected, f"/start {code}")

    (channel,) = stored(connected).channels
    assert (first.status_code, again.status_code) == (204, 204)
    assert (channel.address, channel.verified_ms is not None, channel.pending) == ("42", True, None)
    assert [one.kind for one in connected.log.notices] == ["linked"]


@pytest.mark.parametrize("text", ["/start", "/start wrong", "1", "hello", ""])
async def test_everything_else_connects_nothing_and_tells_nothing(connected: World, text: str) -> None:
    await code_of(connected)

    answer = await sent(connected, text)

    assert answer.status_code == 204
    assert stored(connected).channels[0].verified_ms is None


async def test_a_group_is_not_connected(connected: World) -> None:
    code = await code_of(connected)

    await sent(connected, f"/start {code}", kind="group")

    assert stored(connected).channels[0].verified_ms is None


async def test_without_the_secret_nothing_is_read(connected: World, world: World) -> None:
    code = await code_of(connected)

    wrong = await sent(connected, f"/start {code}", secret="guessed")
    world.settings = replace(world.settings, telegram_secret=None)
    world.restart()
    unset = await sent(world, f"/start {code}", secret="")

    assert (wrong.status_code, unset.status_code) == (401, 401)
    assert stored(connected).channels[0].verified_ms is None
