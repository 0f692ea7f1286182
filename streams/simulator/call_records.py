"""Files of real calls: the header determines the format; invalid rows are collected, never fatal.

Formats: the 911 calls of Montgomery County, the fire calls of San Francisco (one row per unit, one incident per call), and CSV
with `time, lat, lon, type` and optionally `id, priority, description`. Files may be gzipped.
"""

import csv
import gzip
import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median
from typing import TextIO

from dispatch.model.places import Place
from dispatch.model.plain_reason import plain_reason
from dispatch.model.vocabulary import Priority
from dispatch.plans.book import load_builtin
from streams.errors import InvalidInput
from streams.simulator.call_types import CallType, call_type
from streams.simulator.places import offset_m

FARTHEST_M = 200_000.0
"""Largest distance from the median of all places. A place farther away is treated as an input error."""
_CALL_TIME = re.compile(r"(\d{4}-\d\d-\d\d) @ (\d\d:\d\d:\d\d)")
_POINT = re.compile(r"\(\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*\)")
_US_TIME = "%m/%d/%Y %I:%M:%S %p"
"""As in the fire calls of San Francisco."""

Row = Mapping[str, str]


class UnknownFormat(InvalidInput, ValueError):
    """The header of the file is unknown. The message lists the known headers."""


class BadRow(InvalidInput, ValueError):
    """The row is not a valid call. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call.

    `identity` derives from the record only, so it is stable across reads. `at_s` is Unix time; a time without UTC offset is taken
    as UTC, because only the intervals matter.
    """

    line: int
    identity: str
    at_s: float
    place: Place
    words: str
    kind: CallType
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The contents of a file: calls in order of time, rejected rows, and the number of rows that repeat a call."""

    format: str
    rows: int
    calls: tuple[CallRecord, ...]
    refused: tuple[RejectedRow, ...]
    repeated: int
    centre: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    name: str
    needs: frozenset[str]
    read: Callable[[int, Row], CallRecord]


def read_calls(path: Path) -> Calls:
    """Reads a whole file.

    Raises:
        OSError: the file cannot be read.
        UnknownFormat: its header is unknown.
    """
    with _opened(path) as file:
        # A short row gives empty fields, which are refused one by one, instead of None.
        reader = csv.DictReader(file, restval="")
        form = _format_of(reader, path)
        found: dict[str, CallRecord] = {}
        refused: list[RejectedRow] = []
        rows = repeated = 0
        for line, row, fault in _rows(reader):
            rows += 1
            try:
                if fault:
                    raise BadRow(fault)
                call = form.read(line, row)
            except BadRow as error:
                refused.append(RejectedRow(line=line, reason=str(error)))
                continue
            repeated += call.identity in found
            # The first row of a call counts: San Francisco has one row for each unit sent.
            found.setdefault(call.identity, call)
    return _gathered(form.name, rows, list(found.values()), refused, repeated)


def _gathered(name: str, rows: int, found: list[CallRecord], refused: list[RejectedRow], repeated: int) -> Calls:
    centre = _centre(found)
    # Outliers are judged by the median, which they do not move.
    near = [call for call in found if centre is not None and _distance_m(centre, call.place) <= FARTHEST_M]
    kept = {call.identity for call in near}
    far = [
        RejectedRow(line=call.line, reason=f"place {_distance_m(centre, call.place) / 1000:.0f} km from the others")
        for call in found
        if centre is not None and call.identity not in kept
    ]
    return Calls(
        format=name,
        rows=rows,
        calls=tuple(sorted(near, key=lambda call: (call.at_s, call.line))),
        refused=tuple(sorted([*refused, *far], key=lambda row: row.line)),
        repeated=repeated,
        centre=centre,
    )


def _rows(reader: "csv.DictReader[str]") -> Iterator[tuple[int, Row, str]]:
    """Yields line number, row, and the CSV error or ""."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, {}, f"not CSV: {error}"
            continue
        except (EOFError, OSError) as error:  # a truncated or damaged gzip file
            yield reader.line_num, {}, f"the file ends here: {plain_reason(error)}"
            return
        yield reader.line_num, row, "more columns than the header" if None in row else ""


def _format_of(reader: "csv.DictReader[str]", path: Path) -> Format:
    try:
        header = {name.strip() for name in reader.fieldnames or ()}
    except (csv.Error, EOFError, OSError) as error:
        raise UnknownFormat(f"{path} cannot be read as CSV: {plain_reason(error)}") from error
    for form in FORMATS:
        if form.needs <= header:
            return form
    known = "; ".join(f"{form.name} ({', '.join(sorted(form.needs))})" for form in FORMATS)
    raise UnknownFormat(f"{path}: unknown header; known are: {known}")


def _opened(path: Path) -> TextIO:
    with path.open("rb") as file:
        # Recognised by the magic number of gzip and not by the name of the file.
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        # utf-8-sig drops a byte order mark, which would be part of the first column name.
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return path.open("r", encoding="utf-8-sig", errors="replace", newline="")


def _montgomery(line: int, row: Row) -> CallRecord:
    told = _CALL_TIME.search(row["desc"])
    # The time of the call; the feed publishes it some minutes later.
    at_s = _time(f"{told[1]} {told[2]}" if told else row["timeStamp"])
    title = row["title"].strip().removesuffix("-").strip()
    return CallRecord(
        line=line,
        identity=_digest("montgomery", *(row[name] for name in ("lat", "lng", "desc", "title", "timeStamp"))),
        at_s=at_s,
        place=_place(row["lat"], row["lng"]),
        words=title,
        kind=call_type(title),
        detail=row.get("addr", "").strip(),
    )


def _san_francisco(line: int, row: Row) -> CallRecord:
    number = row["Call Number"].strip()
    if not number:
        raise BadRow("no call number")
    point = _POINT.search(row["Location"])
    if not point:
        raise BadRow(f"no place: Location is {row['Location']!r}")
    words = row["Call Type"].strip()
    return CallRecord(
        line=line,
        # By the number of the call and not by the row, so all rows of a call are one incident.
        identity=_digest("san-francisco", number),
        at_s=_time(row["Received DtTm"]),
        place=_place(point[1], point[2]),
        words=words,
        kind=call_type(words, row.get("Original Priority", "").strip()),
        detail=row.get("Address", "").strip(),
    )


def _plain(line: int, row: Row) -> CallRecord:
    words = row["type"].strip()
    identity = row.get("id", "").strip()
    own = identity or _digest(*(row[name] for name in ("time", "lat", "lon", "type")), row.get("description", ""))
    return CallRecord(
        line=line,
        identity=_digest("plain", own),
        at_s=_time(row["time"]),
        place=_place(row["lat"], row["lon"]),
        words=words,
        kind=_plain_kind(words, row.get("priority", "").strip()),
        detail=row.get("description", "").strip(),
    )


def _plain_kind(words: str, priority: str) -> CallType:
    if words not in _incident_types():
        return call_type(words)
    try:
        return CallType(type=words, priority=Priority(priority or "normal"))
    except ValueError:
        raise BadRow(f"priority {priority!r}: expected one of {', '.join(Priority)}") from None


@cache
def _incident_types() -> frozenset[str]:
    return frozenset(load_builtin().plans)


FORMATS: Sequence[Format] = (
    Format(
        name="911 calls of Montgomery County",
        needs=frozenset({"lat", "lng", "desc", "title", "timeStamp"}),
        read=_montgomery,
    ),
    Format(
        name="fire calls of San Francisco",
        needs=frozenset({"Call Number", "Unit ID", "Call Type", "Received DtTm", "Location"}),
        read=_san_francisco,
    ),
    Format(name="plain", needs=frozenset({"time", "lat", "lon", "type"}), read=_plain),
)


def _time(text: str) -> float:
    text = text.strip()
    for parse in (datetime.fromisoformat, _us_time):
        try:
            at = parse(text)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            continue
    raise BadRow(f"no time: {text!r}")


def _us_time(text: str) -> datetime:
    return datetime.strptime(text, _US_TIME)  # noqa: DTZ007 - only the intervals matter


def _place(lat: str, lon: str) -> Place:
    try:
        place = Place(lon=float(lon), lat=float(lat))
    except ValueError:
        raise BadRow(f"no place: lat {lat!r}, lon {lon!r}") from None
    if not (math.isfinite(place.lon) and math.isfinite(place.lat)):
        raise BadRow(f"no place: lat {lat!r}, lon {lon!r}")
    # 0, 0 is what many systems write for an unknown place.
    if not (abs(place.lon) <= 180 and abs(place.lat) <= 90) or (place.lon == 0 and place.lat == 0):
        raise BadRow(f"no place on Earth: lat {lat!r}, lon {lon!r}")
    return place


def _centre(calls: Sequence[CallRecord]) -> Place | None:
    """The median of both coordinates, which is robust against outliers."""
    if not calls:
        return None
    return Place(lon=median(call.place.lon for call in calls), lat=median(call.place.lat for call in calls))


def _distance_m(start: Place, end: Place) -> float:
    return math.hypot(*offset_m(start, end))


def _digest(*parts: str) -> str:
    # With a separator, because "a", "bc" and "ab", "c" must differ.
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
