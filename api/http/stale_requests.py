"""Rejects requests that waited unread for more than five seconds, before any work is done for them (DESIGN 97).

After a stall (SIGSTOP, swapping) the sockets contain all requests of that time, most of them from clients that have given up. The
kernel knows when the bytes arrived (TCP_INFO); ASGI does not. A rejection takes some microseconds, a response a thousand times
that. Clients that still wait can repeat: every write has its Idempotency-Key.
"""

import asyncio
import socket
import struct

from api.http.bounded_protocol import BoundedProtocol
from streams import metrics

STALE_AFTER_MS = 5_000
"""Clients have given up by then, or repeat the request."""
UNREAD_MS = 30_000
"""The kernel closes a connection whose peer acknowledges no data for this long, such as an abandoned event stream."""
_TCP_INFO_BYTES = 104
_LAST_DATA_RECEIVED = 52
"""Offset of `tcpi_last_data_recv` in `struct tcp_info` (linux/tcp.h)."""


def waited_ms(connection: socket.socket) -> int:
    """Time since the newest bytes of a connection arrived; 0 outside Linux."""
    if not hasattr(socket, "TCP_INFO"):
        return 0
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
        (since_ms,) = struct.unpack_from("@I", info, _LAST_DATA_RECEIVED)
    except (OSError, struct.error):
        return 0
    return int(since_ms)


class PromptProtocol(BoundedProtocol):
    """The HTTP protocol with the check before the first byte of each request is parsed."""

    stale_after_ms = STALE_AFTER_MS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._socket: socket.socket | None = transport.get_extra_info("socket")
        if self._socket is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)

    def data_received(self, data: bytes) -> None:
        # Only at the start of a request: a body that arrives slowly is waited for. Bytes of the unread request may follow, so
        # the connection cannot serve another one.
        if self._begins_a_request() and self._socket is not None and waited_ms(self._socket) > self.stale_after_ms:
            if not self._is_refused:
                metrics.STALE_REQUESTS.inc()
            self.refuse("waited_too_long")
            return
        super().data_received(data)

    def _begins_a_request(self) -> bool:
        scope: object = self.scope  # None before the first request, contrary to uvicorn's types
        cycle: object = self.cycle
        return scope is None or (cycle is not None and self.cycle.response_complete)
