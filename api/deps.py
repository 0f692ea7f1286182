"""How a route gets the parts of this process."""

from typing import Annotated

from fastapi import Depends, Path, Request

from api.errors import Problem, invalid
from api.parts import Parts
from dispatch.ids import OfferParts, parts_of_offer, zone_of_incident


async def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


async def _incident_id(incident_id: Annotated[str, Path(max_length=64)]) -> str:
    if zone_of_incident(incident_id) is None:
        raise Problem("not_found", "there is no incident of this id")
    return incident_id


async def _offer(offer_id: Annotated[str, Path(max_length=80)]) -> "tuple[str, OfferParts]":
    parts = parts_of_offer(offer_id)
    if parts is None:
        raise Problem("not_found", "there is no offer of this id")
    return offer_id, parts


async def _volunteer_id(volunteer_id: Annotated[str, Path(max_length=200)]) -> str:
    return checked_volunteer_id(volunteer_id)


def checked_volunteer_id(volunteer_id: str) -> str:
    """Opaque, but it must be able to stand in keys and paths everywhere."""
    if not is_volunteer_id(volunteer_id):
        raise invalid("volunteer_id", "1 to 128 visible ASCII characters without / | , and :")
    return volunteer_id


def is_volunteer_id(text: str) -> bool:
    return 1 <= len(text) <= 128 and text.isascii() and text.isprintable() and not any(c in " /|,:" for c in text)


PartsDep = Annotated[Parts, Depends(_parts)]
IncidentId = Annotated[str, Depends(_incident_id)]
OfferId = Annotated[tuple[str, OfferParts], Depends(_offer)]
VolunteerId = Annotated[str, Depends(_volunteer_id)]
