"""Authorisation: every route, every role, denied by default."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.http.auth import Allow, Public, allowance
from api.http.basic_password import CHALLENGE
from api.http.strict_route import StrictRoute, Undeclared
from streams import clock
from streams.tokens import BadKeys, Role, load_keys
from tests.support.api_world import World, code, token_keys
from tests.support.openapi import openapi
from tests.support.signing import claims_of, signed

O, V, T, M, A, F = Role.OPERATOR, Role.VOLUNTEER, Role.TRACKER, Role.MONITOR, Role.ADMIN, Role.FEED  # noqa: E741

# From the contract: the tests fail when a route is added without a line here.
ROLES = {
    ("POST", "/v1/incidents"): {O, F},
    ("POST", "/v1/incidents/preview"): {O},
    ("GET", "/v1/incidents"): {O, M},
    ("GET", "/v1/incidents/{incident_id}/caller"): {A},
    ("DELETE", "/v1/incidents/{incident_id}/caller"): {A},
    ("GET", "/v1/incidents/{incident_id}"): {O, M, V},
    ("PATCH", "/v1/incidents/{incident_id}"): {O, F},
    ("PATCH", "/v1/volunteers/{volunteer_id}"): {V, O, A},
    ("POST", "/v1/incidents/{incident_id}/cancel"): {O},
    ("POST", "/v1/incidents/{incident_id}/close"): {O, F},
    ("POST", "/v1/incidents/{incident_id}/offers"): {O},
    ("POST", "/v1/incidents/{incident_id}/reopen"): {O},
    ("POST", "/v1/incidents/{incident_id}/escalate"): {O},
    ("POST", "/v1/incidents/{incident_id}/merge"): {O},
    ("POST", "/v1/incidents/{incident_id}/split"): {O},
    ("POST", "/v1/incidents/{incident_id}/unmerge"): {O},
    ("POST", "/v1/incidents/{incident_id}/attention"): {O},
    ("POST", "/v1/incidents/{incident_id}/proposals/{proposal_id}/accept"): {O},
    ("POST", "/v1/incidents/{incident_id}/proposals/{proposal_id}/reject"): {O},
    ("POST", "/v1/incidents/{incident_id}/notes"): {O},
    ("GET", "/v1/incidents/{incident_id}/timeline"): {O},
    ("GET", "/v1/incidents/{incident_id}/decisions"): {O},
    ("GET", "/v1/incidents/{incident_id}/commands/{command_id}"): {O},
    ("GET", "/v1/incidents/{incident_id}/why"): {O},
    ("GET", "/v1/incidents/{incident_id}/eido"): {O, M},
    ("GET", "/v1/incidents/{incident_id}/report"): {O},
    ("GET", "/v1/incidents/{incident_id}/positions"): {O},
    ("GET", "/v1/people/cells"): {O},
    ("GET", "/v1/gis"): {O, M},
    ("GET", "/v1/gis/"): {O, M},
    ("GET", "/v1/gis/api"): {O, M},
    ("GET", "/v1/gis/conformance"): {O, M},
    ("GET", "/v1/gis/collections"): {O, M},
    ("GET", "/v1/gis/collections/{collection_id}"): {O, M},
    ("GET", "/v1/gis/collections/{collection_id}/schema"): {O, M},
    ("GET", "/v1/gis/collections/{collection_id}/queryables"): {O, M},
    ("GET", "/v1/gis/collections/{collection_id}/items"): {O, M},
    ("GET", "/v1/gis/collections/{collection_id}/items/{feature_id}"): {O, M},
    ("GET", "/v1/tasks"): {O},
    ("GET", "/v1/search"): {O, F},
    ("GET", "/v1/volunteers"): {O},
    ("GET", "/v1/reports/summary"): {O, M},
    ("GET", "/v1/hazards.atom"): {O, M},
    ("GET", "/v1/hazards/{incident_id}.cap"): {O, M},
    ("GET", "/v1/incident-types"): {O, V, T, M, A, F},
    ("GET", "/v1/places"): {O, V, M, A},
    ("GET", "/v1/places/towns"): {O, V, M, A},
    ("GET", "/v1/places/at"): {O, V, M, A},
    ("PUT", "/v1/volunteers/{volunteer_id}"): {V, O, A},
    ("PUT", "/v1/volunteers/{volunteer_id}/skills/{skill}/verification"): {O, A},
    ("DELETE", "/v1/volunteers/{volunteer_id}/skills/{skill}/verification"): {O, A},
    ("GET", "/v1/reports/summary/notes"): {O, A},
    ("POST", "/v1/reports/summary/notes"): {O, A},
    ("POST", "/v1/reports/summary/notes/{note_id}/read"): {O, A},
    ("DELETE", "/v1/reports/summary/notes/{note_id}"): {O, A},
    ("GET", "/v1/conversations"): {O},
    ("GET", "/v1/conversations/{conversation_id}"): {O},
    ("GET", "/v1/conversations/{conversation_id}/messages"): {O},
    ("PUT", "/v1/conversations/{conversation_id}/presence"): {O},
    ("POST", "/v1/conversations/{conversation_id}/take"): {O},
    ("POST", "/v1/conversations/{conversation_id}/take-back"): {O},
    ("POST", "/v1/conversations/{conversation_id}/give-back"): {O},
    ("POST", "/v1/conversations/{conversation_id}/attach"): {O},
    ("POST", "/v1/conversations/{conversation_id}/discard"): {O},
    ("POST", "/v1/conversations/{conversation_id}/reply"): {O},
    ("DELETE", "/v1/conversations/{conversation_id}"): {A},
    ("GET", "/v1/verifications"): {O, A},
    ("GET", "/v1/volunteers/{volunteer_id}"): {V, O, A},
    ("DELETE", "/v1/volunteers/{volunteer_id}"): {V, A},
    ("GET", "/v1/volunteers/{volunteer_id}/export"): {V, A},
    ("GET", "/v1/volunteers/{volunteer_id}/consents"): {V, A},
    ("PUT", "/v1/volunteers/{volunteer_id}/consents"): {V},
    ("GET", "/v1/volunteers/{volunteer_id}/channels"): {V, A},
    ("POST", "/v1/volunteers/{volunteer_id}/channels"): {V},
    ("PUT", "/v1/volunteers/{volunteer_id}/channels"): {V},
    ("POST", "/v1/volunteers/{volunteer_id}/channels/{channel_id}/verify"): {V},
    ("DELETE", "/v1/volunteers/{volunteer_id}/channels/{channel_id}"): {V, A},
    ("GET", "/v1/volunteers/{volunteer_id}/notices"): {V, A},
    ("POST", "/v1/volunteers/{volunteer_id}/test-notice"): {V, O},
    ("POST", "/v1/notices/{notice_id}/seen"): {V},
    ("POST", "/v1/alarms/{name}/{ref}/ack"): {O},
    ("POST", "/v1/assistant/report"): {O, V},
    ("POST", "/v1/assistant/transcription"): {O},
    ("POST", "/v1/incidents/{incident_id}/hints/{hint_id}/verdict"): {O, V},
    ("POST", "/v1/assistant/picture"): {O},
    ("GET", "/v1/assistant"): {O, V, T, M, A, F},
    ("PUT", "/v1/assistant"): {O, A},
    ("PUT", "/v1/assistant/{task}"): {O, A},
    ("GET", "/v1/incidents/{incident_id}/hints"): {O},
    ("GET", "/v1/incidents/{incident_id}/summary"): {O},
    ("POST", "/v1/alarms/{name}/{ref}/shelve"): {O},
    ("PUT", "/v1/incidents/{incident_id}/presence"): {O},
    ("PUT", "/v1/volunteers/{volunteer_id}/duty"): {V},
    ("PUT", "/v1/volunteers/{volunteer_id}/location"): {V},
    ("GET", "/v1/volunteers/{volunteer_id}/distress"): {V},
    ("POST", "/v1/volunteers/{volunteer_id}/distress"): {V},
    ("POST", "/v1/volunteers/{volunteer_id}/distress/safe"): {V, O},
    ("GET", "/v1/volunteers/{volunteer_id}/offers"): {V, O},
    ("POST", "/v1/locations"): {T},
    ("GET", "/v1/offers/{offer_id}"): {V},
    ("POST", "/v1/offers/{offer_id}/accept"): {V, O},
    ("POST", "/v1/offers/{offer_id}/decline"): {V, O},
    ("POST", "/v1/offers/{offer_id}/progress"): {V, O},
    ("POST", "/v1/offers/{offer_id}/result"): {V, O},
    ("POST", "/v1/offers/{offer_id}/check-in"): {V, O},
    ("POST", "/v1/offers/{offer_id}/confirm"): {V, O},
    ("POST", "/v1/offers/{offer_id}/distress"): {V, O},
    ("POST", "/v1/offers/{offer_id}/need-help"): {V, O},
    ("POST", "/v1/offers/{offer_id}/withdraw"): {O},
    ("POST", "/v1/offers/{offer_id}/remind"): {O},
    ("GET", "/v1/volunteers/{volunteer_id}/warnings"): {V},
    ("GET", "/v1/volunteers/{volunteer_id}/audit"): {V, A},
    ("GET", "/v1/audit"): {A},
    ("GET", "/v1/events"): {O, M, V},
    ("GET", "/v1/session"): {O, V, T, M, A, F},
    ("DELETE", "/v1/session"): {O, V, T, M, A, F},
    ("POST", "/v1/session/codes"): {O, A},
    ("GET", "/v1/sessions"): {O, V, T, M, A, F},
    ("DELETE", "/v1/sessions/{session_id}"): {O, V, T, M, A, F},
    ("POST", "/v1/revocations"): {A},
    ("GET", "/v1/status"): {O, V, T, M, A, F},
}
PUBLIC = {
    "/",
    "/v",
    "/v/",
    "/v/{name}",
    "/assets/{name}",
    "/console/map",
    "/map/style.json",
    "/map/tiles.pmtiles",
    "/v1/deployment",
    "/sign-in.js",
    "/favicon.ico",
    "/docs",
    "/docs/docs.js",
    "/docs/docs.css",
    "/healthz",
    "/readyz",
    "/metrics",
}
LOGIN = {
    "/v1/inbound/sms",
    "/v1/inbound/telegram",
    "/v1/session/exchange",
    "/v1/session/renew",
    "/v1/session/oidc",
    "/v1/session/oidc/callback",
}
IDS = {
    "{incident_id}": "i-8320e5-" + "a" * 32,
    "{offer_id}": "o-8320e5-" + "a" * 32 + "-" + "b" * 16,
    "{volunteer_id}": "volunteer-1",
    "{skill}": "doctor",
    "{collection_id}": "incidents",
    "{feature_id}": "i-8320e5-" + "a" * 32,
}


def routes() -> Iterator[APIRoute]:
    for module in ROUTERS:
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            yield route


def test_every_route_has_the_roles_of_the_contract() -> None:
    declared = {}
    for route in routes():
        allowed = allowance(route.dependant)
        assert allowed is not None
        for method in route.methods or ():
            if isinstance(allowed, Allow):
                declared[method, route.path] = set(allowed.roles)
            else:
                assert isinstance(allowed, Public)
                assert route.path in PUBLIC | LOGIN

    assert declared == ROLES


def test_a_route_without_an_access_rule_cannot_be_constructed() -> None:
    router = APIRouter(route_class=StrictRoute)

    async def silent() -> None:
        return None

    with pytest.raises(Undeclared, match="/silent"):
        router.add_api_route("/silent", silent)


@pytest.mark.parametrize(("method", "path"), sorted(ROLES))
async def test_other_roles_are_refused_before_the_body_is_read(world: World, method: str, path: str) -> None:
    filled = path
    for name, value in IDS.items():
        filled = filled.replace(name, value)
    for role in set(Role) - ROLES[method, path]:
        answer = await world.ask(method, filled, role=role, raw=b"{ not json")

        assert (answer.status_code, code(answer)) == (403, "forbidden")


@pytest.mark.parametrize(("method", "path"), sorted(ROLES))
async def test_every_route_requires_a_token(world: World, method: str, path: str) -> None:
    answer = await world.ask(method, path, role=None, raw=b"{ not json")

    assert (answer.status_code, code(answer)) == (401, "unauthenticated")
    # No `error`, which a page reads as: nothing was presented that could be renewed (RFC 6750 §3.1).
    # Desks know nothing but a password (DESIGN 255).
    assert answer.headers["www-authenticate"] == (CHALLENGE if path.startswith("/v1/gis") else "Bearer")
    if (method, path) == ("GET", "/v1/session"):
        wrong = await world.ask(method, path, role=None, headers={"Authorization": "Bearer x.y.z"})
        assert wrong.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/volunteers/v-2"),
        ("PUT", "/v1/volunteers/v-2"),
        ("DELETE", "/v1/volunteers/v-2"),
        ("GET", "/v1/volunteers/v-2/export"),
        ("PUT", "/v1/volunteers/v-2/duty"),
        ("PUT", "/v1/volunteers/v-2/location"),
        ("GET", "/v1/volunteers/v-2/offers"),
    ],
)
async def test_a_volunteer_may_act_only_for_themselves(world: World, method: str, path: str) -> None:
    bodies = {
        "/v1/volunteers/v-2": {"capabilities": ["field"], "skills": []},
        "/v1/volunteers/v-2/duty": {"on_duty": True},
        "/v1/volunteers/v-2/location": {"lon": 1, "lat": 1},
    }
    body = bodies.get(path) if method == "PUT" else None

    answer = await world.ask(method, path, body, role="volunteer", subject="v-1")

    assert (answer.status_code, code(answer)) == (403, "forbidden")


NOW_S = clock.now_ms() // 1000


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"exp": NOW_S - 60}, "expired"),
        ({"iss": "other"}, "another service"),
        ({"aud": "other"}, "another service"),
        ({"role": "king"}, "role"),
        ({"sub": ""}, "sub"),
        ({"exp": None}, "exp"),
        ({"nbf": NOW_S + 86_400}, "future"),
        ({"iat": NOW_S + 86_400}, "future"),
    ],
)
async def test_a_token_needs_valid_claims_and_times(world: World, claims: dict[str, object], said: str) -> None:
    bad = signed(token_keys(), claims_of(NOW_S) | claims)

    answer = await world.client.get("/v1/status", headers={"Authorization": f"Bearer {bad}"})

    assert answer.status_code == 401
    assert said in answer.json()["detail"]


HOSTILE: tuple[dict[str, object], ...] = (
    # JSON's `1e400` is parsed as infinity; signing writes these as Infinity and NaN, which are no JSON.
    {"exp": math.inf},
    {"exp": math.nan},
    {"exp": True},
    {"exp": str(NOW_S)},
    {"exp": -1},
    {"exp": 10**300},
    {"exp": {"a": 1}},
    {"iat": 0},
    {"iat": []},
    {"nbf": math.inf},
    {"role": ["operator"]},
    {"role": {"operator": True}},
    {"role": None},
    {"sub": "a\u0000b"},
    {"sub": "\u202eadmin"},
    {"sub": "\ud800"},
    {"sub": ["op"]},
    {"sub": "a" * 129},
    {"aud": [[], {}, None, 1]},
    {"aud": ["komek-api", 1]},
    {"aud": {"komek-api": 1}},
    {"iss": ["komek"]},
    {"jti": 7},
    {"jti": ""},
)


@pytest.mark.parametrize("claims", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_value_of_a_claim_is_an_error_of_the_server(world: World, claims: dict[str, object]) -> None:
    bad = signed(token_keys(), claims_of(NOW_S) | claims)

    answer = await world.client.get("/v1/status", headers={"Authorization": f"Bearer {bad}"})

    assert (answer.status_code, code(answer)) == (401, "unauthenticated")


@pytest.mark.parametrize("scheme", ["Bearer \u00e9.\u00e9.\u00e9", "Bearer a.b.c", "Bearer ..", "Bearer " + "x" * 5000])
async def test_no_header_is_an_error_of_the_server(world: World, scheme: str) -> None:
    answer = await world.client.get("/v1/status", headers=[(b"Authorization", scheme.encode("latin-1"))])

    assert (answer.status_code, code(answer)) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "content",
    ["", "{}", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', '{"keys": [{"kty": "OKP"}]}', "[1]"],
)
def test_the_error_of_an_invalid_key_file_names_the_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)

    with pytest.raises(BadKeys, match="keys.json"):
        load_keys(path)


async def test_public_pages_need_no_token(world: World) -> None:
    for path in sorted(PUBLIC | {"/openapi.json"}):
        # Without a build of the pages there are no files below /assets and /v, nor /map without a map of the deployment.
        path = path.replace("{name}", "index.js")
        answer = await world.ask("GET", path, role=None)
        is_missing = path.endswith("index.js") or path.startswith("/map/")
        assert answer.status_code in ((404,) if is_missing else (200, 308)), path


def test_importing_and_assembling_the_application_connects_to_nothing() -> None:
    assert openapi()["openapi"].startswith("3.1")
