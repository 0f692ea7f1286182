"""Was anybody booked twice? A look at a log that runs, without history, faults or Redis: what benchmarks end with.

    python -m tests.faults.checker.double_bookings --kafka HOST:PORT [--json] [--schemas FOLDER] [--seconds 60]

Reads `komek.offers.v1` and `komek.incident-status.v1` from their beginning to what is their end at the start, and counts

    double_booking   places in the log at which a volunteer has two live offers (offered, accepted, en_route, on_scene)
    over_count       decisions after which a requirement has more people than its count
    after_closing    live offers to an incident whose closing or cancelling was decided before
    off_schema       records that are not as the schema says, or whose key is not what orders them

A repeat of an `event_id` says nothing new. An offer with a `void` step never held: its steps are left out and counted. Offers are
ordered as they lie in the partition of their volunteer; decisions about one incident by their own offset, for they share a
partition. Exit code 0: none of these; 1: some; 2: the log could not be read.
"""

import argparse
import json
import socket
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from tests.faults.checker.published import FOLDER as SCHEMAS
from tests.faults.checker.published import Misfit, Published
from tests.faults.checker.reducer import ASSIGNED, ENDED, LIVE
from tests.faults.checker.topics import OFFERS, STATUS

SHOWN = 20
KINDS = ("double_booking", "over_count", "after_closing", "off_schema")

Step = Mapping[str, Any]
"""A record of `offers`, parsed."""


class Unreadable(Exception):
    """The log could not be read to its end."""


@dataclass(frozen=True, kw_only=True)
class Record:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, kw_only=True)
class Finding:
    kind: str
    partition: int
    offset: int
    subject: str
    detail: str


@dataclass(kw_only=True)
class Report:
    records: int = 0
    repeats: int = 0
    offers: int = 0
    volunteers: int = 0
    incidents: int = 0
    void_offers: int = 0
    void_after_offer: int = 0
    """Void offers whose `offered` step had been published: their volunteers may have seen them."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(finding.kind for finding in self.findings)
        return {kind: found[kind] for kind in KINDS}


def judge(records: Iterable[Record], schemas: Path = SCHEMAS) -> Report:
    """Records of both topics, each partition in its order; how the partitions are mixed does not matter."""
    report = Report()
    steps: list[tuple[Record, Step]] = []
    states: dict[str, dict[int, Mapping[str, Any]]] = defaultdict(dict)
    published = Published(schemas)
    for record in records:
        report.records += 1
        value = _parsed(record, published, report)
        if value is None:
            continue
        if record.topic == OFFERS:
            steps.append((record, value))
        else:
            states[value["incident"]["id"]][value["decision_offset"]] = value["incident"]
    valid = list(_valid(steps, report))
    report.incidents = len(states.keys() | {step["incident_id"] for _, step in valid})
    report.findings += _double_bookings(valid)
    by_incident: dict[str, list[tuple[Record, Step]]] = defaultdict(list)
    for record, step in valid:
        by_incident[step["incident_id"]].append((record, step))
    for incident, own in by_incident.items():
        own.sort(key=lambda entry: int(entry[1]["decision_offset"]))
        report.findings += _over_counts(incident, own, states[incident])
        report.findings += _after_closing(incident, own, states[incident])
    return report


def _valid(steps: Sequence[tuple[Record, Step]], report: Report) -> Iterator[tuple[Record, Step]]:
    """Each event once, and nothing of void offers."""
    offers = {step["id"] for _, step in steps}
    void = {step["id"] for _, step in steps if step["state"] == "void"}
    shown = {step["id"] for _, step in steps if step["state"] in LIVE}
    report.offers, report.void_offers = len(offers), len(void)
    report.void_after_offer = len(void & shown)
    report.volunteers = len({step["volunteer_id"] for _, step in steps})
    seen: set[str] = set()
    for record, step in steps:
        if step["event_id"] in seen:
            report.repeats += 1
            continue
        seen.add(step["event_id"])
        if step["id"] not in void:
            yield record, step


def _double_bookings(steps: Iterable[tuple[Record, Step]]) -> Iterator[Finding]:
    live: dict[str, set[str]] = defaultdict(set)
    for record, step in steps:
        held = live[step["volunteer_id"]]
        if step["state"] in LIVE:
            held.add(step["id"])
        else:
            held.discard(step["id"])
        if len(held) > 1:
            yield _finding("double_booking", record, step["volunteer_id"], f"holds {', '.join(sorted(held))}")


def _over_counts(
    incident: str, steps: Sequence[tuple[Record, Step]], states: Mapping[int, Mapping[str, Any]]
) -> Iterator[Finding]:
    """Judged after each decision, for one decision may accept one person and stand down another."""
    now: dict[str, dict[str, str]] = defaultdict(dict)
    before = {
        offer["id"]
        for state in states.values()
        for offer in state.get("offers", ())
        if offer.get("before_reopening", False)
    }
    for number, (record, step) in enumerate(steps):
        now[step["requirement_id"]][step["id"]] = step["state"]
        decision = step["decision_offset"]
        if number + 1 < len(steps) and steps[number + 1][1]["decision_offset"] == decision:
            continue
        for requirement, offers in now.items():
            held = [state for offer, state in offers.items() if state != "done" or offer not in before]
            assigned, done = sum(state in ASSIGNED for state in held), held.count("done")
            count = _count(states, decision, requirement)
            # Those who are done may be more than a count that was lowered afterwards.
            if count is not None and assigned and assigned + done > count:
                yield _finding(
                    "over_count",
                    record,
                    f"{incident}/{requirement}",
                    f"{assigned} assigned, {done} done, count {count}",
                )


def _count(states: Mapping[int, Mapping[str, Any]], decision: int, requirement: str) -> int | None:
    """What the requirement asked for then. Not every state is in the log (it is compacted, and a batch writes the newest only),
    so the larger of the states before and after counts."""
    before = max((offset for offset in states if offset <= decision), default=None)
    after = min((offset for offset in states if offset >= decision), default=None)
    near = [states[offset] for offset in (before, after) if offset is not None]
    counts = [entry["count"] for state in near for entry in state["requirements"] if entry["id"] == requirement]
    return max(counts, default=None)


def _after_closing(
    incident: str, steps: Iterable[tuple[Record, Step]], states: Mapping[int, Mapping[str, Any]]
) -> Iterator[Finding]:
    if any(state.get("times", {}).get("reopened_ms") is not None for state in states.values()):
        return  # not every state is in the log: when it was open cannot be told from here; the decisions can
    closings = [offset for offset, state in states.items() if state["status"] in ENDED]
    closed = min(closings, default=None)
    for record, step in steps:
        if closed is not None and step["state"] in LIVE and step["decision_offset"] > closed:
            yield _finding(
                "after_closing",
                record,
                incident,
                f"{step['id']} {step['state']} by {step['decision_offset']} > {closed}",
            )


def _finding(kind: str, record: Record, subject: str, detail: str) -> Finding:
    return Finding(kind=kind, partition=record.partition, offset=record.offset, subject=subject, detail=detail)


def _parsed(record: Record, published: Published, report: Report) -> dict[str, Any] | None:
    if record.value is None and record.topic == STATUS:
        return None  # a tombstone
    try:
        value = published.read(record.topic, record.value)
        fault = _key_fault(record, value)
    except Misfit as misfit:
        value, fault = {}, str(misfit)
    if fault:
        subject = f"{record.topic} key {(record.key or b'').decode('utf-8', 'replace')}"
        report.findings.append(_finding("off_schema", record, subject, fault))
        return None
    return value


def _key_fault(record: Record, value: Mapping[str, Any]) -> str:
    expected = value["volunteer_id"] if record.topic == OFFERS else value["incident"]["id"]
    return "" if record.key == str(expected).encode() else f"key is not {expected}"


def read(kafka: str, within_s: float = 60.0) -> list[Record]:
    """Both topics from offset 0 to their end as it is now. Offers first: a state is never older than what is judged by it.

    Raises:
        Unreadable: no broker, no such topic, or the end not reached in time.
    """
    host, _, port = kafka.partition(",")[0].rpartition(":")
    try:
        # Asked first, for the client waits long for a broker that is not there.
        socket.create_connection((host, int(port)), timeout=5).close()
        consumer = KafkaConsumer(bootstrap_servers=kafka, group_id=None, enable_auto_commit=False)
    except (KafkaError, OSError, ValueError) as error:
        raise Unreadable(f"no broker at {kafka}: {error!r}") from error
    deadline = time.monotonic() + within_s
    try:
        return [record for topic in (OFFERS, STATUS) for record in _read_topic(consumer, topic, deadline)]
    except KafkaError as error:
        raise Unreadable(repr(error)) from error
    finally:
        consumer.close()


def _read_topic(consumer: Any, topic: str, deadline: float) -> Iterator[Record]:
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise Unreadable(f"{topic} is not there")
    parts = [TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)
    ends = consumer.end_offsets(parts)
    while any(consumer.position(part) < ends[part] for part in parts):
        if time.monotonic() > deadline:
            raise Unreadable(f"{topic} was not read to its end in time")
        for part, batch in consumer.poll(timeout_ms=500, max_records=5000).items():
            for record in batch:
                if record.offset < ends[part]:
                    yield Record(
                        topic=topic,
                        partition=record.partition,
                        offset=record.offset,
                        key=record.key,
                        value=record.value,
                    )


def as_json(report: Report) -> dict[str, Any]:
    return {**asdict(report), "counts": report.counts}


def _print(report: Report) -> None:
    plain = {name: value for name, value in asdict(report).items() if name != "findings"}
    for name, value in [*plain.items(), *report.counts.items()]:
        print(f"{name.replace('_', ' '):18}{value:>12,}")
    for finding in report.findings[:SHOWN]:
        print(f"  {finding.kind} at {finding.partition}:{finding.offset}: {finding.subject}: {finding.detail}")
    if len(report.findings) > SHOWN:
        print(f"  and {len(report.findings) - SHOWN:,} more; --json lists all")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="double_bookings", description="Reads the log and counts double bookings.")
    parser.add_argument("--kafka", required=True, help="host:port of a broker")
    parser.add_argument("--json", action="store_true", help="everything as JSON, with every finding")
    parser.add_argument("--schemas", type=Path, default=SCHEMAS, help="folder of the published schemas")
    parser.add_argument("--seconds", type=float, default=60.0, help="give up after so long")
    given = parser.parse_args(arguments)
    try:
        report = judge(read(given.kafka, given.seconds), given.schemas)
    except Unreadable as error:
        print(f"the log could not be read: {error}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(as_json(report), indent=1))
    else:
        _print(report)
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
