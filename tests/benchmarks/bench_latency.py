"""From a report in the log to its offers in the log, at a calm rate; at the same time the shortest way through Faust."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from dispatch.model.commands import ReportIncident
from dispatch.model.ids import zone_of_incident
from streams import wire
from streams.kafka import groups
from streams.simulator.people import SimulatedPerson
from streams.topics import INCIDENTS, OFFERS
from tests.benchmarks import bare_topics, burst
from tests.benchmarks.bare_topics import COMMANDS, OFFERS_MADE
from tests.benchmarks.burst import KOMEK, Way
from tests.benchmarks.crowd import load, natural, reports
from tests.benchmarks.following import Seen, following, producing
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result, spread
from tests.benchmarks.servers import Process, Servers, process, servers, worker
from tests.faults.checker import double_bookings

NAME = "latency"
ABOUT = "a report in the log → its first offer in the log, against a bare pass through Faust"

TYPES = ("medical.other", "road.accident", "fire.building", "medical.cardiac_arrest")
BARE = Way(name="bare pass", commands=COMMANDS, decisions=OFFERS_MADE)
ANSWERED_WITHIN_S = 15.0
WARM_UP = 20
JOINED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    id: str
    at_s: float
    logged_ms: int


def run(options: Options) -> Result:
    with servers() as at:
        return asyncio.run(_run(options, at))


async def _run(options: Options, at: Servers) -> Result:
    count, seconds, rate = options.volunteers or 20_000, options.seconds or 60.0, options.rate or 5.0
    people = natural(count, options.seed)
    bare_topics.create(at.settings)
    with ExitStack() as started:
        workers = [started.enter_context(worker(at, f"worker-{n}")) for n in range(1, (options.workers or 2) + 1)]
        bare = started.enter_context(process(at, "bare-pass", "tests.benchmarks.bare_pass"))
        loaded_s = await load(at, people, workers)
        await _all_joined(at, workers)
        warm = reports(WARM_UP, 0, types=TYPES)
        measured = reports(round(rate * seconds), options.seed, types=TYPES)
        await burst.join(at, KOMEK, warm[0], workers[0])
        await burst.join(at, BARE, warm[0], bare)
        started.enter_context(_positions(at, people, options.positions or 0))
        async with following(at.kafka, OFFERS.name, OFFERS_MADE) as log, producing(at.kafka) as producer:
            await _interleaved(producer, warm[1:], rate)
            komek, passes = await _interleaved(producer, measured, rate)
            wanted = {sent.id for sent in komek}
            await log.until(
                lambda: all(wanted <= way.keys() for way in _first(log.seen)), ANSWERED_WITHIN_S, [*workers, bare]
            )
    report = double_bookings.judge(double_bookings.read(at.kafka))
    return Result(
        figures=[*_figures(komek, passes, log.seen), *counted(report)],
        notes=[
            f"{len(people):,} volunteers, in Redis after {loaded_s:.0f} s; {len(workers)} workers; {rate:g} incidents/s for "
            f"{seconds:g} s; {options.positions or 0:,} positions/s behind",
            "the log's clock counts whole milliseconds; arrival: from sending to the consumer, both by this process's clock",
        ],
    )


async def _interleaved(
    producer: AIOKafkaProducer, commands: Sequence[ReportIncident], rate: float
) -> tuple[list[Sent], list[Sent]]:
    """Each command to Komek, and half a beat later the same bytes on the bare path."""
    komek, passes = [], []
    loop = asyncio.get_running_loop()
    begun_s = loop.time()
    for number, command in enumerate(commands):
        await asyncio.sleep(max(0.0, begun_s + number / rate - loop.time()))
        komek.append(await _sent(producer, INCIDENTS.name, command))
        await asyncio.sleep(max(0.0, begun_s + (number + 0.5) / rate - loop.time()))
        passes.append(await _sent(producer, COMMANDS, command))
    return komek, passes


async def _sent(producer: AIOKafkaProducer, topic: str, command: ReportIncident) -> Sent:
    key = (zone_of_incident(command.incident_id) or "").encode()
    at_s = perf_counter()
    confirmed = await producer.send_and_wait(topic, wire.encode_command(command), key=key)
    return Sent(id=command.incident_id, at_s=at_s, logged_ms=confirmed.timestamp)


def _first(seen: Sequence[Seen]) -> tuple[dict[str, Seen], dict[str, Seen]]:
    """The first offer of each incident, and what came out of the bare path for it."""
    offers: dict[str, Seen] = {}
    passed: dict[str, Seen] = {}
    for entry in seen:
        if entry.topic == OFFERS.name:
            offers.setdefault(wire.decode_offer_step(entry.value).incident_id, entry)
        else:
            passed.setdefault(wire.decode_command(entry.value).incident_id, entry)
    return offers, passed


def _figures(komek: Sequence[Sent], passes: Sequence[Sent], seen: Sequence[Seen]) -> list[Figure]:
    offers, passed = _first(seen)
    arrived = [(offers[sent.id].arrived_s - sent.at_s) * 1000 for sent in komek if sent.id in offers]
    logged = [float(offers[sent.id].logged_ms - sent.logged_ms) for sent in komek if sent.id in offers]
    bare = [(passed[sent.id].arrived_s - sent.at_s) * 1000 for sent in passes if sent.id in passed]
    ratio = median(arrived) / median(bare) if arrived and bare else float("nan")
    return [
        *spread("report → offer, log's clock,", logged, p50=20, p99=100),
        *spread("report → offer, arrival,", arrived),
        *spread("bare pass, arrival,", bare),
        Figure(name="ratio of the p50 of arrival", value=ratio, at_most=4, anywhere=True),
        Figure(name="reports sent", value=len(komek)),
        Figure(name="reports without an offer", value=len(komek) - len(arrived)),
        Figure(name="bare passes lost", value=len(passes) - len(bare), at_most=0, anywhere=True),
    ]


def counted(report: double_bookings.Report) -> list[Figure]:
    """What the checker found; each must be none."""
    found = {**report.counts, "void_offers": report.void_offers}
    return [Figure(name=kind.replace("_", " "), value=count, at_most=0, anywhere=True) for kind, count in found.items()]


async def _all_joined(at: Servers, workers: Sequence[Process]) -> None:
    """A worker that joins later would stop all others for a moment."""
    admin = AIOKafkaAdminClient(bootstrap_servers=at.kafka)
    await admin.start()
    try:
        async with asyncio.timeout(JOINED_WITHIN_S):
            while await _members(admin) != len(workers):
                for started in workers:
                    started.check()
                await asyncio.sleep(0.5)
    finally:
        await admin.close()


async def _members(admin: AIOKafkaAdminClient) -> int:
    """0 while the group is not at rest."""
    (answer,) = await admin.describe_consumer_groups([groups.DISPATCHER])
    _, _, state, _, _, members, *_ = answer.groups[0]
    return len(members) if state == "Stable" else 0


@contextmanager
def _positions(at: Servers, people: Sequence[SimulatedPerson], rate: int) -> Iterator[None]:
    if rate <= 0:
        yield
        return
    homes = at.folder / "homes.txt"
    homes.write_text("".join(f"{p.id} {p.home.lon} {p.home.lat}\n" for p in people), "utf-8")
    with process(at, "positions", "tests.benchmarks.position_source", str(homes), str(rate)):
        yield
