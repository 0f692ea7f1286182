"""HEAD is GET without its body, and `Allow` names every method of a path."""

import asyncio
from typing import Any

import pytest

from tests.support.api_world import World, code, token
from tests.support.builders import INCIDENT, incident

ANYBODY: list[str] = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/docs.js", "/", "/v/"]
OPERATORS = ["/v1/incidents", f"/v1/incidents/{INCIDENT}", f"/v1/incidents/{INCIDENT}/timeline", "/v1/status"]


@pytest.mark.parametrize("path", [*ANYBODY, *OPERATORS, "/v1/incident-types", "/v1/incidents?format=csv"])
async def test_head_answers_as_get_without_a_body(world: World, path: str) -> None:
    world.redis.add(incident())

    got, head = [await world.ask(method, path, key=None) for method in ("GET", "HEAD")]

    assert (head.status_code, head.content) == (got.status_code, b"")
    assert got.status_code == 200
    assert head.headers["content-type"] == got.headers["content-type"]
    if path != "/metrics" and "status" not in path and path != "/readyz":  # these change with time
        assert head.headers.get("content-length") == got.headers.get("content-length")


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [("/v1/incidents", None, 401), ("/v1/incidents", "tracker", 403), ("/v1/incidents/i-0", "operator", 404)],
)
async def test_head_is_refused_as_get_is(world: World, path: str, role: str | None, status: int) -> None:
    answer = await world.ask("HEAD", path, role=role, key=None)

    assert (answer.status_code, answer.content) == (status, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_head_of_the_event_stream_ends(world: World) -> None:
    async with asyncio.timeout(5):
        answer = await world.ask("HEAD", "/v1/events", key=None)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_head_has_no_effect_where_there_is_no_get(world: World) -> None:
    answer = await world.ask("HEAD", "/v1/locations", role="tracker", key=None)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


ALLOWED = [
    ("/healthz", "GET, HEAD, OPTIONS"),
    ("/v1/incidents", "GET, HEAD, POST, OPTIONS"),
    (f"/v1/incidents/{INCIDENT}", "GET, HEAD, PATCH, OPTIONS"),
    (f"/v1/incidents/{INCIDENT}/cancel", "POST, OPTIONS"),
    ("/v1/volunteers/v-1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
    ("/v1/volunteers/v-1/duty", "PUT, OPTIONS"),
    ("/v1/locations", "POST, OPTIONS"),
    ("/v1/events", "GET, HEAD, OPTIONS"),
]


@pytest.mark.parametrize(("path", "allow"), ALLOWED)
async def test_a_refused_method_gets_all_allowed_methods(world: World, path: str, allow: str) -> None:
    for method in {"POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"} - set(allow.split(", ")):
        answer = await world.ask(method, path)
        assert (answer.status_code, code(answer), answer.headers["allow"]) == (405, "method_not_allowed", allow)

    options = await world.ask("OPTIONS", path, role=None, key=None)
    assert (options.status_code, options.content, options.headers["allow"]) == (204, b"", allow)


async def test_an_unknown_path_is_404_for_every_method(world: World) -> None:
    answers: list[Any] = [await world.ask(method, "/v1/nothing") for method in ("GET", "HEAD", "OPTIONS", "PUT")]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_every_route_that_has_get_is_met_by_the_rule(world: World) -> None:
    """HEAD is one middleware: no route can lack it, and the document does not list it."""
    paths = world.app.openapi()["paths"]

    assert not [path for path, operations in paths.items() if "head" in operations]
    assert token("operator", "op-1")
