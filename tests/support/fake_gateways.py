"""Hosts on loopback: a push service that decrypts and checks VAPID, Telegram's Bot API, an SMS gateway, a host of street tiles.

Each gives the statuses it was told to, in order, then 201 or 200; it may delay its answer, and it keeps what it was sent.
"""

import asyncio
import base64
import json
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from dispatch.notices.ladder import ChannelKind
from streams.wire import ChannelPrivate, PushSubscription
from tests.support.pmtiles import grey_picture


@dataclass
class Sent:
    """A request that a gateway got. `body`: decrypted, of a push."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class FakeGateway:
    """`statuses`: of the next requests; `delay_s` before each answer; `hint_s`: of a 429; `location`: of a redirect."""

    url: str = ""
    statuses: deque[int] = field(default_factory=deque)
    sent: list[Sent] = field(default_factory=list)
    delay_s: float = 0.0
    hint_s: int = 0
    location: str = ""

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    async def answer(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.sent.append(Sent(request.path, dict(request.headers), self.read(request.headers, raw)))
        await asyncio.sleep(self.delay_s)
        status = self.statuses.popleft() if self.statuses else self.success
        return self.response(status)

    success = 200

    def read(self, headers: Mapping[str, str], raw: bytes) -> Any:
        assert headers
        return raw.decode()

    def response(self, status: int) -> web.Response:
        return web.Response(status=status, text="", headers={"Location": self.location} if self.location else {})


class FakePush(FakeGateway):
    """A push service with one browser."""

    success = 201

    def __init__(self) -> None:
        super().__init__()
        self.browser = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)

    def keys(self) -> dict[str, str]:
        """`keys` of `PushSubscription.toJSON()` in the browser."""
        point = self.browser.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"p256dh": _text(point), "auth": _text(self.auth)}

    def channel(self, id_: str = "c-push") -> ChannelPrivate:
        subscription = PushSubscription(endpoint=f"{self.url}/send/{id_}", **self.keys())
        return ChannelPrivate(
            id=id_, kind=ChannelKind.WEBPUSH, label="x", added_ms=1, verified_ms=1, subscription=subscription
        )

    def read(self, headers: Mapping[str, str], raw: bytes) -> Any:
        return json.loads(self.decrypted(headers, raw))

    def decrypted(self, headers: Mapping[str, str], raw: bytes) -> bytes:
        assert Vapid02.verify(headers["Authorization"])
        assert headers["Content-Encoding"] == "aes128gcm"
        plain: bytes = http_ece.decrypt(raw, private_key=self.browser, auth_secret=self.auth, version="aes128gcm")
        return plain

    def response(self, status: int) -> web.Response:
        return web.Response(status=status, headers={"Retry-After": str(self.hint_s)} if status == 429 else {})


class FakeTelegram(FakeGateway):
    def read(self, headers: Mapping[str, str], raw: bytes) -> Any:
        assert headers["Content-Type"] == "application/json"
        return json.loads(raw)

    def response(self, status: int) -> web.Response:
        body = {"ok": status == 200, "parameters": {"retry_after": self.hint_s}}
        return web.json_response(body, status=status)


class FakeStreets(FakeGateway):
    """A host of street tiles with a MapLibre style. `asked`: the paths, in order."""

    def __init__(self, credit: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._credit = credit

    @property
    def style(self) -> str:
        return f"{self.url}/style.json"

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        headers = {"Access-Control-Allow-Origin": "*"}
        if not request.path.endswith("/style.json"):
            return web.Response(body=grey_picture(), content_type="image/png", headers=headers)
        tiles = [f"{self.url}/tiles/{{z}}/{{x}}/{{y}}.png"]
        source = {"type": "raster", "tiles": tiles, "tileSize": 256, "attribution": self._credit}
        layer = {"id": "streets", "type": "raster", "source": "streets"}
        return web.json_response({"version": 8, "sources": {"streets": source}, "layers": [layer]}, headers=headers)


@asynccontextmanager
async def served(gateway: FakeGateway, port: int = 0) -> AsyncIterator[None]:
    """The gateway on this port of 127.0.0.1, or on a free one."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", gateway.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    address = runner.addresses[0]
    gateway.url = f"http://127.0.0.1:{address[1]}"
    try:
        yield
    finally:
        await runner.cleanup()


@contextmanager
def served_beside(gateway: FakeGateway, port: int = 0) -> Iterator[None]:
    """As `served`, in a thread of its own, for what does not run in an event loop."""
    loop, ended, is_open = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def run() -> None:
        async with served(gateway, port):
            is_open.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    try:
        assert is_open.wait(10)
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()


def claims_of(sent: Sent) -> dict[str, Any]:
    """The claims of the VAPID token of a push."""
    token = sent.headers["Authorization"].split("t=")[1].split(",")[0]
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
