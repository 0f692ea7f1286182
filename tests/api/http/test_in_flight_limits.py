"""What one identity has in flight is bounded; reports, answers and distress are never refused for it."""

import asyncio
from collections import Counter
from functools import cache

import pytest

from api.process import in_flight
from api.process.in_flight import OF_ADDRESS, OF_DESK, OF_PERSON, InFlight, Slots, Work, work_of
from api.process.rate_limits import RequestClass, class_of
from dispatch.model.incidents import Incident
from streams.tokens import Role
from tests.support.api_world import World, token
from tests.support.builders import INCIDENT
from tests.support.openapi import openapi
from tests.support.waiting import eventually

REPORT = {"type": "flood", "location": {"type": "Point", "coordinates": [76.9, 43.2]}}


class Gate:
    """Reads of incidents that wait until it is opened."""

    def __init__(self, world: World) -> None:
        self.entered = 0
        self.most = 0
        self._open = asyncio.Event()
        # The fake has the method as any other object would: the route calls what stands there.
        vars(world.redis)["incident"] = self._incident
        self._at_work = 0

    def open(self) -> None:
        self._open.set()

    async def _incident(self, _: str) -> Incident | None:
        self.entered += 1
        self._at_work += 1
        self.most = max(self.most, self._at_work)
        try:
            await self._open.wait()
        finally:
            self._at_work -= 1
        return None


ASKED = 200
PATH = f"/v1/incidents/{INCIDENT}"


@cache
def every_operation() -> tuple[tuple[str, str], ...]:
    described = openapi()["paths"]
    return tuple((method.upper(), path) for path, methods in described.items() for method in methods)


def test_nothing_but_reads_and_previews_is_counted() -> None:
    for method, path in every_operation():
        counted = work_of(class_of(method, path), path, is_public=False)

        assert (counted is None) or method == "GET" or path == "/v1/incidents/preview"
    assert work_of(RequestClass.READ, "/v1/incidents", is_public=False) is Work.READ
    assert work_of(RequestClass.PREVIEW, "/v1/incidents/preview", is_public=False) is Work.HEAVY
    assert work_of(RequestClass.READ, "/v1/search", is_public=False) is Work.HEAVY
    assert work_of(RequestClass.READ, "/v1/deployment", is_public=True) is Work.OPEN
    for probe in ("/healthz", "/readyz", "/metrics"):
        assert work_of(RequestClass.READ, probe, is_public=True) is None


def test_every_route_that_counts_as_heavy_exists() -> None:
    paths = {path for _, path in every_operation()}
    heavy = {path for path in paths if work_of(RequestClass.READ, path, is_public=False) is Work.HEAVY}

    assert len(heavy) == 11


@pytest.mark.parametrize(
    ("work", "role", "slots"),
    [
        (Work.READ, Role.OPERATOR, OF_DESK[Work.READ]),
        (Work.HEAVY, Role.MONITOR, OF_DESK[Work.HEAVY]),
        (Work.READ, Role.VOLUNTEER, OF_PERSON[Work.READ]),
        (Work.HEAVY, Role.TRACKER, OF_PERSON[Work.HEAVY]),
        (Work.OPEN, None, OF_ADDRESS),
    ],
)
async def test_as_many_as_stated_work_and_wait(work: Work, role: Role | None, slots: Slots) -> None:
    flights = InFlight()
    asked = [asyncio.ensure_future(flights.entered(work, role, "x-1")) for _ in range(300)]
    await eventually(lambda: flights.count() == slots.at_work + slots.waiting)

    done = [one for one in asked if one.done()]
    taken = [one.result() for one in done if one.result() is not None]

    assert len(taken) == slots.at_work
    assert len(done) - len(taken) == 300 - slots.at_work - slots.waiting
    assert await flights.entered(work, role, "x-2") is not None
    for leave in taken:
        assert leave is not None
        leave()
    await eventually(lambda: sum(one.done() for one in asked) == len(done) + min(slots.at_work, slots.waiting))
    for one in asked:
        one.cancel()


async def test_slots_are_free_again_whether_a_request_ends_or_is_given_up() -> None:
    flights = InFlight()
    slots = OF_PERSON[Work.HEAVY]
    held = [await flights.entered(Work.HEAVY, Role.VOLUNTEER, "v-1") for _ in range(slots.at_work)]
    waiting = [asyncio.ensure_future(flights.entered(Work.HEAVY, Role.VOLUNTEER, "v-1")) for _ in range(3)]
    await eventually(lambda: flights.count() == slots.at_work + 3)

    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for leave in held:
        assert leave is not None
        leave()

    assert flights.count() == 0


async def test_many_reads_of_one_identity_wait_or_are_refused_and_nobody_else_is(world: World) -> None:
    gate, slots = Gate(world), OF_DESK[Work.READ]
    flights = world.app.state.services.in_flight
    reads = [asyncio.ensure_future(world.ask("GET", PATH, subject="op-1")) for _ in range(ASKED)]
    await eventually(lambda: sum(one.done() for one in reads) == ASKED - slots.at_work - slots.waiting)

    other = asyncio.ensure_future(world.ask("GET", PATH, subject="op-2"))
    report = await world.ask("POST", "/v1/incidents", REPORT, subject="op-1")
    await eventually(lambda: gate.entered == slots.at_work + 1)
    gate.open()
    answers = [await one for one in reads]

    assert report.status_code == 202
    assert (await other).status_code == 404
    assert gate.most == slots.at_work + 1
    assert Counter(one.status_code for one in answers) == {
        404: slots.at_work + slots.waiting,
        429: ASKED - slots.at_work - slots.waiting,
    }
    refused = next(one for one in answers if one.status_code == 429)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("too_many_requests", "1")
    assert flights.count() == 0


async def test_a_request_that_is_cancelled_gives_its_slot_back(world: World) -> None:
    gate = Gate(world)
    flights = world.app.state.services.in_flight
    read = asyncio.ensure_future(world.ask("GET", PATH))
    await eventually(lambda: gate.entered == 1)

    read.cancel()
    await asyncio.gather(read, return_exceptions=True)

    await eventually(lambda: flights.count() == 0)


async def test_a_client_that_sends_or_reads_slowly_holds_no_slot(world: World) -> None:
    flights = world.app.state.services.in_flight
    is_read, is_sent = asyncio.Event(), asyncio.Event()
    bearer = f"Bearer {token('operator', 'op-1')}".encode()
    heads = [(b"host", b"komek"), (b"authorization", bearer), (b"content-type", b"application/json")]

    def scope(method: str, path: str, *more: tuple[bytes, bytes]) -> dict[str, object]:
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [*heads, *more],
            "client": ("192.0.2.7", 1),
            "server": ("komek", 80),
        }

    begun = set[str]()

    async def receive() -> dict[str, object]:
        begun.add("receive")
        await is_sent.wait()
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(_: object) -> None:
        begun.add("send")
        await is_read.wait()

    reading = asyncio.ensure_future(world.app(scope("GET", PATH), receive, send))
    await eventually(lambda: "send" in begun)
    sending = asyncio.ensure_future(
        world.app(scope("POST", "/v1/incidents/preview", (b"content-length", b"2")), receive, send)
    )
    await eventually(lambda: "receive" in begun)
    assert flights.count() == 0

    is_read.set()
    is_sent.set()
    await asyncio.gather(reading, sending)


async def test_a_turn_that_does_not_come_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_flight, "WAIT_AT_MOST_S", 0.01)
    flights, slots = InFlight(), OF_PERSON[Work.HEAVY]
    held = [await flights.entered(Work.HEAVY, Role.VOLUNTEER, "v-1") for _ in range(slots.at_work)]

    assert await flights.entered(Work.HEAVY, Role.VOLUNTEER, "v-1") is None
    assert flights.count() == len(held)


async def test_without_limits_nothing_is_counted() -> None:
    flights = InFlight(is_on=False)

    assert all([await flights.entered(Work.HEAVY, Role.OPERATOR, "op-1") for _ in range(100)])
    assert flights.count() == 0
