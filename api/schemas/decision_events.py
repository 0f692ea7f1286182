"""The events of decision records as components of the OpenAPI document, from the classes of the core."""

import json
import re
from typing import Any

from dispatch.model.events import EVENTS
from streams.codegen import asyncapi

UNION = "DecisionEvent"
PREFIX = "Logged"
"""Of each component: the classes of the core have names of their own, some of which responses use as well."""
HOLDERS = ("DecisionShown", "TimelineEntry")
_REFERENCE = re.compile(r'"#/\$defs/(\w+)"')


def add_decision_events(schemas: dict[str, Any]) -> None:
    """Adds every event, told apart by `kind`, and lets the responses with events refer to them."""
    known = asyncapi.schemas()
    names = [cls.__name__ for cls in EVENTS.values()]
    for name in sorted(_reachable(names, known)):
        schema = json.loads(_REFERENCE.sub(rf'"#/components/schemas/{PREFIX}\1"', json.dumps(known[name])))
        # Docstrings of the core explain the code beside them.
        schema.pop("description", None)
        # Generators name their classes by the title.
        schemas[PREFIX + name] = _with_text(schema) | {"title": PREFIX + name}
    schemas[UNION] = {
        "description": "An event of a decision, told apart by `kind`. Times are milliseconds since 1970-01-01 UTC.",
        "oneOf": [{"$ref": f"#/components/schemas/{PREFIX}{name}"} for name in names],
    }
    for holder in HOLDERS:
        schemas[holder]["properties"]["events"]["items"] = {"$ref": f"#/components/schemas/{UNION}"}


def _with_text(schema: dict[str, Any]) -> dict[str, Any]:
    """The timeline shows the text that `private_ref` refers to beside it."""
    if "private_ref" in schema.get("properties", {}):
        schema["properties"]["text"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        schema["properties"]["text_unreadable"] = {"type": "boolean"}
    return schema


def _reachable(names: list[str], known: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _REFERENCE.findall(json.dumps(known[name]))
    return found
