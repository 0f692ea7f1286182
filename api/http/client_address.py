"""The address, scheme and host that a client used, as rate limits, the audit, cookies and links see them.

Without a proxy they are those of the connection. Behind one, the connection is the proxy's: what the client used stands in
`X-Forwarded-For`, `-Proto` and `-Host`. Anybody can send these headers, so they count only on connections from the addresses of
KOMEK_PROXY, and are removed from all other requests. uvicorn's own reading of them is off (`streams/cli/api.py`): it would trust
every process of this machine.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from streams.setting_values import Network

UNKNOWN = "unknown"
"""The address of a client without one: a unix socket, or a test that calls the application directly."""

_FOR, _PROTO, _HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"
_FORWARDED = frozenset({_FOR, _PROTO, _HOST, b"x-forwarded-port", b"x-real-ip", b"forwarded"})
_Header = tuple[bytes, bytes]


def client_address(scope: Scope) -> str:
    """The IP address of the client in its shortest form, or `UNKNOWN`. For rate limits and the audit: read it nowhere else.

    An IPv4 address in IPv6 notation (`::ffff:192.0.2.1`) is returned as IPv4.
    """
    client = scope.get("client")
    address = _parsed(str(client[0])) if client else None
    return UNKNOWN if address is None else str(address)


class ProxyHeaders:
    """ASGI middleware: sets `client`, `scheme` and the header Host of the scope from the headers of a trusted proxy."""

    def __init__(self, app: ASGIApp, *, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = self._seen(scope)
        await self._app(scope, receive, send)

    def _seen(self, scope: Scope) -> Scope:
        headers: list[_Header] = list(scope["headers"])
        if not any(name in _FORWARDED for name, _ in headers):
            return scope
        kept = [header for header in headers if header[0] not in _FORWARDED]
        client = scope.get("client")
        if client is None or not self._is_trusted(_parsed(str(client[0]))):
            return {**scope, "headers": kept}
        address = self._farthest(_values(headers, _FOR)) or str(client[0])
        scheme = _last(headers, _PROTO).lower()
        host = _last(headers, _HOST)
        if host:
            kept = [(b"host", host.encode("latin-1")), *(header for header in kept if header[0] != b"host")]
        return {
            **scope,
            "client": (address, 0),  # the port is not forwarded
            "scheme": scheme if scheme in ("http", "https") else scope["scheme"],
            "headers": kept,
        }

    def _farthest(self, chain: Sequence[str]) -> str | None:
        """The nearest address that is no trusted proxy. Each proxy appends its peer; what stands further left may be made up."""
        found: str | None = None
        for entry in reversed(chain):
            address = _parsed(_without_port(entry))
            if address is None:
                return found
            found = str(address)
            if not self._is_trusted(address):
                return found
        return found

    def _is_trusted(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def _values(headers: Sequence[_Header], wanted: bytes) -> list[str]:
    """All values of a header that may be repeated or list several, in order (RFC 9110 §5.3)."""
    return [part.strip() for name, value in headers if name == wanted for part in value.decode("latin-1").split(",")]


def _last(headers: Sequence[_Header], wanted: bytes) -> str:
    """The value that the nearest proxy wrote; empty without one."""
    return next(reversed(_values(headers, wanted)), "")


def _without_port(entry: str) -> str:
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    # A bare IPv6 address has several colons and no port.
    return entry.partition(":")[0] if entry.count(":") == 1 else entry


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
