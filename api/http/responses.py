"""JSON responses, encoded by msgspec, and the problems of a route for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi.responses import Response

from api.http.problems import MEDIA_TYPE
from api.schemas.problems import ProblemShown

_encode = msgspec.json.Encoder().encode


def shown(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None, media: str = "application/json"
) -> Response:
    """A response with `body` encoded as JSON."""
    return Response(_encode(body), status, dict(headers) if headers else None, media)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: these statuses, and those that every route may give."""
    content = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemShown.__name__}"}}}
    # 422: path and query are checked on every route. 503: so is how long the request waited (`stale_requests.py`).
    # 429: so is the rate of the caller (`request_limits.py`).
    # 400, 408, 414, 431: the protocol refuses what exceeds its limits (`bounded_protocol.py`).
    every = {400, 401, 403, 408, 414, 422, 429, 431, 503, *statuses}
    described: dict[int | str, dict[str, Any]] = {
        status: {"description": "Problem (RFC 9457)", "content": content} for status in sorted(every)
    }
    return described
