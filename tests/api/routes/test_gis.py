"""OGC API – Features, as a GIS desk walks it: from the landing page along its links. After the abstract tests of OGC 17-069r4,
annex A."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx2
import jsonschema
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_30_VALIDATOR
from shapely.geometry import shape

from api.http.ogc_parameters import MOST, USUAL
from api.reads.map_documents import CONFORMS_TO, CRS84
from dispatch.model.geojson import area_of
from dispatch.model.incidents import Attention, Hazard, Incident
from dispatch.model.recorded_way import coarse_centre
from dispatch.model.vocabulary import IncidentStatus, OfferState
from streams.store.people_cells import SKILL_STEPS, CellCount, cell_at
from tests.support.api_world import World, code, fields, token
from tests.support.builders import ALMATY, NOW_MS, ZONE, incident, offer, point

ROOT = "http://komek/v1/gis"
RING = [[76.8, 43.2], [76.9, 43.2], [76.9, 43.3], [76.8, 43.3], [76.8, 43.2]]
GEOJSON = "application/geo+json"


def numbered(number: int) -> str:
    return f"i-{ZONE}-{number:032x}"


def reported(number: int, **known: Any) -> Incident:
    """The incident that was reported so many minutes after the first."""
    at_ms = NOW_MS + number * 60_000
    made = incident(**{"id": numbered(number), **known})
    return replace(made, times=replace(made.times, reported_ms=at_ms, logged_ms=at_ms))


def flood(number: int, **known: Any) -> Incident:
    area = area_of({"type": "Polygon", "coordinates": [RING]})
    return reported(number, **{"type": "flood", "area": area, "hazard": Hazard(since=1), **known})


@pytest.fixture
def world() -> World:
    made = World()
    told = (Attention(reason="distress", since_ms=NOW_MS), Attention(reason="unfilled", since_ms=NOW_MS))
    # The newest first, as the lists of Redis are.
    made.redis.add(
        flood(5, distress_of="v-person"),
        reported(4, area=None),
        reported(3, status=IncidentStatus.CLOSED),
        flood(2),
        reported(1, attention=told, offers=(offer(OfferState.ON_SCENE, volunteer_id="v-person"),)),
    )
    made.redis.crowd[None] = [CellCount(cell=cell_at(76.945, 43.238, SKILL_STEPS), on_duty=17, engaged=6)]
    return made


async def get(world: World, address: str, role: str = "operator", **headers: str) -> httpx2.Response:
    return await world.ask("GET", address, role=role, headers=headers)


async def items(world: World, collection: str, query: str = "", role: str = "operator") -> list[str]:
    answer = await get(world, f"/v1/gis/collections/{collection}/items{query}", role)
    assert (answer.status_code, answer.headers["content-type"]) == (200, GEOJSON), answer.text
    return [one["id"] for one in answer.json()["features"]]


def href(document: Mapping[str, Any], rel: str) -> str:
    (found,) = [link for link in document["links"] if link["rel"] == rel]
    assert found["type"]
    return str(found["href"])


@pytest.mark.parametrize("role", ["operator", "monitor"])
@pytest.mark.parametrize("root", ["/v1/gis", "/v1/gis/"])
async def test_a_desk_finds_every_feature_from_the_landing_page_on(world: World, root: str, role: str) -> None:
    start = (await get(world, root, role)).json()
    conformance = (await get(world, href(start, "conformance"), role)).json()
    listed = (await get(world, href(start, "data"), role)).json()
    seen = []

    assert conformance == {"conformsTo": list(CONFORMS_TO)}
    assert href(start, "self") == ROOT
    assert href(listed, "self") == f"{ROOT}/collections"
    for one in listed["collections"]:
        assert one["crs"] == [CRS84]
        assert (await get(world, href(one, "self"), role)).json() == one
        page = (await get(world, href(one, "items"), role)).json()
        assert page["numberReturned"] == page["numberMatched"] == len(page["features"])
        assert href(page, "self") == href(one, "items")
        for feature in page["features"]:
            answer = await get(world, f"{href(one, 'items')}/{feature['id']}", role)
            assert answer.headers["content-type"] == GEOJSON
            links = answer.json()["links"]
            assert {link["rel"] for link in links} == {"self", "collection"}
            assert {key: value for key, value in answer.json().items() if key != "links"} == feature
            seen.append((one["id"], feature["id"]))
    assert {collection for collection, _ in seen} == {one["id"] for one in listed["collections"]}


async def test_collections_are_those_of_the_role(world: World) -> None:
    both = ["incidents", "ended-incidents", "hazard-areas", "staging-points"]

    for role, more in (("operator", {"incident-areas", "people-cells"}), ("monitor", set())):
        listed = (await get(world, "/v1/gis/collections", role)).json()["collections"]
        assert {one["id"] for one in listed} == {*both, *more}
    for path in (
        "incident-areas",
        "people-cells",
        "people-cells/items",
        "incident-areas/items/x",
        "people-cells/schema",
    ):
        answer = await get(world, f"/v1/gis/collections/{path}", "monitor")
        assert (answer.status_code, code(answer)) == (403, "forbidden")


async def test_geometry_is_of_the_kind_that_the_schema_states_and_valid(world: World) -> None:
    kinds = {"geometry-point": "Point", "geometry-polygon": "Polygon", "geometry-multipolygon": "MultiPolygon"}

    for one in (await get(world, "/v1/gis/collections")).json()["collections"]:
        schema = (await get(world, f"/v1/gis/collections/{one['id']}/schema")).json()
        told = {name for name, entry in schema["properties"].items() if "x-ogc-role" not in entry}
        jsonschema.Draft202012Validator.check_schema(schema)
        for feature in (await get(world, f"/v1/gis/collections/{one['id']}/items")).json()["features"]:
            drawn = feature["geometry"]
            if drawn is not None:
                assert (shape(drawn).is_valid, drawn["type"]) == (
                    True,
                    kinds[schema["properties"]["geometry"]["format"]],
                )
            assert told <= feature["properties"].keys() <= schema["properties"].keys()
            # A desk shows what is nested as a text of JSON.
            assert all(not isinstance(value, list | dict) for value in feature["properties"].values())


async def test_nobody_is_named_in_any_collection(world: World) -> None:
    texts = [
        (await get(world, f"/v1/gis/collections/{one['id']}/items", role)).text
        for role in ("operator", "monitor")
        for one in (await get(world, "/v1/gis/collections", role)).json()["collections"]
    ]

    assert not [text for text in texts if "v-person" in text]


async def test_monitors_see_coarse_places_and_boxes_are_compared_with_them(world: World) -> None:
    about = coarse_centre(point())

    async def seen(place: Any, role: str) -> bool:
        box = f"{place.lon - 1e-4},{place.lat - 1e-4},{place.lon + 1e-4},{place.lat + 1e-4}"
        return numbered(1) in await items(world, "incidents", f"?bbox={box}", role)

    page = (await get(world, "/v1/gis/collections/incidents/items", "monitor")).json()
    places = {one["id"]: one["geometry"] for one in page["features"]}
    assert places[numbered(1)] == {"type": "Point", "coordinates": [about.lon, about.lat]}
    assert [await seen(place, "operator") for place in (ALMATY, about)] == [True, False]
    assert [await seen(place, "monitor") for place in (ALMATY, about)] == [False, True]


async def test_monitors_see_the_hazard_areas_that_are_published(world: World) -> None:
    for collection, first, second in (
        ("hazard-areas", numbered(2), numbered(5)),
        ("staging-points", numbered(2) + ".1", numbered(5) + ".1"),
    ):
        assert {first, second} <= set(await items(world, collection))
        assert second not in await items(world, collection, "", "monitor")
        answer = await get(world, f"/v1/gis/collections/{collection}/items/{second}", "monitor")
        assert (answer.status_code, code(answer)) == (404, "not_found")


async def test_pages_follow_one_another_and_name_each_feature_once(world: World) -> None:
    for collection in ("incidents", "hazard-areas", "staging-points"):
        whole = await items(world, collection)
        found, address = [], f"/v1/gis/collections/{collection}/items?limit=1&exercise=false"
        for _ in whole:
            page = (await get(world, address)).json()
            assert page["numberReturned"] == 1
            found += [one["id"] for one in page["features"]]
            following = [link["href"] for link in page["links"] if link["rel"] == "next"]
            assert bool(following) == (len(found) < len(whole))
            address = following[0] if following else ""

        assert found == whole


async def test_cells_are_paged_too(world: World) -> None:
    world.redis.crowd[None] = [
        CellCount(cell=cell_at(50.0 + 2 * number, 43.238, SKILL_STEPS), on_duty=17, engaged=6) for number in range(3)
    ]
    page = (await get(world, "/v1/gis/collections/people-cells/items?limit=2")).json()
    rest = (await get(world, href(page, "next"))).json()

    assert [len(one["features"]) for one in (page, rest)] == [2, 1]
    assert "numberMatched" not in page


SELECTED = [
    ("", [5, 4, 2, 1]),
    # A feature without a place is in every box (requirement fc-bbox-response).
    ("?bbox=76,43,77,44", [5, 4, 2, 1]),
    ("?bbox=76.85,43.25,76.85,43.25", [5, 4, 2]),
    ("?bbox=0,0,1,1", [4]),
    ("?bbox=76,43,-100,77,44,9000", [5, 4, 2, 1]),
    # From 170 east to 80 east, over 180.
    ("?bbox=170,40,80,50", [5, 4, 2, 1]),
    ("?bbox=170,40,-170,50", [4]),
    ("?datetime=2025-11-24T16:02:00Z", [2]),
    ("?datetime=2025-11-24T16:02:00Z/..", [5, 4, 2]),
    ("?datetime=2025-11-24T16:02:00Z/", [5, 4, 2]),
    ("?datetime=../2025-11-24T16:02:00Z", [2, 1]),
    ("?datetime=/2025-11-24T16:02:00Z", [2, 1]),
    ("?datetime=1900-01-01T00:00:00Z/2025-11-24T21:02:00%2B05:00", [2, 1]),
    ("?datetime=2025-11-24T16:02:00Z/2025-11-24T16:04:00.000Z", [4, 2]),
    ("?type=flood", [5, 2]),
    ("?type=flood&bbox=0,0,1,1", []),
    ("?priority=high,low", [5, 4, 2, 1]),
    ("?priority=low", []),
    ("?status=dispatching", [5, 4, 2, 1]),
    ("?status=closed", []),
    ("?exercise=true", []),
    ("?limit=2", [5, 4]),
    # Larger than the maximum is no error (requirement fc-limit-response).
    ("?limit=10001", [5, 4, 2, 1]),
    (f"?limit={'9' * 5000}", [5, 4, 2, 1]),
    ("?f=json", [5, 4, 2, 1]),
]


async def test_a_query_selects(world: World) -> None:
    found = {query: await items(world, "incidents", query) for query, _ in SELECTED}

    assert found == {query: [numbered(number) for number in numbers] for query, numbers in SELECTED}


REFUSED = [
    ("unknown=1", "unknown"),
    ("Limit=1", "Limit"),
    ("crs=http://www.opengis.net/def/crs/EPSG/0/4326", "crs"),
    ("skill=boat", "skill"),
    ("limit=1&limit=2", "limit"),
    ("limit=0", "limit"),
    ("limit=-1", "limit"),
    ("limit=1.0", "limit"),
    ("limit=ten", "limit"),
    ("limit=", "limit"),
    ("limit=٣", "limit"),
    ("bbox=", "bbox"),
    ("bbox=1,2,3", "bbox"),
    ("bbox=1,2,3,4,5", "bbox"),
    ("bbox=1,2,3,4,5,6,7", "bbox"),
    ("bbox=1,2,,3,4", "bbox"),
    ("bbox=76,44,77,43", "bbox"),
    ("bbox=76,43,77,nan", "bbox"),
    ("bbox=76,43,77,inf", "bbox"),
    ("bbox=76,43,181,44", "bbox"),
    ("bbox=76,-91,77,44", "bbox"),
    ("bbox=76,43,9,77,44,8", "bbox"),
    ("datetime=", "datetime"),
    ("datetime=..", "datetime"),
    ("datetime=../..", "datetime"),
    ("datetime=/", "datetime"),
    ("datetime=yesterday", "datetime"),
    ("datetime=2025-11-24", "datetime"),
    ("datetime=2025-11-24T16:00:00", "datetime"),
    ("datetime=2025-13-24T16:00:00Z", "datetime"),
    ("datetime=2025-11-24T16:00:00Z/2025-11-24T15:00:00Z", "datetime"),
    ("datetime=2025-11-24T16:00:00Z/../..", "datetime"),
    ("status=resting", "status"),
    ("priority=highest", "priority"),
    ("exercise=perhaps", "exercise"),
    ("cursor=nowhere", "cursor"),
    ("f=html", "f"),
]


async def test_a_bad_parameter_is_400_as_the_standard_demands(world: World) -> None:
    for query, field in REFUSED:
        answer = await get(world, f"/v1/gis/collections/incidents/items?{query}")

        assert (answer.status_code, code(answer), fields(answer)) == (400, "invalid_parameter", [field]), query


@pytest.mark.parametrize("collection", ["hazard-areas", "staging-points", "people-cells"])
async def test_a_cursor_that_no_page_gave_is_400(world: World, collection: str) -> None:
    for cursor in ("", "x", "-1", numbered(1) + ".x"):
        answer = await get(world, f"/v1/gis/collections/{collection}/items?cursor={cursor}")

        assert (answer.status_code, fields(answer)) == (400, ["cursor"])


async def test_other_pages_refuse_unknown_parameters_too(world: World) -> None:
    for path in ("", "/", "/api", "/conformance", "/collections", "/collections/incidents"):
        answer = await get(world, f"/v1/gis{path}?token=secret")

        assert (answer.status_code, code(answer)) == (400, "invalid_parameter"), path
        assert (await get(world, f"/v1/gis{path}?f=json")).status_code == 200


ABSENT = [
    "/collections/nothing",
    "/collections/nothing/items",
    "/collections/nothing/schema",
    "/collections/nothing/queryables",
    f"/collections/nothing/items/{numbered(1)}",
    f"/collections/incidents/items/{numbered(9)}",
    f"/collections/incidents/items/{numbered(3)}",
    f"/collections/ended-incidents/items/{numbered(1)}",
    f"/collections/incident-areas/items/{numbered(1)}",
    f"/collections/hazard-areas/items/{numbered(1)}",
    f"/collections/staging-points/items/{numbered(2)}",
    f"/collections/staging-points/items/{numbered(2)}.99",
    "/collections/incidents/items/x",
    f"/collections/incidents/items/{'x' * 2000}",
    "/collections/people-cells/items/8-0-256",
    "/collections/people-cells/items/15-0-0",
    "/collections/people-cells/items/08-180-192",
    "/collections/people-cells/items/8-180",
]
# One world for all of them: it takes longer than the requests.


async def test_what_does_not_exist_is_404(world: World) -> None:
    world.redis.crowd[None] = []

    for path in ABSENT:
        answer = await get(world, f"/v1/gis{path}")

        assert (answer.status_code, code(answer)) == (404, "not_found"), path


async def test_the_definition_is_openapi_3_0_and_has_every_path_and_parameter(world: World) -> None:
    start = (await get(world, "/v1/gis")).json()
    answer = await get(world, href(start, "service-desc"))
    document = answer.json()
    of_limit = document["components"]["parameters"]["limit"]["schema"]

    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    OPENAPI_30_VALIDATOR.validate(document)
    # QGIS reads the size of its pages here.
    assert (of_limit["minimum"], of_limit["maximum"], of_limit["default"]) == (1, MOST, USUAL)
    for path, operation in document["paths"].items():
        concrete = path.replace("{featureId}", "x")
        answered = await get(world, document["servers"][0]["url"] + concrete)
        assert answered.status_code == (404 if "{" in path else 200), path
        if answered.status_code == 200:
            assert answered.headers["content-type"] in operation["get"]["responses"]["200"]["content"]


async def test_queryables_are_properties_that_filter(world: World) -> None:
    for one in (await get(world, "/v1/gis/collections")).json()["collections"]:
        answer = await get(world, href(one, "http://www.opengis.net/def/rel/ogc/1.0/queryables"))
        document = answer.json()
        items_of = f"/v1/gis/collections/{one['id']}/items"

        assert answer.headers["content-type"] == "application/schema+json"
        jsonschema.Draft202012Validator.check_schema(document)
        for feature in (await get(world, items_of)).json()["features"]:
            for name in document["properties"]:
                value = feature["properties"][name]
                asked = str(value).lower() if isinstance(value, bool) else value
                assert feature["id"] in await items(world, one["id"], f"?{name}={asked}")


async def test_titles_are_in_the_language_of_the_desk(world: World) -> None:
    titles = [
        (await get(world, "/v1/gis/collections/hazard-areas", **{"accept-language": language})).json()["title"]
        for language in ("kk-KZ", "ru", "de")
    ]

    assert titles == ["Қауіпті аймақтар", "Опасные зоны", "Hazard areas"]


async def test_links_begin_with_the_public_address_where_there_is_one(world: World) -> None:
    world.settings = replace(world.settings, public_url="https://komek.example.kz/")
    world.restart()

    start = (await get(world, "/v1/gis")).json()

    assert href(start, "data") == "https://komek.example.kz/v1/gis/collections"
    assert href(start, "service-doc") == "https://komek.example.kz/docs"


async def test_each_reading_is_in_the_audit_with_what_it_named(world: World) -> None:
    await items(world, "incidents", "?limit=2")
    await items(world, "people-cells", "?bbox=76,43,77,44")
    await items(world, "staging-points", f"?incident_id={numbered(2)}")
    await get(world, f"/v1/gis/collections/hazard-areas/items/{numbered(2)}")

    told = [(entry.action, entry.subject, entry.subjects) for entry in world.log.audits]
    assert told == [
        ("gis.items.read", "incidents", (numbered(5), numbered(4))),
        ("gis.items.read", "people-cells 76.00,43.00,77.00,44.00 all", ()),
        ("gis.items.read", "staging-points", (numbered(2),)),
        ("gis.item.read", f"hazard-areas {numbered(2)}", (numbered(2),)),
    ]


async def test_a_page_reads_what_it_shows(world: World) -> None:
    world.redis.add(*[reported(number) for number in range(400, 10, -1)])
    asked: list[int] = []
    read = world.redis.incidents

    async def counted(ids: Any) -> Any:
        asked.append(len(ids))
        return await read(ids)

    world.redis.incidents = counted  # type: ignore[assignment,method-assign]
    found = await items(world, "incidents", "?limit=300")

    assert (len(found), sum(asked), max(asked)) == (300, 300, 200)


async def test_an_empty_page_is_the_last_one(world: World) -> None:
    """QGIS ends at an empty page, whatever link it has, so a rare filter is looked for longer."""
    world.redis.states = {one.id: one for one in map(reported, range(4_500, 0, -1))}

    assert await items(world, "incidents", "?datetime=../2025-11-24T16:02:00Z") == [numbered(2), numbered(1)]


async def test_a_token_is_taken_as_the_password_of_basic(world: World) -> None:
    pair = base64.b64encode(f"anything:{token('monitor', 'gis-1')}".encode()).decode()

    answers = [
        await world.ask("GET", path, role=None, headers={"Authorization": f"Basic {pair}"})
        for path in ("/v1/gis/collections", "/v1/incidents")
    ]

    assert [answer.status_code for answer in answers] == [200, 401]


@pytest.mark.parametrize(
    "header", ["Basic", "Basic x", "Basic " + base64.b64encode(b"no colon").decode(), "Basic eDo=", "Basic w6k6w6k="]
)
async def test_other_passwords_are_401_with_a_challenge(world: World, header: str) -> None:
    answer = await world.ask("GET", "/v1/gis", role=None, headers={"Authorization": header})

    assert (answer.status_code, code(answer)) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer, Basic realm="Komek", charset="UTF-8"'


async def test_a_browser_is_not_asked_for_a_password(world: World) -> None:
    """It would show a dialogue, and send the token with every later request to this host."""
    answer = await world.ask("GET", "/v1/gis", role=None, headers={"Sec-Fetch-Mode": "navigate"})

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
