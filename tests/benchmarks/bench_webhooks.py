"""Webhooks to receivers on this machine: from the decision in the log to the request at the receiver, alone and beside receivers
that are slow, fail or do not exist; and the pauses of one that fails.

Reports come at a steady rate, twice: first one receiver is subscribed, then three others beside it. Nobody is on duty, so the
events are those of reports alone.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from streams import clock, wire
from streams.local.keys import write_secret
from streams.local.ports import LOOPBACK, free_ports
from streams.topics import DECISIONS
from streams.webhooks.cloud_events import events_of
from streams.webhooks.pacing import FIRST_S, LONGEST_S
from tests.benchmarks.options import Options
from tests.benchmarks.pages import post
from tests.benchmarks.result import Figure, Result, percentile, spread
from tests.benchmarks.servers import whole
from tests.support.places import PLACES
from tests.support.receiver import SECRET, Receiver, receiving
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

NAME = "webhooks"
ABOUT = "webhooks: the log to the receiver, alone and beside receivers that are slow, fail or are gone"

REPORTS, RATE = 300, 20.0
SLOW_S = 0.2
WARM_UP = 20
AT_ONCE = 16
CAUGHT_UP_WITHIN_S = 300.0
FAILS = 503


def run(options: Options) -> Result:
    """`--incidents`: reports of each half; `--rate`: reports a second."""
    count, rate = options.incidents or REPORTS, options.rate or RATE
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="komek-webhooks-")))
        quick, slow, failing = (opened.enter_context(receiving()) for _ in range(3))
        (nobody,) = free_ports(1)
        file = folder / "webhooks.toml"
        addresses = {"quick": quick.url}
        _subscribe(file, addresses)
        stack, _ = opened.enter_context(whole(2, {"KOMEK_WEBHOOKS": str(file), "KOMEK_RATES": "off"}))
        _known(stack, addresses)
        warm = _reported(stack, WARM_UP, rate)
        until(lambda: warm <= _told(quick))
        alone = _reported(stack, count, rate)
        until(lambda: alone <= _told(quick))
        addresses |= {"slow": slow.url, "failing": failing.url, "dead": f"http://{LOOPBACK}:{nobody}/in"}
        slow.answers_after_s, failing.answer = SLOW_S, lambda _: FAILS
        _subscribe(file, addresses)
        _known(stack, addresses)
        beside = _reported(stack, count, rate)
        until(lambda: beside <= _told(quick))
        until(lambda: beside <= _told(slow), CAUGHT_UP_WITHIN_S)
        pauses = _pauses(failing)
        failing.answer = lambda _: 200
        back_s = monotonic()
        until(lambda: beside <= _told(failing), LONGEST_S + CAUGHT_UP_WITHIN_S)
        caught_up_s = monotonic() - back_s
        listed = _listed(stack)
        logged_ms = dict(_logged(stack.kafka))
    return Result(
        figures=[
            *spread("log to receiver, alone,", _took(quick, logged_ms, alone)),
            *spread("log to receiver, beside the others,", _took(quick, logged_ms, beside)),
            *spread("log to slow receiver", _took(slow, logged_ms, beside)),
            *_figures(listed, pauses),
            Figure(name="failing receiver: back to all delivered", value=caught_up_s, unit="s"),
            Figure(
                name="events that came twice",
                value=sum(len(one.ids()) - len(set(one.ids())) for one in (quick, slow, failing)),
            ),
            Figure(name="forged signatures", value=quick.forged + slow.forged, at_most=0, anywhere=True),
        ],
        notes=[
            f"{rate:g} reports a second, {count} in each half, {len(logged_ms)} events in the log; slow: {SLOW_S} s an answer",
            "pauses of the failing receiver: " + ", ".join(f"{pause:.1f} s" for pause in pauses),
        ],
    )


def _subscribe(file: Path, addresses: Mapping[str, str]) -> None:
    tables = [
        f'[webhooks.{name}]\nurl = "{url}"\nsecret = "{SECRET}"\nprivate = true\n' for name, url in addresses.items()
    ]
    write_secret(file, "\n".join(tables))


def _listed(stack: WholeStack) -> dict[str, Any]:
    done = stack.run("webhooks", "list", "--json")
    return {one["name"]: one for one in json.loads(done.stdout)["items"]}


def _known(stack: WholeStack, addresses: Mapping[str, str]) -> None:
    """Each has a place in the log: what comes from now on is sent."""
    until(lambda: addresses.keys() <= _listed(stack).keys())


def _reported(stack: WholeStack, count: int, rate: float) -> set[str]:
    """Ids of the incidents."""
    begun_s = monotonic()

    def one(number: int) -> str:
        sleep(max(0.0, begun_s + number / rate - monotonic()))
        place = PLACES[number % len(PLACES)]
        point = {"type": "Point", "coordinates": [place.lon, place.lat]}
        return str(post(stack, "/v1/incidents", {"type": "medical.other", "location": point})["id"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return set(pool.map(one, range(count)))


def _told(receiver: Receiver) -> set[str]:
    """Incidents whose report has come."""
    with receiver.lock:
        taken = list(receiver.taken)
    return {one.event["subject"] for one in taken if one.event["type"] == "komek.incident.reported"}


def _logged(kafka: str) -> Iterator[tuple[str, int]]:
    """Each event and when the log had its decision, Unix ms (LogAppendTime)."""
    consumer = KafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    parts = [TopicPartition(DECISIONS.name, number) for number in consumer.partitions_for_topic(DECISIONS.name) or ()]
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)
    # By what was taken: the consumer's own position is ahead of it by what it holds back.
    left = {part: end for part, end in consumer.end_offsets(parts).items() if end}
    while left:
        for part, records in consumer.poll(timeout_ms=1000).items():
            for record in records:
                yield from ((event.id, record.timestamp) for event in events_of(wire.decode_decision(record.value)))
            if records[-1].offset + 1 >= left.get(part, 0):
                left.pop(part, None)
    consumer.close()


def _took(receiver: Receiver, logged_ms: Mapping[str, int], incidents: set[str]) -> list[float]:
    """Milliseconds from the log to the first request that was taken, of each event of these incidents."""
    wall_ms = clock.now_ms() - monotonic() * 1000
    first: dict[str, float] = {}
    for one in receiver.taken:
        if one.event["subject"] in incidents:
            first.setdefault(one.event["id"], one.at_s * 1000 + wall_ms)
    return [at_ms - logged_ms[event] for event, at_ms in first.items()]


def _pauses(receiver: Receiver) -> list[float]:
    """Seconds between two attempts in a row. The first attempts are one of each partition, before the trouble is known."""
    with receiver.lock:
        at_s = list(receiver.asked_s)
    pauses = [later - earlier for earlier, later in pairwise(at_s)]
    return [pause for pause in pauses if pause >= FIRST_S / 2]


def _figures(listed: Mapping[str, Mapping[str, Any]], pauses: Sequence[float]) -> list[Figure]:
    given_up = sum(one["given_up"] for one in listed.values())
    too_short = sum(
        pause < min(LONGEST_S, FIRST_S * 2.0**number) / 2 * 0.99 for number, pause in enumerate(pauses[1:], 1)
    )
    return [
        Figure(name="events given up", value=given_up, at_most=0, anywhere=True),
        Figure(name="dead receiver still owed all", value=float(listed["dead"]["delivered"] == 0), at_least=1),
        Figure(name="pauses of the failing receiver", value=len(pauses)),
        Figure(name="pauses shorter than half of their step", value=too_short, at_most=0),
        Figure(name="longest pause", value=percentile(pauses, 1.0), unit="s"),
    ]
