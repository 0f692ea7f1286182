"""Workers and the API are restarted under load, or are away together with Redis: nothing is lost, nothing done twice."""

import csv
import io
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from streams import clock
from tests.scenarios.reporting import Load, Operator, Taken
from tests.support.places import somewhere
from tests.support.standing_still import standing_still
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

pytestmark = pytest.mark.stack
REPORTS_WHILE_AWAY = 24
EVERY_S = 0.25


@pytest.fixture
def operator(breakable_stack: WholeStack) -> Iterator[Operator]:
    made = Operator(breakable_stack.api, breakable_stack.headers("operator"))
    yield made
    made.close()


def body(**stated: Any) -> dict[str, Any]:
    place = somewhere("stack")
    return {
        "type": "road.accident",
        "location": {"type": "Point", "coordinates": [place.lon, place.lat]},
        "requirements": [{"capability": "field", "skill": "first_aid"}],
    } | stated


def end(komek: WholeStack, *names: str) -> float:
    """Tells processes to end; how long that took. Returns when the supervisor has started others."""
    pids = {name: komek.pids[name] for name in names}
    began = time.monotonic()
    for pid in pids.values():
        os.kill(pid, signal.SIGTERM)
    until(lambda: not any(map(is_alive, pids.values())))
    took_s = time.monotonic() - began
    for name, pid in pids.items():
        komek.await_restart(name, pid)
    return took_s


def is_alive(pid: int) -> bool:
    """The supervisor takes notice of a child that has ended within 50 ms; until then it counts as alive."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def status(operator: Operator) -> Any:
    with suppress(httpx2.HTTPError):
        answer = operator.ask("/v1/status")
        if answer.status_code == 200:
            return answer.json()
    return {}


def all_is_well(operator: Operator) -> bool:
    told = status(operator)
    return bool(told) and told["components"]["workers"]["count"] == 2 and told["committed_lag"]["total"] == 0


def decided(operator: Operator, taken: list[Taken]) -> list[dict[str, Any]]:
    """The incidents, once each has a decision."""
    found: dict[str, Any] = {}

    def are_all() -> bool:
        for report in taken:
            if report.incident_id not in found:
                seen = operator.ask(f"/v1/incidents/{report.incident_id}")
                if seen.status_code != 200 or not seen.json()["version"]:
                    return False
                found[report.incident_id] = seen.json()
        return True

    until(are_all)
    return list(found.values())


def delay_s(incident: dict[str, Any]) -> float:
    logged, first = (datetime.fromisoformat(incident["times"][name]) for name in ("logged", "decided"))
    return (first - logged).total_seconds()


def reported_once(operator: Operator, incident: str) -> bool:
    entries = operator.ask(f"/v1/incidents/{incident}/decisions").json()["items"]
    return Counter(fact["kind"] for entry in entries for fact in entry["events"])["incident_reported"] == 1


@pytest.mark.soak
def test_a_rolling_restart_under_load_loses_nothing_and_delays_little(
    breakable_stack: WholeStack, operator: Operator
) -> None:
    until(lambda: all_is_well(operator))

    with Load(operator, body(), EVERY_S) as load:
        until(lambda: len(load.taken) >= 5)
        took_s = {}
        for name in ("worker-1", "worker-2", "api"):
            took_s[name] = end(breakable_stack, name)
            until(lambda: status(operator).get("components", {}).get("workers", {}).get("count") == 2)
        before = len(load.taken)
        until(lambda: len(load.taken) >= before + 5)

    incidents = decided(operator, load.taken)
    delays = sorted(map(delay_s, incidents))
    print(
        f"ended after {took_s} s; {len(delays)} reports, longest delay {delays[-1]:.2f} s, p50 {delays[len(delays) // 2]:.2f}"
    )
    assert len({report.incident_id for report in load.taken}) == len(load.taken)
    assert all(reported_once(operator, report.incident_id) for report in load.taken)


def test_the_api_finishes_what_it_has_begun_and_tells_live_views_when_to_come_again(
    breakable_stack: WholeStack, operator: Operator
) -> None:
    headers = breakable_stack.headers("operator")
    with httpx2.stream("GET", f"{breakable_stack.api}/v1/events", headers=headers, timeout=30) as events:
        lines = events.iter_lines()
        first = [next(lines) for _ in range(4)]
        with half_sent(breakable_stack.api, headers["Authorization"]) as request:
            pid = breakable_stack.kill("api", signal.SIGTERM)
            rest = list(lines)
            answer = request()
        lines.close()  # type: ignore[attr-defined]

    assert any(line.startswith("retry: ") for line in first)
    assert not any("error" in line for line in rest)
    assert answer.startswith("HTTP/1.1 202")
    breakable_stack.await_restart("api", pid)
    until(lambda: all_is_well(operator))


@contextmanager
def half_sent(api: str, authorization: str) -> Iterator[Any]:
    """A report whose head the API has taken in; call it to send the body and get the answer."""
    content = httpx2.Request("POST", api, json=body()).content
    address = urlsplit(api)
    head = (
        "POST /v1/incidents HTTP/1.1\r\n"
        f"Host: {address.netloc}\r\nAuthorization: {authorization}\r\nIdempotency-Key: {clock.fresh_id()}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as line:
        line.sendall(head.encode())
        assert line.recv(1024).startswith(b"HTTP/1.1 100")

        def rest() -> str:
            line.sendall(content)
            return line.recv(64 * 1024).decode()

        yield rest


def standing(komek: WholeStack, *names: str) -> AbstractContextManager[None]:
    return standing_still(*(komek.pids[name] for name in names))


def test_reports_are_taken_in_while_redis_and_the_workers_are_away(
    breakable_stack: WholeStack, operator: Operator
) -> None:
    until(lambda: all_is_well(operator))
    priorities = ("low", "normal", "high", "critical")
    bodies = [body(priority=priorities[number % 4]) for number in range(REPORTS_WHILE_AWAY)]

    with standing(breakable_stack, "redis", "worker-1", "worker-2"):
        taken = [operator.report(one) for one in bodies]
        again = [operator.post(one, report.key).json()["id"] for one, report in zip(bodies[:10], taken, strict=False)]
        other = operator.post(body(type="flood"), taken[0].key)
        table = operator.ask("/v1/incidents?format=csv")
        on_paper = breakable_stack.run("board", "--print")
        ready, alive = operator.ask("/readyz"), operator.ask("/healthz")

    print(f"slowest 202 after {max(report.took_s for report in taken):.3f} s")
    assert again == [report.incident_id for report in taken[:10]]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    ids = {report.incident_id for report in taken}
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(table.text))}
    assert table.headers["komek-picture"] == "log"
    assert {rows[incident]["status"] for incident in ids} == {"reported"}
    assert on_paper.returncode == 0, on_paper.stderr
    assert all(incident in on_paper.stdout for incident in ids)
    assert (ready.status_code, ready.json()["redis"]["status"], alive.status_code) == (200, "down", 200)
    incidents = decided(operator, taken)
    print(f"decided {max(map(delay_s, incidents)):.1f} s after the oldest was logged at the latest")
    assert all(reported_once(operator, incident) for incident in ids)


@pytest.mark.soak
def test_a_worker_that_cannot_decide_ends_all_the_same_and_leaves_its_commands(
    breakable_stack: WholeStack, operator: Operator
) -> None:
    until(lambda: all_is_well(operator))

    with standing(breakable_stack, "redis"):
        taken = [operator.report(body()) for _ in range(8)]
        until(lambda: "batch is retried" in breakable_stack.log("worker-1") + breakable_stack.log("worker-2"))
        took_s = end(breakable_stack, "worker-1", "worker-2")

    print(f"ended {took_s:.1f} s after it was told to")
    assert len(decided(operator, taken)) == len(taken)
    assert all(reported_once(operator, report.incident_id) for report in taken)
