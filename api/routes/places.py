"""Places by what somebody typed or pasted, and what is known of a point."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.deps import NearPlace, ServicesDep
from api.fields import Lat, Lon
from api.http.auth import PlaceReader, people
from api.http.numbers import DIGITS
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.places import place_at, places_named, towns_of
from api.schemas.places import PlaceAt, PlaceList, TownList
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
    near: NearPlace,
    limit: Annotated[int, Query(ge=1, le=50), DIGITS] = 10,
) -> Response:
    """The places that a text may mean, the likeliest first. `near` weighs, it never filters. Works without Kafka and Redis."""
    form, items = places_named(services.gazetteer(), q, near, limit)
    return shown({"items": items, "understood_as": form, "attribution": ATTRIBUTION})


@router.get("/towns", dependencies=[people], response_model=TownList, responses=problems())
async def read_towns(services: ServicesDep) -> Response:
    """Every settlement of 5,000 people or more, named as `GET /v1/places` names it. Works without Kafka and Redis."""
    return shown({"items": towns_of(services.gazetteer()), "attribution": ATTRIBUTION})


@router.get("/at", response_model=PlaceAt, responses=problems(404))
async def read_place_at(
    caller: PlaceReader, services: ServicesDep, lon: Annotated[Lon, Query()], lat: Annotated[Lat, Query()]
) -> Response:
    """The district, the nearest settlement and the hazard areas at a point. 404 outside Kazakhstan."""
    sees_incidents = caller.role in (Role.OPERATOR, Role.ADMIN)
    found = await place_at(services, Place(lon=lon, lat=lat), with_incidents=sees_incidents)
    if found is None:
        raise ProblemResponse("not_found", "the point lies outside Kazakhstan")
    return shown(found)
