"""Routers over HTTP: a small server on the loopback answers as OSRM and Valhalla do, slowly, wrongly, or in part."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dispatch.model.places import Place
from dispatch.model.vocabulary import TravelMode
from dispatch.ports import Trip
from streams.worker.travel_router import (
    AFTER_ERROR,
    AFTER_TIMEOUT,
    AT_ONCE,
    REST_S,
    TROUBLES,
    Circuit,
    Router,
    router_of,
)

HERE = Place(lon=76.945, lat=43.238)
WITHIN_S = 60.0
"""Where time is not what is tested: a busy machine must not fail it."""

Answer = Callable[[str, bytes], "tuple[int, Any] | bytes | None"]


@dataclass
class FakeRouter:
    """One request for each connection; `answer` gives status and body, raw bytes to break the protocol with, or None: never."""

    port: int = 0
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    answer: Answer = lambda _path, _body: None
    open_now: int = 0
    open_most: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_now += 1
        self.open_most = max(self.open_most, self.open_now)
        try:
            await self._serve(reader, writer)
        finally:
            self.open_now -= 1
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split("\r\n", 1)[0].split(" ")
        length = next((int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        self.asked.append((method, path, json.loads(body) if body else None))
        answer = self.answer(path, body)
        if answer is None:
            await reader.read()  # until the other side gives up
            return
        if isinstance(answer, tuple):
            status, shown = answer
            text = json.dumps(shown).encode()
            heading = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
            answer = f"{heading}Connection: close\r\n\r\n".encode() + text
        writer.write(answer)
        await writer.drain()


@pytest.fixture
async def fake() -> AsyncIterator[FakeRouter]:
    made = FakeRouter()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


@pytest.fixture
async def routers() -> AsyncIterator[Callable[[str], Router]]:
    made: list[Router] = []

    def make(setting: str) -> Router:
        made.append(router_of(setting))
        return made[-1]

    yield make
    for router in made:
        await router.close()


def trip(number: int, mode: TravelMode = TravelMode.CAR, target: Place = HERE) -> Trip:
    return Trip(origin=Place(lon=HERE.lon + number / 100, lat=HERE.lat), target=target, mode=mode)


def osrm(path: str, _: bytes = b"") -> tuple[int, Any]:
    """As osrm-routed answers /table: a minute for each row, one second more for each column."""
    asked = parse_qs(urlsplit(path).query)
    rows, columns = (asked[name][0].split(";") for name in ("sources", "destinations"))
    waypoint = {"hint": "x", "distance": 3.1, "name": "Абай даңғылы", "location": [76.9, 43.2]}
    return 200, {
        "code": "Ok",
        "durations": [[60.0 * (row + 1) + column for column in range(len(columns))] for row in range(len(rows))],
        "sources": [waypoint for _ in rows],
        "destinations": [waypoint for _ in columns],
    }


def valhalla(_: str, body: bytes) -> tuple[int, Any]:
    """As valhalla_service answers /sources_to_targets."""
    asked = json.loads(body)
    table = [
        [
            {"distance": 1.2, "time": 90 * (row + 1), "to_index": column, "from_index": row}
            for column in range(len(asked["targets"]))
        ]
        for row in range(len(asked["sources"]))
    ]
    return 200, {"algorithm": "timedistancematrix", "units": "kilometers", "sources_to_targets": table}


async def test_osrm_is_asked_for_one_table_and_its_seconds_are_used(
    fake: FakeRouter, routers: Callable[[str], Router]
) -> None:
    fake.answer = osrm
    router = routers(f"osrm+http://127.0.0.1:{fake.port}")

    (answer,) = await router.travel_times([[trip(1), trip(2)]], within_s=WITHIN_S)

    assert (answer.source, answer.seconds) == ("osrm", (60.0, 120.0))
    ((method, path, _),) = fake.asked
    assert method == "GET"
    assert path.startswith("/table/v1/driving/76.95500,43.23800;76.96500,43.23800;76.94500,43.23800?")
    assert parse_qs(urlsplit(path).query) == {"sources": ["0;1"], "destinations": ["2"], "annotations": ["duration"]}


async def test_each_person_has_a_target_of_their_own(fake: FakeRouter, routers: Callable[[str], Router]) -> None:
    fake.answer = osrm
    edge = Place(lon=77.0, lat=43.3)

    (answer,) = await routers(f"osrm+http://127.0.0.1:{fake.port}").travel_times(
        [[trip(1), trip(2, target=edge), trip(3)]], within_s=WITHIN_S
    )

    assert answer.seconds == (60.0, 121.0, 180.0)


async def test_valhalla_serves_every_mode_by_one_request_each(
    fake: FakeRouter, routers: Callable[[str], Router]
) -> None:
    fake.answer = valhalla
    router = routers(f"valhalla+http://127.0.0.1:{fake.port}/")

    (answer,) = await router.travel_times(
        [[trip(1), trip(2, TravelMode.FOOT), trip(3), trip(4, TravelMode.BICYCLE)]], within_s=WITHIN_S
    )

    assert (answer.source, answer.seconds) == ("valhalla", (90.0, 90.0, 180.0, 90.0))
    assert {path for _, path, _ in fake.asked} == {"/sources_to_targets"}
    assert {body["costing"]: len(body["sources"]) for _, _, body in fake.asked} == {
        "auto": 2,
        "pedestrian": 1,
        "bicycle": 1,
    }
    assert fake.asked[0][2]["targets"] == [{"lat": 43.238, "lon": 76.945}]


async def test_osrm_serves_cars_unless_told_otherwise_and_others_keep_the_built_in_model(
    fake: FakeRouter, routers: Callable[[str], Router]
) -> None:
    fake.answer = osrm
    walkers = [trip(1, TravelMode.FOOT)]
    base = f"osrm+http://127.0.0.1:{fake.port}"

    cars, both = routers(base), routers(f"{base}?modes=car,{base}?modes=foot.bicycle")

    (mixed,) = await cars.travel_times([[*walkers, trip(2)]], within_s=WITHIN_S)
    (none,) = await cars.travel_times([walkers], within_s=WITHIN_S)
    (served,) = await both.travel_times([walkers], within_s=WITHIN_S)
    assert (mixed.source, mixed.seconds) == ("osrm", (None, 60.0))
    assert (none.source, none.seconds) == ("built_in", (None,))
    assert (served.source, served.seconds) == ("osrm", (60.0,))


async def test_a_pair_without_a_way_keeps_the_built_in_model(
    fake: FakeRouter, routers: Callable[[str], Router]
) -> None:
    fake.answer = lambda *_: (200, {"code": "Ok", "durations": [[None], [75.5]]})
    (cars,) = await routers(f"osrm+http://127.0.0.1:{fake.port}").travel_times([[trip(1), trip(2)]], within_s=WITHIN_S)
    fake.answer = lambda *_: (200, {"sources_to_targets": [[{"time": None, "distance": None}], [{"time": 40}]]})
    (graph,) = await routers(f"valhalla+http://127.0.0.1:{fake.port}").travel_times(
        [[trip(1), trip(2)]], within_s=WITHIN_S
    )

    assert (cars.source, cars.seconds) == ("osrm", (None, 75.5))
    assert (graph.source, graph.seconds) == ("valhalla", (None, 40.0))


@pytest.mark.parametrize("kind", ["osrm", "valhalla"])
@pytest.mark.parametrize(
    "answer",
    [
        (400, {"code": "InvalidQuery", "message": "Query string malformed close to position 12"}),
        (400, {"error_code": 154, "error": "Path distance exceeds the max distance limit", "status_code": 400}),
        (500, {}),
        (301, {}),
        (200, {"code": "NoTable", "durations": [[1.0], [2.0]]}),
        (200, {"code": "Ok", "durations": [[1.0]]}),  # a row is missing
        (200, {"code": "Ok", "durations": [[1.0, 2.0], [3.0, 4.0]]}),  # a column too many
        (200, {"code": "Ok", "durations": [[-1.0], [2.0]]}),
        (200, {"code": "Ok", "durations": "none"}),
        (200, {"sources_to_targets": [[{"time": "soon"}], [{"time": 2}]]}),
        (200, []),
        b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{"co\xff',
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",  # breaks off
        b"SSH-2.0-OpenSSH\r\n",
        b"",
    ],
)
async def test_a_broken_answer_is_not_used(
    fake: FakeRouter, routers: Callable[[str], Router], kind: str, answer: Any
) -> None:
    fake.answer = lambda *_: answer

    (got,) = await routers(f"{kind}+http://127.0.0.1:{fake.port}").travel_times([[trip(1), trip(2)]], within_s=WITHIN_S)

    assert (got.source, got.seconds) == (AFTER_ERROR, (None, None))


async def test_nobody_there_is_an_error_too(routers: Callable[[str], Router]) -> None:
    (got,) = await routers("valhalla+http://127.0.0.1:9").travel_times([[trip(1)]], within_s=WITHIN_S)

    assert got.source == AFTER_ERROR


async def test_what_comes_too_late_is_not_waited_for_and_the_others_answers_are_used(
    fake: FakeRouter, routers: Callable[[str], Router]
) -> None:
    fake.answer = lambda path, body: None if "77.45" in path else osrm(path, body)  # None: no answer, ever

    answers = await routers(f"osrm+http://127.0.0.1:{fake.port}").travel_times(
        [[trip(1)], [trip(51)], [trip(2)]], within_s=0.5
    )

    assert [answer.source for answer in answers] == ["osrm", AFTER_TIMEOUT, "osrm"]
    await _until(lambda: fake.open_now == 0)


async def test_without_time_left_nothing_is_asked(fake: FakeRouter, routers: Callable[[str], Router]) -> None:
    (got,) = await routers(f"valhalla+http://127.0.0.1:{fake.port}").travel_times([[trip(1)]], within_s=0)

    assert got.source == AFTER_TIMEOUT
    assert fake.asked == []


async def test_many_needs_share_a_bounded_number_of_connections(
    fake: FakeRouter, routers: Callable[[str], Router]
) -> None:
    fake.answer = osrm

    answers = await routers(f"osrm+http://127.0.0.1:{fake.port}").travel_times(
        [[trip(number)] for number in range(3 * AT_ONCE)], within_s=WITHIN_S
    )

    assert {answer.source for answer in answers} == {"osrm"}
    assert fake.open_most <= AT_ONCE


async def test_after_some_troubles_the_router_is_left_alone(fake: FakeRouter, routers: Callable[[str], Router]) -> None:
    fake.answer = lambda *_: (500, {})
    router = routers(f"osrm+http://127.0.0.1:{fake.port}")
    for _ in range(TROUBLES):
        await router.travel_times([[trip(1)]], within_s=WITHIN_S)

    got = await router.travel_times([[trip(1)], [trip(1, TravelMode.FOOT)]], within_s=WITHIN_S)

    assert [answer.source for answer in got] == [AFTER_ERROR, "built_in"]
    assert len(fake.asked) == TROUBLES


def test_a_circuit_opens_after_some_troubles_in_a_row_and_is_tried_again_after_a_rest() -> None:
    circuit = Circuit()
    for second in range(TROUBLES):
        assert not circuit.is_open(second)
        circuit.note(trouble=True, now_s=second)

    assert circuit.is_open(TROUBLES)
    tried_again = TROUBLES - 1 + REST_S
    assert not circuit.is_open(tried_again)
    circuit.note(trouble=True, now_s=tried_again)
    assert circuit.is_open(tried_again + 1)
    circuit.note(trouble=False, now_s=tried_again + REST_S)
    circuit.note(trouble=True, now_s=tried_again + REST_S)
    assert not circuit.is_open(tried_again + REST_S)


async def test_no_place_of_a_person_is_logged(
    fake: FakeRouter, routers: Callable[[str], Router], caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    fake.answer = osrm
    with caplog.at_level(logging.INFO):
        router = routers(f"osrm+http://127.0.0.1:{fake.port}")
        await router.travel_times([[trip(1)]], within_s=WITHIN_S)
        fake.answer = lambda *_: (500, {})
        await router.travel_times([[trip(1)]], within_s=WITHIN_S)

    written = capsys.readouterr()
    assert "76.95" not in caplog.text + written.out + written.err


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110 -- a connection that is given back rings no bell
            await asyncio.sleep(0.01)
