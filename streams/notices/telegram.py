"""Telegram's Bot API: one message with a button that opens the offer."""

import json

import httpx2

from dispatch.notices.ladder import ChannelKind
from streams.notices.gateways import DeliveryFailed, Message, Refused
from streams.settings import Settings, SettingsError
from streams.wire import ChannelPrivate


class Telegram:
    """`session`: an own client, for tests."""

    kind = ChannelKind.TELEGRAM

    def __init__(self, settings: Settings, session: httpx2.AsyncClient | None = None) -> None:
        """Raises SettingsError: there is no token."""
        if settings.telegram_token is None:
            raise SettingsError("KOMEK_TELEGRAM_TOKEN is not set: expected the token of a bot")
        # The token is a part of the path: no log and no error text may contain the address.
        self._url = f"{settings.telegram_api.rstrip('/')}/bot{settings.telegram_token}/sendMessage"
        self._http = session or httpx2.AsyncClient(timeout=5.0, follow_redirects=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def send(self, message: Message, to: ChannelPrivate) -> None:
        """As `Gateway.send`. 429 is repeated by its own hint (`parameters.retry_after`)."""
        body: dict[str, object] = {
            "chat_id": to.address,
            "text": message.body,
            "disable_notification": not message.is_urgent,
        }
        # No preview is fetched, although one would spend nothing: the fragment of a link is never sent.
        body["link_preview_options"] = {"is_disabled": True}
        if message.link is not None and message.buttons and message.link.startswith("https://"):
            # Telegram refuses buttons to plain http and to this machine.
            body["reply_markup"] = {
                "inline_keyboard": [[{"text": text, "url": message.link} for text in message.buttons]]
            }
        elif message.link is not None and message.link.startswith("http"):
            body["text"] = f"{message.body}\n{message.link}"
        try:
            answer = await self._http.post(self._url, json=body)
        except httpx2.HTTPError as error:
            raise DeliveryFailed(type(error).__name__) from None
        _judge(answer)


def _judge(answer: httpx2.Response) -> None:
    status = answer.status_code
    if 200 <= status < 300:
        return
    code = f"http_{status}"
    if status in (400, 403):
        # 403: the person has blocked the bot; 400: the chat does not exist. Both end this chat.
        raise Refused(code, is_gone=True)
    if status in (401, 404):
        # The token is wrong: nobody can be reached, and no chat is to blame.
        raise Refused("bad_token")
    raise DeliveryFailed(code, after_s=_hint(answer) if status == 429 else 0.0)


def _hint(answer: httpx2.Response) -> float:
    try:
        found = json.loads(answer.content)["parameters"]["retry_after"]
    except (ValueError, KeyError, TypeError):
        return 1.0
    return float(found) if isinstance(found, int | float) and 0 <= found <= 3600 else 1.0
