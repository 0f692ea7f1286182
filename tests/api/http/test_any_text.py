"""Any text in any parameter, path or header of any route: never a 5xx.

The requests are built as ASGI scopes, so that no HTTP client tidies them up: paths are percent-decoded as uvicorn does, query
strings and headers are any bytes that its parser lets through.
"""

import asyncio
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote_from_bytes, unquote

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st

from api.app import ROUTERS
from api.http.auth import Allow, allowance
from tests.api.seeded_world import DIGITAL_OFFER, PROPOSAL, decided_world
from tests.support import strategies  # noqa: F401 - the profile of Hypothesis
from tests.support.api_world import World, token
from tests.support.builders import INCIDENT

KNOWN = {
    "incident_id": INCIDENT,
    "offer_id": DIGITAL_OFFER,
    "volunteer_id": "v-1",
    "command_id": "c",
    "session_id": "s",
    "proposal_id": PROPOSAL,
    "skill": "doctor",
    "channel_id": "ch-1",
    "notice_id": "n-1",
    "note_id": "0b5e",
    "conversation_id": "m-1",
    "hint_id": "h-1",
    "name": "index.js",
    "ref": "-",
    "task": "report",
    "collection_id": "incidents",
    "feature_id": INCIDENT,
}
ROUTES = [route for module in ROUTERS for route in module.router.routes if isinstance(route, APIRoute)]
HEADERS = (
    "accept",
    "accept-encoding",
    "accept-language",
    "authorization",
    "content-length",
    "content-type",
    "cookie",
    "forwarded",
    "host",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "last-event-id",
    "origin",
    "range",
    "sec-fetch-site",
    "x-forwarded-for",
)
OWN_HEADERS = {"if-match", "if-none-match", "if-range", "last-event-id", "range"}
"""What they say depends on the route."""
TRICKY = [
    "٣|x",
    "²|x",
    f"{'9' * 5_000}|x",
    "1_0",
    "nan,nan,nan,nan",
    "1e999,0,0,0",
    "٣,٣,٣,٣",
    "\x00",
    "\ud800",
    "bytes=٣-",
    "[",
]
TEXTS = (
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text(st.characters(categories=["Nd", "No"]), max_size=8).map(str.encode)
    | st.binary(max_size=60)
    | st.text('0123456789٣.,|_=+-eE*;q/"', max_size=40).map(str.encode)
    | st.sampled_from([text.encode("utf-8", "surrogatepass") for text in TRICKY])
)
VALUES = TEXTS.map(lambda text: text.translate(None, b"\r\n\x00"))
"""What a header may contain after the parser."""


@cache
def shared_world() -> World:
    # Generated requests change nothing that another one depends on, and an application takes a tenth of a second to build.
    return decided_world()


def names_of(route: APIRoute) -> set[str]:
    """Its query parameters: those of the signature, and those that it reads by itself and documents."""
    documented = (route.openapi_extra or {}).get("parameters", ())
    return {*queries_of(route.dependant), *(one["name"] for one in documented if one["in"] == "query")}


def queries_of(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for part in dependant.dependencies:
        yield from queries_of(part)


async def status_of(world: World, scope: dict[str, Any]) -> int:
    statuses: list[int] = []
    started, never, bodies = asyncio.Event(), asyncio.Event(), iter([b""])

    async def receive() -> dict[str, Any]:
        if next(bodies, None) is None:
            await never.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
            started.set()

    answering = asyncio.ensure_future(world.app(scope, receive, send))
    waiting = asyncio.ensure_future(started.wait())
    await asyncio.wait((answering, waiting), return_when=asyncio.FIRST_COMPLETED, timeout=10)
    for task in (answering, waiting):  # an event stream has no end
        task.cancel()
    await asyncio.gather(answering, waiting, return_exceptions=True)
    return statuses[0]


def scope_of(route: APIRoute, path: bytes, query: bytes, headers: dict[str, bytes]) -> dict[str, Any]:
    rule = allowance(route.dependant)
    role = sorted(rule.roles)[0] if isinstance(rule, Allow) else "admin"
    known = {"authorization": f"Bearer {token(role, 'v-1')}".encode(), "idempotency-key": b"k", "host": b"komek"}
    raw = quote_from_bytes(path, safe="/%")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": min(route.methods or ()),
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "root_path": "",
        "query_string": query,
        "headers": [(name.encode(), value) for name, value in (known | headers).items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


@st.composite
def requests(draw: st.DrawFn, route: APIRoute) -> dict[str, Any]:
    """Ids that are known or any text, any text in some of the query parameters and up to two headers."""
    names = sorted(names_of(route))
    placed = {
        f"{{{name}}}": quote_from_bytes(draw(TEXTS), safe="") or "-" if draw(st.booleans()) else value
        for name, value in KNOWN.items()
    }
    path = route.path
    for name, value in placed.items():
        path = path.replace(name, value)
    asked = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    query = b"&".join(b"%b=%b" % (name.encode(), quote_from_bytes(draw(TEXTS), safe="").encode()) for name in asked)
    if draw(st.integers(0, 9)) == 0:
        query += b"&" + draw(VALUES)
    headers = {name: draw(VALUES) for name in draw(st.lists(st.sampled_from(HEADERS), max_size=2, unique=True))}
    return scope_of(route, path.encode(), query, headers)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_any_text_gives_a_response_below_500(route: APIRoute) -> None:
    world = shared_world()

    @given(requests(route))
    @settings(max_examples=30)
    def respond(scope: dict[str, Any]) -> None:
        assert asyncio.run(status_of(world, scope)) < 500

    respond()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_each_tricky_text_in_each_place_gives_a_response_below_500(route: APIRoute) -> None:
    world = shared_world()
    path = route.path.format(**KNOWN).encode()

    async def respond(number: int, raw: bytes) -> list[int]:
        quoted = quote_from_bytes(raw, safe="").encode()
        scopes = [scope_of(route, path, b"%b=%b" % (name.encode(), quoted), {}) for name in names_of(route)]
        # Few routes read a header themselves: every header meets every text, each on a third of the routes.
        turn = number + ROUTES.index(route)
        headers = [name for place, name in enumerate(HEADERS) if (turn + place) % 3 == 0 or name in OWN_HEADERS]
        scopes += [scope_of(route, path, b"", {name: raw.translate(None, b"\x00")}) for name in headers]
        scopes += [scope_of(route, route.path.format(**dict.fromkeys(KNOWN, quoted.decode())).encode(), b"", {})]
        scopes += [scope_of(route, path, raw, {})]
        return [await status_of(world, scope) for scope in scopes]

    for number, text in enumerate(TRICKY):
        assert max(asyncio.run(respond(number, text.encode("utf-8", "surrogatepass")))) < 500, ascii(text)
