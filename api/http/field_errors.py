"""The fields of a refused request: what was expected of each, never what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any

# By error type of pydantic-core; an unlisted type reads "another value".
_EXPECTED = {
    "missing": "a value (the field is required)",
    "extra_forbidden": "no field of this name",
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "dataclass_type": "an object",
    "enum": "one of {expected}",
    "literal_error": "one of {expected}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
    "greater_than_equal": "a number of at least {ge}",
    "greater_than": "a number above {gt}",
    "less_than_equal": "a number of at most {le}",
    "less_than": "a number below {lt}",
    "string_pattern_mismatch": "a text like {pattern}",
}


def field_error(fault: Mapping[str, Any]) -> dict[str, Any]:
    context = fault.get("ctx") or {}
    kind = str(fault["type"])
    # FastAPI puts the source of the value in front; no field has one of these names.
    place = [part for part in fault["loc"] if part not in ("body", "query", "path", "header")]
    field = _field_name(place)
    if kind == "expected":  # raised by `fields.expected`
        inner = str(context.get("path", ""))
        field = f"{field}.{inner}" if field and inner else field or inner
        expected = str(context["expected"])
    elif kind in _EXPECTED:
        expected = _EXPECTED[kind].format(**context)
    else:
        expected = "another value"
    entry: dict[str, Any] = {"field": field, "expected": expected}
    if kind not in ("missing", "extra_forbidden"):
        entry["got"] = _json_type(fault.get("input"))
    return entry


def _field_name(place: Sequence[object]) -> str:
    name = ""
    for part in place:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            shown = str(part)
            # The client chose the names of unknown fields: a text in the place of a key must not be repeated.
            shown = shown if len(shown) <= 64 and shown.isprintable() else "(a name that is not shown)"
            name += f".{shown}" if name else shown
    return name


def _json_type(value: object) -> str:
    # bool stands before int, of which it is a subclass.
    for types, name in (
        ((type(None),), "null"),
        ((bool,), "boolean"),
        ((int, float), "number"),
        ((str,), "text"),
        ((list, tuple), "list"),
        ((dict,), "object"),
        ((bytes,), "no JSON"),
    ):
        if isinstance(value, types):
            return name
    return "value"
