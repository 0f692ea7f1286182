"""What names nothing that exists is 404 on every route that documents it, and writes nothing."""

from typing import Any

import pytest
from fastapi.routing import APIRoute

from streams.tokens import Role
from tests.support.api_contract import documented_routes
from tests.support.api_world import World, code, report

INCIDENT = "i-8320e5-" + "0" * 32
UNKNOWN = {
    "incident_id": INCIDENT,
    "offer_id": "o-8320e5-" + "0" * 32 + "-" + "0" * 16,
    "volunteer_id": "v-unknown",
    "proposal_id": "p-" + "0" * 16,
    "command_id": "c-unknown",
    "name": "distress",
    "hint_id": "h-unknown",
    "ref": INCIDENT,
    "notice_id": "n-unknown",
    "note_id": "0b5e-unknown",
    "conversation_id": "m-unknown",
    "session_id": "s-unknown",
    "channel_id": "c-unknown",
    "skill": "doctor",
    "task": "nothing",
    "collection_id": "nothing",
    "feature_id": INCIDENT,
}
"""An id for each name in a path."""
BODIES: dict[str, Any] = {
    "/v1/alarms/{name}/{ref}/shelve": {"minutes": 5},
    "/v1/assistant/{task}": {"mode": "off"},
    "/v1/conversations/{conversation_id}/attach": {"incident_id": INCIDENT},
    "/v1/conversations/{conversation_id}/discard": {"reason": "spam"},
    "/v1/conversations/{conversation_id}/presence": {"doing": "reading"},
    "/v1/conversations/{conversation_id}/reply": {"text": "where"},
    "/v1/incidents/{incident_id}": {"priority": "low"},
    "/v1/incidents/{incident_id}/attention": {"reason": "unfilled"},
    "/v1/incidents/{incident_id}/hints/{hint_id}/verdict": {"right": True},
    "/v1/incidents/{incident_id}/merge": {"into": INCIDENT[:-1] + "1"},
    "/v1/incidents/{incident_id}/notes": {"text": "x"},
    "/v1/incidents/{incident_id}/offers": {"volunteer_id": "v-1", "requirement_id": "r1"},
    "/v1/incidents/{incident_id}/presence": {"doing": "reading"},
    "/v1/incidents/{incident_id}/split": report(),
    "/v1/offers/{offer_id}/confirm": {"version": 1},
    "/v1/offers/{offer_id}/decline": {"reason": "busy"},
    "/v1/offers/{offer_id}/progress": {"state": "en_route"},
    "/v1/offers/{offer_id}/result": {"outcome": "confirmed"},
    "/v1/volunteers/{volunteer_id}": {"languages": ["kk"]},
    "/v1/volunteers/{volunteer_id}/channels": {"kind": "telegram", "label": "Telegram"},
    "/v1/volunteers/{volunteer_id}/channels/{channel_id}/verify": {"code": "123456"},
    "/v1/volunteers/{volunteer_id}/consents": {"notice": {"version": "1", "language": "kk"}, "positions": True},
    "/v1/volunteers/{volunteer_id}/duty": {"on_duty": True},
}
OF_METHOD: dict[tuple[str, str], Any] = {
    ("PUT", "/v1/volunteers/{volunteer_id}/channels"): {"ui_language": "kk", "quiet_from": None, "quiet_until": None},
}
"""Where two methods of a path take different bodies."""
ROUTES = [route for route in documented_routes() if "{" in route.path and 404 in route.responses]


def method_of(route: APIRoute) -> str:
    return min(route.methods or {""})


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{method_of(route)} {route.path}")
async def test_an_unknown_id_is_not_found_and_nothing_is_written(world: World, route: APIRoute) -> None:
    method, path = method_of(route), route.path.format(**UNKNOWN)
    body = OF_METHOD.get((method, route.path), BODIES.get(route.path)) if method not in ("GET", "DELETE") else None
    answers = [await world.ask(method, path, body, role=role, subject="v-unknown", key=f"k-{role}") for role in Role]

    allowed = [answer for answer in answers if answer.status_code != 403]
    assert allowed, "no role may call it"
    assert {(answer.status_code, code(answer)) for answer in allowed} == {(404, "not_found")}
    assert world.log.messages == []


def test_every_body_belongs_to_a_route() -> None:
    paths = {route.path for route in ROUTES}

    assert {*BODIES, *(path for _, path in OF_METHOD)} <= paths
