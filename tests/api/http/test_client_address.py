"""Who a client is: forwarded headers count only from the proxies of KOMEK_PROXY."""

from ipaddress import ip_network
from typing import Any

import pytest

from api.http.client_address import UNKNOWN, ProxyHeaders, client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


async def seen(
    peer: str | None, *headers: tuple[str, str], trusted: tuple[Any, ...] = PROXIES
) -> tuple[str, str, dict[str, str]]:
    """Address, scheme and headers as the application sees them."""
    scopes: list[Any] = []

    async def app(scope: Any, *_: Any) -> None:
        scopes.append(scope)

    scope = {
        "type": "http",
        "scheme": "http",
        "client": (peer, 1234) if peer else None,
        "headers": [(b"host", b"inside:8000"), *((name.encode(), value.encode()) for name, value in headers)],
    }
    nothing: Any = None
    await ProxyHeaders(app, trusted=trusted)(scope, nothing, nothing)
    (found,) = scopes
    return client_address(found), found["scheme"], {n.decode(): v.decode() for n, v in found["headers"]}


async def test_what_a_trusted_proxy_says_counts() -> None:
    address, scheme, headers = await seen(
        "10.0.0.7",
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "komek.example"),
    )

    assert (address, scheme, headers) == ("203.0.113.9", "https", {"host": "komek.example"})


@pytest.mark.parametrize("trusted", [PROXIES, ()], ids=["another proxy", "no proxy"])
@pytest.mark.parametrize("peer", ["203.0.113.5", "127.0.0.1", "::1"])
async def test_what_anybody_else_says_is_removed(peer: str, trusted: tuple[Any, ...]) -> None:
    address, scheme, headers = await seen(
        peer,
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.example"),
        ("x-real-ip", "198.51.100.1"),
        ("forwarded", "for=198.51.100.1;proto=https"),
        trusted=trusted,
    )

    assert (address, scheme, headers) == (peer, "http", {"host": "inside:8000"})


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        # The client made up the left entry; the proxy appended the right one.
        (["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
        # Two proxies in a row: the first trusted one is passed over.
        (["203.0.113.9, 10.0.0.8"], "203.0.113.9"),
        (["1.2.3.4", "203.0.113.9", "10.0.0.8"], "203.0.113.9"),
        (["203.0.113.9:4711"], "203.0.113.9"),
        (["[2001:db8::1]:4711"], "2001:db8::1"),
        (["2001:DB8:0::1"], "2001:db8::1"),
        (["::ffff:203.0.113.9"], "203.0.113.9"),
        # Only proxies: the farthest of them.
        (["10.0.0.9, 10.0.0.8"], "10.0.0.9"),
        # Nothing readable: the last proxy that was.
        (["unknown, 10.0.0.8"], "10.0.0.8"),
        (["<script>"], "10.0.0.7"),
        ([""], "10.0.0.7"),
    ],
)
async def test_the_nearest_address_that_is_no_proxy_is_the_client(chain: list[str], address: str) -> None:
    assert (await seen("10.0.0.7", *(("x-forwarded-for", one) for one in chain)))[0] == address


async def test_an_odd_scheme_is_not_taken_over() -> None:
    assert (await seen("10.0.0.7", ("x-forwarded-proto", "javascript")))[1] == "http"


@pytest.mark.parametrize(
    ("peer", "address"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"), (None, UNKNOWN), ("testclient", UNKNOWN)],
)
async def test_an_address_has_one_form(peer: str | None, address: str) -> None:
    assert (await seen(peer))[0] == address
