"""Requests that waited too long in a socket are refused unread; new ones are served (DESIGN 97)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from api.http.stale_requests import STALE_AFTER_MS, PromptProtocol

ASKED: list[str] = []


class Quick(PromptProtocol):
    stale_after_ms = 150


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message.get("more_body"):
            break
    ASKED.append(scope["path"] + body.decode())
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    ASKED.clear()
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=Quick, lifespan="off", log_level="error"))
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def opened(port: int) -> Connection:
    return await asyncio.open_connection("127.0.0.1", port)


def request(path: str, body: str = "") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


async def answer(connection: Connection) -> tuple[bytes, bytes]:
    """Head and body."""
    head = await connection[0].readuntil(b"\r\n\r\n")
    (length,) = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    return head, await connection[0].readexactly(length)


def stand_still() -> None:
    """Blocks the event loop, as SIGSTOP does: bytes that are sent meanwhile wait in the kernel."""
    time.sleep(0.4)


async def test_requests_sent_while_the_process_was_stopped_are_refused_unread() -> None:
    async with served() as port:
        used, fresh = await opened(port), [await opened(port) for _ in range(20)]
        used[1].write(request("/before"))
        await answer(used)
        for number, connection in enumerate([used, *fresh]):
            connection[1].write(request(f"/old-{number}", "body"))
        stand_still()
        new = await opened(port)
        new[1].write(request("/new"))

        refused = [await answer(connection) for connection in [used, *fresh]]
        head, body = await answer(new)

        assert (head.split(b"\r\n")[0], body) == (b"HTTP/1.1 200 OK", b"ok")
        assert ASKED == ["/before", "/new"]
        for head, body in refused:
            lines = head.lower().split(b"\r\n")
            assert lines[0] == b"http/1.1 503 service unavailable"
            assert {b"retry-after: 1", b"connection: close", b"content-type: application/problem+json"} <= set(lines)
            assert json.loads(body)["code"] == "waited_too_long"
        assert await used[0].read() == b""
        for _, writer in [used, *fresh, new]:
            writer.close()


async def test_a_slowly_arriving_body_is_waited_for() -> None:
    async with served() as port:
        connection = await opened(port)
        whole = request("/slow", "a long body")
        connection[1].write(whole[:-6])
        await asyncio.sleep(0.05)
        connection[1].write(whole[-6:])
        await asyncio.sleep(0)
        stand_still()

        assert (await answer(connection))[1] == b"ok"
        assert ASKED == ["/slow" + "a long body"]
        connection[1].close()


@pytest.mark.parametrize("count", [1, 3])
async def test_an_idle_connection_serves_a_new_request(count: int) -> None:
    async with served() as port:
        connection = await opened(port)
        for number in range(count):
            await asyncio.sleep(0.3)
            connection[1].write(request(f"/{number}"))
            assert (await answer(connection))[1] == b"ok"
        connection[1].close()


def test_the_limit_is_longer_than_any_response_takes() -> None:
    """The intake responds within two seconds, so no request that is being served may count as stale."""
    assert PromptProtocol.stale_after_ms == STALE_AFTER_MS > 2_000
