"""Every error, expected or not, gives problem+json, without values of the request."""

import json
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from api.http.problems import TABLE, ProblemResponse, problem_of
from api.http.strict_json import BadJson
from dispatch.ports import NotReady, StoreUnavailable
from streams import logs
from streams.errors import LogUnavailable, OutcomeUnknown, Overloaded
from tests.support.api_world import World, code
from tests.support.builders import INCIDENT, incident


@pytest.mark.parametrize(
    ("error", "expected", "retry_after"),
    [
        (Overloaded("x"), (503, "overloaded"), "1"),
        (OutcomeUnknown("x"), (503, "unknown_outcome"), "1"),
        (StoreUnavailable("x"), (503, "picture_unavailable"), "1"),
        (NotReady("x"), (503, "picture_unavailable"), "3"),
        (LogUnavailable("x"), (503, "log_unavailable"), "1"),
        (BadJson("a comma", "{,", 1), (400, "bad_json"), None),
        (ProblemResponse("conflict"), (409, "conflict"), None),
        (RuntimeError("secret"), (500, "internal"), None),
    ],
)
def test_each_error_has_one_answer(error: Exception, expected: tuple[int, str], retry_after: str | None) -> None:
    problem = problem_of(error)

    assert (problem.status_code, problem.code) == expected
    assert (problem.headers or {}).get("Retry-After") == retry_after
    assert "secret" not in json.dumps(problem.body)


def test_every_code_is_stable_and_has_a_status() -> None:
    assert all(400 <= entry.status <= 503 and entry.title for entry in TABLE.values())


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1/nothing", (404, "not_found")),
        ("GET", "/v1/incidents/", (404, "not_found")),
        ("PUT", "/v1/incidents", (405, "method_not_allowed")),
        ("GET", "/v1/incidents/i-8320e5-xyz", (404, "not_found")),
        ("GET", "/v1/incidents/" + "x" * 100, (422, "invalid")),
    ],
)
async def test_unknown_paths_and_methods_give_problem_details(
    world: World, method: str, path: str, expected: tuple[int, str]
) -> None:
    answer = await world.ask(method, path)

    assert (answer.status_code, code(answer)) == expected


@contextmanager
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


async def test_an_unexpected_error_is_logged_without_the_request(world: World) -> None:
    async def broken(_: str) -> None:
        raise RuntimeError("canary-in-the-error")

    world.redis.add(incident())
    world.redis.incident = broken  # type: ignore[method-assign,assignment]

    with logged() as entries:
        answer = await world.ask("GET", f"/v1/incidents/{INCIDENT}")

    assert (answer.status_code, code(answer)) == (500, "internal")
    # A slow machine may have more to say.
    told = [entry for entry in entries if entry["log_level"] == "error"]
    error = told[0].pop("exc_info")
    assert told == [
        {
            "event": "unexpected error",
            "kind": "RuntimeError",
            "route": "/v1/incidents/{incident_id}",
            "log_level": "error",
        }
    ]
    # What `streams/logs.py` writes of it.
    assert "canary" not in json.dumps(logs.error_of((type(error), error, error.__traceback__)))


async def test_a_field_name_that_could_be_private_is_not_repeated(world: World) -> None:
    odd = await world.report(**{"\n" * 3: 1})
    long = await world.report(**{"+7 701 000 00 00" * 10: 1})

    assert odd.json()["errors"][0]["field"] == "(a name that is not shown)"
    assert "701" not in long.text


async def test_reports_refused_while_logging_leave_no_trace_of_people(world: World) -> None:
    with logged() as entries:
        await world.report(caller={"name": "canary", "phone": 7})
        await world.report(description="canary", priority="canary")

    assert "canary" not in json.dumps(entries, default=str)
