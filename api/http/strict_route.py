"""Routes that admit the caller before they read a byte, read at most what they may, and parse strictly."""

import hashlib
import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.http.auth import Allow, allowance
from api.http.problems import ProblemResponse, not_json
from api.http.strict_json import BadJson, parse

LIMIT = 64 * 1024
BULK_LIMIT = 1024 * 1024
JSON_TYPES = ("application/json", "application/merge-patch+json")


class Undeclared(TypeError):
    """A route does not say who may ask."""


class StrictRequest(Request):
    """A request whose body is bounded and whose JSON is strict. The body is read once."""

    limit = LIMIT

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            self._body = await read_at_most(self, self.limit)
        return self._body

    async def json(self) -> Any:
        """The value; its digest is kept in `state.body_digest`."""
        try:
            value = parse(await self.body())
        except BadJson as error:
            raise not_json(error) from None
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
        self.state.body_digest = hashlib.sha256(canonical).hexdigest()
        return value


async def read_at_most(request: Request, limit: int) -> bytes:
    """The whole body. Stops reading at the limit. Raises Problem (413)."""
    too_large = ProblemResponse(
        "body_too_large", f"expected a body of at most {limit} bytes", headers={"Connection": "close"}
    )
    stated = request.headers.get("content-length", "0")
    if stated.isdecimal() and int(stated) > limit:
        raise too_large
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large
        parts.append(part)
    return b"".join(parts)


def require_json(request: Request) -> None:
    """Raises Problem (415) when the body says it is something else, or says nothing."""
    stated = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if stated not in JSON_TYPES:
        raise ProblemResponse("unsupported_media_type", "expected Content-Type: application/json")


class StrictRoute(APIRoute):
    """A route that must declare who may ask (auth.Allow or auth.PUBLIC), or it cannot be made."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        declared = allowance(self.dependant)
        if declared is None:
            raise Undeclared(f"{self.path} does not say who may ask")
        takes_body = self.body_field is not None
        needs_body = self.body_field is not None and self.body_field.field_info.is_required()

        async def strict(request: Request) -> Response:
            if isinstance(declared, Allow):
                declared.admit(request)
            bounded = StrictRequest(request.scope, request.receive)
            if takes_body and await bounded.body():
                require_json(bounded)
            elif needs_body:
                await bounded.json()  # nothing is no JSON: refused with its place like anything else
            return await handle(bounded)

        return strict
