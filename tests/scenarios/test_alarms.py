"""Alarms on a running Komek: in the status, at /metrics and on the command line, from when something is wrong until it is not."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from dispatch.plans.book import BUILT_IN, load_builtin
from streams.monitoring.alarms import NAMES
from streams.readers import plans
from streams.settings import Settings
from streams.topics import INCIDENTS
from tests.support.desk import ZONE
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

pytestmark = pytest.mark.stack


def status(town: Town) -> Any:
    answer = town.call("GET", "/v1/status", "monitor", "m-1")
    assert answer.status_code == 200, answer.text
    return answer.json()


def alarms(town: Town) -> dict[str, Any]:
    return {alarm["name"]: alarm for alarm in status(town)["alarms"]}


def gauge(town: Town, name: str) -> float:
    text = town.http.get("/metrics").text
    return float(
        next(line for line in text.splitlines() if line.startswith(f'komek_alarm{{name="{name}"}}')).split()[1]
    )


def said(town: Town, *arguments: str) -> Any:
    done = town.komek.run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_stack_on_which_nothing_is_wrong_has_no_alarms(town: Town) -> None:
    until(lambda: status(town)["alarms_unknown"] == [] and alarms(town) == {})

    assert [gauge(town, name) for name in NAMES] == [0.0] * len(NAMES)


@pytest.mark.soak
def test_an_unreadable_command_alarms_until_somebody_dismisses_it(breakable_town: Town) -> None:
    town = breakable_town
    producer = KafkaProducer(bootstrap_servers=town.komek.kafka, enable_idempotence=False, acks="all")
    producer.send(INCIDENTS.name, key=ZONE.encode(), value=b"\xff{no json").get(timeout=60)
    producer.close()

    alarm = until(lambda: alarms(town).get("dead_lettered_incident"))
    shown = town.komek.run("status")
    (letter,) = said(town, "dead-letters", "list", "--standing")
    assert (alarm["details"], alarm["severity"]) == ([letter["id"]], "critical")
    assert gauge(town, "dead_lettered_incident") == 1.0
    assert shown.returncode == 1
    assert "dead_lettered_incident" in shown.stdout
    assert "ALARMS" in town.komek.run("watch", "--once").stdout

    said(town, "dead-letters", "dismiss", letter["id"][:13], "--because", "rubbish", "--by", "op-1")

    until(lambda: "dead_lettered_incident" not in alarms(town))
    assert said(town, "dead-letters", "list", "--standing") == []
    (kept,) = said(town, "dead-letters", "list")
    assert (kept["ended"]["how"], kept["ended"]["why"], kept["ended"]["by"]) == ("dismissed", "rubbish", "op-1")
    replayed = said(town, "dead-letters", "replay", letter["id"])
    assert replayed == {"replayed": [], "passed_over": [letter["id"]]}


def test_a_requirement_at_the_end_of_its_ladder_alarms_until_the_operator_has_seen_it(breakable_town: Town) -> None:
    town = breakable_town
    plans.apply(Settings(kafka=town.komek.kafka, data=Path()), with_a_short_ladder(town.tag))
    until(lambda: town.call("GET", "/v1/incident-types", "operator", "op-1").json()["version"].endswith(town.tag))

    hopeless = town.report(type="search.missing_person", requirements=None)

    alarm = until(lambda: alarms(town).get("ladder_ended"))
    assert (alarm["details"], alarm["concern"]) == ([hopeless], "field")
    town.call("POST", f"/v1/incidents/{hopeless}/attention", "operator", "op-1", {"reason": "ladder_ended"})
    until(lambda: "ladder_ended" not in alarms(town))


def with_a_short_ladder(tag: str) -> str:
    text = BUILT_IN.read_text("utf-8")
    begin, end = text.index("[ladders.slow]"), text.index("[ladders.digital]")
    short = '[ladders.slow]\ntarget_s = 2\nsteps = [{ at_s = 1, step = "operator" }, { at_s = 2, step = "end" }]\n\n'
    version = load_builtin().version
    return (text[:begin] + short + text[end:]).replace(version, f"{version}-{tag}")


@pytest.mark.soak
def test_a_report_that_no_worker_decides_is_named_and_stops_alarming_when_it_is_decided(
    breakable_stack: WholeStack, breakable_town: Town
) -> None:
    town = breakable_town
    until(lambda: status(town)["committed_lag"]["total"] == 0)
    stopped = [breakable_stack.kill(name, signal.SIGSTOP) for name in ("worker-1", "worker-2")]
    try:
        waiting = town.report()
        # Another command, of what earlier tests left, may wait as well, and be named first.
        until(lambda: waiting in alarms(town).get("undecided", {}).get("details", ()))
        until(lambda: "worker_missing" in alarms(town))
    finally:
        for name in ("worker-1", "worker-2"):
            if breakable_stack.pids.get(name) in stopped:
                breakable_stack.kill(name, signal.SIGCONT)

    until(lambda: not {"undecided", "worker_missing"} & set(alarms(town)))


def test_without_redis_the_status_says_what_it_cannot_know(breakable_stack: WholeStack, breakable_town: Town) -> None:
    town = breakable_town
    breakable_stack.kill("redis", signal.SIGSTOP)
    try:
        until(lambda: "redis_away" in alarms(town))
        told = status(town)
    finally:
        breakable_stack.kill("redis", signal.SIGCONT)

    assert set(told["alarms_unknown"]) >= {"ladder_ended", "distress", "check_in_overdue", "timers_late", "void_events"}
    assert told["assignment"] == "delayed"
    until(lambda: "redis_away" not in alarms(town) and status(town)["alarms_unknown"] == [])
