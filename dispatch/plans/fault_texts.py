"""Errors of the plan models as sentences: file, line, place in the file, what was expected and what was found."""

import reprlib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dispatch.plans.line_numbers import line_of
from dispatch.plans.requirement_table import PSEUDO_KEYS
from dispatch.plans.value_types import EXPECTED


def sentences(error: ValidationError, raw: Mapping[str, Any], *, source: str, lines: Mapping[str, int]) -> list[str]:
    """One line per fault, in the order of the lines of the file."""
    found = []
    for detail in error.errors(include_url=False, include_context=False):
        place = _place(detail["loc"], raw)
        line = line_of(lines, place)
        at = f"{source}:" if line is None else f"{source}:{line}:"
        found.append((line or 0, f"{at} {place}: {_text(detail)}"))
    return [text for _, text in sorted(found, key=lambda entry: entry[0])]


def _text(detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        return "no such setting"
    if detail["type"] != EXPECTED:
        return detail["msg"]
    value = detail["input"]
    got = f", got {reprlib.repr(value)}" if isinstance(value, str | int | float) else ""
    return f"expected {detail['msg']}{got}"


def _place(loc: tuple[str | int, ...], raw: Any) -> str:
    """The path of a value as `line_numbers` writes it: keys joined by dots, array entries from `[1]`."""
    place, value = "", raw
    for part in loc:
        if part in PSEUDO_KEYS or (isinstance(part, str) and isinstance(value, list)):
            continue  # added by pydantic, or `steps` of a ladder that is a bare list
        place += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
        value = _inside(value, part)
    return place.removeprefix(".")


def _inside(value: Any, part: str | int) -> Any:
    if isinstance(part, int):
        return value[part] if isinstance(value, list) and part < len(value) else None
    return value.get(part) if isinstance(value, Mapping) else None
