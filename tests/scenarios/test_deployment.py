"""The deployment that `deploy/` describes, run for real: three brokers with TLS and users, Redis with Sentinels, two APIs, three
workers, with the commands, configuration, environment and secrets of `deploy/compose.yaml`."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from streams import clock, wire
from streams.kafka.log_reader import LogReader
from streams.local.kafka_node import Java
from streams.topics import DECISIONS, INCIDENTS
from tests.scenarios.reporting import Load, Operator, Taken
from tests.support.alert_feed import AlertFeed
from tests.support.cap_alerts import alert, area
from tests.support.deployment import Deployment
from tests.support.places import somewhere

pytestmark = [pytest.mark.stack, pytest.mark.soak, pytest.mark.timeout(1500)]
PEOPLE = 12
EVERY_S = 0.5
WAIT_S = 150.0
HISTORIES = 20


@pytest.fixture(scope="module")
def deployment(kafka_parts: Java, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with Deployment(tmp_path_factory.mktemp("deployment"), kafka_parts) as running:
        yield running


def test_a_report_reaches_people_and_nothing_is_lost_with_a_broker_and_a_redis(deployment: Deployment) -> None:
    place = somewhere("stack")
    for number in range(PEOPLE):
        volunteer(deployment, f"v-{number}", place.lon, place.lat + number / 1000)
    body = {
        "type": "road.accident",
        "location": {"type": "Point", "coordinates": [place.lon, place.lat]},
        "requirements": [{"capability": "field", "skill": "first_aid"}],
    }
    first, second = (Operator(api, deployment.headers("operator")) for api in (deployment.api, deployment.other_api))
    reported = first.report(body)
    wait(deployment, lambda: offers(second, reported) != [])

    with Load(first, body, EVERY_S) as one, Load(second, body, EVERY_S) as other:
        keep_up(deployment, 3)
        deployment.kill("kafka-1")
        keep_up(deployment, 20)
        deployment.kill("redis-1")  # the master, as long as none has failed
        keep_up(deployment, 20)
        deployment.kill("worker-1")
        keep_up(deployment, 15)

    taken = [reported, *one.taken, *other.taken]
    began_s = time.monotonic()
    waits = await_decisions(deployment, taken)
    in_log_s = time.monotonic() - began_s
    await_board(deployment, first, taken)
    await_histories(deployment, first, taken[:: len(taken) // HISTORIES])
    shown_s = time.monotonic() - began_s
    print(
        f"{len(taken)} reports taken, all decided {in_log_s:.0f} s and shown {shown_s:.0f} s after the last; "
        f"longest answer {max(r.took_s for r in taken):.1f} s, tries {max(r.tries for r in taken)}; report to decision: "
        f"median {waits[len(waits) // 2]:.2f} s, longest {waits[-1]:.1f} s"
    )
    assert len(taken) > 40

    # A feed of warnings is followed by a token that another service has made, without Kafka and Redis.
    feed = AlertFeed()
    feed.text = alert("KZ-D1", event="Flood", areas=area("46.0,60.0 46.1,60.0 46.1,60.1 46.0,60.1 46.0,60.0"))
    with feed.served() as url:
        deployment.follow(url)
        wait(deployment, lambda: "flood" in {item["type"] for item in board(first)})

    # The commands of people work as well, as their own user.
    link = deployment.run("token", "operator", "--id", "me", "--link")
    assert link.returncode == 0, link.stderr
    assert "/#code=" in link.stdout
    assert deployment.run("topics", "check").returncode == 0


def volunteer(deployment: Deployment, person: str, lon: float, lat: float) -> None:
    profile = {"capabilities": ["field"], "skills": ["first_aid"], "travel_mode": "car", "on_duty": True}
    send(deployment, "operator", "op-1", f"/v1/volunteers/{person}", profile)
    send(deployment, "volunteer", person, f"/v1/volunteers/{person}/duty", {"on_duty": True})
    send(
        deployment, "volunteer", person, f"/v1/volunteers/{person}/location", {"lon": lon, "lat": lat, "accuracy_m": 10}
    )


def send(deployment: Deployment, role: str, who: str, path: str, body: Any) -> None:
    """Repeated with the same key where it is unknown whether it was stored, as the API asks its clients to."""
    headers = {**deployment.headers(role, who), "Idempotency-Key": clock.fresh_id()}

    def is_stored() -> bool:
        answer = httpx2.put(f"{deployment.api}{path}", headers=headers, json=body, timeout=60)
        assert answer.status_code in (200, 202, 503), answer.text
        return answer.status_code != 503

    wait(deployment, is_stored)


def offers(operator: Operator, report: Taken) -> list[Any]:
    answer = operator.ask(f"/v1/incidents/{report.incident_id}")
    return list(answer.json()["offers"]) if answer.status_code == 200 else []


def await_decisions(deployment: Deployment, taken: list[Taken]) -> list[float]:
    """Seconds from each report's append to that of its first decision, in order, once the log holds one about each.

    The log is read as a whole. Asking the API for each report takes a third of a second of a quiet machine: a busy one is through
    with the list only after the time in which decisions must come.
    """
    wanted = {report.incident_id for report in taken}
    deadline = time.monotonic() + WAIT_S
    while left := wanted - (waits := asyncio.run(decided(deployment))).keys():
        assert time.monotonic() < deadline, f"no decision within {WAIT_S:.0f} s: {sorted(left)}"
        keep_up(deployment, 1.0)
    return sorted(waits[incident] for incident in wanted)


async def decided(deployment: Deployment) -> dict[str, float]:
    """By incident: how long its report has waited for the decision that counts, by the times of the log."""
    reader = LogReader(deployment.settings, "test-deployment")
    reported: dict[tuple[int, int], int] = {}
    waits: dict[str, float] = {}
    await reader.start()
    try:
        partitions = await reader.partitions(INCIDENTS.name)
        # The decisions first: what was appended meanwhile has its command.
        ends = {topic: await reader.bounds(topic.name, partitions) for topic in (DECISIONS, INCIDENTS)}
        async for records in reader.read(INCIDENTS.name, ends[INCIDENTS]):
            reported |= {(record.partition, record.offset): record.timestamp for record in records}
        async for records in reader.read(DECISIONS.name, ends[DECISIONS]):
            for record in records:
                decision = wire.decode_decision(record.value)
                at_ms = reported[record.partition, decision.cause.offset]
                waits.setdefault(decision.incident_id, (record.timestamp - at_ms) / 1000)
        return waits
    finally:
        await reader.stop()


def await_board(deployment: Deployment, operator: Operator, taken: list[Taken]) -> None:
    """The console's list shows each report as decided: Redis is what the log says."""
    wanted = {report.incident_id for report in taken}
    wait(deployment, lambda: wanted <= {item["id"] for item in board(operator) if item["status"] != "reported"})


def await_histories(deployment: Deployment, operator: Operator, some: list[Taken]) -> None:
    """Each can be read, also while the machine is busy: the decisions of one lie far apart among those of all others."""
    unread = {report.incident_id for report in some}

    def all_read() -> bool:
        for incident in list(unread):
            answer = operator.ask(f"/v1/incidents/{incident}/decisions")
            if answer.status_code == 200 and answer.json()["items"]:
                unread.discard(incident)
        return not unread

    wait(deployment, all_read)


def board(operator: Operator) -> list[Any]:
    """All incidents; empty while Redis is away."""
    items: list[Any] = []
    path: str | None = "/v1/incidents?limit=200"
    while path is not None:
        answer = operator.ask(path)
        if answer.status_code != 200:
            return []
        page = answer.json()
        items += page["items"]
        path = f"/v1/incidents?limit=200&cursor={page['next']}" if page["next"] else None
    return items


def keep_up(deployment: Deployment, seconds: float) -> None:
    """The engine that starts what has ended again."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        deployment.tend()
        time.sleep(0.1)


def wait(deployment: Deployment, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline, f"not within {WAIT_S:.0f} s"
        keep_up(deployment, 0.3)
