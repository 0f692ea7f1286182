"""HTTP connections of a server that rather answers who asks now: what has waited for too long is refused before any work.

A process that stood still (SIGSTOP, a machine that swapped) finds all that was sent meanwhile in its sockets, from callers most
of whom have given up. The kernel knows how long ago the bytes arrived (TCP_INFO), which ASGI does not tell. To refuse costs some
microseconds, to answer a thousand times as much; and whoever still waits may repeat: every write has its Idempotency-Key.
"""

import asyncio
import socket
import struct

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.problems import retry_later
from streams import metrics

PATIENCE_MS = 5_000
"""Who has waited for so long has given up, or asks again."""
UNREAD_MS = 30_000
"""A connection whose other end takes nothing for so long is ended by the kernel: a live view must not be kept for nobody."""
_TCP_INFO_BYTES = 104
_LAST_DATA_RECEIVED = 52
"""Where `tcpi_last_data_recv` stands in `struct tcp_info` (linux/tcp.h)."""


def waited_ms(connection: socket.socket) -> int:
    """How long ago the newest bytes of a connection arrived; 0 where the kernel does not say."""
    if not hasattr(socket, "TCP_INFO"):
        return 0
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
        (since_ms,) = struct.unpack_from("@I", info, _LAST_DATA_RECEIVED)
    except (OSError, struct.error):
        return 0
    return int(since_ms)


def refusal() -> bytes:
    """The whole answer."""
    answer = retry_later("waited_too_long", "expected to be repeated, with the same Idempotency-Key").response()
    lines = [b"HTTP/1.1 503 Service Unavailable", *(b"%b: %b" % header for header in answer.raw_headers)]
    return b"\r\n".join([*lines, b"connection: close", b"", bytes(answer.body)])


class PromptProtocol(HttpToolsProtocol):
    patience_ms = PATIENCE_MS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._refused = False
        self._socket: socket.socket | None = transport.get_extra_info("socket")
        if self._socket is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._begins_a_request() and self._socket is not None and waited_ms(self._socket) > self.patience_ms:
            metrics.STALE_REQUESTS.inc()
            self._refused = True
            self.transport.write(refusal())
            self.transport.close()
            return
        super().data_received(data)

    def _begins_a_request(self) -> bool:
        scope: object = self.scope  # None before the first request, which uvicorn's types do not say
        cycle: object = self.cycle
        return scope is None or (cycle is not None and self.cycle.response_complete)
