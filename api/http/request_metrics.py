"""Counts and durations of responses by route. Paths are no labels, because they contain ids."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams import clock, metrics
from streams.tracing import spans


class Measure:
    """ASGI middleware that records status and time to the response headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # From the start: what is counted first in a new series is no increase for Prometheus, and the objective would miss it.
        for status in ("202", "500", "503"):
            metrics.REQUESTS.labels(route="/v1/incidents", method="POST", status=status)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = clock.monotonic_s()
        begun = spans.begin_request()

        async def send_measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                _note(scope, int(message["status"]), clock.monotonic_s() - began_s)
                if begun is not None and begun.commands:
                    _trace(scope, int(message["status"]), begun)
            await send(message)

        await self._app(scope, receive, send_measured)


def _note(scope: Scope, status: int, took_s: float) -> None:
    route = getattr(scope.get("route"), "path", "none")
    # Without a route the method is any text that the client sent: as a label it would create time series without bound.
    method = scope["method"] if route != "none" else "any"
    metrics.REQUESTS.labels(route=route, method=method, status=str(status)).inc()
    metrics.REQUEST_SECONDS.labels(route=route, method=method).observe(took_s)


def _trace(scope: Scope, status: int, begun: spans.Begun) -> None:
    caller = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
    route = getattr(scope.get("route"), "path", "none")
    spans.end_request(begun, route=route, method=scope["method"], status=status, caller=caller)
