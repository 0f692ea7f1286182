"""Query parameters of OGC API – Features (OGC 17-069r4, 7.15).

What is unknown, repeated or invalid is 400, as the standard demands. Elsewhere this API answers 422, and passes over parameters
that it does not know.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from pydantic_core import PydanticCustomError

from api.fields import moment
from api.http.numbers import decimal
from api.http.problems import ProblemResponse
from dispatch.model.geo import Box
from dispatch.model.vocabulary import IncidentStatus, Priority

MOST, USUAL = 1_000, 100
"""Features of one answer: at most, and unless a limit is stated."""
FOUR_OR_SIX = [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN_NAME = 64


SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    "bbox": {"type": "array", "items": {"type": "number"}, "oneOf": FOUR_OR_SIX},
    "datetime": {"type": "string"},
    "cursor": {"type": "string"},
    "f": {"type": "string", "enum": ["json", "geojson"]},
    "type": {"type": "string"},
    "priority": {"type": "string"},
    "status": {"type": "string"},
    "exercise": {"type": "boolean"},
    "incident_id": {"type": "string"},
    "skill": {"type": "string"},
    "zoom": {"type": "number", "minimum": 0, "maximum": 24},
}
DESCRIPTIONS: Mapping[str, str] = {
    "limit": f"How many features at most; who asks for more than {MOST} gets {MOST}.",
    "bbox": "West, south, east and north in degrees, or with heights west, south, low, east, north, high. West greater than east "
    "crosses 180 degrees. A feature without a place is in every box.",
    "datetime": "A time, or two with a slash between; `..` or nothing for an open end. RFC 3339, with an offset.",
    "cursor": "Of the link `next` of an earlier answer.",
    "f": "The one format that there is, under both of its names.",
    "type": "One or more types of incidents, separated by commas.",
    "priority": f"One or more of {', '.join(Priority)}, separated by commas.",
    "status": f"One or more of {', '.join(IncidentStatus)}, separated by commas.",
    "exercise": "Drills alone (true), or without them (false).",
    "incident_id": "Of one incident.",
    "skill": "Only people with this skill.",
    "zoom": "Of a map: greater ones have smaller cells. Without it cells are half districts, whatever the box.",
}
ALWAYS = ("limit", "bbox", "datetime", "cursor", "f")
"""Parameters of every collection."""


AS_TEXT = {**SCHEMAS, "bbox": {"type": "string"}}
"""For the document of the whole API: generated clients would send a list of numbers as several parameters of one name."""


def documented(names: Sequence[str], schemas: Mapping[str, Mapping[str, Any]] = SCHEMAS) -> list[dict[str, Any]]:
    """The parameters as an OpenAPI document has them."""
    # Style and explode are stated for single values too: QGIS takes as a filter only what states both.
    fixed = {"in": "query", "required": False, "style": "form", "explode": False}
    return [{"name": one, "description": DESCRIPTIONS[one], **fixed, "schema": dict(schemas[one])} for one in names]


def bad(field: str, expected: str) -> ProblemResponse:
    """400 for one parameter."""
    return ProblemResponse(
        "invalid_parameter", f"{field}: expected {expected}", errors=[{"field": field, "expected": expected}]
    )


@contextlib.contextmanager
def as_bad_parameter() -> Iterator[None]:
    """Turns 422 of a value that other routes check as well into 400."""
    try:
        yield
    except ProblemResponse as problem:
        if problem.code != "invalid":
            raise
        raise ProblemResponse("invalid_parameter", problem.detail, errors=problem.body["errors"]) from None


def given(request: Request, known: Sequence[str]) -> dict[str, str]:
    """The parameters of the request by name. Raises ProblemResponse: one is unknown, or there twice."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        # The client chose the name: a text in its place is not repeated.
        shown = name if len(name) <= _SHOWN_NAME and name.isprintable() else "(a name that is not shown)"
        if name not in known:
            raise bad(shown, "one of " + ", ".join(known) if known else "no query parameter")
        if name in found:
            raise bad(shown, "one value")
        found[name] = value
    if "f" in found and found["f"] not in SCHEMAS["f"]["enum"]:
        raise bad("f", "json or geojson")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureQuery:
    """Which features of a collection. Both times are included; `others`: parameters of this collection."""

    limit: int
    box: Box | None
    from_ms: int | None
    until_ms: int | None
    cursor: str | None
    others: Mapping[str, str]

    @property
    def has_filter(self) -> bool:
        return self.box is not None or self.from_ms is not None or self.until_ms is not None


def asked(found: Mapping[str, str]) -> FeatureQuery:
    """Raises ProblemResponse for an invalid value."""
    from_ms, until_ms = _interval(found["datetime"]) if "datetime" in found else (None, None)
    return FeatureQuery(
        limit=_limit(found.get("limit")),
        box=_box(found["bbox"]) if "bbox" in found else None,
        from_ms=from_ms,
        until_ms=until_ms,
        cursor=found.get("cursor"),
        others={name: value for name, value in found.items() if name not in ALWAYS},
    )


def yes_or_no(others: Mapping[str, str], name: str) -> bool | None:
    """The value of a boolean parameter; None without it. Raises ProblemResponse."""
    if name not in others:
        return None
    if others[name] not in ("true", "false"):
        raise bad(name, "true or false")
    return others[name] == "true"


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL
    digits = text.lstrip("0")
    if not (text.isascii() and text.isdigit() and digits):
        raise bad("limit", "a whole number of at least 1")
    # Larger is no error (7.15.2); before `int`, which takes no number of thousands of digits.
    return MOST if len(digits) > len(str(MOST)) else min(MOST, int(digits))


def _box(text: str) -> Box:
    expected = "four numbers west,south,east,north in degrees, or six with heights; south not above north"
    numbers = [number for part in text.split(",", 6) if (number := decimal(part.strip())) is not None]
    if len(numbers) not in (4, 6) or text.count(",") != len(numbers) - 1:
        raise bad("bbox", expected)
    if len(numbers) == 6:
        # Nothing has a height: every height is in it.
        west, south, low, east, north, high = numbers
    else:
        (west, south, east, north), low, high = numbers, 0.0, 0.0
    if not (abs(west) <= 180 and abs(east) <= 180 and -90 <= south <= north <= 90 and low <= high):
        raise bad("bbox", expected)
    return Box(west=west, south=south, east=east, north=north)


def _interval(text: str) -> tuple[int | None, int | None]:
    expected = (
        "a time like 2026-11-22T08:00:00Z, or two with a slash between, the earlier one first; .. for an open end"
    )
    ends = text.split("/")
    try:
        times = [None if end in ("", "..") else _ms(end) for end in ends]
    except PydanticCustomError:
        raise bad("datetime", expected) from None
    if len(times) > 2 or not any(time is not None for time in times):
        raise bad("datetime", expected)
    start, end = times[0], times[-1]
    if start is not None and end is not None and end < start:
        raise bad("datetime", expected)
    return start, end


def _ms(text: str) -> int:
    # Whole milliseconds, as times are shown; of years before 1970 as well.
    since = moment(text) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
