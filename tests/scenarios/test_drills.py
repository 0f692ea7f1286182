"""Drills: each alarm is raised on a running stack, the commands of its page are run meanwhile, and it ends with its cause.

`KEEP_DRILLS=FILE` keeps a table: seconds from the fault to the alarm, each command and its exit code.
"""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from streams.backup.ages import METRICS
from streams.codegen.alert_rules import alert_name, pages
from streams.local.ports import LOOPBACK, free_ports
from streams.monitoring.queried_alarms import QUERIED
from tests.support import outward_drills, process_drills, public_drills, record_drills
from tests.support.composed import DEPLOY
from tests.support.drills import DRILLS, Fault, Ground, end_what_is_left, keep
from tests.support.programs import program
from tests.support.runbook import PAGES, commands, filled
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack, without_komek

pytestmark = [pytest.mark.stack, pytest.mark.soak, pytest.mark.timeout(420)]
WITHIN_S = 90.0
SLOW = {"message_unread": 150.0}
"""By their nature: a message waits for two minutes before it is one that nobody reads."""
LISTING = (outward_drills, process_drills, public_drills, record_drills)
"""They add to DRILLS when they are imported."""
NOT_DRILLED = {"kafka_refuses"}
"""Needs a Kafka with users, which this stack has not: drilled in tests/scenarios/test_kafka_refusals.py."""
OUTWARD = {alarm.name for alarm in QUERIED}
BY_PROMETHEUS = {"silent", "slo_offer", "slo_intake", "slo_notices", *OUTWARD}
"""Alerts that only Prometheus knows."""
STAYS_SPENT = {"slo_offer", "slo_intake", "slo_notices"}
"""A budget that was spent stays spent for an hour."""
RUNS_ON = {"worker", "notifier", "assistant"}
"""Processes that a page starts by hand: the supervisor of the stack has started them."""
CHANGES_KEYS = {("keys", "retire"), ("keys", "add"), ("keys", "rotate")}
ADMINISTERS = ("topics", "acls", "--apply")
SAYS_THAT_SOMETHING_IS_WRONG = {"status": {0, 1}, "doctor": {0, 1}, "watch": {0, 1}, "cap": {0, 1}}
"""Commands whose exit code tells an alarm or a fault; others must succeed."""
SAID_ON_THE_PAGE = {"keys list": {2}}
"""Exit codes that a page names: the copy of the ring on this machine is broken as well."""
NAMED_ON_THE_PAGE = {"incident assign INCIDENT VOLUNTEER": ("engaged", "filled")}
"""Refusals that a page explains."""
NEEDS = {
    "kafka_away": {"topics"},
    "audit_unwritten": {"audit"},
    "silent": {"status"},
    "webhook_failing": {"webhooks"},
    "token_keys_refused": {"sessions"},
}
"""What cannot succeed while the fault lasts: run when it has ended, as the page says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    words: str
    code: int
    said: str


@pytest.fixture(scope="module")
def komek(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeStack]:
    data = tmp_path_factory.mktemp("drills")
    with (
        public_drills.neighbours() as told,
        WholeStack(data, environ={**outward_drills.environ_of(data), **told}) as running,
    ):
        yield running


@pytest.fixture
def town(komek: WholeStack) -> Town:
    return Town(komek)


@pytest.fixture(scope="module")
def prometheus(komek: WholeStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    tool = program("prometheus", why="alerts that only Prometheus knows are not raised")
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "targets").mkdir()
    shutil.copy(DEPLOY / "prometheus.yml", folder)
    rules = (DEPLOY / "alerts.yml").read_text("utf-8")
    (folder / "alerts.yml").write_text(outward_drills.hastened(public_drills.hastened(rules)), "utf-8")
    shutil.copy(komek.data / "metrics.json", folder / "targets")
    (port,) = free_ports(1)
    with exporting(komek.data / "backups" / METRICS) as address:
        listed = [{"targets": [address], "labels": {"process": "backups"}}]
        (folder / "targets" / "backups.json").write_text(json.dumps(listed), "utf-8")
        yield from running_prometheus(tool, folder, port)


def running_prometheus(tool: str, folder: Path, port: int) -> Iterator[str]:
    command = [tool, "--config.file=prometheus.yml", f"--web.listen-address={LOOPBACK}:{port}"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            yield f"http://{LOOPBACK}:{port}"
        finally:
            running.terminate()
            running.wait(20)


@contextmanager
def exporting(file: Path) -> Iterator[str]:
    """What the node exporter does with a file of metrics. Yields its address."""

    class Exporter(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(file.read_bytes() if file.exists() else b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Exporter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()


def test_every_page_is_drilled() -> None:
    assert DRILLS.keys() | NOT_DRILLED == pages()


@pytest.mark.parametrize("name", sorted(DRILLS))
def test_the_alarm_comes_its_page_helps_and_it_ends_with_its_cause(
    name: str, komek: WholeStack, town: Town, prometheus: str
) -> None:
    ground = Ground(komek, town)
    until(lambda: is_off(name, ground))

    def is_on() -> bool:
        return fires(prometheus, name) if name in BY_PROMETHEUS else name in (alarms(town) or ())

    with DRILLS[name](ground) as fault:
        try:
            until(is_on, SLOW.get(name, WITHIN_S))
            took_s = time.monotonic() - fault.since_s
            ran = page_run(name, komek, town, fault, during=True)
        finally:
            fault.end()
        ran += page_run(name, komek, town, fault, during=False)
        if name in OUTWARD:  # while there still is somebody to be told, or something to be old
            until(lambda: not is_on())
    if name not in STAYS_SPENT:
        until(lambda: not is_on())
    until(lambda: is_well(komek, town))
    wrong = [one.said[-600:] for one in ran if not is_as_promised(one)]
    keep(name, took_s, {one.words: one.code for one in ran}, wrong)

    assert [one for one in ran if not is_as_promised(one)] == []
    status = next((one for one in ran if one.words == "status"), None)
    if status is not None and name not in BY_PROMETHEUS:
        assert name in status.said


def alarms(town: Town) -> dict[str, Any] | None:
    """By name; None: the API does not answer."""
    try:
        answer = town.call("GET", "/v1/status", "monitor", "m-1")
    except httpx2.TransportError:
        return None
    return {alarm["name"]: alarm for alarm in answer.json()["alarms"]}


def is_off(name: str, ground: Ground) -> bool:
    """Whether the drill can begin; what an earlier one left on is ended."""
    on = alarms(ground.town)
    if on is not None and name in on:
        end_what_is_left(ground, name)
    return on is not None and name not in on


def fires(address: str, name: str) -> bool:
    with httpx2.Client(trust_env=False, timeout=60) as http:
        try:
            listed = http.get(f"{address}/api/v1/alerts").json()["data"]["alerts"]
        except httpx2.TransportError:
            return False
    return any(one["labels"]["alertname"] == alert_name(name) and one["state"] == "firing" for one in listed)


def is_well(komek: WholeStack, town: Town) -> bool:
    """For the next drill: all parts run and nothing is unknown."""
    if len(komek.pids) != 8 or alarms(town) is None:
        return False
    told = town.call("GET", "/v1/status", "monitor", "m-1").json()
    return bool(told["alarms_unknown"] == [] and told["committed_lag"]["total"] == 0)


def page_run(name: str, komek: WholeStack, town: Town, fault: Fault, *, during: bool) -> list[Ran]:
    """The commands of the page that can be run now."""
    known = dict(fault.known)
    ran = []
    for words in dict.fromkeys(map(tuple, commands(PAGES[name]))):
        if is_left_out(words) or (words[0] in NEEDS.get(name, ())) == during:
            continue
        if not during and name not in NEEDS:
            continue
        if "LETTER" in words:
            # A letter that is replayed and still cannot be read is another one.
            (letter,) = until(lambda: json.loads(komek.run("dead-letters", "list", "--standing", "--json").stdout))
            known["LETTER"] = letter["id"]
        complete = filled(words, known)
        if complete is not None:
            done = komek.run(*complete)
            ran.append(Ran(words=" ".join(words), code=done.returncode, said=done.stdout + done.stderr))
    if during and "curl" in PAGES[name]:
        done = subprocess.run(
            ["curl", "-s", "-m", "5", "--noproxy", "*", f"{town.komek.api}/readyz"],
            env=without_komek(),
            capture_output=True,
            text=True,
            check=False,
        )
        ran.append(Ran(words="curl", code=done.returncode, said=done.stdout))
    return ran


def is_left_out(words: tuple[str, ...]) -> bool:
    return words[0] in RUNS_ON or words[:2] in CHANGES_KEYS or words == ADMINISTERS


def is_as_promised(ran: Ran) -> bool:
    if ran.words == "curl":
        return ran.code == 28  # nobody answers: the page says what follows
    if any(f"409 {reason}" in ran.said for reason in NAMED_ON_THE_PAGE.get(ran.words, ())):
        return True
    allowed = SAYS_THAT_SOMETHING_IS_WRONG.get(ran.words.split()[0], {0}) | SAID_ON_THE_PAGE.get(ran.words, set())
    return ran.code in allowed and "Traceback" not in ran.said
