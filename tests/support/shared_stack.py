"""One whole Komek for all tests of a session; as a pytest plugin. Ask for the weakest fixture that will do:

    town              people and incidents at a place of their own, on the shared stack (`tests/support/town.py`)
    shared_stack      the stack itself, for tests that leave its processes alone
    breakable_stack   the same stack, for tests that kill, stop or empty parts of it, or change its plans; `breakable_town`
    module_stack      likewise, for modules whose tests build on each other
    stack             starts a stack of its own (`tests/support/stack.py`): ten seconds more, for tests about starting and ending

Isolation is by construction. After each test every incident is cancelled and everybody known to the stack is erased, so the next
meets neither; places are never shared (`tests/support/places.py`). After a test that may break it the stack must be whole again
within a minute: all parts run, nothing waits, no alarm, the built-in plans in force. Else that test fails and the next gets a new
stack. Those who only share it come before those who break it, whatever the files are called (`tests/support/order.py`).
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest
import redis
from kafka import KafkaProducer

from dispatch.model.private_refs import channels_ref, consents_ref, volunteer_ref
from dispatch.plans.book import load_builtin
from streams import clock, redis_keys
from streams.local.ports import free_ports
from streams.topics import PLANS, PRIVATE, VOLUNTEERS
from tests.support.order import ON_STACKS, scope_of
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack, WholeStack

PARTS = {"kafka", "redis", "worker-1", "worker-2", "notifier", "assistant", "api"}
WHOLE: dict[str, Any] = {
    "down": [],
    "workers": 2,
    "commands that wait": 0,
    "notices that wait": 0,
    "alarms": [],
    "alarms unknown": [],
    "plans": load_builtin().version,
}
OPEN = "reported,dispatching,staffed,unfilled,in_progress"
OUTLIVES = "distress"
"""The attention that an incident keeps after its end."""
AGAIN_AFTER_S = 2.0
PUSH_HOSTS = "KOMEK_PUSH_HOSTS"
SMS_SECRET, TELEGRAM_SECRET = "the secret of a gateway of tests", "the-secret-of-a-bot-of-tests"
"""With them a test writes as the public does; what it leaves waiting must be discarded by it."""
STAYS_FOR_A_DAY = "void_events"
"""The alarm about what the order of the log made void: it looks back a day, so it tells nothing of the present."""


def webhooks_file(folder: Path) -> Path:
    """The subscriptions of the stack in this folder."""
    return folder.with_name(f"{folder.name}-webhooks.toml")


class Lender:
    """Starts the stack when somebody first asks, and another when it was given back broken."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._stack: WholeStack | None = None
        self._failed_starts = 0
        self.logs: Path | None = None
        """Of the last one started, also of one that did not start."""

    def lend(self) -> WholeStack:
        """Raises AssertionError when it does not start; after the second time without trying again."""
        if self._stack is None:
            assert self._failed_starts < 2, f"the shared stack did not start twice: see {self.logs}"
            # A push service of the tests may take this port: which hosts get pushes is a setting of the start.
            folder = self._folders.mktemp("shared-komek")
            # Empty until a test writes subscriptions into it.
            webhooks_file(folder).touch(mode=0o600)
            given = {
                PUSH_HOSTS: f"127.0.0.1:{free_ports(1)[0]}",
                "KOMEK_WEBHOOKS": str(webhooks_file(folder)),
                "KOMEK_PUBLIC_MESSAGES": "sms,telegram",
                "KOMEK_SMS_SECRET": SMS_SECRET,
                "KOMEK_TELEGRAM_SECRET": TELEGRAM_SECRET,
            }
            stack = WholeStack(folder, environ=given)
            self.logs = stack.logs
            self._failed_starts += 1
            # At once, so that it is ended whatever happens: one left over would slow down every later test.
            self._stack = stack
            try:
                stack.start()
                # It takes reports at once, but answers no list until the workers have built the state in Redis.
                with Housekeeper(stack) as keeper:
                    keeper.wait_until_whole()
            except BaseException:
                self.end()
                raise
            self._failed_starts = 0
        return self._stack

    def take_back(self, *, may_be_broken: bool) -> None:
        """Raises AssertionError when it cannot be lent again as it is; the next borrower gets a new one."""
        assert self._stack is not None
        try:
            with Housekeeper(self._stack) as keeper:
                if may_be_broken:
                    keeper.wait_until_whole()
                keeper.clear()
        except Exception:
            self.end()
            raise

    def end(self) -> None:
        stack, self._stack = self._stack, None
        if stack is not None and not stack.has_ended():
            stack.end()


class Housekeeper:
    """Brings a running stack back to how a test may find it."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._http = httpx2.Client(timeout=60, headers=stack.headers("operator", "op-housekeeper"))
        self._asked: dict[str, float] = {}
        """By what is to end: when that was asked for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def wait_until_whole(self) -> None:
        """Raises AssertionError with what is still missing after a minute."""
        missing: list[str] = []

        def is_whole() -> bool:
            missing[:] = self.missing()
            return not missing

        try:
            until(is_whole)
        except AssertionError as error:
            raise AssertionError(f"not whole after this test: {'; '.join(missing)}") from error

    def missing(self) -> list[str]:
        """What differs from a whole stack, in words. Plans that a test applied are taken back, alarms of the field settled."""
        if gone := PARTS - self._stack.pids.keys():
            return [f"{', '.join(sorted(gone))} not running"]
        try:
            told, plans = self._told("/v1/status"), self._told("/v1/incident-types")["version"]
        except httpx2.HTTPError as error:
            return [f"the API gives no answer: {error!r}"]
        if plans != WHOLE["plans"] and self._is_due("plans"):
            self._write(PLANS.name, b"plans")
        for alarm in told["alarms"]:
            self._settle(alarm)
        components = told["components"]
        seen = {
            "down": [name for name, part in components.items() if part["status"] != "up"],
            "workers": components["workers"]["count"],
            "commands that wait": told["committed_lag"]["total"],
            "notices that wait": components["notifier"]["lag"],
            "alarms": [alarm["name"] for alarm in told["alarms"] if alarm["name"] != STAYS_FOR_A_DAY],
            "alarms unknown": told["alarms_unknown"],
            "plans": plans,
        }
        return [f"{name}: {found}" for name, found in seen.items() if found != WHOLE[name]]

    def clear(self) -> None:
        """Cancels every open incident and erases everybody on duty."""
        until(lambda: not self._cancel_incidents() + self._erase_people())

    def _cancel_incidents(self) -> int:
        """How many were open."""
        open_ = self._told(f"/v1/incidents?status={OPEN}&limit=200")["items"]
        for incident in open_:
            if self._is_due(incident["id"]):
                if any(entry["reason"] == OUTLIVES for entry in incident["attention"]):
                    self._post(f"/v1/incidents/{incident['id']}/attention", {"reason": OUTLIVES})
                self._post(f"/v1/incidents/{incident['id']}/cancel", {})
        return len(open_)

    def _settle(self, alarm: Any) -> None:
        """As an operator who has seen to it."""
        if alarm["concern"] == "field" and self._is_due(alarm["name"]):
            for incident in alarm["details"]:
                self._post(f"/v1/incidents/{incident}/attention", {"reason": alarm["name"]})

    def _post(self, path: str, body: Any) -> None:
        # What has ended by itself, or is merging, answers 409.
        key = {"Idempotency-Key": clock.fresh_id()}
        self._http.post(f"{self._stack.api}{path}", headers=key, json=body)

    def _erase_people(self) -> int:
        """How many were on duty. Erased in the log itself: there may be thousands."""
        with redis.Redis.from_url(self._stack.redis) as client:
            on_duty: set[bytes] = client.smembers(redis_keys.ON_DUTY)
        due = sorted(name for name in map(bytes.decode, on_duty) if self._is_due(name))
        for topic, keys in tombstones_of(due).items():
            self._write(topic, *keys)
        return len(on_duty)

    def _is_due(self, what: str) -> bool:
        """Asked for the first time, or again after two seconds."""
        now_s = time.monotonic()
        if now_s - self._asked.get(what, -AGAIN_AFTER_S) < AGAIN_AFTER_S:
            return False
        self._asked[what] = now_s
        return True

    def _write(self, topic: str, *tombstones: bytes) -> None:
        producer = KafkaProducer(bootstrap_servers=self._stack.kafka, enable_idempotence=False, acks="all")
        try:
            for sent in [producer.send(topic, key=key, value=None) for key in tombstones]:
                sent.get(timeout=60)
        finally:
            producer.close()

    def _told(self, path: str) -> Any:
        answer = self._http.get(f"{self._stack.api}{path}")
        answer.raise_for_status()
        return answer.json()


def tombstones_of(volunteer_ids: Sequence[str]) -> dict[str, list[bytes]]:
    """Keys by topic, in the order of the API's erasure. Of `volunteers` alone they would not last: the profile service
    publishes again whose private record is newer (DESIGN 81)."""
    if not volunteer_ids:
        return {}
    return {
        PRIVATE.name: [
            ref(one).encode() for one in volunteer_ids for ref in (volunteer_ref, consents_ref, channels_ref)
        ],
        VOLUNTEERS.name: [one.encode() for one in volunteer_ids],
    }


LENT = pytest.StashKey[Lender]()


@pytest.fixture(scope="session")
def lender(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Lender]:
    made = pytestconfig.stash[LENT] = Lender(tmp_path_factory)
    yield made
    made.end()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Ends the stack with the last test that may want it: a stack that idles takes a quarter of a core from the others."""
    lent = item.config.stash.get(LENT, None)
    if lent is not None and nextitem is not None and scope_of(nextitem.nodeid) not in ON_STACKS:
        lent.end()


@pytest.fixture
def shared_stack(lender: Lender) -> Iterator[RunningStack]:
    stack = lender.lend()
    yield RunningStack(stack.data, environ={PUSH_HOSTS: stack.environ[PUSH_HOSTS]})
    lender.take_back(may_be_broken=False)


@pytest.fixture
def breakable_stack(lender: Lender) -> Iterator[WholeStack]:
    yield lender.lend()
    lender.take_back(may_be_broken=True)


@pytest.fixture(scope="module")
def module_stack(lender: Lender) -> Iterator[WholeStack]:
    yield lender.lend()
    lender.take_back(may_be_broken=True)
