"""The OpenAPI document: requests generated from it cause no 5xx, responses have no undeclared key."""

from typing import Any

import httpx2
import pydantic
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import assembled
from api.schemas.events import EVENTS
from dispatch.model.incidents import Attention, Hazard
from dispatch.model.job_fields import JobField
from dispatch.model.merges import MergeCandidate, Merging
from dispatch.model.offers import CheckInClock, Confirmed, Distress, JobChange, Offer, TaskResult, Unconfirmed, Watch
from dispatch.model.places import Place
from dispatch.model.reasons import SoftRule
from dispatch.model.requirements import Climb
from dispatch.model.vocabulary import (
    Capability,
    CheckInState,
    ConfirmationState,
    OfferSource,
    OfferState,
    Task,
    TravelMode,
)
from streams import wire
from streams.store.reads import VolunteerView
from streams.tokens import Role
from streams.wire import IncidentPrivate, VolunteerPrivate
from tests.support.api_contract import check_response, documented_routes
from tests.support.api_fakes import DATA_KEY, seal_incident
from tests.support.api_world import World, token
from tests.support.builders import (
    INCIDENT,
    NOW_MS,
    ZONE,
    Story,
    helpers,
    incident,
    offer,
    requirement,
    shortfall,
)

OFFER = f"o-{ZONE}-{INCIDENT.rsplit('-', 1)[1]}-" + "b" * 16
DIGITAL_OFFER = f"o-{ZONE}-{INCIDENT.rsplit('-', 1)[1]}-" + "c" * 16
HAZARD = f"i-{ZONE}-" + "d" * 32
POINT = {"type": "Point", "coordinates": [76.9, 43.2]}
ROLE_OF = {
    "/v1/locations": "tracker",
    "/v1/offers/": "volunteer",
    "/duty": "volunteer",
    "/location": "volunteer",
    "/export": "volunteer",
}


def peopled() -> World:
    """A world in which the ids of the document's examples exist."""
    world = World()
    work: dict[str, Any] = {"capability": Capability.DIGITAL, "skill": "verification", "task": Task.VERIFY_REPORT}
    world.redis.add(
        incident(offers=(offer(OfferState.ACCEPTED, id=OFFER, volunteer_id="v-1", **work),)),
    )
    seal_incident(world.redis, INCIDENT, description="d", address="a", caller={"name": "n"})
    return world


WORLD = peopled()
schema = schemathesis.openapi.from_asgi("/openapi.json", WORLD.app)


def role_of(path: str, method: str) -> str:
    if method == "DELETE":
        return "volunteer"
    return next((role for part, role in ROLE_OF.items() if part in path), "operator")


@schema.include(path_regex="^/(v1|healthz|readyz)").exclude(path="/v1/events").parametrize()
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_requests_made_from_the_document_never_break_anything(case: Any) -> None:
    role = role_of(case.path, case.method)
    case.headers = {
        **{name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"},
        "Authorization": f"Bearer {token(role, 'v-1' if role == 'volunteer' else 'op-1')}",
    }
    for name, known in (("incident_id", INCIDENT), ("offer_id", OFFER), ("volunteer_id", "v-1")):
        if case.path_parameters and name in case.path_parameters and len(str(case.path_parameters[name])) % 2:
            case.path_parameters[name] = known

    answer = case.call()

    assert answer.status_code < 500 or answer.status_code == 503
    case.validate_response(
        answer, checks=[status_code_conformance, content_type_conformance, response_schema_conformance]
    )


def full_offer(state: OfferState, **known: Any) -> Offer:
    """An offer with a value in every field that a view shows."""
    ground = incident(id=HAZARD)
    return offer(
        state,
        volunteer_id="v-1",
        distance_m=500.0,
        eta_s=60.0,
        accepted_ms=NOW_MS,
        lease_expires_ms=NOW_MS,
        reason="late",
        staging=Place(lon=76.9, lat=43.2),
        check_in=CheckInClock(state=CheckInState.ASKED, due_ms=NOW_MS),
        watch=Watch(due_ms=NOW_MS, asked_ms=NOW_MS),
        distress=Distress(incident_id=INCIDENT, at_ms=NOW_MS),
        source=OfferSource.OPERATOR,
        set_aside=(SoftRule.TOO_FAR,),
        unconfirmed=Unconfirmed(
            changes=(JobChange(fields=(JobField.LOCATION,), version=1, at_ms=NOW_MS),),
            state=ConfirmationState.ASKED,
            due_ms=NOW_MS,
        ),
        confirmed=Confirmed(version=1, at_ms=NOW_MS),
        hazards_on_way={ground.id: 1},
        **known,
    )


def full_world() -> World:
    """A world in which every optional field of an incident and its offers has a value."""
    world = World()
    translation: dict[str, Any] = {
        "capability": Capability.DIGITAL,
        "skill": "translator",
        "task": Task.TRANSLATE,
        "result": TaskResult(outcome="done", at_ms=NOW_MS, language="kk", private_ref="r-1", location=POINT),
    }
    state = incident(
        language="kk",
        external_id="7",
        alarm_level=2,
        escalations=("wider_ring",),
        attention=(Attention(reason="distress", since_ms=NOW_MS, offer_id=OFFER),),
        hazard=Hazard(equipped=("boat",), since=1),
        warned={"v-1": 1},
        parent_id=HAZARD,
        distress_of="v-9",
        reports=(HAZARD,),
        split_from=HAZARD,
        split_into=(HAZARD,),
        merging=Merging(into=HAZARD, due_ms=NOW_MS),
        merge_candidates=(
            MergeCandidate(
                incident_id=HAZARD, score=0.9, distance_m=1.0, apart_s=2.0, type=1.0, text=0.5, reasons=("place",)
            ),
        ),
        requirements=(
            requirement(
                shortfall=shortfall(), any_of=("cpr",), max_eta_s=600, climb=Climb(ladder="field", due_ms=NOW_MS)
            ),
            requirement(
                id="r2", capability=Capability.DIGITAL, skill="translator", task=Task.TRANSLATE, settled="done"
            ),
        ),
        offers=(
            full_offer(OfferState.EN_ROUTE, id=OFFER),
            full_offer(OfferState.ACCEPTED, id=DIGITAL_OFFER, requirement_id="r2", **translation),
        ),
    )
    world.redis.add(state, incident(id=HAZARD, hazard=Hazard(since=1), warned={"v-1": 1}))
    seal_incident(world.redis, INCIDENT, description="d", address="a", caller={"name": "n", "phone": "1"})
    world.redis.sealed["r-1"] = wire.seal(DATA_KEY, "r-1", IncidentPrivate(text="a translation"))
    contact = {"name": "n", "phone": "1", "email": "e@example.org", "push": "p"}
    person = VolunteerPrivate(home=Place(lon=76.9, lat=43.2), contact=contact)
    world.redis.sealed["volunteer:v-1"] = wire.seal(DATA_KEY, "volunteer:v-1", person)
    for one in ("v-1", "v-9"):
        world.redis.volunteers[one] = volunteer_view(one)
    return world


def volunteer_view(volunteer_id: str) -> VolunteerView:
    return VolunteerView(
        id=volunteer_id,
        capabilities=(Capability.FIELD,),
        skills=("first_aid",),
        languages=("kk",),
        travel_mode=TravelMode.CAR,
        max_distance_m=1000,
        on_duty=True,
        offset=1,
        offer_id=OFFER,
        incident_id=INCIDENT,
        fix_at_ms=NOW_MS,
        fix_age_s=1.0,
        place=Place(lon=76.9, lat=43.2),
        accuracy_m=10.0,
    )


READS = [route for route in documented_routes() if route.methods == {"GET"} and route.path != "/v1/events"]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("route", READS, ids=lambda route: route.path)
async def test_every_read_declares_the_fields_of_each_role(route: APIRoute, role: Role) -> None:
    """`World` compares each response with its model; here every optional field has a value."""
    world = full_world()
    story = Story(people=helpers("v-1", "v-2", "v-3", "v-4"))
    story.report()
    story.accept("v-1")
    world.decisions.at = {(0, offset): decided for offset, decided in enumerate(story.decisions)}
    world.redis.places[INCIDENT] = sorted(world.decisions.at)
    command = story.decisions[0].cause.command_id
    world.redis.decision_places[command] = (0, 0)
    queries = ("", "?volunteer_id=v-1") if route.path.endswith("/why") else ("",)

    for offer_id in (OFFER, DIGITAL_OFFER) if "{offer_id}" in route.path else (OFFER,):
        path = route.path.format(incident_id=INCIDENT, offer_id=offer_id, volunteer_id="v-1", command_id=command)
        for query in queries:
            answer = await world.ask("GET", path + query, role=role, subject="v-1")

            assert answer.status_code in (200, 403), answer.text


async def test_a_key_that_no_model_declares_is_found(world: World) -> None:
    answer = await world.ask("GET", "/v1/status")
    undeclared = httpx2.Response(200, json=answer.json() | {"new": 1}, request=answer.request)

    with pytest.raises(pydantic.ValidationError, match="extra_forbidden"):
        check_response(undeclared)


async def test_geojson_is_declared() -> None:
    answer = await full_world().ask("GET", "/v1/incidents", headers={"Accept": "application/geo+json"})

    assert answer.json()["features"][0]["properties"]["attention"]


async def test_a_report_without_a_decision_is_declared(world: World) -> None:
    answer = await world.report(language="kk", external_id="7")

    assert (await world.ask("GET", answer.json()["links"]["self"])).json()["version"] == 0


def test_every_event_of_the_stream_is_declared_in_the_document() -> None:
    document = assembled().openapi()
    operation = document["paths"]["/v1/events"]["get"]

    for name, model in EVENTS.items():
        assert f"`{name}` (`{model.__name__}`)" in operation["description"]
        assert model.__name__ in document["components"]["schemas"]


def test_every_operation_is_described_and_names_its_problems() -> None:
    document = assembled().openapi()

    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/v1"):
                assert operation.get("description"), (method, path)
                assert {"401", "403", "422", "503"} <= operation["responses"].keys(), (method, path)
                assert operation["security"] == [{"token": []}], (method, path)


def test_writes_ask_for_an_idempotency_key() -> None:
    document = assembled().openapi()

    for path, methods in document["paths"].items():
        for method in ("post", "patch"):
            if method in methods and path != "/v1/locations":
                names = [parameter["name"].lower() for parameter in methods[method]["parameters"]]
                assert "idempotency-key" in names, path


async def test_the_documentation_page_loads_nothing_from_other_hosts(world: World) -> None:
    for path in ("/docs", "/docs/docs.js", "/docs/docs.css", "/"):
        answer = await world.client.get(path)

        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "https://" not in answer.text
        assert "//cdn" not in answer.text
