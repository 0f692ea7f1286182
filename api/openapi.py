"""The OpenAPI document, and the route that gives it."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from pydantic.json_schema import models_json_schema

from api.http.auth import PUBLIC
from api.http.responses import shown
from api.schemas import Locations, ProblemShown

PATH = "/openapi.json"


def described(app: FastAPI) -> None:
    """Gives the app its document. Models that no signature names are added to it."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            built = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            _, extra = models_json_schema(
                [(Locations, "validation"), (ProblemShown, "validation")], ref_template="#/components/schemas/{model}"
            )
            schemas = built.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(extra["$defs"])
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)  # ours are problems (RFC 9457)
            app.openapi_schema = built
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]

    async def openapi() -> Response:
        return shown(app.openapi())

    app.add_api_route(PATH, openapi, include_in_schema=False, dependencies=[PUBLIC])
