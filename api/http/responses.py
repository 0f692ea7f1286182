"""Answers as JSON, encoded once by msgspec; and the list of problems each route may answer, for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi.responses import Response

from api.http.problems import MEDIA_TYPE
from api.schemas import ProblemShown

_encode = msgspec.json.Encoder().encode


def shown(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None, media: str = "application/json"
) -> Response:
    return Response(_encode(body), status, dict(headers) if headers else None, media)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: those every route may give, and these."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemShown"}}}
    every = {401, 403, 422, 503, *statuses}
    described: dict[int | str, dict[str, Any]] = {
        status: {"description": "Problem (RFC 9457)", "content": content} for status in sorted(every)
    }
    return described


_ = ProblemShown  # named in the document only
