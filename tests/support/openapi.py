"""The OpenAPI document of the API, made once: it takes a second. Not to be changed."""

from functools import cache
from typing import Any

from api.app import assembled


@cache
def openapi() -> dict[str, Any]:
    return assembled().openapi()
