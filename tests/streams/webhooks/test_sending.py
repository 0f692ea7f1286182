"""Each way in which a receiver can answer has its outcome."""

import asyncio
import hashlib
import hmac
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Sequence

import httpx2
import pytest

from streams.webhooks.sending import READ_BYTES, Answer, Sender, Verdict
from streams.webhooks.subscriptions import Subscription

PUBLIC = "93.184.215.14"
KEY = b"k" * 32
Handler = Callable[[httpx2.Request], httpx2.Response]


def resolve(host: str, port: int) -> Sequence[str]:
    known = {"gis.example": [PUBLIC], "inside.example": ["10.0.0.7"], "both.example": [PUBLIC, "127.0.0.1"]}
    if host not in known:
        raise OSError(f"no such host at {port}")
    return known[host]


async def sent(
    handler: Handler, url: str = "https://gis.example/in", *, private: bool = False, within_s: float = 5.0
) -> Answer:
    sender = Sender(now_s=lambda: 1_000, resolve=resolve, transport=httpx2.MockTransport(handler), within_s=within_s)
    receiver = Subscription(name="gis", url=url, secrets=(KEY,), is_private_allowed=private)
    try:
        return await sender.send(receiver, "event-1", b'{"id":"event-1"}')
    finally:
        await sender.close()


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.DELIVERED),
        (202, Verdict.DELIVERED),
        (204, Verdict.DELIVERED),
        (301, Verdict.TROUBLE),
        (307, Verdict.TROUBLE),
        (400, Verdict.REFUSED),
        (413, Verdict.REFUSED),
        (415, Verdict.REFUSED),
        (422, Verdict.REFUSED),
        (401, Verdict.TROUBLE),
        (403, Verdict.TROUBLE),
        (404, Verdict.TROUBLE),
        (408, Verdict.TROUBLE),
        (410, Verdict.GONE),
        (429, Verdict.TROUBLE),
        (500, Verdict.TROUBLE),
        (503, Verdict.TROUBLE),
        (599, Verdict.TROUBLE),
    ],
)
async def test_a_status_has_its_verdict(status: int, verdict: Verdict) -> None:
    answer = await sent(lambda _: httpx2.Response(status))

    assert (answer.verdict, answer.code) == (verdict, str(status))


async def test_a_redirect_is_not_followed_wherever_it_leads() -> None:
    asked: list[str] = []

    def redirects(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(302, headers={"location": "http://169.254.169.254/latest/meta-data"})

    answer = await sent(redirects)

    assert (answer.verdict, len(asked)) == (Verdict.TROUBLE, 1)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://inside.example/in", "private_address"),
        ("https://both.example/in", "private_address"),
        ("https://nowhere.example/in", "bad_address"),
        ("https://user:secret@gis.example/in", "bad_address"),
    ],
)
async def test_no_request_is_sent_to_a_private_or_a_bad_address(url: str, code: str) -> None:
    def never(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError(request.url)

    assert await sent(never, url) == Answer(verdict=Verdict.TROUBLE, code=code)


async def test_a_private_address_is_sent_to_where_it_is_allowed() -> None:
    answer = await sent(lambda _: httpx2.Response(200), "https://inside.example/in", private=True)

    assert answer.verdict is Verdict.DELIVERED


async def test_the_request_is_signed_and_goes_to_the_address_that_was_judged() -> None:
    seen: list[httpx2.Request] = []

    def takes(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200)

    await sent(takes)

    (request,) = seen
    content = b"event-1.1000." + request.content
    assert (request.url.host, request.headers["host"]) == (PUBLIC, "gis.example")
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert request.headers["webhook-signature"] == "v1," + b64encode(hmac.digest(KEY, content, hashlib.sha256)).decode()


async def test_a_receiver_that_hangs_is_left() -> None:
    async def hangs(request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(60)
        return httpx2.Response(200, request=request)

    answer = await sent(hangs, within_s=0.05)  # type: ignore[arg-type]

    assert answer == Answer(verdict=Verdict.TROUBLE, code="timeout")


async def test_a_success_with_nonsense_without_end_is_a_success() -> None:
    read = 0

    async def nonsense() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1_024
            yield b"\x00<html>" * 128 + b"x" * 128

    answer = await sent(lambda _: httpx2.Response(200, content=nonsense()))

    assert answer.verdict is Verdict.DELIVERED
    assert read <= READ_BYTES + 2 * 1_024


async def test_a_success_whose_body_never_comes_is_a_success() -> None:
    async def silence() -> AsyncIterator[bytes]:
        await asyncio.sleep(60)
        yield b""

    answer = await sent(lambda _: httpx2.Response(200, content=silence()))

    assert answer.verdict is Verdict.DELIVERED


@pytest.mark.parametrize(("stated", "expected"), [("120", 120), ("99999", 3_600), ("-1", None), ("soon", None)])
async def test_a_receiver_may_ask_for_a_pause_of_an_hour_at_most(stated: str, expected: int | None) -> None:
    answer = await sent(lambda _: httpx2.Response(503, headers={"retry-after": stated}))

    assert answer.retry_after_s == expected


@pytest.mark.parametrize("error", [httpx2.ConnectError, httpx2.ReadError, httpx2.RemoteProtocolError])
async def test_a_connection_that_fails_is_trouble(error: type[httpx2.TransportError]) -> None:
    def fails(request: httpx2.Request) -> httpx2.Response:
        raise error("no", request=request)

    assert await sent(fails) == Answer(verdict=Verdict.TROUBLE, code=error.__name__)
