"""The nine things that `komek doctor --deployment` must know of a deployment: green where it is well, and red where it is not."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest

from streams import clock
from streams.backup.backup_key import BackupKey, new_salt
from streams.backup.documents import MANIFEST, PLAN, READ_BACK, Manifest, Plan, write
from streams.cli import certificate_ends, deployment_checks, kept_checks, server_checks
from streams.cli.backup_ages import backup_checks
from streams.components import Component
from streams.kafka.access_rules import rights_of
from streams.kafka.acl_review import AclReview
from streams.kafka.topic_drift import TopicState
from streams.local.acl_checks import of_review
from streams.local.check import Check, Level
from streams.local.ports import LOOPBACK
from streams.monitoring.retention_check import TooOld
from streams.retention.classes import DAY_S
from streams.ring import KeyRing, KeyState, KeyUse
from streams.ring.declared_keys import DeclaredKeys, KeyStep, record_of
from streams.ring.key_ring import new_key
from streams.settings import Settings
from streams.topics import NOTICES, TOPICS
from tests.support.self_signed import self_signed

SAFE = Settings(replication=3, min_insync=2)
STATES = {
    topic.name: TopicState(
        name=topic.name, partitions=topic.partition_count(SAFE), replication=3, config=topic.config(SAFE)
    )
    for topic in TOPICS
}
KEY = new_key(KeyUse.DATA, KeyState.ACTIVE, b"k" * 32)
DECLARED = DeclaredKeys().after(record_of(KEY, KeyStep.FOUNDED, by="t", at_ms=1))
NOBODY_LACKS = AclReview(lacking={}, surplus={}, without_entries=[])
Look = Callable[[Path], Iterable[Check]]


@contextmanager
def answering(version: str) -> Iterator[str]:
    """A process of this version; its address."""

    class Process(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f'komek_build_info{{version="{version}"}} 1.0\n'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer((LOOPBACK, 0), Process) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()


def versions(*some: str) -> Look:
    def look(folder: Path) -> Iterator[Check]:
        with ExitStack() as running, httpx2.Client(trust_env=False) as http:
            listed = [
                {"targets": [running.enter_context(answering(one))], "labels": {"process": f"worker-{number}"}}
                for number, one in enumerate(some)
            ]
            targets = folder / "targets.json"
            targets.write_text(json.dumps(listed))
            yield from deployment_checks.process_checks([targets], http)

    return look


def topics(states: dict[str, TopicState], *behind: str) -> Look:
    return lambda _: server_checks.topic_checks(states, behind, SAFE)


def retention(states: dict[str, TopicState], *old: TooOld) -> Look:
    return lambda _: [kept_checks.retention(states, SAFE, old, [])]


def certificate(days_left: int) -> Look:
    def look(folder: Path) -> Iterator[Check]:
        file, _ = self_signed(folder, "api", days=_days_since_they_begin() + days_left)
        yield certificate_ends.in_file("certificate", file)

    return look


def _days_since_they_begin() -> int:
    """Certificates of the tests are valid from 2026-01-01 on."""
    return (clock.now_ms() - 1_767_225_600_000) // 86_400_000


def backups(age_s: int) -> Look:
    def look(folder: Path) -> Iterator[Check]:
        now_ms = clock.now_ms()
        key = BackupKey("a secret of the tests, long enough", new_salt())
        plan = Plan(
            id="one", version="0", lineage="l", begun_ms=now_ms - age_s * 1000, salt="", check="", settings={}, cuts=(), groups=()
        )  # fmt: skip
        (folder / "one").mkdir()
        write(folder / "one" / PLAN, plan, key)
        write(folder / "one" / MANIFEST, Manifest(plan=plan, completed_ms=1, seconds=1.0, ranges=(), parts=()), key)
        (folder / "one" / READ_BACK).touch()
        (folder / "erasures-l.sealed").touch()
        yield from backup_checks(Settings(backups=folder), now_ms)

    return look


def ways(status: str) -> Look:
    way = {"way": "sms", "status": status, "taken": 0, "failed": 9, "code": "http_401"}
    return lambda _: deployment_checks.way_checks([way])


def clocks(off_s: float) -> Look:
    return lambda _: [server_checks.clock_check("Redis", 1000.0 + off_s, 1000.0, 1000.0)]


def keys(ring: KeyRing) -> Look:
    return lambda _: [kept_checks.data_keys(DECLARED, ring)]


def acls(review: AclReview) -> Look:
    return lambda _: of_review(review)


def with_notices(**config: str) -> dict[str, TopicState]:
    state = STATES[NOTICES.name]
    return {
        **STATES,
        state.name: replace(state, config={**state.config, **{n.replace("_", "."): v for n, v in config.items()}}),
    }


NINE: dict[str, tuple[Look, tuple[Look, ...]]] = {
    "versions": (versions("1.0", "1.0"), (versions("1.0", "1.1"),)),
    "topics": (
        topics(STATES),
        (
            topics({name: state for name, state in STATES.items() if name != NOTICES.name}),
            topics(with_notices(cleanup_policy="compact" if not NOTICES.compacted else "delete")),
            topics(STATES, "komek.incidents.v1-0"),
        ),
    ),
    "ACLs": (acls(NOBODY_LACKS), (acls(replace(NOBODY_LACKS, lacking={Component.API: rights_of(Component.API)[:1]})),)),
    "retention": (
        retention(STATES),
        (
            # Longer than stated loses nothing, and keeps what people were promised to be gone.
            retention(with_notices(retention_ms="-1")),
            retention(STATES, TooOld(place="komek.notices.v1/0", what="oldest record", age_s=9 * DAY_S, limit_s=DAY_S)),
        ),
    ),
    "clocks": (clocks(0.2), (clocks(-6.0), clocks(30.0))),
    "certificates": (certificate(365), (certificate(5), certificate(-5))),
    "backups": (backups(3600), (backups(4 * DAY_S),)),
    "channels": (ways("working"), (ways("failing"),)),
    "keys": (keys(KeyRing([KEY])), (keys(KeyRing([new_key(KeyUse.DATA, KeyState.ACTIVE, b"x" * 32)])),)),
}


def levels(look: Look, folder: Path) -> set[Level]:
    return {check.level for check in look(folder)}


@pytest.mark.parametrize("name", NINE)
def test_what_is_well_is_green(name: str, tmp_path: Path) -> None:
    assert levels(NINE[name][0], tmp_path) == {Level.OK}


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name, (_, wrong) in NINE.items() for number in range(len(wrong))]
)
def test_what_is_wrong_is_red_with_what_to_do(name: str, number: int, tmp_path: Path) -> None:
    found = [check for check in NINE[name][1][number](tmp_path) if check.level is Level.FAIL]

    assert found
    assert all(check.cure for check in found)
