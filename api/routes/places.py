"""Places by what somebody typed or pasted, and what is known of a point."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.deps import ServicesDep
from api.fields import Lat, Lon
from api.http.auth import PlaceReader, people
from api.http.numbers import DIGITS, decimal
from api.http.problems import ProblemResponse, invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.places import place_at, places_named
from api.schemas.places import PlaceAt, PlaceList
from api.views.places import ATTRIBUTION
from dispatch.gazetteer.place_text import LONGEST
from dispatch.model.places import Place
from streams.tokens import Role

router = APIRouter(prefix="/v1/places", tags=["places"], route_class=StrictRoute)


@router.get("", dependencies=[people], response_model=PlaceList, responses=problems())
async def find(
    services: ServicesDep,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=LONGEST,
            description="a name in kk, ru or en, declined or misspelt, with its district or not; coordinates in either order; "
            "a plus code; a link of 2GIS, Google, Yandex or OpenStreetMap",
        ),
    ],
    near: Annotated[str | None, Query(max_length=100, description="lon,lat: nearer places come first")] = None,
    limit: Annotated[int, Query(ge=1, le=50), DIGITS] = 10,
) -> Response:
    """The places that a text may mean, the likeliest first. `near` weighs, it never filters. Works without Kafka and Redis."""
    form, items = places_named(services.gazetteer(), q, _near(near), limit)
    return shown({"items": items, "understood_as": form, "attribution": ATTRIBUTION})


@router.get("/at", response_model=PlaceAt, responses=problems(404))
async def at(
    caller: PlaceReader, services: ServicesDep, lon: Annotated[Lon, Query()], lat: Annotated[Lat, Query()]
) -> Response:
    """The district, the nearest settlement and the hazard areas at a point. 404 outside Kazakhstan."""
    sees_incidents = caller.role in (Role.OPERATOR, Role.ADMIN)
    found = await place_at(services, Place(lon=lon, lat=lat), with_incidents=sees_incidents)
    if found is None:
        raise ProblemResponse("not_found", "the point lies outside Kazakhstan")
    return shown(found)


def _near(given: str | None) -> Place | None:
    if not given:
        return None
    lon, _, lat = given.partition(",")
    x, y = decimal(lon.strip()), decimal(lat.strip())
    if x is None or y is None or abs(x) > 180 or abs(y) > 90:
        raise invalid("near", "two numbers lon,lat in degrees", "text")
    return Place(lon=x, lat=y)
