"""Field types that bodies share: times, geometry, languages. An invalid value gives an error that says what is expected."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field
from pydantic_core import PydanticCustomError, core_schema

from dispatch.model import geojson, ids, languages
from dispatch.model.places import Area, Place

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")

MAX_REACH_M = 2_000_000
"""Of an area: all of Kazakhstan fits, whose farthest border is some 1,700 km from its centre. A larger one is a mistake, or would
make everybody on duty a candidate."""


def expected(what: str, path: str = "") -> PydanticCustomError:
    """The error of an invalid field; `path` is the place of the fault within its value."""
    return PydanticCustomError("expected", "expected {expected}", {"expected": what, "path": path})


def instant_ms(value: object) -> int:
    """Milliseconds since 1970-01-01 UTC of an RFC 3339 time with an offset. Raises PydanticCustomError."""
    at = moment(value)
    if at.year < 1970:
        raise expected("a time from 1970 on")
    return int(at.timestamp() * 1000)


def moment(value: object) -> datetime:
    """The UTC time of an RFC 3339 text with an offset, of any year. Raises PydanticCustomError."""
    what = "a time like 2026-11-22T08:00:00Z (RFC 3339, with an offset)"
    # isascii, because `\d` also matches digits of other scripts.
    if not isinstance(value, str) or len(value) > 40 or not value.isascii() or not _RFC3339.fullmatch(value):
        raise expected(what)
    try:
        # datetime keeps microseconds and wants upper case; the pattern allows nine digits, and RFC 3339 a small `t` and `z`.
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.upper())).astimezone(UTC)
    # OverflowError: near the years 1 and 9999 the offset leads out of the range of datetime.
    except (ValueError, OverflowError):
        raise expected(what) from None


_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Unicode categories without a visible character: control, format (zero-width) and separators."""


def is_blank(text: str) -> bool:
    """Whether the text has no visible character."""
    return all(unicodedata.category(one) in _INVISIBLE for one in text)


def blank_as_null(value: object) -> object:
    """None for a blank text; every other value unchanged."""
    return None if isinstance(value, str) and is_blank(value) else value


def not_blank(text: str) -> str:
    """The text. Raises PydanticCustomError if it is blank."""
    if is_blank(text):
        raise expected("a text with at least one visible character")
    return text


def language_tag(value: object) -> str:
    """The canonical form of a tag of a registered language (`kk`, `zh-Hans-CN`). Raises PydanticCustomError otherwise."""
    tag = languages.canonical(value) if isinstance(value, str) else None
    if tag is None:
        raise expected(languages.EXPECTED)
    # Nobody could be found who speaks a code that names no language (DESIGN 91).
    if not languages.is_assigned(tag):
        raise expected(languages.EXPECTED + " that names a registered language; omit it if it is unknown")
    return tag


def area(value: object) -> Area:
    """The area of a GeoJSON Point, Polygon or MultiPolygon. Raises PydanticCustomError."""
    try:
        found = geojson.area_of(value)  # type: ignore[arg-type]  # checks the type itself
    except geojson.BadGeometry as error:
        raise expected(error.expected, error.field_path) from None
    # At the edge only: areas that are in the log already stay readable.
    if found.reach_m > MAX_REACH_M:
        raise expected(f"an area of which no part is more than {MAX_REACH_M // 1000:,} km from its centre")
    return found


def place(value: object) -> Place:
    """The place of a GeoJSON Point."""
    # The same checks as for an area; its centre is the point itself.
    found = area(value)
    if found.geometry["type"] != "Point":
        raise expected("Point", "type")
    return found.centre


def opaque_id(value: object) -> str:
    """An id by the rule of ids of people."""
    if not isinstance(value, str) or not ids.is_person_id(value):
        raise expected("1 to 128 visible ASCII characters without / | , and :, not . or ..")
    return value


@dataclass(frozen=True, slots=True, eq=False)  # hashable: the schema is a dict
class Checked:
    """Metadata for `Annotated`: a function that returns the value or raises `expected`, and the JSON Schema of the field."""

    check: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        # Plain: pydantic validates nothing before or after, so the error is the one of `check`.
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return dict(self.schema)


def word(words: type[StrEnum]) -> Checked:
    """A field that accepts the values of a vocabulary."""

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
    # A third number, the altitude, is accepted and dropped (RFC 7946 §3.1.1).
    "maxItems": 3,
}
_RING = {"type": "array", "items": _POSITION, "minItems": 4, "maxItems": geojson.MAX_POINTS}


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
    "description": "GeoJSON, WGS 84, longitude first; at most 1,000 positions; closed rings",
    "oneOf": [POINT_SCHEMA, POLYGON_SCHEMA, MULTI_POLYGON_SCHEMA],
}

Instant = Annotated[int, Checked(instant_ms, {"type": "string", "format": "date-time"})]
_TAG_SCHEMA = {
    "type": "string",
    "maxLength": languages.MAX_LENGTH,
    "pattern": "^([A-Za-z]{2,8}|[Ii][-_][A-Za-z]{3,8})([-_][A-Za-z0-9]{1,8})*$",
}
LanguageTag = Annotated[str, Checked(language_tag, _TAG_SCHEMA)]
AreaField = Annotated[Area, Checked(area, GEOMETRY_SCHEMA)]
PointField = Annotated[Place, Checked(place, POINT_SCHEMA)]
PERSON_ID_SCHEMA: dict[str, Any] = {
    "maxLength": 128,
    "pattern": f"^{ids.PERSON_ID}$",
    "not": {"enum": list(ids.NO_PERSON_IDS)},
}
"""Valid ids of people. Links contain them percent-encoded; paths that a client builds must encode them too."""
OpaqueId = Annotated[str, Checked(opaque_id, PERSON_ID_SCHEMA | {"type": "string"})]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[76.945])]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, examples=[43.238])]
