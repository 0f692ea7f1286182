"""Messages that the notifier fetches for the API: in order, none lost, none handed over twice."""

import asyncio
import contextlib
import json
from typing import Any

import httpx2
import pytest

from streams.notices.telegram_poll import PollFailed, TelegramPoll
from streams.settings import Settings

SETTINGS = Settings(telegram_token="1:t", telegram_secret="s", telegram_poll="http://127.0.0.1:8000")


class Both:
    """Telegram and the API. `statuses`: what the API answers, one after another; then 204."""

    def __init__(self, *updates: int, statuses: tuple[int, ...] = (), telegram: int = 200) -> None:
        self.updates = list(updates)
        self.statuses = list(statuses)
        self.telegram = telegram
        self.taken: list[int] = []
        self.secrets: set[str] = set()

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body: dict[str, Any] = json.loads(request.content)
        if request.url.path == "/bot1:t/getUpdates":
            left = [{"update_id": one} for one in self.updates if one >= body.get("offset", 0)]
            return httpx2.Response(self.telegram, json={"ok": True, "result": left})
        assert request.url.path == "/v1/inbound/telegram"
        self.secrets.add(request.headers["X-Telegram-Bot-Api-Secret-Token"])
        status = self.statuses.pop(0) if self.statuses else 204
        if status == 204:
            self.taken.append(body["update_id"])
        return httpx2.Response(status)

    def poll(self) -> TelegramPoll:
        return TelegramPoll(SETTINGS, lambda: True, httpx2.AsyncClient(transport=httpx2.MockTransport(self)))


async def test_messages_are_handed_over_once_with_the_secret() -> None:
    both = Both(5, 6)
    poll = both.poll()

    await poll.fetch()
    both.updates.append(7)
    await poll.fetch()

    assert both.taken == [5, 6, 7]
    assert both.secrets == {"s"}


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_what_the_api_has_not_taken_comes_again(status: int) -> None:
    both = Both(5, 6, statuses=(204, status))
    poll = both.poll()

    with pytest.raises(PollFailed, match=str(status)):
        await poll.fetch()
    await poll.fetch()

    assert both.taken == [5, 6]


async def test_a_message_that_is_refused_for_good_holds_up_nobody() -> None:
    both = Both(5, 6, statuses=(422,))

    await both.poll().fetch()

    assert both.taken == [6]


async def test_a_refusal_of_telegram_names_no_token() -> None:
    with pytest.raises(PollFailed) as caught:
        await Both(telegram=409).poll().fetch()

    assert str(caught.value) == "Telegram answers 409"


@pytest.mark.parametrize(("is_mine", "taken"), [(True, [5]), (False, [])])
async def test_who_fetches_does_so_until_the_end_which_closes_the_connections(is_mine: bool, taken: list[int]) -> None:
    both, is_idle = Both(5), asyncio.Event()

    async def answered(request: httpx2.Request) -> httpx2.Response:
        answer = both(request)
        if answer.content and not answer.json()["result"]:
            is_idle.set()
            await asyncio.Event().wait()  # as Telegram holds a request without messages
        return answer

    def whose() -> bool:
        if not is_mine:
            is_idle.set()
        return is_mine

    session = httpx2.AsyncClient(transport=httpx2.MockTransport(answered))
    running = asyncio.ensure_future(TelegramPoll(SETTINGS, whose, session).run())

    await is_idle.wait()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    assert (both.taken, session.is_closed) == (taken, True)
