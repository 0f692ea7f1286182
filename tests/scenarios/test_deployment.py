"""The deployment that `deploy/` describes, run for real: three brokers with TLS and users, Redis with Sentinels, two APIs, three
workers, with the commands, configuration, environment and secrets of `deploy/compose.yaml`."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from streams import clock
from streams.local.kafka_node import Java
from tests.scenarios.reporting import Load, Operator, Taken
from tests.support.deployment import Deployment
from tests.support.places import somewhere

pytestmark = [pytest.mark.stack, pytest.mark.soak, pytest.mark.timeout(1500)]
PEOPLE = 12
EVERY_S = 0.5
WAIT_S = 150.0


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
    await_decisions(deployment, first, taken)
    waits = sorted(report.took_s for report in taken)
    print(
        f"{len(taken)} reports taken, all decided; longest answer {waits[-1]:.1f} s, tries {max(r.tries for r in taken)}"
    )
    assert len(taken) > 40

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
        answer = httpx2.put(f"{deployment.api}{path}", headers=headers, json=body, timeout=20)
        assert answer.status_code in (200, 202, 503), answer.text
        return answer.status_code != 503

    wait(deployment, is_stored)


def offers(operator: Operator, report: Taken) -> list[Any]:
    answer = operator.ask(f"/v1/incidents/{report.incident_id}")
    return list(answer.json()["offers"]) if answer.status_code == 200 else []


def await_decisions(deployment: Deployment, operator: Operator, taken: list[Taken]) -> None:
    """The log holds a decision about each: people were asked, or it says who is missing. What has none is named with the last
    answer: 503 means that Redis does not show yet what the log may hold."""
    left = {report.incident_id: 0 for report in taken}
    deadline = time.monotonic() + WAIT_S
    while left:
        assert time.monotonic() < deadline, f"no decision within {WAIT_S:.0f} s, and the last answer: {left}"
        for incident in list(left):
            answer = operator.ask(f"/v1/incidents/{incident}/decisions")
            left[incident] = answer.status_code
            if answer.status_code == 200 and answer.json()["items"]:
                del left[incident]
            keep_up(deployment, 0.02)


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
