"""The OpenAPI document, and the route that serves it."""

from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.fields import MULTI_POLYGON_SCHEMA, POINT_SCHEMA, POLYGON_SCHEMA
from api.http.auth import PUBLIC
from api.http.responses import shown
from api.http.session_cookies import SECURE
from api.schemas.decision_events import add_decision_events
from api.schemas.events import EVENTS
from api.schemas.incidents import IncidentCollection
from api.schemas.problems import ProblemShown
from api.schemas.volunteers import Locations

PATH = "/openapi.json"
_RESPONSES: tuple[type[BaseModel], ...] = (ProblemShown, IncidentCollection, *EVENTS.values())
_EXTRA: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
    (Locations, "validation"),
    *[(model, "serialization") for model in _RESPONSES],
]


_NOUNS = {"alarms": "alarm", "incidents": "incident", "offers": "offer", "places": "place", "volunteers": "volunteer"}
"""By tag."""


def operation_id(route: APIRoute) -> str:
    """What generated clients call the operation: `report_incident`, `list_incidents`, `accept_offer`. It stays within `/v1`."""
    noun = _NOUNS.get(str(route.tags[0])) if route.tags else None
    if noun is None or "_" in route.name.rstrip("_"):
        return route.name
    # A name that ends in an underscore would otherwise be one of Python's own: `list_`.
    return f"{route.name}{noun}s" if route.name.endswith("_") else f"{route.name}_{noun}"


_SHAPES = {f"Geo{shape['title']}": shape for shape in (POINT_SCHEMA, POLYGON_SCHEMA, MULTI_POLYGON_SCHEMA)}


def _with_named_shapes(node: Any) -> Any:
    """The part of the document with references in place of shapes, each of which stood in full wherever a place may be."""
    if isinstance(node, dict):
        name = next((name for name, shape in _SHAPES.items() if node == shape), None)
        if name is not None:
            return {"$ref": f"#/components/schemas/{name}"}
        return {key: _with_named_shapes(inner) for key, inner in node.items()}
    return [_with_named_shapes(inner) for inner in node] if isinstance(node, list) else node


def _add_cookie(document: dict[str, Any]) -> None:
    """Every operation that takes a bearer token takes a session cookie instead."""
    scheme = {
        "type": "apiKey",
        "in": "cookie",
        "name": SECURE,
        "description": "a session; only from pages of this site",
    }
    document["components"]["securitySchemes"]["session"] = scheme
    for methods in document["paths"].values():
        for operation in methods.values():
            if operation.get("security") == [{"token": []}]:
                operation["security"].append({"session": []})


def add_openapi(app: FastAPI) -> None:
    """Sets the document of the application, with the models that no route signature refers to, and adds its route."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            built = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            _, extra = models_json_schema(_EXTRA, ref_template="#/components/schemas/{model}")
            schemas = built.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(extra["$defs"])
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)  # replaced by ProblemShown (RFC 9457)
            add_decision_events(schemas)
            _add_cookie(built)
            built = _with_named_shapes(built)
            for name, shape in _SHAPES.items():
                built["components"]["schemas"][name] = {**shape, "title": name}
            app.openapi_schema = built
        return app.openapi_schema

    # FastAPI's documented way to extend the document.
    app.openapi = document  # type: ignore[method-assign]

    async def openapi() -> Response:
        return shown(app.openapi())

    # An own route, because the one that FastAPI adds for `openapi_url` declares no access rule.
    app.add_api_route(PATH, openapi, include_in_schema=False, dependencies=[PUBLIC])
