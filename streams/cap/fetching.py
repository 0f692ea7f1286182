"""Reads addresses of alerts: of the public network only, also after each redirect, unless private ones are allowed.

What is read is bounded in bytes and time. With validators of an earlier answer (ETag, Last-Modified) an unchanged one is not
read again.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx2

from dispatch.cap.xml_tree import MAX_BYTES
from streams import clock
from streams.api_client import http_reason
from streams.errors import InvalidInput
from streams.pinned_address import AddressRefused, Resolve, addresses_of, pinned, shown

MAX_REDIRECTS = 5
TIMEOUT_S = 20.0
"""Of one step: connecting, or waiting for the next bytes."""
WITHIN_S = 60.0
"""Of one address with its redirects. A server that sends a byte at a time is left."""
MAX_RETRY_AFTER_S = 3_600
_ACCEPT = "application/cap+xml, application/atom+xml, application/rss+xml, application/xml, text/xml, */*;q=0.1"


class NotFetched(InvalidInput):
    """An address that was not read; the message says why. `retry_after_s`: what the server asks for."""

    def __init__(self, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What the server said of the version that was read; empty where it said nothing."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """`raw` None: unchanged since the validators that were sent."""

    raw: bytes | None
    validators: Validators


NO_VALIDATORS = Validators()


def fetched(
    url: str,
    *,
    is_private_allowed: bool,
    known: Validators = NO_VALIDATORS,
    resolve: Resolve = addresses_of,
    verify: ssl.SSLContext | bool = True,
    transport: httpx2.BaseTransport | None = None,
    now_s: Callable[[], float] = clock.monotonic_s,
) -> Fetched:
    """The bytes at an address.

    Raises:
        NotFetched: not http or https, a private address, too many redirects, no success, too many bytes or too slow.
    """
    first, until_s = url, now_s() + WITHIN_S
    # trust_env=False: a proxy of the environment would connect to any address.
    with httpx2.Client(timeout=TIMEOUT_S, trust_env=False, verify=verify, transport=transport) as http:
        for _ in range(MAX_REDIRECTS + 1):
            try:
                place = pinned(url, is_private_allowed=is_private_allowed, resolve=resolve)
            except AddressRefused as error:
                cure = "; --private allows it" if error.is_private else ""
                raise NotFetched(f"{_named(url, first)}: {error}{cure}") from None
            # identity: what is compressed may be a thousand times larger than its bytes.
            headers = {**place.headers, "Accept": _ACCEPT, "Accept-Encoding": "identity", **_conditions(known)}
            try:
                with http.stream("GET", place.url, headers=headers, extensions=dict(place.extensions)) as response:
                    if response.is_redirect and "location" in response.headers:
                        url = urljoin(url, response.headers["location"])
                        continue
                    return _answer(url, response, known, lambda: now_s() > until_s)
            except httpx2.HTTPError as error:
                raise NotFetched(f"{shown(url)}: {http_reason(error)}") from None
    raise NotFetched(f"{shown(first)}: more than {MAX_REDIRECTS} redirects")


def _named(url: str, first: str) -> str:
    return shown(url) if url == first else f"{shown(first)} redirects to {shown(url)}"


def _conditions(known: Validators) -> dict[str, str]:
    named = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in named.items() if value}


def _answer(url: str, response: httpx2.Response, known: Validators, is_late: Callable[[], bool]) -> Fetched:
    if response.status_code == 304 and known != NO_VALIDATORS:
        return Fetched(raw=None, validators=known)
    if not response.is_success:
        raise NotFetched(f"{shown(url)}: answered {response.status_code}", retry_after_s=_retry_after_s(response))
    if response.headers.get("content-encoding", "identity") not in ("", "identity"):
        raise NotFetched(f"{shown(url)}: a content encoding that was not asked for")
    found = Validators(
        etag=_short(response.headers.get("etag", "")),
        last_modified=_short(response.headers.get("last-modified", "")),
    )
    return Fetched(raw=_bounded(url, response, is_late), validators=found)


def _short(value: str) -> str:
    # Sent back to the server: nothing that could not be a header.
    return value if len(value) <= 200 and value.isascii() and value.isprintable() else ""


def _retry_after_s(response: httpx2.Response) -> int | None:
    stated = response.headers.get("retry-after", "")
    return min(int(stated), MAX_RETRY_AFTER_S) if stated.isascii() and stated.isdigit() and len(stated) < 9 else None


def _bounded(url: str, response: httpx2.Response, is_late: Callable[[], bool]) -> bytes:
    raw = bytearray()
    for piece in response.iter_bytes():
        raw += piece
        if len(raw) > MAX_BYTES:
            raise NotFetched(f"{shown(url)}: more than {MAX_BYTES} bytes")
        if is_late():
            raise NotFetched(f"{shown(url)}: not read within {WITHIN_S:.0f} s")
    return bytes(raw)
