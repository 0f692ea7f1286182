"""Server-sent events as an answer, and how many may begin at a time."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from streams.event_loop import Turns

BEGIN_AT_ONCE = 2
"""To admit a caller costs a millisecond; a thousand who come back at the same moment must not stop the event loop for so long."""


class EventStream(StreamingResponse):
    """Bytes as they come; whoever makes them writes whole events (WHATWG HTML §9.2)."""

    media_type = "text/event-stream"
    described: ClassVar[dict[int | str, dict[str, Any]]] = {
        200: {
            "description": "Events, until one of the two ends it",
            "content": {media_type: {"schema": {"type": "string"}}},
        }
    }

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        # For proxies that would gather what is to arrive at once (nginx).
        super().__init__(frames, headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})


class BeginInTurn:
    """ASGI middleware: requests for one path wait for their turn before anything is done for them."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path
        self._turns = Turns(BEGIN_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._path:
            await self._turns.take()
        await self._app(scope, receive, send)
