"""The API as a process with real Kafka, Redis and workers: the event stream, and outages of the other processes."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx2
import pytest

from streams import clock
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

pytestmark = pytest.mark.stack

REPORT = {"type": "medical.other", "location": {"type": "Point", "coordinates": [76.945, 43.238]}}


@pytest.fixture
def komek(breakable_stack: WholeStack) -> WholeStack:
    return breakable_stack


class Client:
    """An HTTP client with a token of one role."""

    def __init__(self, komek: WholeStack, role: str, who: str = "") -> None:
        self.http = httpx2.Client(base_url=komek.api, timeout=60, headers=komek.headers(role, who))

    def ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        return self.http.request(method, path, json=body, headers={"Idempotency-Key": clock.fresh_id()})

    def report(self, **more: Any) -> httpx2.Response:
        return self.ask("POST", "/v1/incidents", REPORT | more)

    @contextmanager
    def listening(self, last_id: str = "") -> Iterator[Iterator[dict[str, Any]]]:
        """The events of a stream that is open inside the block."""
        headers = {"Last-Event-ID": last_id} if last_id else {}
        with self.http.stream("GET", "/v1/events", headers=headers, timeout=30) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            with closing(answer.iter_lines()) as lines:  # type: ignore[type-var]
                yield parsed(lines)

    def now(self) -> str:
        """The id of the present end of the stream."""
        with self.listening() as events:
            return str(next(events)["id"])


def parsed(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if not line and event:
            yield event
            event = {}
        elif name == "data":
            event["data"] = json.loads(value)
        elif name in ("event", "id"):
            event[name] = value


@pytest.fixture
def client(komek: WholeStack) -> Iterator[Callable[..., Client]]:
    """Makes clients that are closed after the test."""
    made: list[Client] = []

    def make(role: str, who: str = "") -> Client:
        made.append(Client(komek, role, who))
        return made[-1]

    yield make
    for one in made:
        one.http.close()


def versions_heard(listener: Client, last_id: str, incident: str, until_version: int) -> list[tuple[int, str]]:
    """Versions of an incident, each with the id of its event."""
    found = []
    with listener.listening(last_id) as events:
        for event in events:
            if event["event"] == "incident" and event["data"]["id"] == incident:
                found.append((event["data"]["version"], event["id"]))
                if event["data"]["version"] >= until_version:
                    return found
    raise AssertionError("the live view ended")


def test_the_event_stream_resumes_on_a_new_process(komek: WholeStack, client: Callable[..., Client]) -> None:
    operator = client("operator")
    start = operator.now()
    incident = operator.report(description="canary-live").json()["id"]
    first = versions_heard(operator, start, incident, 1)

    operator.ask("POST", f"/v1/incidents/{incident}/escalate")
    operator.ask("POST", f"/v1/incidents/{incident}/notes", {"text": "canary-note"})
    komek.restart("api")
    until(lambda: is_ready(komek))
    rest = versions_heard(operator, first[-1][1], incident, 3)

    assert [version for version, _ in first + rest] == [1, 2, 3]


def is_ready(komek: WholeStack) -> bool:
    try:
        return httpx2.get(f"{komek.api}/readyz", timeout=2).status_code == 200
    except httpx2.HTTPError:
        return False


def test_private_data_is_neither_streamed_nor_logged(komek: WholeStack, client: Callable[..., Client]) -> None:
    operator, monitor = client("operator"), client("monitor")
    start = monitor.now()
    body = {"description": "canary-d", "address": "canary-a", "caller": {"name": "canary-n", "phone": "canary-p"}}
    incident = operator.report(**body).json()["id"]
    operator.ask("POST", f"/v1/incidents/{incident}/notes", {"text": "canary-t"})

    told = []
    with monitor.listening(start) as events:
        for event in events:
            told.append(json.dumps(event))
            if event["event"] == "incident" and event["data"]["version"] >= 2:
                break

    assert "canary" not in "".join(told)
    assert "canary" not in komek.log("api") + komek.log("worker-1") + komek.log("worker-2")


def test_volunteers_receive_only_their_own_offers(client: Callable[..., Client]) -> None:
    operator = client("operator")
    people = {}
    for who in ("live-1", "live-2"):
        people[who] = client("volunteer", who)
        profile = {
            "capabilities": ["field"],
            "skills": ["boat"],
            "on_duty": True,
            "home": {"type": "Point", "coordinates": [60.0, 50.0]},
        }
        assert people[who].ask("PUT", f"/v1/volunteers/{who}", profile).status_code == 200
    need = [{"capability": "field", "skill": "boat", "count": 2}]
    place = {"type": "Point", "coordinates": [60.0, 50.0]}

    with people["live-1"].listening() as heard:
        next(heard)
        operator.report(location=place, requirements=need)
        event = next(heard)

    assert (event["event"], event["data"]["volunteer_id"], event["data"]["state"]) == ("offer", "live-1", "offered")


def test_reports_are_accepted_while_redis_is_stopped(komek: WholeStack, client: Callable[..., Client]) -> None:
    operator = client("operator")
    komek.kill("redis", signal.SIGSTOP)
    try:
        answers = [operator.report() for _ in range(3)]
        link = answers[0].json()["links"]["self"]
        read, status = operator.ask("GET", link), operator.ask("GET", "/v1/status")
    finally:
        komek.kill("redis", signal.SIGCONT)

    assert [answer.status_code for answer in answers] == [202] * 3
    assert (read.status_code, read.json()["status"]) == (200, "reported")
    assert status.json()["assignment"] == "delayed"
    until(lambda: operator.ask("GET", link).json().get("version", 0) > 0)


def test_without_kafka_the_answer_is_503_and_a_repeat_counts_once(
    komek: WholeStack, client: Callable[..., Client]
) -> None:
    operator = client("operator")
    key = {"Idempotency-Key": clock.fresh_id()}

    def report() -> httpx2.Response:
        return operator.http.post("/v1/incidents", json=REPORT, headers=key)

    komek.kill("kafka", signal.SIGSTOP)
    try:
        refused = report()
    finally:
        komek.kill("kafka", signal.SIGCONT)
    until(lambda: report().status_code == 202)
    incident = report().json()["id"]
    until(lambda: operator.ask("GET", f"/v1/incidents/{incident}").json().get("version", 0) > 0)

    assert (refused.status_code, refused.json()["code"]) == (503, "unknown_outcome")
    assert refused.headers["retry-after"]
    history = operator.ask("GET", f"/v1/incidents/{incident}/decisions").json()["items"]
    assert sum(item["outcome"] == "applied" and item["version"] == 1 for item in history) == 1


def test_the_process_stops_cleanly_with_an_open_event_stream(komek: WholeStack, client: Callable[..., Client]) -> None:
    monitor = client("monitor")
    ended = threading.Event()

    def listen() -> None:
        try:
            with monitor.listening() as events:
                for _ in events:
                    pass
        finally:
            ended.set()

    threading.Thread(target=listen, daemon=True).start()
    until(lambda: "komek_live_views 1.0" in httpx2.get(f"{komek.api}/metrics").text)

    komek.restart("api")

    assert ended.wait(60)
    until(lambda: is_ready(komek))


def test_every_line_that_a_process_of_komek_logs_is_json(komek: WholeStack) -> None:
    # Whatever the tests before have provoked on this stack is in the files; the restart adds what a start and an end log.
    for name in ("worker-1", "notifier", "api"):
        komek.restart(name)

    logged = {log: log.read_text("utf-8").splitlines() for log in komek.logs.glob("*.log")}

    ours = {log: lines for log, lines in logged.items() if log.stem.split("-")[0] in ("api", "worker", "notifier")}
    assert len(ours) >= 4
    for log, lines in ours.items():
        for line in lines:
            assert {"time", "level", "event", "logger", "process"} <= json.loads(line).keys(), (log.name, line)
