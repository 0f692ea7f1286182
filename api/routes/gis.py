"""OGC API – Features (Part 1: Core, GeoJSON) for GIS desks: incidents, hazard areas, staging points, volunteers by cells.

Read alone. The paths below `/v1/gis` are the standard's.
"""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, Response

from api.deps import ServicesDep
from api.http.audit import disclosed
from api.http.auth import Desk, desks
from api.http.ogc_parameters import ALWAYS, AS_TEXT, asked, documented, given
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads import map_documents
from api.reads.map_collections import COLLECTIONS, GisCollection, collections_for
from api.reads.map_documents import CONFORMS_TO, DEFINITION, GEOJSON, JSON, SCHEMA, link
from api.schemas.map_features import (
    ConformanceClasses,
    GisStart,
    LinkedMapFeature,
    MapCollection,
    MapCollections,
    MapFeaturePage,
)
from api.views.deployment import names_of
from api.views.negotiation import VARY, LanguageOfTexts
from api.views.values import View, time
from streams import clock

router = APIRouter(prefix="/v1/gis", tags=["gis"], route_class=StrictRoute)
_FORMAT = {"parameters": documented(("f",))}
_ALL_FILTERS = tuple(dict.fromkeys(name for one in COLLECTIONS.values() for name in one.filters))


class GeoJson(JSONResponse):
    """For the OpenAPI document alone."""

    media_type = GEOJSON


async def _known(
    collection_id: Annotated[str, Path(description="as in `/v1/gis/collections`")], caller: Desk
) -> GisCollection:
    one = COLLECTIONS.get(collection_id)
    if one is None:
        raise ProblemResponse("not_found", "there is no collection with this id")
    if caller.role not in one.roles:
        raise ProblemResponse("forbidden", "expected a token of role " + " or ".join(sorted(one.roles)))
    return one


Known = Annotated[GisCollection, Depends(_known)]
"""The collection of the path, which the role of the caller reads."""


async def _known_alone(request: Request, one: Known) -> GisCollection:
    given(request, ("f",))
    return one


KnownAlone = Annotated[GisCollection, Depends(_known_alone)]
"""As `Known`, for paths that have no parameter but the format."""
FeatureId = Annotated[str, Path(description="`id` of a feature")]


@router.get("", response_model=GisStart, dependencies=[desks], responses=problems(), openapi_extra=_FORMAT)
@router.get("/", response_model=GisStart, dependencies=[desks], include_in_schema=False)
async def start(request: Request, services: ServicesDep, language: LanguageOfTexts) -> Response:
    """The landing page: its address is what a desk asks for."""
    given(request, ("f",))
    root = root_of(request, services)
    docs = root.removesuffix(router.prefix) + "/docs"
    return shown(map_documents.start(root, docs, names_of(services.settings)[language]), headers=VARY)


@router.get(
    "/api",
    response_class=Response,
    responses={200: {"content": {DEFINITION: {"schema": {"type": "object"}}}}, **problems()},
    openapi_extra=_FORMAT,
)
async def definition(request: Request, caller: Desk, services: ServicesDep, language: LanguageOfTexts) -> Response:
    """The API definition of the standard (OpenAPI 3.0), with the collections of this role and their parameters."""
    given(request, ("f",))
    document = map_documents.definition(root_of(request, services), collections_for(caller.role), language)
    return shown(document, media=DEFINITION, headers=VARY)


@router.get(
    "/conformance",
    response_model=ConformanceClasses,
    dependencies=[desks],
    responses=problems(),
    openapi_extra=_FORMAT,
)
async def conformance(request: Request) -> Response:
    """The conformance classes that are met."""
    given(request, ("f",))
    return shown({"conformsTo": CONFORMS_TO})


@router.get("/collections", response_model=MapCollections, responses=problems(), openapi_extra=_FORMAT)
async def list_collections(
    request: Request, caller: Desk, services: ServicesDep, language: LanguageOfTexts
) -> Response:
    """The collections that this role reads."""
    given(request, ("f",))
    root = root_of(request, services)
    return shown(map_documents.collections(root, collections_for(caller.role), language), headers=VARY)


@router.get(
    "/collections/{collection_id}", response_model=MapCollection, responses=problems(404), openapi_extra=_FORMAT
)
async def describe(request: Request, services: ServicesDep, language: LanguageOfTexts, one: KnownAlone) -> Response:
    """One collection."""
    return shown(map_documents.collection(root_of(request, services), one, language), headers=VARY)


@router.get(
    "/collections/{collection_id}/schema",
    response_class=Response,
    responses={200: {"content": {SCHEMA: {"schema": {"type": "object"}}}}, **problems(404)},
    openapi_extra=_FORMAT,
)
async def read_schema(request: Request, services: ServicesDep, language: LanguageOfTexts, one: KnownAlone) -> Response:
    """JSON Schema of a feature: its properties, and its kind of geometry."""
    return shown(map_documents.schema(root_of(request, services), one, language), media=SCHEMA, headers=VARY)


@router.get(
    "/collections/{collection_id}/queryables",
    response_class=Response,
    responses={200: {"content": {SCHEMA: {"schema": {"type": "object"}}}}, **problems(404)},
    openapi_extra=_FORMAT,
)
async def read_queryables(
    request: Request, services: ServicesDep, language: LanguageOfTexts, one: KnownAlone
) -> Response:
    """JSON Schema of the properties that are query parameters of the features as well."""
    return shown(map_documents.queryables(root_of(request, services), one, language), media=SCHEMA, headers=VARY)


@router.get(
    "/collections/{collection_id}/items",
    response_model=MapFeaturePage,
    response_class=GeoJson,
    responses=problems(404),
    openapi_extra={"parameters": documented((*ALWAYS, *_ALL_FILTERS), AS_TEXT)},
)
async def read_items(request: Request, caller: Desk, services: ServicesDep, one: Known) -> Response:
    """Features of a collection, the newest incidents first. `next` of the links leads to the next page.

    Which parameters a collection has stands in its `queryables` and in `/v1/gis/api`; an unknown one is 400. Each reading is in
    the audit log with the incidents that it named.
    """
    parameters = given(request, (*ALWAYS, *one.filters))
    page = await one.page(services, caller, asked(parameters))
    disclosed(request, page.subjects, about=" ".join(part for part in (one.id, page.about) if part))
    return shown(_collected(root_of(request, services), one, parameters, page.features, page.following), media=GEOJSON)


@router.get(
    "/collections/{collection_id}/items/{feature_id}",
    response_model=LinkedMapFeature,
    response_class=GeoJson,
    responses=problems(404),
    openapi_extra=_FORMAT,
)
async def read_item(
    request: Request, caller: Desk, services: ServicesDep, one: KnownAlone, feature_id: FeatureId
) -> Response:
    """One feature. 404 as soon as it is in the collection no longer: an incident that has ended is in `ended-incidents`."""
    found = await one.one(services, caller, feature_id)
    if found is None:
        raise ProblemResponse("not_found", "the collection has no feature with this id")
    named = found["properties"].get("incident_id")
    disclosed(request, [] if named is None else [named], about=f"{one.id} {found['id']}")
    address = f"{root_of(request, services)}/collections/{one.id}"
    links = [
        link(f"{address}/items/{found['id']}", "self", GEOJSON, "This feature"),
        link(address, "collection", JSON, "Its collection"),
    ]
    return shown({**found, "links": links}, media=GEOJSON)


def root_of(request: Request, services: Services) -> str:
    """The address of the landing page, for links.

    KOMEK_PUBLIC_URL where it is set: behind a proxy that is not named, the connection would say http, and a desk sends its token
    wherever a link leads. Otherwise as the client wrote it.
    """
    public = services.settings.public_url
    if public is not None:
        return public.rstrip("/") + router.prefix
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}{router.prefix}"


def _collected(
    root: str, one: GisCollection, parameters: dict[str, str], features: list[View], following: str | None
) -> View:
    address = f"{root}/collections/{one.id}"
    links = [
        link(_address(address, parameters), "self", GEOJSON, "This page"),
        link(address, "collection", JSON, "The collection"),
    ]
    if following is not None:
        links.append(link(_address(address, {**parameters, "cursor": following}), "next", GEOJSON, "The next page"))
    is_all = following is None and "cursor" not in parameters
    return {
        "type": "FeatureCollection",
        "features": features,
        "links": links,
        "timeStamp": time(clock.now_ms()),
        "numberReturned": len(features),
        **({"numberMatched": len(features)} if is_all else {}),
    }


def _address(address: str, parameters: dict[str, str]) -> str:
    return f"{address}/items" + (f"?{urlencode(parameters)}" if parameters else "")
