"""The response type of server-sent events, and a limit on how many streams start at once."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from streams.event_loop import Turns

BEGIN_AT_ONCE = 2
"""Starting a stream takes a millisecond; a thousand that reconnect at once must not block the event loop for a second."""


class EventStream(StreamingResponse):
    """Sends each item at once; an item is one or more complete events (WHATWG HTML §9.2)."""

    media_type = "text/event-stream"
    described: ClassVar[dict[int | str, dict[str, Any]]] = {
        200: {
            "description": "Events, until the client or the server ends the stream",
            "content": {
                media_type: {"schema": {"type": "string", "description": "text/event-stream; the data is JSON"}}
            },
        }
    }

    def __init__(self, frames: AsyncIterator[bytes], place: AbstractContextManager[None]) -> None:
        """`place`: entered before the first byte and left at the end; it may raise ProblemResponse, which is then the answer."""
        # X-Accel-Buffering: nginx would otherwise buffer events.
        super().__init__(frames, headers={"X-Accel-Buffering": "no"})
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Here and not in `frames`: a generator that was never started does not run its `finally`.
        with self._place:
            await super().__call__(scope, receive, send)


class BeginInTurn:
    """ASGI middleware: requests for one path take turns on the event loop before any work is done for them."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path
        self._turns = Turns(BEGIN_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._path:
            # Before authentication, whose work is a part of what a thousand reconnecting streams cost.
            await self._turns.take()
        await self._app(scope, receive, send)
