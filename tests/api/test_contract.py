"""The OpenAPI document: complete, and no response has an undeclared key."""

import re

import httpx2
import pydantic
import pytest
from fastapi.routing import APIRoute

from api.schemas.events import EVENTS
from streams.tokens import Role
from tests.api.seeded_world import CONVERSATION, DIGITAL_OFFER, OFFER, seeded_world
from tests.support.api_contract import check_response, documented_routes
from tests.support.api_world import World
from tests.support.builders import (
    INCIDENT,
    Story,
    helpers,
)
from tests.support.openapi import openapi

READS = [route for route in documented_routes() if route.methods == {"GET"} and route.path != "/v1/events"]

QUERIES = {
    "/v1/conversations": ("", "?ended=true", "?ended=true&end=incident"),
    "/v1/incidents/{incident_id}/why": ("", "?volunteer_id=v-1"),
    "/v1/search": ("?q=Талгар", "?q=v-1", f"?q={INCIDENT}", "?q=AK-042"),
    "/v1/volunteers": ("", "?q=v-1", f"?incident={INCIDENT}"),
    "/v1/reports/summary": ("", "?by=district", "?by=hour&exercise=true"),
    "/v1/places": ("?q=Талгар&near=76.9,43.2", "?q=43.24,76.95"),
    "/v1/places/at": ("?lon=76.945&lat=43.238",),
}
"""Of routes that need one, or whose response depends on it."""
MAY_BE_ABSENT = {"/v1/hazards/{incident_id}.cap"}
"""The seeded incident has no hazard area."""
WITHOUT_TOKEN = {
    "/v1/deployment",
    "/v1/inbound/sms",
    "/v1/inbound/telegram",
    "/v1/session/exchange",
    "/v1/session/renew",
}
# An answer that is kept for repeats would keep the code of a login link with it.
REPEATABLE = WITHOUT_TOKEN | {
    # The same device again is the same device; a code is spent; seen is seen; a test may be repeated.
    "/v1/volunteers/{volunteer_id}/channels",
    "/v1/volunteers/{volunteer_id}/channels/{channel_id}/verify",
    "/v1/volunteers/{volunteer_id}/test-notice",
    "/v1/notices/{notice_id}/seen",
    # A repeat renews what holds.
    "/v1/alarms/{name}/{ref}/ack",
    "/v1/alarms/{name}/{ref}/shelve",
    "/v1/incidents/{incident_id}/presence",
    "/v1/reports/summary/notes/{note_id}/read",
    # Taken is taken, ended is ended; a text may be sent again.
    "/v1/conversations/{conversation_id}/take",
    "/v1/conversations/{conversation_id}/give-back",
    "/v1/conversations/{conversation_id}/discard",
    "/v1/conversations/{conversation_id}/reply",
    "/v1/conversations/{conversation_id}/take-back",
    "/v1/conversations/{conversation_id}/presence",
    # A patch of a profile states values: a repeat changes nothing.
    "/v1/volunteers/{volunteer_id}",
    "/v1/session/codes",
    "/v1/revocations",
    # Stores nothing.
    "/v1/incidents/preview",
    "/v1/assistant/report",
    "/v1/assistant/transcription",
    # The first verdict counts.
    "/v1/incidents/{incident_id}/hints/{hint_id}/verdict",
    "/v1/assistant/picture",
    # A repeat sets the same mode.
    "/v1/assistant",
    "/v1/assistant/{task}",
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("route", READS, ids=lambda route: route.path)
async def test_every_read_declares_the_fields_of_each_role(route: APIRoute, role: Role) -> None:
    """`World` compares each response with its model; here every optional field has a value."""
    world = seeded_world()
    story = Story(people=helpers("v-1", "v-2", "v-3", "v-4"))
    story.report()
    story.accept("v-1")
    world.decisions.at = {(0, offset): decided for offset, decided in enumerate(story.decisions)}
    world.redis.places[INCIDENT] = sorted(world.decisions.at)
    command = story.decisions[0].cause.command_id
    world.redis.decision_places[command] = (0, 0)
    queries = QUERIES.get(route.path, ("",))

    for offer_id in (OFFER, DIGITAL_OFFER) if "{offer_id}" in route.path else (OFFER,):
        path = route.path.format(
            incident_id=INCIDENT,
            offer_id=offer_id,
            volunteer_id="v-1",
            command_id=command,
            collection_id="incidents",
            feature_id=INCIDENT,
            conversation_id=CONVERSATION,
        )
        for query in queries:
            answer = await world.ask("GET", path + query, role=role, subject="v-1")

            absent = {404} if route.path in MAY_BE_ABSENT else set()
            assert answer.status_code in {200, 403} | absent, answer.text


async def test_a_key_that_no_model_declares_is_found(world: World) -> None:
    answer = await world.ask("GET", "/v1/status")
    undeclared = httpx2.Response(200, json=answer.json() | {"new": 1}, request=answer.request)

    with pytest.raises(pydantic.ValidationError, match="extra_forbidden"):
        check_response(undeclared)


async def test_geojson_is_declared() -> None:
    answer = await seeded_world().ask("GET", "/v1/incidents", headers={"Accept": "application/geo+json"})

    assert answer.json()["features"][0]["properties"]["attention"]


async def test_a_report_without_a_decision_is_declared(world: World) -> None:
    answer = await world.report(language="kk", external_id="7")

    assert (await world.ask("GET", answer.json()["links"]["self"])).json()["version"] == 0


def test_every_event_of_the_stream_is_declared_in_the_document() -> None:
    document = openapi()
    operation = document["paths"]["/v1/events"]["get"]

    for name, model in EVENTS.items():
        assert f"`{name}` (`{model.__name__}`)" in operation["description"]
        assert model.__name__ in document["components"]["schemas"]


def test_every_operation_is_described_and_names_its_problems() -> None:
    document = openapi()

    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/v1"):
                assert operation.get("description"), (method, path)
                assert {"401", "403", "422", "503"} <= operation["responses"].keys(), (method, path)
                if path not in WITHOUT_TOKEN:
                    assert operation["security"] == [{"token": []}, {"session": []}], (method, path)


def test_writes_ask_for_an_idempotency_key() -> None:
    document = openapi()

    for path, methods in document["paths"].items():
        for method in ("post", "patch"):
            if method in methods and path != "/v1/locations" and path not in REPEATABLE:
                names = [parameter["name"].lower() for parameter in methods[method]["parameters"]]
                assert "idempotency-key" in names, path


async def test_the_documentation_page_loads_nothing_from_other_hosts(world: World) -> None:
    for path in ("/docs", "/docs/docs.js", "/docs/docs.css", "/"):
        answer = await world.client.get(path)

        # `/` is the start page, or the console with the stricter policy.
        assert re.match(r"default-src '(self|none)'", answer.headers["content-security-policy"])
        assert "https://" not in answer.text
        assert "//cdn" not in answer.text
