"""What traces cost a worker: processor time of a command without them, with one incident of ten, and with all (the default).

Workers of the three kinds take turns on the same stack at the same steady rate; the collector is on this machine and takes
everything. Their time is the user's and the system's of the whole process, with the thread that sends. Beside it the time of one
span by itself, made and sent: on a machine with other work it says more than the difference of two workers.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter, thread_time

from dispatch.model.commands import ReportIncident
from dispatch.model.ids import zone_of_incident
from streams import clock, topics, wire
from streams.components import Component
from streams.tracing import otlp, span_ids
from streams.tracing.recorder import AT_ONCE, EVERY_S, Kind, Span
from tests.benchmarks import burst
from tests.benchmarks.bench_burst import THREE_FIRST_AIDERS, one_offer_per_place
from tests.benchmarks.burst import KOMEK
from tests.benchmarks.crowd import first_aiders, load, reports
from tests.benchmarks.following import following, producing
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result
from tests.benchmarks.servers import Process, Servers, servers, worker
from tests.support.fake_collector import FakeCollector, fake_collector

NAME = "traces"
ABOUT = "traces (KOMEK_TRACES): processor time of a command without, with a tenth, with all incidents"

PEOPLE, REPORTS, RATE, ROUNDS = 20_000, 600, 60.0, 3
WARM_UP = 60
WITHIN_S = 120.0
SPANS = 10_000
SHARES = {"off": None, "a tenth": 0.1, "all": 1.0}


@dataclass(frozen=True, slots=True)
class Run:
    """Of one command."""

    cpu_us: float
    spans: float


def run(options: Options) -> Result:
    """`--incidents`: commands of each turn; `--rate`: a second; `--seeds`: rounds."""
    with servers() as at, fake_collector() as collector:
        return asyncio.run(_run(options, at, collector))


async def _run(options: Options, at: Servers, collector: FakeCollector) -> Result:
    count, rate, rounds = options.incidents or REPORTS, options.rate or RATE, options.seeds or ROUNDS
    plans = {"KOMEK_PLANS": str(one_offer_per_place(at.folder))}
    with worker(at, environ=plans) as decider:
        await load(at, first_aiders(options.volunteers or PEOPLE, options.seed), [decider])
    found: dict[str, list[Run]] = {name: [] for name in SHARES}
    for number in range(rounds):
        # In turns, so that a machine that becomes slower does so for all; each round begins with another.
        names = list(SHARES)[number % 3 :] + list(SHARES)[: number % 3]
        for turn, name in enumerate(names):
            commands = _reports(WARM_UP + count, options.seed + 1 + number * len(names) + turn)
            with _worker(at, plans, collector, SHARES[name]) as decider:
                await burst.join(at, KOMEK, commands[0], decider)
                await _steady(at, decider, collector, commands[1:WARM_UP], rate)
                found[name].append(await _steady(at, decider, collector, commands[WARM_UP:], rate))
    return Result(
        figures=list(_figures(found, _span_us(collector))),
        notes=[f"{rate:g} commands a second, {count} a turn, {rounds} rounds"],
    )


@contextmanager
def _worker(at: Servers, plans: dict[str, str], collector: FakeCollector, share: float | None) -> Iterator[Process]:
    traced = {} if share is None else {"KOMEK_TRACES": collector.url, "KOMEK_TRACES_SHARE": str(share)}
    with worker(at, environ=plans | traced) as decider:
        yield decider


async def _steady(
    at: Servers, decider: Process, collector: FakeCollector, commands: Sequence[ReportIncident], rate: float
) -> Run:
    async with following(at.kafka, KOMEK.decisions) as log, producing(at.kafka) as producer:
        cpu_s, spans, begun_s = decider.cpu_s, len(collector.spans), perf_counter()
        for number, command in enumerate(commands):
            await asyncio.sleep(max(0.0, begun_s + number / rate - perf_counter()))
            key = (zone_of_incident(command.incident_id) or "").encode()
            await producer.send(KOMEK.commands, wire.encode_command(command), key=key)
        await log.until(
            lambda: sum(KOMEK.mark in (entry.value or b"") for entry in log.seen) >= len(commands), WITHIN_S, [decider]
        )
        # Spans are sent twice a second: what the last commands cost there belongs to them.
        await asyncio.sleep(3 * EVERY_S)
        return Run((decider.cpu_s - cpu_s) / len(commands) * 1e6, (len(collector.spans) - spans) / len(commands))


def _reports(count: int, seed: int) -> list[ReportIncident]:
    return reports(count, seed, types=["medical.other"], requirements=THREE_FIRST_AIDERS)


def _span_us(collector: FakeCollector) -> float:
    """Of the thread that makes and sends them, as `spans.py` and `recorder.py` do; the collector has threads of its own."""
    export = otlp.exporter(collector.url, Component.WORKER)
    incident = _reports(1, 1)[0].incident_id
    begun_s = thread_time()
    for first in range(0, SPANS, AT_ONCE):
        spans = [_span(incident, number) for number in range(first, first + AT_ONCE)]
        assert export(spans)
    return (thread_time() - begun_s) / SPANS * 1e6


def _span(incident: str, number: int) -> Span:
    ref = span_ids.of_record(incident, f"step-{number}", 1.0)
    assert ref is not None
    return Span(
        name="offer offered",
        ref=ref,
        parent=span_ids.of_record(incident, f"decision-{number}", 1.0),
        kind=Kind.PRODUCER,
        start_ns=clock.now_ns(),
        end_ns=clock.now_ns(),
        attributes={
            "messaging.system": "kafka",
            "messaging.destination.name": topics.OFFERS.name,
            "komek.skill": "first_aid",
        },
    )


def _figures(found: dict[str, list[Run]], span_us: float) -> Iterator[Figure]:
    yield Figure(name="processor time a span, made and sent", value=span_us, unit="µs")
    for name, runs in found.items():
        yield Figure(name=f"processor time a command, {name}", value=median(one.cpu_us for one in runs), unit="µs")
    for name in ("a tenth", "all"):
        ratios = [one.cpu_us / off.cpu_us for one, off in zip(found[name], found["off"], strict=True)]
        yield Figure(name=f"{name} : off", value=median(ratios))
        yield Figure(name=f"{name} : off, of the worst round", value=max(ratios))
        yield Figure(name=f"spans a command, {name}", value=median(one.spans for one in found[name]))
