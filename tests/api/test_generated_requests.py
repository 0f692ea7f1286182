"""Requests generated from the OpenAPI document: no 5xx, and every response is as the document says.

The world has incidents, offers and people, and half of the requests name them, so that most operations respond 2xx.
"""

import contextlib
import itertools
from collections import Counter
from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.generation.modes import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.http.auth import Allow, allowance
from streams.tokens import Role
from tests.api.seeded_world import CONVERSATION, HAZARD, INCIDENTS, OFFERS, PROPOSAL, decided_world
from tests.support.api_contract import documented_routes
from tests.support.api_world import World, token

Operation = APIOperation[Any, Any, Any, Any]
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = settings(
    max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
READS, WRITES = {"GET"}, {"POST", "PUT", "PATCH", "DELETE"}
KEYS = itertools.count()
KNOWN_FIELDS: dict[str, Any] = {
    "type": "medical.other",
    "volunteer_id": "v-2",
    "requirement_id": "r1",
    "into": HAZARD,
    "location": {"type": "Point", "coordinates": [76.945, 43.238]},
    "language": "kk",
    "reported_at": "2026-11-22T08:00:00Z",
    "role": "volunteer",
    "id": "v-1",
}
"""Values that must name something; a generated one never does."""
WITH_SECRETS = {
    "POST /v1/inbound/sms",
    "POST /v1/inbound/telegram",
    "POST /v1/session/exchange",
    "POST /v1/session/renew",
    "DELETE /v1/sessions/{session_id}",
}
"""No generated request has a login code, a cookie or the id of a session: `routes/test_sessions.py`."""
AT_WORK = {
    "POST /v1/assistant/report",
    "POST /v1/volunteers/{volunteer_id}/distress/safe",
    "POST /v1/incidents/{incident_id}/hints/{hint_id}/verdict",
    "POST /v1/conversations/{conversation_id}/attach",
    "POST /v1/conversations/{conversation_id}/discard",
    "POST /v1/conversations/{conversation_id}/give-back",
    "POST /v1/conversations/{conversation_id}/reply",
    "POST /v1/conversations/{conversation_id}/take",
    "POST /v1/conversations/{conversation_id}/take-back",
    "PUT /v1/conversations/{conversation_id}/presence",
}
"""For people at one kind of work, in danger, who see a hint, or who hold a conversation: `routes/test_assistant.py`,
`routes/test_own_distress.py`, `routes/test_hint_verdicts.py`, `routes/test_public_messages.py`."""
ROUTES = {
    (method, route.path): route
    for route in documented_routes()
    for method in route.methods or ()
    if route.path != "/v1/events"  # a response without an end
    # Bytes of a recording or a picture, which no schema describes: `routes/test_recognised_texts.py`.
    and route.path not in ("/v1/assistant/transcription", "/v1/assistant/picture")
}


def is_allowed(route: APIRoute, role: Role) -> bool:
    rule = allowance(route.dependant)
    return not isinstance(rule, Allow) or role in rule.roles


def modes(route: APIRoute, role: Role) -> list[GenerationMode]:
    """Valid requests by every role, whose responses differ. What is invalid is so for each: only one sends it, of those that may
    the one with the fewest operations."""
    few_first = [Role.TRACKER, Role.MONITOR, Role.ADMIN, Role.VOLUNTEER, Role.OPERATOR]
    sender = next(one for one in few_first if is_allowed(route, one))
    return list(GenerationMode) if role is sender else [GenerationMode.POSITIVE]


def known(names: set[str]) -> st.SearchStrategy[dict[str, str]]:
    ids = {
        "incident_id": st.sampled_from(INCIDENTS),
        "offer_id": st.sampled_from(OFFERS),
        "volunteer_id": st.just("v-1"),
        "proposal_id": st.just(PROPOSAL),
        "skill": st.just("doctor"),
        "conversation_id": st.just(CONVERSATION),
        "collection_id": st.just("incidents"),
        "feature_id": st.sampled_from(INCIDENTS),
    }
    return st.fixed_dictionaries({name: values for name, values in ids.items() if name in names})


def requests_to(operation: Operation, mode: GenerationMode) -> st.SearchStrategy[Any]:
    ids = known({parameter.name for parameter in operation.path_parameters})
    return st.tuples(operation.as_strategy(generation_mode=mode), ids)


def check(world: World, operation: Operation, role: Role, mode: GenerationMode, seen: Counter[int]) -> None:
    @given(requests_to(operation, mode))
    @EXAMPLES
    def respond(generated: Any) -> None:
        case, ids = generated
        if mode is GenerationMode.POSITIVE and ids:
            case.path_parameters = {**(case.path_parameters or {}), **ids}
        # With a generated token nearly every request would end at 401.
        kept = {name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"}
        case.headers = {**kept, "Authorization": f"Bearer {token(role, 'v-1')}"}
        if mode is GenerationMode.POSITIVE:
            case.headers["Idempotency-Key"] = f"key-{next(KEYS)}"
            if role is Role.OPERATOR and operation.path.startswith("/v1/offers/") and not isinstance(case.body, dict):
                case.body = {}
            if isinstance(case.body, dict):
                # Operators answer on behalf of a person, volunteers for themselves.
                if role is Role.OPERATOR and operation.path.startswith("/v1/offers/"):
                    case.body["on_behalf"] = {"heard_by": "phone"}
                else:
                    case.body.pop("on_behalf", None)
                case.body.pop("requirements", None)
                case.body |= {name: value for name, value in KNOWN_FIELDS.items() if name in case.body}

        # An erasure or a logout of one request must not make the next one a 401.
        world.forget_sessions()
        answer = case.call()

        seen[answer.status_code] += 1
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        case.validate_response(answer, checks=CHECKS)

    # Every value fits an operation that takes none.
    with contextlib.suppress(*([Unsatisfiable] if mode is GenerationMode.NEGATIVE else [])):
        respond()


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("role", "methods"),
    [
        # Of half of all the requests two tests are made: two processes share them.
        pytest.param(Role.OPERATOR, READS, id="operator reads"),
        pytest.param(Role.OPERATOR, WRITES, id="operator writes"),
        *(pytest.param(role, READS | WRITES, id=role) for role in Role if role is not Role.OPERATOR),
    ],
)
def test_no_generated_request_causes_a_5xx(role: Role, methods: set[str]) -> None:
    world = decided_world()
    schema = schemathesis.openapi.from_asgi("/openapi.json", world.app)
    responses: dict[str, Counter[int]] = {}
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        route = ROUTES.get((operation.method.upper(), operation.path))
        if route is not None and is_allowed(route, role) and operation.method.upper() in methods:
            seen = responses.setdefault(f"{operation.method.upper()} {operation.path}", Counter())
            for mode in modes(route, role):
                check(world, operation, role, mode, seen)

    fine = [name for name, seen in responses.items() if any(200 <= status < 300 for status in seen)]
    print(
        f"{role}: {sum(map(Counter.total, responses.values()))} requests to {len(responses)} operations, "
        f"2xx from {len(fine)}; none from {sorted(responses.keys() - set(fine))}"
    )
    # Without seeds and keys most responses would be 400 or 404, which prove little.
    assert len(fine) >= 0.85 * len(responses.keys() - WITH_SECRETS - AT_WORK)
