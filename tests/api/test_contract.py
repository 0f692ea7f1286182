"""The OpenAPI document says what is true: requests made from it never break anything, answers are as it describes them."""

from typing import Any

import pydantic
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api import schemas
from api.app import assembled
from dispatch.model.vocabulary import Capability, OfferState, Task
from tests.support.api_fakes import seal_incident
from tests.support.api_world import World, token
from tests.support.builders import INCIDENT, ZONE, incident, offer

OFFER = f"o-{ZONE}-{INCIDENT.rsplit('-', 1)[1]}-" + "b" * 16
ROLE_OF = {
    "/v1/locations": "tracker",
    "/v1/offers/": "volunteer",
    "/duty": "volunteer",
    "/location": "volunteer",
    "/export": "volunteer",
}


def peopled() -> World:
    """A world in which ids of the document's examples mean something."""
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


READS: list[tuple[str, str, type[pydantic.BaseModel]]] = [
    (f"/v1/incidents/{INCIDENT}", "operator", schemas.IncidentShown),
    (f"/v1/incidents/{INCIDENT}", "volunteer", schemas.IncidentShown),
    ("/v1/incidents", "monitor", schemas.IncidentPage),
    (f"/v1/offers/{OFFER}", "volunteer", schemas.OfferShown),
    ("/v1/volunteers/v-1/offers", "volunteer", schemas.OfferList),
    ("/v1/incident-types", "tracker", schemas.IncidentTypes),
    ("/v1/status", "admin", schemas.Status),
    (f"/v1/incidents/{INCIDENT}/timeline", "operator", schemas.Entries),
]


@pytest.mark.parametrize(("path", "role", "model"), READS, ids=[f"{role} {path}" for path, role, _ in READS])
async def test_answers_are_as_described(path: str, role: str, model: type[pydantic.BaseModel]) -> None:
    world = peopled()

    answer = await world.ask("GET", path, role=role, subject="v-1")

    assert answer.status_code == 200, answer.text
    model.model_validate_json(answer.content)


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


async def test_the_page_for_reading_it_loads_nothing_from_elsewhere(world: World) -> None:
    for path in ("/docs", "/docs/docs.js", "/docs/docs.css", "/"):
        answer = await world.client.get(path)

        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "https://" not in answer.text
        assert "//cdn" not in answer.text
