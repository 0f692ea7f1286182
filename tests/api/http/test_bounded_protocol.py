"""What a connection may send: size of the head, time, pipelining. A real uvicorn on loopback (DESIGN 108)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from api.http.bounded_protocol import BODY_BYTES, HEAD_BYTES, IDLE_S, PIPELINED
from api.http.stale_requests import PromptProtocol
from streams.cli.api import KEEP_ALIVE_S

SERVED: list[tuple[str, int, list[bytes]]] = []
"""Path, size of the body and names of the headers of each request that the application read to its end."""


class Impatient(PromptProtocol):
    head_within_s = body_within_s = idle_s = 0.3


class Unhurried(PromptProtocol):
    head_within_s = 3.0


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    size = 0
    while (message := await receive())["type"] == "http.request":
        size += len(message["body"])
        if not message["more_body"]:
            SERVED.append((scope["path"], size, [name for name, _ in scope["headers"]]))
            break
    await asyncio.sleep(0.05 if scope["path"] == "/slow" else 0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def served(http: type[asyncio.Protocol] = PromptProtocol) -> AsyncIterator[int]:
    SERVED.clear()
    config = uvicorn.Config(app, port=0, http=http, ws="none", lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def told(port: int, *pieces: bytes, pause_s: float = 0.0, end: bool = False) -> bytes:
    """Everything that the server sends until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)
        if end:
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""  # closed while bytes were on the way
    finally:
        writer.close()


def statuses(answer: bytes) -> list[int]:
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


def problem_code(answer: bytes) -> str:
    head, _, body = answer.rpartition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert {b"connection: close", b"content-type: application/problem+json", b"cache-control: no-store"} <= set(lines)
    return str(json.loads(body)["code"])


async def is_healthy(port: int) -> bool:
    answer = await told(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    return statuses(answer) == [200]


def head(*lines: bytes) -> bytes:
    return b"\r\n".join([b"POST /x HTTP/1.1", b"Host: x", *lines, b"", b""])


MANY = [b"X-%d: %s" % (number, b"v" * 100) for number in range(400)]
TOO_LARGE = {
    "one header": (head(b"X: " + b"v" * HEAD_BYTES), 431, "headers_too_large"),
    "one name": (head(b"X" * HEAD_BYTES + b": v"), 431, "headers_too_large"),
    "many headers": (head(*MANY), 431, "headers_too_large"),
    "header without an end": (head(b"X: " + b"v" * HEAD_BYTES)[:-4], 431, "headers_too_large"),
    "path": (b"GET /" + b"a" * HEAD_BYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long"),
    "path without an end": (b"GET /" + b"a" * HEAD_BYTES, 414, "uri_too_long"),
    "query": (b"GET /?" + b"a" * HEAD_BYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long"),
    "trailer": (head(b"Transfer-Encoding: chunked") + b"0\r\nX: " + b"v" * HEAD_BYTES + b"\r\n\r\n", 431, ""),
    "garbage": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9, 400, "bad_request"),
    "no host": (b"GET / HTTP/1.1\r\nAccept: */*\r\n\r\n", 400, "bad_request"),
    "two hosts": (head(b"Host: other"), 400, "bad_request"),
    "two lengths": (head(b"Content-Length: 1", b"Content-Length: 2"), 400, "bad_request"),
    "both framings": (head(b"Content-Length: 1", b"Transfer-Encoding: chunked"), 400, "bad_request"),
    "length beyond 64 bits": (head(b"Content-Length: " + b"9" * 30), 400, "bad_request"),
}


@pytest.mark.parametrize("name", TOO_LARGE)
@pytest.mark.parametrize("step", [None, 1000])
async def test_what_exceeds_a_limit_is_refused_and_the_connection_closed(name: str, step: int | None) -> None:
    sent, status, code = TOO_LARGE[name]
    pieces = [sent] if step is None else [sent[at : at + step] for at in range(0, len(sent), step)]
    async with served() as port:
        answer = await told(port, *pieces)

    assert statuses(answer) in ([status], []) if step else statuses(answer) == [status]
    assert not answer or not code or problem_code(answer) == code
    assert SERVED == [] or name == "trailer"


async def test_a_head_just_below_the_limit_is_served() -> None:
    async with served() as port:
        answer = await told(port, head(b"Connection: close", b"X: " + b"v" * (HEAD_BYTES - 200)))

    assert statuses(answer) == [200]


async def taken(port: int, first: bytes, more: bytes, most: int) -> int:
    """Bytes that the server and the buffers of loopback take until the connection is closed, or `most`."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)
    sent = 0
    try:
        while sent < most:
            writer.write(more)
            await writer.drain()
            sent += len(more)
    except ConnectionError:
        pass
    finally:
        writer.close()
    return sent


async def test_a_header_of_128_mb_is_not_read() -> None:
    async with served() as port:
        sent = await taken(port, b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"v" * 65_536, 128 * 1024 * 1024)

        assert sent < 16 * 1024 * 1024
        assert await is_healthy(port)
        assert [path for path, *_ in SERVED] == ["/healthz"]


ENDLESS = {
    "chunk extension": b"1;" + b"e" * 65_536,
    "trailer": b"0\r\nX: " + b"v" * 65_536,
    "chunks of one byte": b"1\r\nx\r\n" * 10_000,
}


@pytest.mark.parametrize("name", ENDLESS)
async def test_a_body_without_an_end_is_bounded(name: str) -> None:
    start = ENDLESS[name]
    async with served() as port:
        more = start if name.startswith("chunks") else b"v" * 65_536
        sent = await taken(port, head(b"Transfer-Encoding: chunked") + start, more, 8 * BODY_BYTES)

    assert sent < 4 * BODY_BYTES
    assert SERVED == []


async def test_trailers_do_not_become_headers() -> None:
    async with served() as port:
        body = b"1\r\nx\r\n0\r\nAuthorization: Bearer x\r\n\r\n"
        answer = await told(port, head(b"Transfer-Encoding: chunked", b"Connection: close"), body)

    assert statuses(answer) == [200]
    assert SERVED == [("/x", 1, [b"host", b"transfer-encoding", b"connection"])]


HALF_SENT = {
    "nothing": (b"", []),
    "empty lines": (b"\r\n\r\n", []),
    "half a line": (b"GET /x HT", [408]),
    "half a head": (b"GET /x HTTP/1.1\r\nHost: x\r\n", [408]),
    "half a body": (head(b"Content-Length: 9") + b"x", [408]),
    "half a chunk": (head(b"Transfer-Encoding: chunked") + b"9\r\nx", [408]),
    "a request, then half a one": (head() + b"GET /y HTTP/1.1\r\n", [200, 408]),
}


@pytest.mark.parametrize("name", HALF_SENT)
async def test_half_sent_requests_end(name: str) -> None:
    sent, expected = HALF_SENT[name]
    async with served(Impatient) as port:
        answer = await told(port, sent)

        # A response in progress closes the connection itself, before the time is up.
        assert statuses(answer) in (expected, expected[:1])


async def test_bytes_that_trickle_in_do_not_extend_the_time() -> None:
    async with served(Impatient) as port:
        answer = await told(port, b"GET /x HTTP/1.1\r\n", *[b"X: v\r\n"] * 100, pause_s=0.02)

    assert statuses(answer) in ([408], [])
    assert SERVED == []


async def test_others_are_served_beside_200_half_sent_requests() -> None:
    async with served(Unhurried) as port:
        slow = [asyncio.ensure_future(told(port, b"GET /x HTTP/1.1\r\nHost: ")) for _ in range(200)]
        await asyncio.sleep(0.1)
        healthy = await is_healthy(port)
        waited_for = [one.done() for one in slow]
        ended = await asyncio.gather(*slow)

    assert healthy
    assert not any(waited_for)
    assert {tuple(statuses(answer)) for answer in ended} == {(408,)}


async def test_a_request_before_garbage_gets_its_own_response() -> None:
    async with served() as port:
        answer = await told(port, b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx" + b"\x00garbage" * 99)

    assert statuses(answer) == [200]
    assert answer.endswith(b"ok")


@pytest.mark.parametrize("faulty", [b"Content-Length: 9", b"Transfer-Encoding: chunked"])
async def test_requests_before_a_half_sent_one_get_their_responses(faulty: bytes) -> None:
    async with served(Impatient) as port:
        answer = await told(port, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" * 3 + head(faulty) + b"z\r\n")

    assert statuses(answer)[:3] == [200] * 3
    assert [path for path, *_ in SERVED] == ["/slow"] * 3


async def test_pipelined_requests_are_bounded() -> None:
    async with served() as port:
        answer = await told(port, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" * 5_000)

    assert 1 <= len(SERVED) <= PIPELINED + 1
    assert statuses(answer) in ([200] * len(SERVED), [])


async def test_an_upgrade_is_an_ordinary_request() -> None:
    async with served() as port:
        lines = (b"Connection: close, upgrade", b"Upgrade: websocket", b"Content-Length: 0")
        answer = await told(port, head(*lines) + b"\x81\x05hello")

    assert statuses(answer) == [200]


def test_both_idle_limits_agree() -> None:
    assert IDLE_S == KEEP_ALIVE_S == 30


async def test_one_address_cannot_hold_more_than_its_connections() -> None:
    class Few(PromptProtocol):
        most_connections = 3

    async with served(Few) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        refused = await told(port)
        held[0][1].close()
        await held[0][1].wait_closed()
        while Few.open_of["127.0.0.1"] > 2:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        answered = await told(port, b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        for _, writer in held[1:]:
            writer.close()

    assert refused.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 5" in refused.lower()
    assert answered.startswith(b"HTTP/1.1 200")
