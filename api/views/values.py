"""Values that several views share: times, places, private fields."""

from dataclasses import dataclass
from math import ceil
from typing import Any, TypeAlias

from dispatch.model.places import Area, Geometry, Place
from dispatch.model.recorded_way import GRAIN_M, GRAIN_S, coarse_centre
from streams.clock import rfc3339
from streams.wire import IncidentPrivate, VolunteerPrivate

View: TypeAlias = dict[str, Any]
"""A JSON object. Its keys are those of the model in `api/schemas/`; the API tests compare every response with its model."""


def time(at_ms: int | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if at_ms is None else rfc3339(at_ms)


def point(place: Place) -> Geometry:
    return {"type": "Point", "coordinates": [place.lon, place.lat]}


def coarse_area(area: Area | None) -> Geometry | None:
    """The approximate place that monitors see, and people before they accept."""
    # The centre of a grid cell: repeated reads cannot be averaged to the exact place.
    return None if area is None else point(coarse_centre(area))


OLD_GRAIN_M, OLD_GRAIN_S = 2_000.0, 600.0


def distance(metres: float | None) -> float | None:
    """A recorded distance. Records from before distances were those of cells have exact ones, which are rounded coarsely."""
    return metres if metres is None or metres % GRAIN_M == 0 else OLD_GRAIN_M * max(1, round(metres / OLD_GRAIN_M))


def travel_time(seconds: float | None) -> float | None:
    """A recorded travel time; an exact one of an old record is rounded up."""
    return seconds if seconds is None or seconds % GRAIN_S == 0 else OLD_GRAIN_S * ceil(seconds / OLD_GRAIN_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedIncident(IncidentPrivate):
    """Private fields of an incident. `unreadable`: fields whose record cannot be decrypted, which is not the same as none.
    `erased`: fields of an ended incident whose record has been erased."""

    unreadable: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPerson(VolunteerPrivate):
    """Home and contact of a person; as `OpenedIncident`."""

    unreadable: tuple[str, ...] = ()


def private_fields(private: IncidentPrivate | None) -> View:
    """Empty without a record: the fields are then absent."""
    if private is None:
        return {}
    fields = {"description": private.description, "address": private.address, "caller": private.caller}
    erased = private.erased if isinstance(private, OpenedIncident) else ()
    return {**fields, **unreadable_fields(private), **({"erased": list(erased)} if erased else {})}


def unreadable_fields(private: IncidentPrivate | VolunteerPrivate | None) -> View:
    """The field `unreadable`, if there is anything to name."""
    names = private.unreadable if isinstance(private, OpenedIncident | OpenedPerson) else ()
    return {"unreadable": list(names)} if names else {}
