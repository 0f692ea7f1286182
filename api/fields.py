"""Kinds of fields that bodies share: times, geometry, languages. Each says what it expects when it is given something else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field
from pydantic_core import PydanticCustomError, core_schema

from dispatch import geo
from dispatch.model import Area, Place

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})"  # language, extended language
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"  # script, region
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE,
)


def expected(what: str, path: str = "") -> PydanticCustomError:
    """The error of a field of ours; `path` is the place of the fault inside it."""
    return PydanticCustomError("expected", "expected {expected}", {"expected": what, "path": path})


def instant_ms(value: object) -> int:
    """Milliseconds since 1970 of an RFC 3339 time."""
    what = "a time like 2026-11-22T08:00:00Z (RFC 3339, with an offset)"
    if not isinstance(value, str) or len(value) > 40 or not value.isascii() or not _RFC3339.fullmatch(value):
        raise expected(what)
    try:
        at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.upper())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise expected(what) from None
    if at.year < 1970:
        raise expected("a time from 1970 on")
    return int(at.timestamp() * 1000)


def language(value: object) -> str:
    """A BCP 47 tag in its usual case (`kk`, `zh-Hans-CN`). Known to nobody is no fault."""
    if not isinstance(value, str) or len(value) > 35 or not value.isascii() or not _LANGUAGE.fullmatch(value):
        raise expected("a language tag like kk, ru or en (BCP 47)")
    first, *rest = value.split("-")
    parts = [first.lower()]
    after_single = False
    for part in rest:
        if after_single or not part.isalpha() or len(part) not in (2, 4):
            parts.append(part.lower())
        else:
            parts.append(part.upper() if len(part) == 2 else part.title())
        after_single = after_single or len(part) == 1
    return "-".join(parts)


def area(value: object) -> Area:
    try:
        return geo.area_of(value)  # type: ignore[arg-type]  # it says itself what it expects
    except geo.BadGeometry as error:
        raise expected(error.expected, error.field_path) from None


def place(value: object) -> Place:
    """The place of a GeoJSON Point."""
    found = area(value)
    if found.geometry["type"] != "Point":
        raise expected("Point", "type")
    return found.centre


@dataclass(frozen=True, slots=True, eq=False)  # hashable: the schema is a dict
class Checked:
    """A kind of field for `Annotated`: a function that gives the value or raises `expected`, and its JSON Schema."""

    check: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return dict(self.schema)


def word(words: type[StrEnum]) -> Checked:
    """A field that takes one of a vocabulary."""

    def check(value: object) -> StrEnum:
        if not isinstance(value, str) or value not in words._value2member_map_:
            raise expected("one of " + ", ".join(words))
        return words(value)

    return Checked(check, {"type": "string", "enum": [str(one) for one in words]})


_POSITION = {
    "type": "array",
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
    ],
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 3,
}
_RING = {"type": "array", "items": _POSITION, "minItems": 4, "maxItems": geo.MAX_POINTS}


def _geometry(kind: str, coordinates: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": kind,
        "properties": {
            "type": {"const": kind},
            "coordinates": coordinates,
            "bbox": {"type": "array", "items": {"type": "number"}},
        },
        "required": ["type", "coordinates"],
        "additionalProperties": False,
    }


POINT_SCHEMA = _geometry("Point", _POSITION)
POLYGON_SCHEMA = _geometry("Polygon", {"type": "array", "items": _RING, "minItems": 1})
MULTI_POLYGON_SCHEMA = _geometry(
    "MultiPolygon", {"type": "array", "items": {"type": "array", "items": _RING, "minItems": 1}, "minItems": 1}
)
GEOMETRY_SCHEMA = {
    "description": "GeoJSON, WGS 84, longitude first; at most 1,000 positions; rings are closed",
    "oneOf": [POINT_SCHEMA, POLYGON_SCHEMA, MULTI_POLYGON_SCHEMA],
}

Instant = Annotated[int, Checked(instant_ms, {"type": "string", "format": "date-time"})]
Language = Annotated[
    str, Checked(language, {"type": "string", "maxLength": 35, "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"})
]
AreaField = Annotated[Area, Checked(area, GEOMETRY_SCHEMA)]
PointField = Annotated[Place, Checked(place, POINT_SCHEMA)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
