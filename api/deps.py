"""Dependencies of routes: the services of this process, and checked ids from the path."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from api.fields import PERSON_ID_SCHEMA
from api.http.numbers import decimal
from api.http.problems import ProblemResponse, invalid
from api.process.services import Services
from dispatch.model import geo, ids
from dispatch.model.ids import OfferParts, parts_of_offer, zone_of_incident
from dispatch.model.places import Place


# Dependencies are coroutine functions: FastAPI runs every other callable in its thread pool, for each request.
async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _incident_id(incident_id: Annotated[str, Path(max_length=64)]) -> str:
    if zone_of_known_cell(incident_id) is None:
        # 404, not 422: an id that nothing can have names nothing that exists. No lookup is needed (DESIGN 96).
        raise ProblemResponse("not_found", "there is no incident with this id")
    return incident_id


async def _offer(offer_id: Annotated[str, Path(max_length=80)]) -> "tuple[str, OfferParts]":
    parts = parts_of_offer(offer_id)
    if parts is None or not geo.is_zone(parts.zone):
        raise ProblemResponse("not_found", "there is no offer with this id")
    return offer_id, parts


def zone_of_known_cell(incident_id: str) -> str | None:
    """The zone in a well-formed incident id; None for any other text."""
    zone = zone_of_incident(incident_id)
    # The pattern of ids accepts any hex digits; only some of them are a cell of the grid.
    return zone if zone is not None and geo.is_zone(zone) else None


async def _volunteer_id(volunteer_id: Annotated[str, Path(max_length=200, json_schema_extra=PERSON_ID_SCHEMA)]) -> str:
    return checked_volunteer_id(volunteer_id)


def checked_volunteer_id(volunteer_id: str) -> str:
    """Ids of people are opaque, but must be valid in Redis keys and URL paths. Raises ProblemResponse (422)."""
    if not ids.is_person_id(volunteer_id):
        raise invalid("volunteer_id", "1 to 128 visible ASCII characters without / | , and :, not . or ..")
    return volunteer_id


async def _near(
    near: Annotated[str | None, Query(max_length=100, description="lon,lat: nearer places come first")] = None,
) -> Place | None:
    if not near:
        return None
    lon, _, lat = near.partition(",")
    x, y = decimal(lon.strip()), decimal(lat.strip())
    if x is None or y is None or abs(x) > 180 or abs(y) > 90:
        raise invalid("near", "two numbers lon,lat in degrees", "text")
    return Place(lon=x, lat=y)


ServicesDep = Annotated[Services, Depends(_services)]
IncidentId = Annotated[str, Depends(_incident_id)]
ProposalId = Annotated[str, Path(max_length=64, pattern="^p-[0-9a-f]{16}$")]
OfferId = Annotated[tuple[str, OfferParts], Depends(_offer)]
NearPlace = Annotated[Place | None, Depends(_near)]
VolunteerId = Annotated[str, Depends(_volunteer_id)]
