"""Request bodies whose free texts are planted values, each of its own, written from the OpenAPI document.

A field is a free text if its schema is a string without enumeration, format or pattern. Fields without a text in them are left
out, so that a body states only what a test wants to look for, and what the test sets itself.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

Schema = Mapping[str, Any]
LIMITS = frozenset({"enum", "const", "format", "pattern"})


class Planter:
    """`tag`: in every planted value. `planted`: value → operation and field in which it was sent."""

    def __init__(self, document: Mapping[str, Any], tag: str) -> None:
        self._schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self._paths: Mapping[str, Any] = document["paths"]
        self._numbers = count(1)
        self.tag = tag
        self.planted: dict[str, str] = {}

    def operations(self) -> dict[str, list[str]]:
        """Operations that write, with their fields of free text; without those that have none."""
        found = {}
        for path, methods in self._paths.items():
            for method, operation in methods.items():
                schema = self._body_of(operation) if method in ("post", "put", "patch") else None
                fields = list(self._texts(schema, "")) if schema is not None else []
                if fields:
                    found[f"{method.upper()} {path}"] = fields
        return found

    def value(self, where: str) -> str:
        made = f"{self.tag}x{next(self._numbers):03d}"
        self.planted[made] = where
        return made

    def body(self, operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every text planted, except the fields of `given` (dotted; of list entries with `[]`), which have the value stated."""
        method, path = operation.split(" ")
        schema = self._body_of(self._paths[path][method.lower()])
        assert schema is not None, operation
        made = self._filled(schema, "", given, operation)
        assert isinstance(made, dict)
        return made

    def _body_of(self, operation: Any) -> Schema | None:
        content = operation.get("requestBody", {}).get("content", {})
        return next(iter(content.values()))["schema"] if content else None

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            return self._resolved(self._schemas[schema["$ref"].rpartition("/")[2]])
        options = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
        return self._resolved(options[0]) if options else schema

    def _texts(self, schema: Schema, at: str) -> Iterator[str]:
        schema = self._resolved(schema)
        if schema.get("type") == "string" and not LIMITS & schema.keys():
            yield at
        for name, inner in schema.get("properties", {}).items():
            yield from self._texts(inner, f"{at}.{name}" if at else name)
        if "items" in schema:
            yield from self._texts(schema["items"], f"{at}[]")

    def _filled(self, schema: Schema, at: str, given: Mapping[str, Any], operation: str) -> Any:
        """None: nothing to state."""
        if at in given:
            return given[at]
        schema = self._resolved(schema)
        if schema.get("type") == "string" and not LIMITS & schema.keys():
            return self.value(f"{operation} {at}")
        if "properties" in schema:
            inner = {
                name: self._filled(one, f"{at}.{name}" if at else name, given, operation)
                for name, one in schema["properties"].items()
            }
            return {name: value for name, value in inner.items() if value is not None} or None
        if "items" in schema:
            entry = self._filled(schema["items"], f"{at}[]", given, operation)
            return None if entry is None else [entry]
        return None
