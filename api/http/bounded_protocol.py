"""uvicorn's HTTP protocol with limits on what a connection may send (DESIGN 108).

    request line and headers     32 KiB         414 or 431
    head of a request            10 s           408
    body                         30 s, 8 MiB    408 or 413
    pipelined requests           32             the connection ends after the answers to these
    connection without a request 30 s           closed
    open connections             4,096          503, of one address

Every refusal closes the connection; nothing that arrives afterwards is parsed. httptools has no limits of its own: it collects a
header of any length and waits for its end for ever.
"""

import asyncio
from collections import Counter
from enum import Enum
from typing import ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.problems import ProblemResponse, retry_later

HEAD_BYTES = 32 * 1024
HEAD_WITHIN_S = 10.0
BODY_BYTES = 8 * 1024 * 1024
"""Bytes on the wire. The largest accepted bodies have 4 MiB (recordings, pictures) and 1 MiB; sent in chunks of one byte they
have six times as many, and the larger is refused then."""
BODY_WITHIN_S = 30.0
IDLE_S = 30
"""Also for `timeout_keep_alive` of uvicorn, which ends connections between two requests."""
PIPELINED = 32
CONNECTIONS = 4_096
"""Open connections of one address. Clients behind a proxy share its address, but a proxy reuses its connections."""
_STATUS_LINES = {
    400: b"400 Bad Request",
    408: b"408 Request Timeout",
    413: b"413 Content Too Large",
    414: b"414 URI Too Long",
    431: b"431 Request Header Fields Too Large",
    503: b"503 Service Unavailable",
}


class _Part(Enum):
    """What the connection is to send next."""

    REQUEST = "the first byte of a request"
    HEAD = "the rest of request line and headers"
    BODY = "the rest of the body"


class _Refused(Exception):
    """Raised in a callback to stop the parser."""


def raw_response(problem: ProblemResponse) -> bytes:
    """The complete HTTP response, which closes the connection."""
    answer = problem.response()
    lines = [b"HTTP/1.1 " + _STATUS_LINES[answer.status_code], *(b"%b: %b" % header for header in answer.raw_headers)]
    return b"\r\n".join([*lines, b"connection: close", b"", bytes(answer.body)])


def _problem(code: str) -> ProblemResponse:
    if code == "waited_too_long":
        return retry_later(code, "repeat the request with the same Idempotency-Key")
    if code == "overloaded":
        return retry_later(code, "too many open connections from this address", 5)
    return ProblemResponse(code)


class BoundedProtocol(HttpToolsProtocol):
    """Refuses what exceeds the limits. A request that was complete before is still answered."""

    head_within_s = HEAD_WITHIN_S
    body_within_s = BODY_WITHIN_S
    idle_s: float = IDLE_S
    most_connections = CONNECTIONS
    open_of: ClassVar[Counter[str]] = Counter()
    """Open connections by address, of all servers of this process."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = str(self.client[0]) if self.client else ""
        self.open_of[self._address] += 1
        self._is_refused = False
        self._code: str | None = None
        """Of a limit that a callback found exceeded."""
        self._part = _Part.REQUEST
        self._begun = 0
        """Requests whose first byte was parsed."""
        self._named_bytes = 0
        """Request line and headers as the parser delivers them: complete ones only."""
        self._raw_bytes = 0
        """Of the present head or body, counted in whole reads: the parser keeps an incomplete header to itself."""
        self._undelivered_bytes = 0
        """Of the body, since its last content: chunk extensions and trailers."""
        self._has_content = False
        self._running: RequestResponseCycle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timed: tuple[int, _Part] | None = None
        """The request and part that the timer is for: bytes that trickle in do not extend it."""
        if self.open_of[self._address] > self.most_connections:
            self.refuse("overloaded")
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_of[self._address] -= 1
        if self.open_of[self._address] <= 0:
            del self.open_of[self._address]
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused or self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        before = (self._begun, self._part)
        self._has_content = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # no route speaks another protocol; the request itself is answered
        except httptools.HttpParserError:
            self.refuse(self._code or "bad_request")
            return
        self._count(len(data), *before)
        if not self._is_refused:
            self._watch()

    def _count(self, size: int, begun: int, part: _Part) -> None:
        """Adds the bytes of one read to the part of the request that is still incomplete."""
        if (begun, part) == (self._begun, self._part):
            self._raw_bytes += size
        else:
            # A read that begins one request and nothing else belongs to its head as a whole. Otherwise the share of the
            # present part is unknown; counting starts with the next read, so the limit is exceeded by at most one read.
            is_first = (self._begun, self._part, part) == (begun + 1, _Part.HEAD, _Part.REQUEST)
            self._raw_bytes = size if is_first else 0
        if self._part is _Part.HEAD and self._raw_bytes > HEAD_BYTES:
            self.refuse("uri_too_long" if len(self.url) > HEAD_BYTES // 2 else "headers_too_large")
        elif self._part is _Part.BODY:
            self._undelivered_bytes = 0 if self._has_content else self._undelivered_bytes + size
            if self._undelivered_bytes > HEAD_BYTES:
                self.refuse("headers_too_large")
            elif self._raw_bytes > BODY_BYTES:
                self.refuse("body_too_large")

    # Callbacks of the parser

    def on_message_begin(self) -> None:
        # uvicorn keeps pipelined requests without a bound: 30 bytes on the wire become kilobytes in memory.
        if len(self.pipeline) >= PIPELINED:
            raise self._exceeded("bad_request")
        super().on_message_begin()
        self._begun += 1
        self._part, self._named_bytes, self._undelivered_bytes = _Part.HEAD, 0, 0

    def on_url(self, url: bytes) -> None:
        self._name(len(url), "uri_too_long")
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._name(len(name) + len(value) + len(b": \r\n"), "headers_too_large")
        # Trailers are dropped: uvicorn would append them to the headers of a request that was authorised without them
        # (RFC 9110 §6.5.1).
        if self._part is _Part.HEAD:
            super().on_header(name, value)

    def _name(self, size: int, code: str) -> None:
        self._named_bytes += size
        if self._named_bytes > HEAD_BYTES:
            raise self._exceeded(code)

    def on_headers_complete(self) -> None:
        # RFC 9112 §3.2: a proxy in front and this server may otherwise take two hosts for different ones.
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts != 1 and (hosts > 1 or self.parser.get_http_version() == "1.1"):
            raise self._exceeded("bad_request")
        super().on_headers_complete()
        self._part = _Part.BODY

    def on_body(self, body: bytes) -> None:
        self._has_content = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._part = _Part.REQUEST

    def _exceeded(self, code: str) -> _Refused:
        self._code = code
        return _Refused()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: object) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]

    # Time

    def _watch(self) -> None:
        """Starts the timer of the part that is awaited, unless it runs already."""
        awaited = (self._begun, self._part)
        if awaited == self._timed:
            return
        self._stop_timer()
        if self._part is _Part.REQUEST and self._is_answering():
            return  # uvicorn's keep-alive timer follows the response
        within_s = {_Part.REQUEST: self.idle_s, _Part.HEAD: self.head_within_s, _Part.BODY: self.body_within_s}
        self._timed = awaited
        self._timer = self.loop.call_later(within_s[self._part], self._out_of_time)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._timed = None

    def _out_of_time(self) -> None:
        if self._part is _Part.REQUEST:
            if not self._is_answering():
                self.transport.close()
        else:
            self.refuse("request_timeout")

    def _is_answering(self) -> bool:
        return bool(self.pipeline) or (self._running is not None and not self._running.response_complete)

    # Refusal

    def refuse(self, code: str) -> None:
        """Answers the incomplete request with a problem and closes the connection.

        Responses to earlier requests are sent first, and then close the connection without the problem: it would be taken for
        the response to one of them.
        """
        if self._is_refused:
            return
        self._is_refused = True
        self._stop_timer()
        faulty = self.cycle if self._part is _Part.BODY else None
        if faulty is not None and faulty is not self._running:
            self.pipeline.popleft()  # the newest stands left
            faulty = None
        earlier = self.pipeline[0][0] if self.pipeline else self._running
        if faulty is None and earlier is not None and not earlier.response_complete:
            earlier.keep_alive = False
            return
        if faulty is None or not faulty.response_started:
            self.transport.write(raw_response(_problem(code)))
        if faulty is not None:
            # The application waits for the body: it sees the client disconnect.
            faulty.disconnected = True
            faulty.message_event.set()
        self.transport.close()
