"""Reads of incidents by role: lists, single incidents, types, and the fields that a role must not see."""

from typing import Any

import pytest

from dispatch.model.geojson import area_of
from dispatch.model.incidents import Incident
from dispatch.model.reasons import ShortfallReason
from dispatch.model.vocabulary import IncidentStatus, OfferState, Priority
from tests.support.api_fakes import seal_incident
from tests.support.api_world import World, code, fields
from tests.support.builders import incident, offer, point, requirement, shortfall

CANARIES = ("canary-description", "canary-street", "canary-name", "+7 canary")


def numbered(number: int, **known: Any) -> Incident:
    return incident(id=f"i-8320e5-{number:032x}", **known)


async def ids(world: World, query: str = "", **ask: Any) -> list[str]:
    answer = await world.ask("GET", f"/v1/incidents{query}", **ask)
    assert answer.status_code == 200, answer.text
    return [item["id"][-2:] for item in answer.json()["items"]]


async def test_lists_are_filtered(world: World) -> None:
    world.redis.add(
        numbered(1, status=IncidentStatus.CLOSED),
        numbered(2, priority=Priority.CRITICAL),
        numbered(3, type="flood"),
        numbered(4, area=point(71.43, 51.13)),
        numbered(5, area=None),
    )

    assert await ids(world) == ["01", "02", "03", "04", "05"]
    assert await ids(world, "?status=closed,cancelled") == ["01"]
    assert await ids(world, "?priority=critical") == ["02"]
    assert await ids(world, "?type=flood") == ["03"]
    assert await ids(world, "?bbox=70,50,72,52") == ["04"]
    assert await ids(world, "?bbox=170,-90,100,90") == ["01", "02", "03", "04"]  # across the antimeridian
    assert await ids(world, "?status=dispatching&bbox=76,43,77,44", role="monitor") == ["02", "03"]


FLOOD = [[76.9, 43.2], [77.1, 43.2], [77.1, 43.4], [76.9, 43.4], [76.9, 43.2]]
STRAIT = [[179.95, 65.0], [-179.95, 65.0], [-179.95, 65.04], [179.95, 65.04], [179.95, 65.0]]


@pytest.mark.parametrize(
    ("bbox", "met"),
    [
        ("76.91,43.21,76.92,43.22", ["01"]),  # wholly inside, beside its centre
        ("76.8,43.1,77.2,43.5", ["01"]),  # wholly around it
        ("77.1,43.3,77.2,43.35", ["01"]),  # touches its edge
        ("77.11,43.3,77.2,43.35", []),
        ("179.96,65.01,179.97,65.02", ["02"]),
        ("-179.97,65.01,-179.96,65.02", ["02"]),
        ("179,64,-179,66", ["02"]),  # across the antimeridian
        ("-179,64,179,66", []),
    ],
)
async def test_a_box_lists_the_incidents_it_intersects_in_every_format(world: World, bbox: str, met: list[str]) -> None:
    world.redis.add(
        numbered(1, area=area_of({"type": "Polygon", "coordinates": [FLOOD]})),
        numbered(2, area=area_of({"type": "Polygon", "coordinates": [STRAIT]})),
    )

    features = (await world.ask("GET", f"/v1/incidents?bbox={bbox}", headers={"accept": "application/geo+json"})).json()
    sheet = (await world.ask("GET", f"/v1/incidents?format=csv&bbox={bbox}")).text

    assert await ids(world, f"?bbox={bbox}") == met
    assert [feature["id"][-2:] for feature in features["features"]] == met
    assert [number for number in ("01", "02") if numbered(int(number)).id in sheet] == met


async def test_pages_follow_each_other_without_a_gap(world: World) -> None:
    world.redis.add(*(numbered(number, type="flood" if number % 3 else "storm") for number in range(1, 31)))
    seen: list[str] = []
    cursor: str | None = ""

    while cursor is not None:
        following = f"&cursor={cursor}" if cursor else ""
        answer = (await world.ask("GET", f"/v1/incidents?type=storm&limit=4{following}")).json()
        seen += [item["id"][-2:] for item in answer["items"]]
        cursor = answer["next"]

    assert seen == [f"{number:02x}" for number in range(3, 31, 3)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?status=lost", "status"),
        ("?priority=urgent", "priority"),
        ("?bbox=1,2,3", "bbox"),
        ("?bbox=nan,0,0,0", "bbox"),
        ("?bbox=0,50,0,40", "bbox"),
        ("?limit=0", "limit"),
        ("?limit=x", "limit"),
        ("?cursor=%00", "cursor"),
    ],
)
async def test_a_bad_query_names_its_part(world: World, query: str, field: str) -> None:
    answer = await world.ask("GET", f"/v1/incidents{query}")

    assert (answer.status_code, code(answer), fields(answer)) == (422, "invalid", [field])


async def test_a_list_is_given_as_geojson_when_asked_for(world: World) -> None:
    world.redis.add(numbered(1), numbered(2, area=None))

    answer = await world.ask("GET", "/v1/incidents", headers={"Accept": "application/geo+json"})

    assert answer.headers["content-type"] == "application/geo+json"
    shown = answer.json()
    assert shown["type"] == "FeatureCollection"
    assert [feature["geometry"] for feature in shown["features"]] == [
        {"type": "Point", "coordinates": [76.945, 43.238]},
        None,
    ]
    assert shown["features"][0]["properties"]["type"] == "medical.other"


async def test_requirements_show_offered_accepted_and_shortfall(world: World) -> None:
    need = requirement(count=3, shortfall=shortfall(1, ShortfallReason.ALL_ENGAGED))
    offers = (offer(id="o-1"), offer(OfferState.DECLINED, id="o-2"), offer(OfferState.EN_ROUTE, id="o-3"))
    state = incident(requirements=(need,), offers=offers)
    world.redis.add(state)

    shown = (await world.ask("GET", f"/v1/incidents/{state.id}")).json()["requirements"][0]

    assert (shown["offered"], shown["accepted"], shown["shortfall"]) == (1, 1, 1)
    assert shown["shortfall_reason"] == "all_engaged"


async def test_the_etag_is_the_version(world: World) -> None:
    state = incident(version=7)
    world.redis.add(state)

    assert (await world.ask("GET", f"/v1/incidents/{state.id}")).headers["etag"] == '"7"'


def canaries_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def planted(world: World, *offers: Any) -> Incident:
    state = incident(offers=offers, area=point(76.945123, 43.238456))
    world.redis.add(state)
    caller = {"name": CANARIES[2], "phone": CANARIES[3]}
    seal_incident(world.redis, state.id, description=CANARIES[0], address=CANARIES[1], caller=caller)
    return state


async def test_an_operator_sees_the_private_fields_which_is_audited(world: World) -> None:
    state = planted(world)

    shown = await world.ask("GET", f"/v1/incidents/{state.id}", subject="op-7")

    assert canaries_in(shown.text) == list(CANARIES)
    assert [(entry.actor, entry.action, entry.subject) for entry in world.log.audits] == [
        ("op-7", "incident.private.read", state.id),
        ("op-7", "incident.read", state.id),
    ]


async def test_a_monitor_sees_no_private_field(world: World) -> None:
    state = planted(world)

    shown = await world.ask("GET", f"/v1/incidents/{state.id}", role="monitor")
    listed = await world.ask("GET", "/v1/incidents", role="monitor")

    assert shown.status_code == 200
    assert canaries_in(shown.text + listed.text) == []


async def test_a_volunteer_sees_only_incidents_with_an_offer_of_theirs(world: World) -> None:
    mine = offer(id="o-1", volunteer_id="volunteer-1")
    state = planted(world, mine, offer(id="o-2", volunteer_id="v-other"))

    asked = await world.ask("GET", f"/v1/incidents/{state.id}", role="volunteer")
    stranger = await world.ask("GET", f"/v1/incidents/{state.id}", role="volunteer", subject="v-stranger")

    assert code(stranger) == "not_found"
    assert canaries_in(asked.text) == []
    assert "v-other" not in asked.text
    assert "76.945123" not in asked.text


async def test_after_acceptance_a_volunteer_sees_place_and_caller(world: World) -> None:
    state = planted(world, offer(OfferState.ACCEPTED, id="o-1", volunteer_id="volunteer-1"))

    shown = await world.ask("GET", f"/v1/incidents/{state.id}", role="volunteer")

    assert canaries_in(shown.text) == list(CANARIES)
    assert shown.json()["location"]["coordinates"] == [76.945123, 43.238456]


async def test_reads_give_503_while_redis_is_down(world: World) -> None:
    world.redis.is_down = True

    answer = await world.ask("GET", "/v1/incidents")

    assert (answer.status_code, code(answer), answer.headers["retry-after"]) == (503, "picture_unavailable", "1")


async def test_types_come_with_their_plans(world: World) -> None:
    shown = (await world.ask("GET", "/v1/incident-types", role="tracker")).json()

    kinds = {item["type"]: item for item in shown["items"]}
    assert {"medical.cardiac_arrest", "flood", "welfare.check", "information"} <= kinds.keys()
    assert {"kk", "ru", "en"} <= kinds["flood"]["title"].keys()
    assert kinds["flood"]["requirements"]
    assert "first_aid" in shown["vocabulary"]["skills"]
