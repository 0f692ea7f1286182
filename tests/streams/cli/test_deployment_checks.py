"""`komek doctor --deployment`: what production asks for and one machine forgives."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest

from api.schemas.status import StandingAlarm, WayStatus
from streams import clock
from streams.cli import certificate_ends, deployment_checks, kept_checks, server_checks
from streams.client_tls import client_context
from streams.components import Component
from streams.kafka.topic_drift import TopicState
from streams.local.check import Check, Level, fail, note, ok
from streams.local.keys import ensure_jwt_keys, write_secret
from streams.local.ports import LOOPBACK, free_ports
from streams.probe_server import ProbeServer
from streams.settings import Settings
from streams.topics import TOPICS
from tests.streams.cli.fake_api import serving
from tests.support.self_signed import self_signed
from tests.support.whole_stack import RunningStack

DAY_MS = 86_400_000
FIRST_DAY_MS = 1_767_225_600_000
"""2026-01-01, from which certificates of the tests are valid."""
UP = {"status": "up"}
SMS = {"way": "sms", "status": "working", "taken": 3, "failed": 0, "code": None}
STATUS = {
    "alarms": [],
    "channels": [SMS],
    "components": {"kafka": UP, "workers": {"status": "up", "count": 3}, "assistant": {"status": "off", "count": 0}},
}


@contextmanager
def probes(*, ready: bool) -> Iterator[str]:
    server = ProbeServer(Component.WORKER)
    server.serve((LOOPBACK, free_ports(1)[0]))
    if ready:
        server.ready.set()
    try:
        yield f"{LOOPBACK}:{server.port}"
    finally:
        server.close()


def listed(folder: Path, addresses: dict[str, str]) -> Path:
    path = folder / "targets.json"
    path.write_text(json.dumps([{"targets": [at], "labels": {"process": name}} for name, at in addresses.items()]))
    return path


def levels(found: "Iterator[Check]") -> dict[str, Level]:
    return {check.name: check.level for check in found}


class TestProcesses:
    def test_each_is_asked_and_one_that_is_not_ready_or_gone_fails(self, tmp_path: Path) -> None:
        with probes(ready=True) as good, probes(ready=False) as starting, httpx2.Client() as http:
            gone = f"{LOOPBACK}:{free_ports(1)[0]}"
            path = listed(tmp_path, {"worker-1": good, "worker-2": starting, "worker-3": gone})

            found = levels(deployment_checks.process_checks([path], http))

        assert found == {
            "worker-1": Level.OK, "worker-2": Level.FAIL, "worker-3": Level.FAIL, "versions": Level.OK,
        }  # fmt: skip

    def test_two_versions_side_by_side_are_told(self, tmp_path: Path) -> None:
        class Older(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'komek_build_info{version="0.0.1"} 1.0\n')

            def log_message(self, *_: object) -> None:
                pass

        with probes(ready=True) as new, HTTPServer((LOOPBACK, 0), Older) as older, httpx2.Client() as http:
            threading.Thread(target=older.serve_forever, daemon=True).start()
            path = listed(tmp_path, {"worker-1": new, "worker-2": f"{LOOPBACK}:{older.server_port}"})

            found = {check.name: check for check in deployment_checks.process_checks([path], http)}
            older.shutdown()

        assert found["versions"].level is Level.FAIL
        assert "0.0.1" in found["versions"].found

    @pytest.mark.parametrize(
        "text", ["", "{}", "[]", "[1]", '[{"targets": ["a:1"]}]', '[{"targets": 7, "labels": {}}]', "\xff"]
    )
    def test_a_list_that_is_none_is_a_finding(self, text: str, tmp_path: Path) -> None:
        path = tmp_path / "targets.json"
        path.write_bytes(text.encode("latin-1"))

        with httpx2.Client() as http:
            found = levels(deployment_checks.process_checks([path], http))

        assert found == {"processes": Level.FAIL}

    def test_without_a_list_nothing_is_said_to_be_well(self) -> None:
        with httpx2.Client() as http:
            assert levels(deployment_checks.process_checks([], http)) == {"processes": Level.WARN}


class TestTheApi:
    def asked(self, status: object, code: int = 200) -> dict[str, Level]:
        with serving({("GET", "/v1/status"): (code, status)}) as api, httpx2.Client(base_url=api.url) as http:  # type: ignore[dict-item]
            return levels(deployment_checks.api_checks(http))

    def test_what_is_well_is_green(self) -> None:
        found = self.asked(STATUS)

        assert set(found.values()) == {Level.OK}
        assert {"kafka", "workers", "assistant", "alarms", "clock of API"} <= found.keys()

    def test_alarms_and_parts_that_are_down_are_findings(self) -> None:
        alarm = {"name": "distress", "severity": "critical", "about": "danger"}
        other = {"name": "clock", "severity": "warning", "about": "off"}
        parts = {"kafka": {"status": "down"}, "workers": {"status": "up", "count": 1}}

        assert {*alarm, *other} <= set(StandingAlarm.model_fields), "the API tells no more than this"
        found = self.asked({"alarms": [alarm, other], "components": parts, "channels": []})

        assert found["alarm distress"] is Level.FAIL
        assert found["alarm clock"] is Level.WARN
        assert (found["kafka"], found["workers"]) == (Level.FAIL, Level.WARN)
        assert found["ways to people"] is Level.WARN

    def test_ways_are_told_as_the_notifier_found_them(self) -> None:
        ways = [
            SMS,
            {**SMS, "way": "push", "status": "unused"},
            {**SMS, "way": "voice", "status": "failing", "code": "http_401"},
        ]

        assert set(SMS) <= set(WayStatus.model_fields), "the API tells no more than this"
        found = self.asked({**STATUS, "channels": ways})

        assert (found["way sms"], found["way push"], found["way voice"]) == (Level.OK, Level.OK, Level.FAIL)
        assert self.asked({**STATUS, "channels": None})["ways to people"] is Level.WARN

    def test_a_refusal_and_silence_are_findings(self) -> None:
        assert self.asked({"code": "forbidden"}, 403) == {"API": Level.FAIL}
        with httpx2.Client(base_url=f"http://{LOOPBACK}:{free_ports(1)[0]}") as http:
            assert levels(deployment_checks.api_checks(http)) == {"API": Level.FAIL}


@pytest.mark.parametrize(
    ("off_s", "level"), [(0.0, Level.OK), (-0.9, Level.OK), (1.5, Level.WARN), (-4.9, Level.WARN), (6.0, Level.FAIL)]
)
def test_clocks_that_differ_are_findings(off_s: float, level: Level) -> None:
    assert server_checks.clock_check("Redis", 1000.0 + off_s, 1000.0, 1000.0).level is level


def test_a_slow_answer_is_no_wrong_clock() -> None:
    assert server_checks.clock_check("Redis", 1003.0, 1000.0, 1006.0).level is Level.OK
    assert server_checks.clock_check("Redis", 1008.0, 1000.0, 1006.0).level is Level.WARN


class TestCertificates:
    @pytest.mark.parametrize(
        ("days", "level"), [(365, Level.OK), (120, Level.WARN), (105, Level.FAIL), (50, Level.FAIL)]
    )
    def test_of_a_file_by_the_days_that_are_left(
        self, days: int, level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        certificate, _ = self_signed(tmp_path, "api", days=days)
        monkeypatch.setattr(clock, "now_ms", lambda: FIRST_DAY_MS + 100 * DAY_MS)

        assert certificate_ends.in_file("certificate", certificate).level is level

    def test_of_a_server_as_clients_see_it(self, tmp_path: Path) -> None:
        certificate, key = self_signed(tmp_path, "api")
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key)
        with HTTPServer((LOOPBACK, 0), BaseHTTPRequestHandler) as plain:
            plain.socket = server.wrap_socket(plain.socket, server_side=True)
            threading.Thread(target=plain.serve_forever, daemon=True).start()
            port = plain.server_port
            trusted = client_context(ca=certificate, cert=None, key=None)
            stranger = client_context(ca=self_signed(tmp_path, "other")[0], cert=None, key=None)

            good = certificate_ends.shown_by("it", LOOPBACK, port, trusted)
            bad = certificate_ends.shown_by("it", LOOPBACK, port, stranger)
            plain.shutdown()

        assert good.level is Level.OK
        assert (bad.level, "not accepted" in bad.found) == (Level.FAIL, True)

    def test_no_server_and_no_file_are_findings(self, tmp_path: Path) -> None:
        context = ssl.create_default_context()

        assert certificate_ends.shown_by("it", LOOPBACK, free_ports(1)[0], context).level is Level.FAIL
        assert certificate_ends.in_file("it", tmp_path / "none.pem").level is Level.FAIL


def test_what_one_machine_forgives_is_a_warning_in_production() -> None:
    assert deployment_checks.stricter(note("a", "b", "c")).level is Level.WARN
    assert deployment_checks.stricter(ok("a", "b")).level is Level.OK


def test_a_setting_behind_all_topics_is_one_finding() -> None:
    asked = Settings(replication=3, min_insync=2)
    one = {
        topic.name: TopicState(
            name=topic.name, partitions=topic.partition_count(asked), replication=1, config=topic.config(asked)
        )
        for topic in TOPICS
    }

    found = [check for check in server_checks.topic_checks(one, [], asked) if check.level is Level.FAIL]

    assert [check.found for check in found] == [
        f"all {len(TOPICS)} topics: has 1 replica, KOMEK_REPLICATION asks for 3"
    ]
    assert list(server_checks.topic_checks(one, [], asked))[-1].found == f"fewer than 3: all {len(TOPICS)} topics"


@pytest.mark.parametrize(
    ("memory", "level"),
    [
        ({"maxmemory": 100, "used_memory": 50}, Level.OK),
        ({"maxmemory": 100, "used_memory": 75}, Level.WARN),
        ({"maxmemory": 100, "used_memory": 95}, Level.FAIL),
        ({"maxmemory": 100, "used_memory": 1, "maxmemory_policy": "allkeys-lru"}, Level.FAIL),
        # Redis' own default: no limit of its own.
        ({"maxmemory": 0, "used_memory": 95}, None),
    ],
)
def test_a_redis_that_is_full_or_drops_what_it_holds_is_a_finding(
    memory: dict[str, object], level: Level | None
) -> None:
    assert [check.level for check in server_checks.memory_checks(memory)] == ([level] if level else [])


def test_a_kafka_that_does_not_answer_is_said_once_and_the_others_are_looked_at() -> None:
    away = Settings(kafka=f"{LOOPBACK}:{free_ports(1)[0]}", redis=f"redis://{LOOPBACK}:{free_ports(1)[0]}/0")
    not_asked = fail("API", "not asked: no key", "Give --token.")

    found = list(deployment_checks.deployment_checks(away, not_asked, []))

    assert [check.name for check in found if check.level is Level.FAIL] == ["API", "Kafka", "Redis"]


def test_keys_that_others_can_read_are_a_failure(tmp_path: Path) -> None:
    keys = tmp_path / "jwt-keys.json"
    ensure_jwt_keys(keys)
    good = kept_checks.token_keys(Settings(jwt_keys=keys))
    keys.chmod(0o644)
    bad = kept_checks.token_keys(Settings(jwt_keys=keys))
    keys.write_text("{")
    broken = kept_checks.token_keys(Settings(jwt_keys=keys))

    assert (good.level, bad.level, broken.level) == (Level.OK, Level.FAIL, Level.FAIL)


@pytest.mark.stack
def test_without_a_key_that_signs_the_page_is_whole(shared_stack: RunningStack, tmp_path: Path) -> None:
    broken = tmp_path / "jwt-keys.json"
    write_secret(broken, "{")

    done = shared_stack.run("doctor", "--deployment", "--json", environ={"KOMEK_JWT_KEYS": str(broken)})

    assert done.returncode == 1, done.stderr
    found = {check["name"]: check["level"] for check in json.loads(done.stdout)}
    assert (found["API"], found["token keys"]) == ("fail", "fail")
    assert {found["worker-1"], found["clock of Redis"], found["retention"]} == {"ok"}
    # What a library complains of is a finding, or nothing.
    assert done.stderr == ""


@pytest.mark.stack
def test_of_a_running_stack_all_processes_are_looked_at(shared_stack: RunningStack) -> None:
    done = shared_stack.run("doctor", "--deployment", "--json")

    assert done.stdout, done.stderr
    found = {(check["name"], check["level"]) for check in json.loads(done.stdout)}
    assert {"api", "worker-1", "worker-2", "notifier", "assistant"} <= {name for name, _ in found}
    assert {("versions", "ok"), ("clock of Redis", "ok"), ("replicas", "warn"), ("backups", "warn")} <= found
    assert "note" not in {level for _, level in found}
