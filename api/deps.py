"""How a route gets the parts of this process."""

from typing import Annotated

from fastapi import Depends, Path, Request

from api.fields import PERSON_ID_SCHEMA
from api.http.problems import ProblemResponse, invalid
from api.process.services import Services
from dispatch.model import geo, ids
from dispatch.model.ids import OfferParts, parts_of_offer, zone_of_incident


async def _parts(request: Request) -> Services:
    parts: Services = request.app.state.parts
    return parts


async def _incident_id(incident_id: Annotated[str, Path(max_length=64)]) -> str:
    if zone_of_known_cell(incident_id) is None:
        raise ProblemResponse("not_found", "there is no incident of this id")
    return incident_id


async def _offer(offer_id: Annotated[str, Path(max_length=80)]) -> "tuple[str, OfferParts]":
    parts = parts_of_offer(offer_id)
    if parts is None or not geo.is_zone(parts.zone):
        raise ProblemResponse("not_found", "there is no offer of this id")
    return offer_id, parts


def zone_of_known_cell(incident_id: str) -> str | None:
    """The zone in an id that can have been given to an incident; None for any other text."""
    zone = zone_of_incident(incident_id)
    return zone if zone is not None and geo.is_zone(zone) else None


async def _volunteer_id(volunteer_id: Annotated[str, Path(max_length=200, json_schema_extra=PERSON_ID_SCHEMA)]) -> str:
    return checked_volunteer_id(volunteer_id)


def checked_volunteer_id(volunteer_id: str) -> str:
    """Opaque, but it must be able to stand in keys and paths everywhere."""
    if not ids.is_person_id(volunteer_id):
        raise invalid("volunteer_id", "1 to 128 visible ASCII characters without / | , and :, not . or ..")
    return volunteer_id


PartsDep = Annotated[Services, Depends(_parts)]
IncidentId = Annotated[str, Depends(_incident_id)]
OfferId = Annotated[tuple[str, OfferParts], Depends(_offer)]
VolunteerId = Annotated[str, Depends(_volunteer_id)]
