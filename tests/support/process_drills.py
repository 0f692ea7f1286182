"""Drills in which a process stands still or is missing."""

import subprocess
import sys
import time
from collections.abc import Iterator

import redis

from tests.support.drills import WORKERS, Fault, Ground, drill, ids, nothing, stopped
from tests.support.waiting import until


@drill("undecided", "worker_missing")
def _no_worker(at: Ground) -> Iterator[Fault]:
    at.town.volunteer("near", north_m=150)
    fault = Fault(stopped(at.komek, *WORKERS))
    incidents = [at.town.report() for _ in range(4)]
    fault.known = {"INCIDENT": incidents[0]}
    yield fault


@drill("slo_offer")
def _late_offers(at: Ground) -> Iterator[Fault]:
    for number in range(4):
        at.town.volunteer(f"near-{number}", north_m=100 + 10 * number)
    fault = Fault(stopped(at.komek, *WORKERS))
    for _ in range(4):
        at.town.report()
    time.sleep(7)  # later than the objective
    fault.end()
    fault.end = nothing
    yield fault


@drill("timers_late")
def _late(at: Ground) -> Iterator[Fault]:
    # Its ladder looks again within seconds.
    at.town.report(type="medical.cardiac_arrest", requirements=None)
    fault = Fault(stopped(at.komek, *WORKERS))
    yield fault


@drill("worker_stuck")
def _stuck(at: Ground) -> Iterator[Fault]:
    """One more worker, which takes commands and does nothing with them; its watchdog has more patience than usual."""
    marker = at.komek.data / "stuck"
    environ = {**at.komek.command_environ(), "KOMEK_STALL_S": "120"}
    command = [sys.executable, "-m", "tests.scenarios.stuck_worker", str(marker)]
    with (at.komek.logs / "stuck.log").open("ab") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    fault = Fault(lambda: _ended(process))
    try:
        until(
            lambda: at.town.call("GET", "/v1/status", "monitor", "m-1").json()["components"]["workers"]["count"] == 3,
        )
        fault.since_s = time.monotonic()
        for number in range(24):  # into every partition
            place = [55.0 + number, 45.0 + number / 5]
            at.town.report(location={"type": "Point", "coordinates": place})
        yield fault
    finally:
        _ended(process)


def _ended(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


@drill("notifier_missing")
def _no_notifier(at: Ground) -> Iterator[Fault]:
    fault = Fault(stopped(at.komek, "notifier"))
    at.town.volunteer("near")
    incident = at.town.report()
    (offer,) = until(lambda: list(at.town.live(incident).values()))
    fault.known = ids(incident, offer)
    yield fault


@drill("slo_notices")
def _late_notices(at: Ground) -> Iterator[Fault]:
    fault = Fault(stopped(at.komek, "notifier"))
    for number in range(4):
        at.town.volunteer(f"near-{number}", north_m=100 + 10 * number)
    needs = [{"capability": "field", "skill": "first_aid", "count": 4}]
    incident = at.town.report(requirements=needs)
    until(lambda: len(at.town.live(incident)) == 4)
    time.sleep(12)  # later than the objective
    fault.end()
    fault.end = nothing
    yield fault


@drill("assistant_missing")
def _no_assistant(at: Ground) -> Iterator[Fault]:
    yield Fault(stopped(at.komek, "assistant"))


@drill("silent")
def _no_api(at: Ground) -> Iterator[Fault]:
    yield Fault(stopped(at.komek, "api"))


@drill("redis_away")
def _no_redis(at: Ground) -> Iterator[Fault]:
    yield Fault(stopped(at.komek, "redis"))


@drill("kafka_away", "slo_intake")
def _no_kafka(at: Ground) -> Iterator[Fault]:
    fault = Fault(stopped(at.komek, "kafka"))
    for _ in range(4):
        assert at.town.report_answer().status_code == 503
    yield fault


@drill("audit_unwritten")
def _no_audit(at: Ground) -> Iterator[Fault]:
    incident = at.town.report(description="Үйдің 3-қабатынан түтін", caller={"name": "Асель"})
    until(lambda: at.town.incident(incident)["status"] != "reported")
    fault = Fault(stopped(at.komek, "kafka"))
    # Whoever reads what callers said is written down, and the log is away.
    at.town.incident(incident)
    yield fault


@drill("rebuild_running")
def _rebuild(at: Ground) -> Iterator[Fault]:
    goes_on = stopped(at.komek, *WORKERS)
    with redis.Redis.from_url(at.komek.redis) as client:
        fault = Fault(goes_on)
        client.flushall()
    yield fault
