"""The HTTP APIs of the two kinds of travel router: OSRM's `/table` and Valhalla's `/sources_to_targets`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import httpx2
import msgspec

from dispatch.model.places import Place
from dispatch.model.vocabulary import TravelMode
from streams.errors import InvalidInput

_OSRM_PROFILE = {TravelMode.CAR: "driving", TravelMode.BICYCLE: "cycling", TravelMode.FOOT: "walking"}
_COSTING = {TravelMode.CAR: "auto", TravelMode.BICYCLE: "bicycle", TravelMode.FOOT: "pedestrian"}
_encode = msgspec.json.Encoder().encode
T = TypeVar("T")


class BadAnswer(InvalidInput, ValueError):
    """The router's response is not a table of the requested size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelTable:
    """Trips of one mode as a table: a row per origin, a column per distinct target."""

    mode: TravelMode
    origins: tuple[Place, ...]
    targets: tuple[Place, ...]
    columns: tuple[int, ...]
    """Index of the target of each origin."""

    def picked(self, rows: Sequence[Sequence[float | None]]) -> list[float | None]:
        """The cell of each row that belongs to the origin's target, in seconds.

        Raises:
            BadAnswer: wrong size, or values that are not durations.
        """
        if len(rows) != len(self.origins) or any(len(row) != len(self.targets) for row in rows):
            raise BadAnswer(f"expected {len(self.origins)} rows of {len(self.targets)}")
        picked = [row[column] for row, column in zip(rows, self.columns, strict=True)]
        # A router is outside Komek: a negative or infinite time would break the ranking.
        if any(seconds is not None and not (math.isfinite(seconds) and seconds >= 0) for seconds in picked):
            raise BadAnswer("expected times of at least 0 s")
        return picked


class Engine(Protocol):
    """The HTTP API of one kind of router."""

    name: str
    modes: frozenset[TravelMode]

    def request(self, table: TravelTable) -> httpx2.Request:
        """The request for a table."""

    def seconds(self, table: TravelTable, body: bytes) -> list[float | None]:
        """Travel times from a response body, None where there is no route. Raises BadAnswer."""


class _OsrmTable(msgspec.Struct):
    code: str
    durations: list[list[float | None]]


class Osrm:
    """`osrm-routed` serves only the mode its data were prepared for, whatever profile the URL names."""

    name = "osrm"

    def __init__(self, base: str, modes: frozenset[TravelMode]) -> None:
        self._base = base
        self.modes = modes

    def request(self, table: TravelTable) -> httpx2.Request:
        places = ";".join(f"{place.lon:.5f},{place.lat:.5f}" for place in (*table.origins, *table.targets))
        rows = len(table.origins)
        parameters = {
            "sources": ";".join(map(str, range(rows))),
            "destinations": ";".join(map(str, range(rows, rows + len(table.targets)))),
            "annotations": "duration",
        }
        # OSRM takes lon,lat; five decimals are about a metre.
        url = f"{self._base}/table/v1/{_OSRM_PROFILE[table.mode]}/{places}"
        return httpx2.Request("GET", url, params=parameters)

    def seconds(self, table: TravelTable, body: bytes) -> list[float | None]:
        answer = _decoded(body, _OsrmTable)
        if answer.code != "Ok":
            raise BadAnswer(f"code {answer.code!r}")
        return table.picked(answer.durations)


# `time` is null or absent where there is no route.
class _Cell(msgspec.Struct):
    time: float | None = None


class _ValhallaMatrix(msgspec.Struct):
    sources_to_targets: list[list[_Cell]]


class Valhalla:
    """Valhalla serves every mode from one graph."""

    name = "valhalla"

    def __init__(self, base: str, modes: frozenset[TravelMode]) -> None:
        self._base = base
        self.modes = modes

    def request(self, table: TravelTable) -> httpx2.Request:
        body = {
            "sources": [_lat_lon(place) for place in table.origins],
            "targets": [_lat_lon(place) for place in table.targets],
            "costing": _COSTING[table.mode],
        }
        headers = {"Content-Type": "application/json"}
        return httpx2.Request("POST", f"{self._base}/sources_to_targets", content=_encode(body), headers=headers)

    def seconds(self, table: TravelTable, body: bytes) -> list[float | None]:
        answer = _decoded(body, _ValhallaMatrix)
        return table.picked([[cell.time for cell in row] for row in answer.sources_to_targets])


def _lat_lon(place: Place) -> dict[str, float]:
    # Five decimals are about a metre.
    return {"lat": round(place.lat, 5), "lon": round(place.lon, 5)}


def _decoded(body: bytes, cls: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=cls)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswer(str(error)) from error
