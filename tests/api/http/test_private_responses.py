"""No cache keeps what the API says, and no browser guesses its type."""

import httpx2
import pytest
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.routes import pages
from streams.tokens import Role
from tests.api.seeded_world import DIGITAL_OFFER, PROPOSAL, seeded_world
from tests.support.api_world import World
from tests.support.builders import INCIDENT

ROUTES = [route for module in ROUTERS for route in module.router.routes if isinstance(route, APIRoute)]
PAGES = {route.path for route in pages.router.routes if isinstance(route, APIRoute)}
"""The same for everybody and without personal data: a browser keeps them and asks each time whether they have changed."""
KEPT = {"/v1/deployment": "public, max-age=60"}
"""The same for everybody as well, and asked for by each page: kept for a while."""


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods or ())} {route.path}")
async def test_every_response_is_marked(route: APIRoute) -> None:
    world = seeded_world()
    path = route.path.format(
        incident_id=INCIDENT,
        offer_id=DIGITAL_OFFER,
        volunteer_id="v-1",
        command_id="c",
        session_id="s",
        proposal_id=PROPOSAL,
        skill="doctor",
        channel_id="ch-1",
        notice_id="n-1",
        note_id="0b5e",
        conversation_id="m-1",
        hint_id="h-1",
        name="x.js",
        task="report",
        ref="-",
        collection_id="incidents",
        feature_id=INCIDENT,
    )
    for role in [*Role, None] if route.path != "/v1/events" else [Role.ADMIN, None]:
        answer = await world.ask(min(route.methods or ()), path, {}, role=role, subject="v-1")

        assert answer.headers["x-content-type-options"] == "nosniff"
        of_success = KEPT.get(route.path, "no-cache" if route.path in PAGES else "no-store")
        assert answer.headers["cache-control"] == (of_success if answer.status_code < 400 else "no-store")


async def test_unexpected_errors_are_marked(world: World) -> None:
    world.redis.page = None  # type: ignore[assignment,method-assign]

    answer = await world.ask("GET", "/v1/incidents")

    assert answer.status_code == 500
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("HEAD", f"/v1/incidents/{INCIDENT}", {}, 200),  # answered like GET, by its own middleware
        ("HEAD", "/v1/events", {}, 200),  # an endless stream, cancelled after its headers
        ("GET", "/v1/incidents", {"Accept": "text/csv"}, 200),
        ("GET", "/v1/incidents", {"Accept": "application/geo+json"}, 200),
        ("GET", f"/v1/incidents/{INCIDENT}", {"If-None-Match": "*"}, 200),  # never 304: nothing is kept to compare with
        ("GET", "/v1/nothing-here", {}, 404),
        ("POST", f"/v1/incidents/{INCIDENT}", {}, 405),
        ("POST", f"/v1/incidents/{INCIDENT}/notes", {"Content-Type": "text/plain"}, 400),
    ],
)
async def test_every_form_of_a_response_is_marked(method: str, path: str, headers: dict[str, str], status: int) -> None:
    answer = await seeded_world().ask(method, path, headers=headers)

    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("scheme", "value"), [("https", "max-age=31536000"), ("http", None)])
async def test_a_browser_that_came_by_tls_never_comes_back_without_it(
    world: World, scheme: str, value: str | None
) -> None:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=world.app), base_url=f"{scheme}://komek.example"
    ) as client:
        answer = await client.get("/healthz")

    assert answer.headers.get("strict-transport-security") == value
