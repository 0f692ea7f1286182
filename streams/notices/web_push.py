"""Web Push (RFC 8030): payloads in the form of Declarative Web Push, encrypted for one browser (RFC 8291), signed by VAPID."""

import json
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
from py_vapid import Vapid02
from pywebpush import WebPusher

from dispatch.notices.ladder import ChannelKind
from streams import clock
from streams.notices import push_hosts
from streams.notices.gateways import DeliveryFailed, Message, Refused, of_status
from streams.notices.vapid import load_private
from streams.settings import Settings, SettingsError
from streams.wire import ChannelPrivate

MOST_BYTES = 400
APPLE = "push.apple.com"
SIGNED_S = 3600
"""Validity of a signature; RFC 8292 permits 24 h."""
NOBODY = "mailto:nobody@komek.invalid"
"""`sub` without KOMEK_VAPID_SUBJECT: Google and Mozilla accept it, Apple refuses it, so nothing is sent to Apple then."""


class WebPush:
    """One connection pool for all push services. `session`: an own client, for tests."""

    kind = ChannelKind.WEBPUSH

    def __init__(self, settings: Settings, session: httpx2.AsyncClient | None = None) -> None:
        """Raises SettingsError: there is no key."""
        if settings.vapid_key is None:
            raise SettingsError("KOMEK_VAPID_KEY is not set: expected a private key (`komek up` creates one)")
        self._vapid = Vapid02(private_key=load_private(settings.vapid_key))
        self._subject = settings.vapid_subject
        self._hosts = settings.push_hosts
        # Without redirects and proxies of the environment: an endpoint was checked, what it points to was not.
        self._http = session or httpx2.AsyncClient(timeout=5.0, follow_redirects=False, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def send(self, message: Message, to: ChannelPrivate) -> None:
        """As `Gateway.send`."""
        target = to.subscription
        if target is None or not push_hosts.is_accepted(target.endpoint, self._hosts):
            raise Refused("endpoint_not_allowed")
        origin = urlsplit(target.endpoint)
        if self._subject is None and (origin.hostname or "").endswith(APPLE):
            raise Refused("no_vapid_subject")
        keys = {"p256dh": target.p256dh, "auth": target.auth}
        try:
            encoded = WebPusher({"endpoint": target.endpoint, "keys": keys}).encode(
                payload(message, to.id).encode(), "aes128gcm"
            )
        except ValueError as error:
            # Keys of the right length that are no point of the curve.
            raise Refused("bad_keys") from error
        claims: dict[str, Any] = {
            "sub": self._subject or NOBODY,
            "aud": f"{origin.scheme}://{origin.netloc}",
            "exp": clock.now_ms() // 1000 + SIGNED_S,
        }
        headers = {
            **self._vapid.sign(claims),
            "TTL": str(message.ttl_s),
            "Urgency": "high" if message.is_urgent else "normal",
            "Topic": message.topic,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
        }
        try:
            answer = await self._http.post(target.endpoint, content=cast(bytes, encoded["body"]), headers=headers)
        except httpx2.HTTPError as error:
            raise DeliveryFailed(type(error).__name__) from error
        of_status(answer.status_code, answer.headers.get("retry-after"))


def payload(message: Message, channel_id: str) -> str:
    """Declarative Web Push: shown also if the page's worker fails. At most `MOST_BYTES` bytes of UTF-8.

    `data` is for the worker, which says that the device has shown the notice: it stores nothing, so it is told who it is.
    """
    shown = {
        "title": message.title,
        "body": message.body,
        "navigate": message.link or "/v/",
        "tag": message.topic,
        "data": {"notice": message.notice_id, "channel": channel_id},
    }
    text = json.dumps({"web_push": 8030, "notification": shown}, ensure_ascii=False, separators=(",", ":"))
    # A text may lose its end, never its link.
    while len(text.encode()) > MOST_BYTES and shown["body"]:
        shown["body"] = str(shown["body"])[:-4].rstrip() + "…" if len(str(shown["body"])) > 4 else ""
        text = json.dumps({"web_push": 8030, "notification": shown}, ensure_ascii=False, separators=(",", ":"))
    return text
