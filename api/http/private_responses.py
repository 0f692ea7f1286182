"""Headers of every response: Cache-Control, X-Content-Type-Options, and over TLS Strict-Transport-Security (RFC 9111 §5.2.2.5,
WHATWG Fetch §3.5, RFC 6797)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_STORE = (b"cache-control", b"no-store")
NO_SNIFF = (b"x-content-type-options", b"nosniff")
ONLY_TLS = (b"strict-transport-security", b"max-age=31536000")
"""A year, without subdomains: other services may have their names below this one."""


class NotStored:
    """ASGI middleware: no cache stores a response, no browser guesses its type. Only pages state a Cache-Control of their own.

    A browser that has been here by TLS never comes back without it. Over plain HTTP the header is not sent (RFC 6797 §7.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        always = (NO_STORE, NO_SNIFF, ONLY_TLS) if scope.get("scheme") == "https" else (NO_STORE, NO_SNIFF)

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                added = [header for header in always if header[0] not in names]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, send_marked if scope["type"] == "http" else send)
