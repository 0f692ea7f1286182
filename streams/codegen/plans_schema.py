"""Generates the JSON Schema of plan files for editors: `python -m streams.codegen.plans_schema` writes
`deploy/schemas/plans.schema.json`.

The dialect is Draft 4, the newest that Taplo (Even Better TOML) supports. A plan file names the schema in its first line, by a
path relative to the file: `#:schema ../../deploy/schemas/plans.schema.json`. The schema describes single values; `komek plans
check` also checks the rules between them.
"""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from dispatch.plans.plan_file import PlanFile

FILE = Path(__file__).parents[2] / "deploy" / "schemas" / "plans.schema.json"


class _TomlSchema(GenerateJsonSchema):
    """TOML has no null: an optional key is absent. Titles made of key names carry no information."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        return (
            self.generate_inner(schema["schema"]) if schema.get("default") is None else super().default_schema(schema)
        )

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False


def schema() -> dict[str, Any]:
    """The JSON Schema (Draft 4) of a plan file."""
    generated = PlanFile.model_json_schema(ref_template="#/definitions/{model}", schema_generator=_TomlSchema)
    definitions = generated.pop("$defs")
    return {"$schema": "http://json-schema.org/draft-04/schema#", **_draft_4(generated | {"definitions": definitions})}


def _draft_4(part: Any) -> Any:
    """Rewrites keywords of newer drafts, and `$ref`, beside which Draft 4 ignores every other keyword."""
    if isinstance(part, list):
        return [_draft_4(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    found = {key: _draft_4(value) for key, value in part.items()}
    if "$ref" in found and len(found) > 1:
        found["allOf"] = [{"$ref": found.pop("$ref")}]
    if "const" in found:
        found["enum"] = [found.pop("const")]
    if isinstance(found.get("exclusiveMaximum"), int | float):
        found |= {"maximum": found["exclusiveMaximum"], "exclusiveMaximum": True}
    if "propertyNames" in found:
        names = found.pop("propertyNames")["enum"]
        values = found.pop("additionalProperties")
        found |= {"properties": dict.fromkeys(names, values), "additionalProperties": False}
    return found


def text() -> str:
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
