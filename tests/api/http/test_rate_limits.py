"""Rate limits by class of request, identity, role and address (DESIGN 127)."""

import asyncio
import dataclasses
from collections.abc import Iterator, MutableMapping

import pytest

from api.caller import Caller
from api.http.request_limits import is_critical
from api.process.live_views import VIEWS_OF_IDENTITY, VIEWS_OF_PERSON, LiveViews, ViewRoom
from api.process.rate_limits import OF_IDENTITY, OF_ROLE, REFUSED, Meter, Rate, RateLimits, RequestClass, class_of
from dispatch.plans.book import load_builtin
from streams.tokens import Role
from tests.support.api_world import World, token
from tests.support.openapi import openapi
from tests.support.waiting import eventually

CLASSES_OF = {
    "POST /v1/offers/{offer_id}/distress": RequestClass.SAFETY,
    "POST /v1/offers/{offer_id}/check-in": RequestClass.SAFETY,
    "POST /v1/offers/{offer_id}/need-help": RequestClass.SAFETY,
    "POST /v1/offers/{offer_id}/accept": RequestClass.ANSWER,
    "PUT /v1/volunteers/{volunteer_id}/duty": RequestClass.ANSWER,
    "POST /v1/incidents": RequestClass.REPORT,
    "POST /v1/locations": RequestClass.POSITIONS,
    "PUT /v1/volunteers/{volunteer_id}/location": RequestClass.POSITIONS,
    "GET /v1/events": RequestClass.STREAM,
    "GET /v1/incidents": RequestClass.READ,
    "POST /v1/incidents/preview": RequestClass.PREVIEW,
    "PATCH /v1/incidents/{incident_id}": RequestClass.WRITE,
}


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock_() -> Clock:
    return Clock()


@pytest.mark.parametrize("now_s", [0.0, 1000.0, 123_456.789, 9_876_543.21])
def test_a_burst_is_the_stated_number_of_requests(now_s: float) -> None:
    for rate in {*OF_IDENTITY.values(), *OF_ROLE.values(), REFUSED}:
        meter = Meter(rate)

        assert sum(meter.wait_s("x", now_s) == 0 for _ in range(rate.burst + 50)) == rate.burst


def test_a_rate_permits_its_burst_and_then_its_pace() -> None:
    meter = Meter(Rate(per_s=2, burst=5))

    at_once = [meter.wait_s("a", 10.0) for _ in range(6)]

    assert at_once[:5] == [0.0] * 5
    assert at_once[5] == pytest.approx(0.5)
    assert meter.wait_s("b", 10.0) == 0.0
    assert meter.wait_s("a", 10.5) == 0.0
    assert meter.wait_s("a", 10.5) > 0


def test_a_refused_request_takes_nothing() -> None:
    meter = Meter(Rate(per_s=1, burst=1))
    meter.wait_s("a", 0.0)

    waits = [meter.wait_s("a", 0.5) for _ in range(100)]

    assert waits == [0.5] * 100
    assert meter.wait_s("a", 1.0) == 0.0


def test_memory_is_bounded_by_the_longest_unused_keys() -> None:
    meter = Meter(Rate(per_s=1, burst=1), kept=3)

    for number in range(1000):
        meter.wait_s(str(number), 0.0)

    assert meter.wait_s("999", 0.0) > 0
    assert len(meter._free_at_s) == 3


def every_operation() -> Iterator[tuple[str, str]]:
    for path, methods in openapi()["paths"].items():
        for method in methods:
            yield method.upper(), path


@pytest.mark.parametrize(("operation", "expected"), CLASSES_OF.items())
def test_the_class_of_an_operation(operation: str, expected: RequestClass) -> None:
    method, path = operation.split()

    assert (method, path) in set(every_operation())
    assert class_of(method, path) is expected


def test_help_is_limited_last() -> None:
    order = [RequestClass.CRITICAL, RequestClass.REPORT, RequestClass.WRITE]

    for role in (Role.OPERATOR, Role.ADMIN):
        rates = [OF_IDENTITY[kind, role] for kind in order]
        assert [rate.per_s for rate in rates] == sorted((rate.per_s for rate in rates), reverse=True)
        assert [rate.burst for rate in rates] == sorted((rate.burst for rate in rates), reverse=True)
    # No other person can use up what safety, answers and reports need.
    assert not {RequestClass.SAFETY, RequestClass.ANSWER, RequestClass.CRITICAL, RequestClass.REPORT} & {
        kind for kind, _ in OF_ROLE
    }


def test_one_role_cannot_occupy_the_process(clock_: Clock) -> None:
    rates = RateLimits(monotonic_s=clock_)
    burst = OF_ROLE[RequestClass.READ, Role.VOLUNTEER].burst

    permitted = sum(rates.wait_s(RequestClass.READ, Role.VOLUNTEER, f"v-{n % 5000}") == 0 for n in range(2 * burst))

    assert permitted == burst
    assert rates.wait_s(RequestClass.READ, Role.OPERATOR, "o-1") == 0
    assert rates.wait_s(RequestClass.SAFETY, Role.VOLUNTEER, "v-1") == 0


def test_limits_scale_and_can_be_switched_off(clock_: Clock) -> None:
    doubled, off = RateLimits(2.0, monotonic_s=clock_), RateLimits(None, monotonic_s=clock_)
    asked = 3 * OF_IDENTITY[RequestClass.WRITE, Role.VOLUNTEER].burst

    def permitted(rates: RateLimits) -> int:
        return sum(rates.wait_s(RequestClass.WRITE, Role.VOLUNTEER, "v-1") == 0 for _ in range(asked))

    assert permitted(doubled) == 2 * OF_IDENTITY[RequestClass.WRITE, Role.VOLUNTEER].burst
    assert permitted(off) == asked


def test_critical_is_told_from_the_body_or_the_plan_of_the_type() -> None:
    plans = load_builtin()

    assert is_critical({"type": "flood", "priority": "critical"}, plans)
    assert is_critical({"type": "medical.cardiac_arrest"}, plans)
    assert not is_critical({"type": "medical.cardiac_arrest", "priority": "low"}, plans)
    bodies: list[object] = [{"type": "information"}, {"type": ["flood"]}, {"priority": {}}, [], None, "critical", 1]
    for body in bodies:
        assert not is_critical(body, plans)


async def test_a_report_beyond_the_rate_is_refused_and_a_critical_one_is_taken(clock_: Clock) -> None:
    world = World()
    world.app.state.services = _limited(world, clock_, 1e-9)
    report = {"type": "flood", "priority": "normal", "location": {"type": "Point", "coordinates": [76.9, 43.2]}}

    async def sent(body: object, key: str) -> tuple[int, dict[str, str], dict[str, object]]:
        answer = await world.client.post(
            "/v1/incidents",
            json=body,
            headers={"Authorization": f"Bearer {token('operator', 'o-1')}", "Idempotency-Key": key},
        )
        return answer.status_code, dict(answer.headers), answer.json()

    first, second = await sent(report, "a" * 20), await sent(report, "b" * 20)
    critical = await sent({**report, "priority": "critical"}, "c" * 20)

    assert first[0] == 202
    assert (second[0], second[2]["code"]) == (429, "too_many_requests")
    assert int(second[1]["retry-after"]) >= 1
    assert critical[0] == 202


async def test_guessing_tokens_is_limited_by_address_and_valid_tokens_are_not(clock_: Clock) -> None:
    world = World()
    world.app.state.services = _limited(world, clock_, 2 / REFUSED.burst)

    async def asked(bearer: str) -> int:
        return (await world.client.get("/v1/status", headers={"Authorization": f"Bearer {bearer}"})).status_code

    guesses = [await asked("guess") for _ in range(4)]

    assert guesses == [401, 401, 429, 429]
    assert await asked(token("operator", "o-1")) == 200
    assert (await world.client.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    ("role", "most"), [(Role.VOLUNTEER, VIEWS_OF_PERSON), (Role.OPERATOR, VIEWS_OF_IDENTITY)], ids=str
)
def test_live_views_of_one_identity_are_limited(role: Role, most: int) -> None:
    views, caller = LiveViews(), Caller("x-1", role)
    held = [views.counted(caller) for _ in range(most)]
    for view in held:
        view.__enter__()

    full = views.room_for(caller)
    held[0].__exit__(None, None, None)

    assert full is ViewRoom.IDENTITY_IS_FULL
    assert views.room_for(caller) is ViewRoom.FREE
    assert views.room_for(Caller("x-2", role)) is ViewRoom.FREE


@pytest.mark.parametrize(
    ("role", "most"),
    [("volunteer", VIEWS_OF_PERSON), ("operator", OF_IDENTITY[RequestClass.STREAM, Role.OPERATOR].burst)],
)
async def test_live_views_that_are_requested_at_once_do_not_exceed_a_limit(clock_: Clock, role: str, most: int) -> None:
    world = World()
    world.app.state.services = _limited(world, clock_, 1.0)
    statuses: list[int] = []
    bearer = token(role, "x-1").encode()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/v1/events",
        "raw_path": b"/v1/events",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"komek"), (b"authorization", b"Bearer " + bearer)],
        "client": ("127.0.0.1", 1),
        "server": ("komek", 80),
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, object]) -> None:
        # A client that reads slowly: without it each view would begin before the next request is looked at.
        await asyncio.sleep(0)
        if message["type"] == "http.response.start":
            statuses.append(int(str(message["status"])))

    views = [asyncio.ensure_future(world.app(dict(scope), receive, send)) for _ in range(150)]
    await eventually(lambda: len(statuses) == len(views))
    for view in views:
        view.cancel()
    await asyncio.gather(*views, return_exceptions=True)

    assert sorted(statuses) == [200] * most + [429] * (len(views) - most)
    # Every place is free again.
    assert world.app.state.services.live.room_for(Caller("x-1", Role(role))) is ViewRoom.FREE


@pytest.mark.parametrize(
    ("room", "expected"),
    [(ViewRoom.IDENTITY_IS_FULL, (429, "too_many_live_views")), (ViewRoom.PROCESS_IS_FULL, (503, "overloaded"))],
)
async def test_the_newest_live_view_is_refused(room: ViewRoom, expected: tuple[int, str]) -> None:
    world = World()
    live = world.app.state.services.live
    live.room_for = lambda _: room

    refused = await world.ask("GET", "/v1/events")

    assert (refused.status_code, refused.json()["code"]) == expected
    assert int(refused.headers["retry-after"]) > 0


def _limited(world: World, clock_: Clock, factor: float) -> object:
    return dataclasses.replace(world.app.state.services, rates=RateLimits(factor, monotonic_s=clock_))
