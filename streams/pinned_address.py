"""Requests to addresses that others name: to the public network only, unless private addresses are allowed.

A name is looked up once, all its addresses are judged, and the request goes to the first of them: a second look-up by the client
could give another one. Redirects are the caller's: each is a new address to judge.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dispatch.model.plain_reason import plain_reason
from streams.errors import InvalidInput

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host. Raises OSError."""
MAX_URL = 2_000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(InvalidInput):
    """No request is sent there; the message says why. `is_private`: an address outside the public network."""

    def __init__(self, message: str, *, is_private: bool = False) -> None:
        super().__init__(message)
        self.is_private = is_private


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedAddress:
    """How httpx is called for it: `url` names the address, header and extension the host, so that certificates are those of the
    name."""

    url: str
    headers: Mapping[str, str]
    extensions: Mapping[str, Any]


def addresses_of(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def pinned(url: str, *, is_private_allowed: bool, resolve: Resolve = addresses_of) -> PinnedAddress:
    """Looks the host up; may wait for that.

    Raises:
        AddressRefused: no address with http or https, one with a user or password, an unknown host, or a private address.
    """
    try:
        parts = urlsplit(url)
        stated = parts.port
    except ValueError:
        raise AddressRefused("expected an address with http or https") from None
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or len(url) > MAX_URL:
        raise AddressRefused("expected an address with http or https")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("a user and a password in an address are not sent")
    port = stated or (443 if parts.scheme == "https" else 80)
    address = _judged(host, port, resolve, is_private_allowed=is_private_allowed)
    literal = f"[{address}]" if ":" in address else address
    return PinnedAddress(
        url=parts._replace(netloc=f"{literal}:{port}", fragment="").geturl(),
        headers={"Host": parts.netloc},
        extensions={"sni_hostname": host},
    )


def is_public(address: str) -> bool:
    """Whether it lies in the public network; for one that carries an IPv4 address, whether that one does."""
    found = ipaddress.ip_address(address.split("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # Gateways pass these on to the address inside.
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inside is None and found in _NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return found.is_global and not found.is_multicast


def _judged(host: str, port: int, resolve: Resolve, *, is_private_allowed: bool) -> str:
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(f"{host}: {plain_reason(error)}") from None
    # All of them: a name with one public and one private address is a trap.
    if not found or not (is_private_allowed or all(map(is_public, found))):
        raise AddressRefused(f"{host}: a private address", is_private=True)
    return found[0]


def shown(url: str) -> str:
    """The address without what may be a secret: user, password, query."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(no address)"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
