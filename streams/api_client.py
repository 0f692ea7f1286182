"""Client of the HTTP API for the simulator and the demo. Requests are retried with the same idempotency key until answered.

Raises `ApiUnavailable` when the API does not answer in time: the effect is unknown, and the request may be repeated with the same
key.
"""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Any, Self

import httpx2

from dispatch.model.plain_reason import root_reason
from streams import clock
from streams.errors import GiveUp


def http_reason(error: httpx2.HTTPError) -> str:
    """Why a request has no response: a clause, as `plain_reason` returns it."""
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx2.RemoteProtocolError):
        return "the connection was closed, or what answers there speaks no HTTP"
    return root_reason(error)


TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
"""500 as well: writes carry an Idempotency-Key, so a repeat is harmless."""
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
AT_ONCE = 64
"""Requests at a time. `max_connections` leaves room for eight event streams beside them."""
SILENT_STREAM_S = 60.0
"""Read timeout of an event stream, which is then reconnected. The API sends comments more often than this."""


OPENED = "opened"
RESET = "reset"
"""The event that the API sends when it cannot resume from the `Last-Event-ID`."""


class ApiUnavailable(GiveUp):
    """The API did not answer in time. The message names the request and the last response."""


Tokens = Callable[[str, str], str]
"""Returns a token for a role and an identity, valid for some more minutes. Called for every request, so it should cache."""
Forget = Callable[[str, str], bool]
"""Told that the token of a role and an identity was refused; returns whether `Tokens` may now give another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCaller:
    """The role and identity with which a request is made."""

    role: str
    identity: str


OPERATOR = ApiCaller(role="operator", identity="simulator")
TRACKER = ApiCaller(role="tracker", identity="simulator")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiResponse:
    status: int
    body: Any

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The `code` of the problem details (RFC 9457), or else the status."""
        code = self.body.get("code") if isinstance(self.body, Mapping) else None
        return str(code or self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """An event of the stream. Kind `OPENED` marks a (re)connection, before which events may have been missed."""

    kind: str
    data: Any


@dataclass(slots=True)
class Tally:
    """Counters of a run, for its summary."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def __getitem__(self, what: str) -> int:
        return self.counts.get(what, 0)


class Api:
    """`verify`: trusted certificates (`streams/tls.py`). `retry_for_s`: how long one request is retried.

    `transport`: replaces the network in tests.
    """

    def __init__(
        self,
        base_url: str,
        tokens: Tokens,
        *,
        forget: Forget = lambda role, identity: False,  # noqa: ARG005 - a port's arguments
        verify: ssl.SSLContext | bool = True,
        retry_for_s: float = 120.0,
        seed: int = 0,
        transport: httpx2.AsyncBaseTransport | None = None,
        now_s: Callable[[], float] = clock.monotonic_s,
    ) -> None:
        limits = httpx2.Limits(max_connections=AT_ONCE + 8, max_keepalive_connections=AT_ONCE)
        # `trust_env=False`: proxies of the environment are not used.
        self._http = httpx2.AsyncClient(
            base_url=base_url, verify=verify, transport=transport, limits=limits, timeout=10.0, trust_env=False
        )
        self._tokens = tokens
        self._forget = forget
        self._retry_for_s = retry_for_s
        self._rng = Random(seed)
        self._now_s = now_s
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.tally = Tally()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def write(self, method: str, path: str, caller: ApiCaller, *, key: str, body: object = None) -> ApiResponse:
        """Sends a write. Retries with the same Idempotency-Key while there is no response or its status is one of `TRY_AGAIN`.

        Raises:
            ApiUnavailable: no other response within `retry_for_s`.
        """
        return await self._until_answered(method, path, caller, {"Idempotency-Key": key}, body)

    async def read(self, path: str, caller: ApiCaller) -> ApiResponse:
        """Sends a GET. Retries like `write`.

        Raises:
            ApiUnavailable: no other response within `retry_for_s`.
        """
        return await self._until_answered("GET", path, caller, {}, None)

    async def events(self, caller: ApiCaller) -> AsyncIterator[LiveEvent]:
        """Yields events without end. Reconnects when the stream ends, resuming with `Last-Event-ID`."""
        last_id = ""
        pause_s = FIRST_PAUSE_S
        while True:
            # Whatever ends the stream, the cure is the same: reconnect, with a growing pause.
            with contextlib.suppress(httpx2.HTTPError, TimeoutError):
                async with self._opened(caller, last_id) as source:
                    yield LiveEvent(kind=OPENED, data=None)
                    async for event in source:
                        if event.event == RESET:
                            last_id = ""
                            break
                        # Reset by an event, not by a connection: a server that accepts and closes must not be flooded.
                        pause_s = FIRST_PAUSE_S
                        last_id = event.id or last_id
                        yield LiveEvent(kind=event.event, data=_parsed(event.data))
            self.tally.add("streams reopened")
            # Jitter, so that all streams of a run do not reconnect to a restarted API at the same moment.
            await asyncio.sleep(pause_s * self._rng.uniform(0.5, 1.5))
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    @contextlib.asynccontextmanager
    async def _opened(self, caller: ApiCaller, last_id: str) -> AsyncIterator[httpx2.EventSource]:
        headers = {**self._headers(caller), "Accept": "text/event-stream"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        timeout = httpx2.Timeout(10.0, read=SILENT_STREAM_S)
        async with self._http.stream("GET", "/v1/events", headers=headers, timeout=timeout) as response:
            if response.status_code == 401:
                # The next attempt signs another token, with the present keys.
                self._forget(caller.role, caller.identity)
            response.raise_for_status()
            yield httpx2.EventSource(response)

    async def _until_answered(
        self, method: str, path: str, caller: ApiCaller, headers: Mapping[str, str], body: object
    ) -> ApiResponse:
        deadline = self._now_s() + self._retry_for_s
        pause_s = FIRST_PAUSE_S
        while True:
            answer, wait_s = await self._once(method, path, caller, headers, body)
            if answer is not None and answer.status not in TRY_AGAIN:
                return answer
            self.tally.add("repeats")
            if self._now_s() >= deadline:
                raise ApiUnavailable(f"{method} {path}: {answer.code if answer else 'no connection'}")
            await asyncio.sleep(max(wait_s, pause_s * self._rng.uniform(0.5, 1.5)))
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _once(
        self, method: str, path: str, caller: ApiCaller, headers: Mapping[str, str], body: object
    ) -> tuple[ApiResponse | None, float]:
        async with self._turns:
            try:
                response = await self._sent(method, path, caller, headers, body)
                if response.status_code == 401 and self._forget(caller.role, caller.identity):
                    response = await self._sent(method, path, caller, headers, body)
            except httpx2.HTTPError:
                return None, 0.0
        return ApiResponse(status=response.status_code, body=_parsed(response.text)), _retry_after_s(response)

    async def _sent(
        self, method: str, path: str, caller: ApiCaller, headers: Mapping[str, str], body: object
    ) -> httpx2.Response:
        return await self._http.request(method, path, headers={**self._headers(caller), **headers}, json=body)

    def _headers(self, caller: ApiCaller) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens(caller.role, caller.identity)}"}


def _retry_after_s(response: httpx2.Response) -> float:
    try:
        # Only the form in seconds is read; a date gives ValueError, and the ordinary pause applies.
        return min(30.0, max(0.0, float(response.headers.get("retry-after", "0"))))
    except ValueError:
        return 0.0


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
