"""HEAD for every route with GET, OPTIONS, and the Allow header (RFC 9110 §9.3.2, §9.3.7, §10.2.1)."""

import asyncio

from fastapi import Request
from fastapi.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CANDIDATES = ("GET", "POST", "PUT", "PATCH", "DELETE")


def allowed(request: Request) -> list[str]:
    """The methods that the path of this request supports; empty if there is no such path."""
    # Starlette's own Allow header has only the methods of the first route with this path.
    found = [method for method in _CANDIDATES if _matches(request, method)]
    with_head = ["GET", "HEAD", *found[1:]] if "GET" in found else found
    return [*with_head, "OPTIONS"] if found else []


def _matches(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)


def refused(request: Request, refusal: Response) -> Response:
    """The response to a method that the path does not support, with Allow; 204 to OPTIONS."""
    answer = Response(status_code=204) if request.method == "OPTIONS" else refusal
    answer.headers["Allow"] = ", ".join(allowed(request))
    return answer


class HeadAsGet:
    """ASGI middleware: answers HEAD like GET, without the body. Cancels an endless stream after its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        headers_sent = asyncio.Event()
        is_stream = False

        async def send_headers(message: Message) -> None:
            nonlocal is_stream
            if message["type"] != "http.response.start" or headers_sent.is_set():
                return
            # Responses with a body of known length state it; one without Content-Length may never end.
            is_stream = not any(name.lower() == b"content-length" for name, _ in message["headers"])
            await send(message)
            # The response is complete for the client here; what the route sends afterwards is dropped.
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            headers_sent.set()

        answering = asyncio.ensure_future(self._app({**scope, "method": "GET"}, receive, send_headers))
        waiting = asyncio.ensure_future(headers_sent.wait())
        try:
            await asyncio.wait((answering, waiting), return_when=asyncio.FIRST_COMPLETED)
            if not is_stream:
                await answering
        finally:
            # Cancelling the route ends the stream's generator, which releases its listener.
            waiting.cancel()
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
