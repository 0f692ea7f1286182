"""Routes that authorise the caller before they read the body, limit its size and parse it strictly."""

import hashlib
import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.http import in_flight_limits, request_limits
from api.http.audit import READS, record_read
from api.http.auth import Allow, allowance
from api.http.numbers import natural
from api.http.problems import ProblemResponse, not_json
from api.http.strict_json import BadJson, parse, with_keepable_texts
from api.process.in_flight import work_of
from api.process.rate_limits import class_of

LIMIT = 64 * 1024
BULK_LIMIT = 1024 * 1024
"""Of POST /v1/locations: a thousand fixes. Both limits are part of the contract, as is that of recordings and pictures
(`routes/recognised_texts.py`)."""
JSON_TYPES = ("application/json", "application/merge-patch+json")
"""PATCH bodies are merge patches (RFC 7396); clients may say so or not."""


class Undeclared(TypeError):
    """A route declares no access rule."""


class StrictRequest(Request):
    """A request with a size limit and strict JSON. The body is read once."""

    limit = LIMIT

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            # Starlette caches the body under this name; FastAPI reads it through `body` and `json` again.
            self._body = await read_at_most(self, self.limit)
        return self._body

    async def json(self) -> Any:
        """The parsed body. The SHA-256 of its canonical form is set in `state.body_sha256`. Raises ProblemResponse."""
        try:
            value = parse(await self.body())
        except BadJson as error:
            raise not_json(error) from None
        # Sorted keys and no spaces: a client that encodes a repeat anew sends the same body.
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
        # Stays in this process: what is stored is keyed (`streams.wire.client_digests`).
        self.state.body_sha256 = hashlib.sha256(canonical).hexdigest()
        return value


class GatewayRequest(StrictRequest):
    """One of a gateway, whose texts are others': what cannot be kept in them is replaced instead of refused."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            self._body = with_keepable_texts(await super().body())
        return self._body


async def read_at_most(request: Request, limit: int) -> bytes:
    """The whole body; reading stops at the limit. Raises ProblemResponse (413)."""
    # Connection: close, because the rest of the body stays unread.
    too_large = ProblemResponse(
        "body_too_large", f"expected a body of at most {limit} bytes", headers={"Connection": "close"}
    )
    # None without the header, and for a length that no limit permits (uvicorn refuses what is no number).
    stated = natural(request.headers.get("content-length", "0"))
    if stated is None or stated > limit:
        raise too_large
    # Counted as well: Content-Length is absent with chunked encoding.
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)


def require_json(request: Request) -> None:
    """Raises ProblemResponse (415) if Content-Type is absent or not JSON."""
    stated = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if stated not in JSON_TYPES:
        raise ProblemResponse("unsupported_media_type", "expected Content-Type: application/json")


class StrictRoute(APIRoute):
    """A route that must declare an access rule (`auth.Allow` or `auth.PUBLIC`). Its constructor raises Undeclared without one."""

    request_class = StrictRequest

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        # APIRoute calls this in its constructor, so a route without a rule fails at import.
        declared = allowance(self.dependant)
        if declared is None:
            raise Undeclared(f"{self.path} declares no access rule")
        takes_body = self.body_field is not None
        needs_body = self.body_field is not None and self.body_field.field_info.is_required()

        action = READS.get(self.path) if "GET" in (self.methods or ()) and isinstance(declared, Allow) else None
        kind = class_of(min(self.methods or {"GET"}), self.path)
        work = work_of(kind, self.path, is_public=not isinstance(declared, Allow))

        async def strict(request: Request) -> Response:
            bounded = self.request_class(request.scope, request.receive)
            # Before the body is read: a caller without permission must not make the process buffer it.
            caller = await declared.admit(request) if isinstance(declared, Allow) else None
            if caller is not None:
                await request_limits.limit(bounded, caller, kind)
            if takes_body and await bounded.body():
                require_json(bounded)
            elif needs_body:
                await bounded.json()  # an empty body is refused as bad JSON
            async with in_flight_limits.slot(bounded, caller, work):
                answer = await handle(bounded)
            if action is not None and answer.status_code < 300:
                # Of an event stream this is before its first event.
                record_read(request, request.state.caller, action)
            return answer

        return strict


class GatewayRoute(StrictRoute):
    """A route for messages that gateways forward."""

    request_class = GatewayRequest
