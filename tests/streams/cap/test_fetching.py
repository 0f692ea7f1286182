"""Addresses of alerts: public ones only, also behind a redirect."""

from collections.abc import Sequence

import httpx2
import pytest

from dispatch.cap.xml_tree import MAX_BYTES
from streams.cap.fetching import NO_VALIDATORS, WITHIN_S, Fetched, NotFetched, Validators, fetched

PUBLIC = "93.184.215.14"


def resolve(host: str, port: int) -> Sequence[str]:
    assert port
    known = {"meteo.example": [PUBLIC], "inside.example": ["10.0.0.7"], "both.example": [PUBLIC, "127.0.0.1"]}
    if host in known:
        return known[host]
    if host.replace(".", "").isdigit() or ":" in host:
        return [host]
    raise OSError("no such host")


def answers(request: httpx2.Request) -> httpx2.Response:
    # The address that was checked is the one that is connected to.
    assert request.url.host in (PUBLIC, "10.0.0.7")
    match request.url.path:
        case "/to-inside":
            return httpx2.Response(302, headers={"location": "http://inside.example/secret"})
        case "/again":
            return httpx2.Response(302, headers={"location": "/again"})
        case "/moved":
            return httpx2.Response(301, headers={"location": "/alert.cap"})
        case "/large":
            return httpx2.Response(200, content=b" " * (MAX_BYTES + 1))
        case "/missing":
            return httpx2.Response(404)
        case "/busy":
            return httpx2.Response(503, headers={"retry-after": "99999"})
        case "/packed":
            return httpx2.Response(200, headers={"content-encoding": "gzip"}, content=b"")
        case "/kept" if request.headers.get("if-none-match") == '"v1"':
            return httpx2.Response(304)
        case "/kept":
            return httpx2.Response(200, headers={"etag": '"v1"', "last-modified": "x" * 300}, content=b"new")
        case "/never-asked":
            return httpx2.Response(304)
    return httpx2.Response(200, content=request.headers["host"].encode())


def read(url: str, *, is_private_allowed: bool = False) -> bytes:
    raw = answer(url, is_private_allowed=is_private_allowed).raw
    assert raw is not None
    return raw


def answer(url: str, known: Validators = NO_VALIDATORS, *, is_private_allowed: bool = False) -> Fetched:
    transport = httpx2.MockTransport(answers)
    return fetched(url, known=known, is_private_allowed=is_private_allowed, resolve=resolve, transport=transport)


def test_a_public_address_is_read_also_behind_a_redirect() -> None:
    assert read("https://meteo.example/alert.cap") == b"meteo.example"
    assert read("https://meteo.example/moved") == b"meteo.example"
    assert read("http://inside.example/alert.cap", is_private_allowed=True) == b"inside.example"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://inside.example/a", "a private address"),
        ("http://both.example/a", "a private address"),
        ("http://127.0.0.1/a", "a private address"),
        ("http://169.254.169.254/a", "a private address"),
        ("http://[::1]/a", "a private address"),
        ("http://[::ffff:10.0.0.1]/a", "a private address"),
        ("https://meteo.example/to-inside", "a private address"),
        ("https://meteo.example/again", "more than 5 redirects"),
        ("https://meteo.example/large", "more than"),
        ("https://meteo.example/missing", "answered 404"),
        ("https://meteo.example/packed", "content encoding"),
        ("https://meteo.example/never-asked", "answered 304"),
        ("https://nowhere.example/a", "no such host"),
        ("file:///etc/passwd", "http or https"),
        ("gopher://meteo.example/", "http or https"),
    ],
)
def test_everything_else_is_not_read(url: str, words: str) -> None:
    with pytest.raises(NotFetched, match=words):
        read(url)


def test_an_unchanged_page_is_not_read_again() -> None:
    first = answer("https://meteo.example/kept")
    again = answer("https://meteo.example/kept", first.validators)

    # A validator that is no short text is not kept.
    assert first == Fetched(raw=b"new", validators=Validators(etag='"v1"'))
    assert again == Fetched(raw=None, validators=first.validators)


def test_a_server_may_ask_for_a_pause_of_an_hour_at_most() -> None:
    with pytest.raises(NotFetched) as refused:
        answer("https://meteo.example/busy")

    assert refused.value.retry_after_s == 3_600


def test_a_server_that_sends_a_byte_at_a_time_is_left() -> None:
    seconds = iter(range(0, 100_000, int(WITHIN_S / 2)))

    def drips(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=(b"x" for _ in range(1_000)))

    with pytest.raises(NotFetched, match="not read within"):
        fetched(
            "https://meteo.example/slow",
            is_private_allowed=False,
            resolve=resolve,
            transport=httpx2.MockTransport(drips),
            now_s=lambda: float(next(seconds)),
        )


def test_a_secret_in_an_address_is_in_no_message() -> None:
    with pytest.raises(NotFetched) as refused:
        read("https://meteo.example/missing?key=secret")

    assert "secret" not in str(refused.value)
