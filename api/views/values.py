"""Values that several views share: times, places, private fields."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from dispatch.model import geo
from dispatch.model.places import Area, Geometry, Place
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
    """The approximate place that people see before they accept (`geo.coarse`)."""
    # The centre of a grid cell: repeated reads cannot be averaged to the exact place.
    return None if area is None else point(geo.coarse(area.centre))


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
