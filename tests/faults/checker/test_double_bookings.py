"""The checker catches each bad history, and only those."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer

from streams import clock
from streams.kafka import topic_admin
from streams.settings import load
from tests.faults.checker import double_bookings
from tests.faults.checker.double_bookings import Record, Unreadable, judge, main, read
from tests.faults.checker.published import FOLDER
from tests.faults.checker.topics import OFFERS, STATUS

History = list[Record]


class OfferHistory:
    """A hand-made log of one partition each: every line below is one record, in its order."""

    def __init__(self) -> None:
        self.records: History = []

    def step(
        self, offer: str, state: str, *, decision: int, event: str = "", key: str = "", **changes: Any
    ) -> "OfferHistory":
        """`offer` is volunteer:incident, so `a:1` is the offer of incident 1 to a."""
        volunteer, incident = offer.split(":")
        value = {
            "event_id": event or f"{offer}-{state}-{decision}",
            "id": offer,
            "incident_id": incident,
            "requirement_id": "r1",
            "volunteer_id": volunteer,
            "capability": "field",
            "skill": "first_aid",
            "state": state,
            "reason": None,
            "epoch": 1,
            "at_ms": 1,
            "expires_ms": 2,
            "decision_id": f"d{decision}",
            "decision_partition": 0,
            "decision_offset": decision,
            **changes,
        }
        return self._add(OFFERS, key or volunteer, value)

    def state(self, incident: str, status: str, *, decision: int, count: int = 1) -> "OfferHistory":
        requirement = {
            "id": "r1",
            "capability": "field",
            "skill": "first_aid",
            "count": count,
            "max_distance_m": 1000,
            "window_s": 90,
            "offers_per_place": 2.0,
        }
        value = {
            "incident": {
                "id": incident,
                "zone": "8320e5",
                "version": 1,
                "type": "flood",
                "priority": "high",
                "status": status,
                "area": None,
                "language": None,
                "requirements": [requirement],
                "times": {"reported_ms": 1, "logged_ms": 1, "decided_ms": 1},
                "plan_version": "1",
                "reported_by": "op",
                "body_digest": "x",
            },
            "decision_id": f"d{decision}",
            "decision_partition": 0,
            "decision_offset": decision,
            "decided_ms": 1,
        }
        return self._add(STATUS, incident, value)

    def raw(self, topic: str, value: bytes | None, key: bytes | None = b"a") -> "OfferHistory":
        offset = sum(record.topic == topic for record in self.records)
        self.records.append(Record(topic=topic, partition=0, offset=offset, key=key, value=value))
        return self

    def _add(self, topic: str, key: str, value: dict[str, Any]) -> "OfferHistory":
        return self.raw(topic, json.dumps(value).encode(), key.encode())


def good() -> OfferHistory:
    """Two incidents share a person one after the other; a repeat, a void offer and a lowered count are all in order."""
    return (
        OfferHistory()
        .step("a:1", "offered", decision=0)
        .step("b:1", "offered", decision=0)
        .state("1", "dispatching", decision=0)
        .step("a:1", "accepted", decision=1)
        .step("b:1", "withdrawn", decision=1)
        .state("1", "staffed", decision=1)
        .step("b:2", "offered", decision=2)
        .state("2", "dispatching", decision=2)
        .step("b:1", "withdrawn", decision=1)
        .step("a:3", "void", decision=3)
        .step("a:1", "done", decision=4)
        .state("1", "closed", decision=5)
        .step("a:2", "offered", decision=6)
        .step("b:2", "accepted", decision=7)
        .step("a:2", "withdrawn", decision=7)
        .state("2", "staffed", decision=7)
    )


def test_a_good_history_has_no_findings() -> None:
    report = judge(good().records)

    assert report.findings == []
    assert (report.offers, report.repeats, report.void_offers, report.void_after_offer) == (5, 1, 1, 0)
    assert (report.volunteers, report.incidents) == (2, 2)


BAD: list[tuple[str, Callable[[OfferHistory], OfferHistory], str]] = [
    # A second offer while the first is unanswered.
    (
        "offered twice",
        lambda log: log.step("c:4", "offered", decision=8).step("c:5", "offered", decision=9),
        "double_booking",
    ),
    # On the way to one place and accepted for another.
    (
        "two assignments",
        lambda log: log.step("c:5", "en_route", decision=8).step("c:4", "accepted", decision=9),
        "double_booking",
    ),
    # The first offer ends only after the second was made: at one place in the log both are live.
    (
        "ended too late",
        lambda log: (
            log.step("c:5", "offered", decision=8)
            .step("c:4", "offered", decision=9)
            .step("c:5", "withdrawn", decision=10)
        ),
        "double_booking",
    ),
    # An offer that comes back to life while the person holds another.
    (
        "late acceptance",
        lambda log: (
            log.step("c:5", "offered", decision=8)
            .step("c:5", "expired", decision=9)
            .step("c:4", "offered", decision=10)
            .step("c:5", "accepted", decision=11)
        ),
        "double_booking",
    ),
    # Two people on a requirement for one.
    (
        "one too many",
        lambda log: (
            log.state("6", "dispatching", decision=20)
            .step("c:6", "accepted", decision=21)
            .step("d:6", "accepted", decision=22)
        ),
        "over_count",
    ),
    # One has finished the work, and another is sent all the same.
    (
        "one too many after the work",
        lambda log: (
            log.state("6", "dispatching", decision=20)
            .step("c:6", "done", decision=21)
            .step("d:6", "on_scene", decision=22)
        ),
        "over_count",
    ),
    # An offer for an incident that was closed before.
    (
        "after closing",
        lambda log: log.state("6", "closed", decision=20).step("c:6", "offered", decision=21),
        "after_closing",
    ),
    (
        "after cancelling",
        lambda log: log.state("6", "cancelled", decision=20).step("c:6", "accepted", decision=21),
        "after_closing",
    ),
    # A state nobody published.
    ("unknown state", lambda log: log.step("c:6", "waiting", decision=20), "off_schema"),
    # A key that does not order the offers of a person.
    ("wrong key", lambda log: log.step("c:6", "offered", decision=20, key="d"), "off_schema"),
    ("no JSON", lambda log: log.raw(OFFERS, b"{"), "off_schema"),
    ("no object", lambda log: log.raw(OFFERS, b"[]"), "off_schema"),
    ("empty", lambda log: log.raw(OFFERS, None), "off_schema"),
    ("a field missing", lambda log: log.raw(STATUS, b'{"decision_id": "d"}'), "off_schema"),
    ("a field missing inside", lambda log: log.raw(STATUS, _hollow_state()), "off_schema"),
]


def _hollow_state() -> bytes:
    whole = json.loads(OfferHistory().state("9", "staffed", decision=1).records[0].value or b"")
    del whole["incident"]["requirements"]
    return json.dumps(whole).encode()


@pytest.mark.parametrize(("add", "kind"), [pytest.param(add, kind, id=name) for name, add, kind in BAD])
def test_each_bad_history_is_caught_and_named(add: Callable[[OfferHistory], OfferHistory], kind: str) -> None:
    report = judge(add(good()).records)

    assert report.counts == {**dict.fromkeys(double_bookings.KINDS, 0), kind: 1}


def test_a_void_offer_is_left_out_but_counted_when_it_had_been_shown() -> None:
    log = (
        OfferHistory()
        .step("c:1", "offered", decision=0)
        .step("c:2", "offered", decision=1)
        .step("c:2", "void", decision=2)
    )

    report = judge(log.records)

    assert report.findings == []
    assert (report.void_offers, report.void_after_offer) == (1, 1)


def test_a_decision_that_replaces_one_person_by_another_is_judged_as_a_whole() -> None:
    log = (
        OfferHistory()
        .state("1", "staffed", decision=0)
        .step("c:1", "accepted", decision=1)
        .step("d:1", "accepted", decision=2)
        .step("c:1", "stood_down", decision=2)
    )

    assert judge(log.records).findings == []


def test_a_count_that_was_raised_in_the_same_batch_counts() -> None:
    """A batch writes the newest state only: the one in between is not in the log."""
    log = (
        OfferHistory()
        .state("1", "dispatching", decision=0, count=1)
        .step("c:1", "accepted", decision=2)
        .step("d:1", "accepted", decision=3)
        .state("1", "staffed", decision=4, count=2)
    )

    assert judge(log.records).findings == []


def test_people_who_are_done_may_be_more_than_a_count_lowered_afterwards() -> None:
    log = (
        OfferHistory()
        .state("1", "in_progress", decision=0, count=2)
        .step("c:1", "done", decision=1)
        .step("d:1", "done", decision=2)
        .state("1", "in_progress", decision=3, count=1)
        .step("e:1", "withdrawn", decision=4)
    )

    assert judge(log.records).findings == []


def test_a_tombstone_of_a_state_is_no_finding() -> None:
    assert judge(good().raw(STATUS, None).records).findings == []


@pytest.mark.parametrize(("history", "code"), [(good(), 0), (BAD[0][1](good()), 1)])
def test_the_exit_code_says_whether_something_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], history: OfferHistory, code: int
) -> None:
    monkeypatch.setattr(double_bookings, "read", lambda *_: history.records)

    assert main(["--kafka", "nowhere:1", "--json"]) == code
    assert json.loads(capsys.readouterr().out)["counts"]["double_booking"] == code
    assert main(["--kafka", "nowhere:1"]) == code


def test_a_log_that_cannot_be_read_is_exit_code_2(kafka: str, capsys: pytest.CaptureFixture[str]) -> None:
    for unreadable in (["--kafka", "127.0.0.1:1"], ["--kafka", "nonsense"]):
        assert main(unreadable) == 2
    with pytest.raises(Unreadable, match="not there"):
        read_topic(kafka, "no-such-topic")

    assert "could not be read" in capsys.readouterr().err


def test_a_real_log_is_read_from_its_beginning_to_its_end(kafka: str) -> None:
    """The log is shared with other tests, so only our own records are looked at."""
    topic_admin.apply_topics(load({"KOMEK_KAFKA": kafka}))
    person = clock.fresh_id()
    history = OfferHistory().step(f"{person}:1", "offered", decision=0).step(f"{person}:1", "declined", decision=1)
    producer = KafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=False)
    try:
        for record in history.records:
            producer.send(record.topic, key=record.key, value=record.value).get(10)
    finally:
        producer.close()

    found = [record for record in read(kafka) if record.key == person.encode()]

    assert [record.value for record in found] == [record.value for record in history.records]
    assert judge(found).counts == dict.fromkeys(double_bookings.KINDS, 0)


def read_topic(kafka: str, topic: str) -> History:
    consumer = KafkaConsumer(bootstrap_servers=kafka, group_id=None)
    try:
        return list(double_bookings._read_topic(consumer, topic, deadline=0))
    finally:
        consumer.close()


def test_it_runs_by_itself_without_the_code_it_judges() -> None:
    program = f"import runpy, sys; runpy.run_path({double_bookings.__file__!r}); print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    assert not {name.partition(".")[0] for name in loaded} & {"dispatch", "streams", "api", "msgspec", "faust"}


def test_the_schemas_are_the_published_ones() -> None:
    published = {file.name for file in FOLDER.iterdir()}

    assert {f"{OFFERS}.json", f"{STATUS}.json"} <= published
