"""Cache-Control and X-Content-Type-Options of every response (RFC 9111 §5.2.2.5, WHATWG Fetch §3.5)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_STORE = (b"cache-control", b"no-store")
NO_SNIFF = (b"x-content-type-options", b"nosniff")


class NotStored:
    """ASGI middleware: no cache stores a response, no browser guesses its type. Only pages state a Cache-Control of their own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                added = [header for header in (NO_STORE, NO_SNIFF) if header[0] not in names]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, send_marked if scope["type"] == "http" else send)
