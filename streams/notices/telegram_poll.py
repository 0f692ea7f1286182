"""Fetches messages to the Telegram bot (getUpdates) and hands them to the API's webhook, for deployments Telegram cannot reach.

Telegram keeps a message until a later offset is asked for. So one that the API has not taken is fetched again, in order.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import structlog

from dispatch.model.plain_reason import plain_reason
from streams.api_client import http_reason
from streams.errors import RetryLater
from streams.settings import Settings

WAIT_S = 25
"""How long Telegram holds a request without messages."""
PAUSE_S = 5.0
_log = structlog.get_logger("komek.notices")


class PollFailed(RetryLater):
    """Messages were not fetched, or not taken. The message names a status and nothing of the request: its address is a secret."""


class TelegramPoll:
    """`is_mine`: whether this process fetches; Telegram refuses two at a time. `session`: an own client, for tests."""

    def __init__(
        self, settings: Settings, is_mine: Callable[[], bool], session: httpx2.AsyncClient | None = None
    ) -> None:
        self._updates = f"{settings.telegram_api.rstrip('/')}/bot{settings.telegram_token}/getUpdates"
        self._webhook = f"{(settings.telegram_poll or '').rstrip('/')}/v1/inbound/telegram"
        self._secret = settings.telegram_secret or ""
        self._is_mine = is_mine
        self._http = session or httpx2.AsyncClient(timeout=WAIT_S + 10.0, follow_redirects=False)
        self._next: int | None = None

    async def run(self) -> None:
        """Runs until it is cancelled."""
        try:
            while True:
                if not self._is_mine():
                    await asyncio.sleep(1)
                    continue
                try:
                    await self.fetch()
                except (httpx2.HTTPError, PollFailed) as error:
                    cause = http_reason(error) if isinstance(error, httpx2.HTTPError) else plain_reason(error)
                    _log.warning("messages to the Telegram bot wait", cause=cause)
                    await asyncio.sleep(PAUSE_S)
        finally:
            await self._http.aclose()

    async def fetch(self) -> None:
        """Hands over the messages that have arrived, waiting for the first.

        Raises:
            PollFailed: Telegram or the API refuses; what was not taken comes again.
            httpx2.HTTPError: one of them does not answer.
        """
        wanted: dict[str, Any] = {"timeout": WAIT_S, "allowed_updates": ["message", "edited_message"]}
        if self._next is not None:
            wanted["offset"] = self._next
        for update in _updates(await self._http.post(self._updates, json=wanted)):
            headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret}
            status = (await self._http.post(self._webhook, json=update, headers=headers)).status_code
            if status in (401, 403, 404, 429) or status >= 500:
                raise PollFailed(f"the API answers {status}")
            if status >= 400:
                # Such as a text that is no valid JSON: it would hold up everybody else's for ever.
                _log.error("a message to the Telegram bot was refused", status=status)
            self._next = update["update_id"] + 1


def _updates(answer: httpx2.Response) -> list[dict[str, Any]]:
    if answer.status_code != 200:
        raise PollFailed(f"Telegram answers {answer.status_code}")
    try:
        found = answer.json()["result"]
    except (ValueError, KeyError, TypeError):
        raise PollFailed("Telegram answers with something else") from None
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and isinstance(one.get("update_id"), int) for one in found
    ):
        raise PollFailed("Telegram answers with something else")
    return found
