"""Compares each response of the API with what the OpenAPI document declares, with undeclared keys forbidden."""

from collections.abc import Iterator
from typing import Any

import httpx2
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.routing import Match

from api.app import ROUTERS
from api.routes.incidents import GEOJSON
from api.schemas.incidents import IncidentCollection
from api.schemas.problems import ProblemShown

JSON = "application/json"
PROBLEM = "application/problem+json"


def documented_routes() -> Iterator[APIRoute]:
    """All routes of the OpenAPI document."""
    for module in ROUTERS:
        for route in module.router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                yield route


def route_of(method: str, path: str) -> APIRoute | None:
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    return next((route for route in documented_routes() if route.matches(scope)[0] is Match.FULL), None)


def declared_model(answer: httpx2.Response) -> Any:
    """The model of a response; None if it is not JSON, or its route is not in the document."""
    media = answer.headers.get("content-type", "").partition(";")[0]
    if media == PROBLEM:
        return ProblemShown
    route = route_of(answer.request.method, answer.request.url.path)
    if media not in (JSON, GEOJSON) or route is None:
        return None
    # The list of incidents has two forms; every other route has one model.
    model = IncidentCollection if media == GEOJSON and route.path == "/v1/incidents" else route.response_model
    assert model is not None, f"{route.path} declares no response model"
    return model


def check_response(answer: httpx2.Response) -> None:
    """Raises ValidationError for a key that the model does not declare, and for one that is missing or of another type."""
    model = declared_model(answer)
    if model is not None and answer.content:
        # An adapter, because a route may declare one of several models.
        TypeAdapter(model).validate_json(answer.content, extra="forbid")
