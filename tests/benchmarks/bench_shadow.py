"""What the shadow policy costs a worker: the same batches decided with another book beside the one in force, and without.

The dispatcher decides over a store and a log in memory; so of the processor's time nothing goes to Kafka and Redis, and the
shadow's part of it is larger than in a worker.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import process_time
from typing import cast

from dispatch.model.commands import ReportIncident
from dispatch.model.ids import incident_id
from dispatch.model.places import Area
from dispatch.model.vocabulary import Priority
from dispatch.plans.book import load_builtin
from streams import logs
from streams.kafka.log_reader import LogReader
from streams.policy_replay.log_in_memory import LogInMemory
from streams.store.memory.indexed import IndexedStore
from streams.wire import ShadowDifference, ShadowTally
from streams.worker.dispatcher import Dispatcher
from streams.worker.drafts import Draft
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from streams.worker.shadow_service import SHARE, ShadowService
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result
from tests.support.builders import ZONE
from tests.support.recorded_town import BEGINS_MS, TYPES, register, report_positions, somewhere

NAME = "shadow"
ABOUT = "the shadow policy (KOMEK_SHADOW_PLANS): its cost to a worker at full and at half load"

PEOPLE, REPORTS, AT_ONCE = 4_000, 240, 4
ROUNDS = 3
MOST = 0.20


@dataclass(frozen=True, slots=True)
class Run:
    cpu_s: float
    wall_s: float
    compared: int
    passed_over: int


def run(options: Options) -> Result:
    """`--seeds`: rounds of each."""
    logs.configure("error", "bench")
    rounds = options.seeds or ROUNDS
    figures, notes = [], []
    for name, rests in (("full", False), ("half", True)):
        # In turns, so that a machine that becomes slower does so for both.
        pairs = [
            (asyncio.run(_decide(has_shadow=False, rests=rests)), asyncio.run(_decide(has_shadow=True, rests=rests)))
            for _ in range(rounds)
        ]
        # At full load the worker decides so much less; at half load it takes so much more of a core.
        cost = median(
            (beside.cpu_s - alone.cpu_s) / (beside.wall_s if rests else alone.cpu_s) for alone, beside in pairs
        )
        compared = median(one.compared / (one.compared + one.passed_over) for _, one in pairs)
        figures += [
            Figure(name=f"cost at {name} load", value=cost, at_most=MOST, anywhere=True),
            Figure(name=f"share of decisions compared at {name} load", value=compared),
        ]
        notes.append(
            f"{name} load: {median(alone.cpu_s for alone, _ in pairs):.2f} s of the processor without a shadow"
        )
    notes.append(
        f"by design at most {SHARE:.0%} of the worker's time; {PEOPLE:,} people, {REPORTS} reports, {AT_ONCE} a batch"
    )
    return Result(figures=figures, notes=notes)


async def _decide(*, has_shadow: bool, rests: bool) -> Run:
    store = IndexedStore(lambda: BEGINS_MS)
    await register(store, PEOPLE, BEGINS_MS)
    await report_positions(store, PEOPLE, BEGINS_MS)
    log = LogInMemory()
    publisher, reader = cast("Publisher", log), cast("LogReader", log)
    book = load_builtin()
    tallies: list[ShadowTally] = []

    async def keep(_: Sequence[ShadowDifference], tally: ShadowTally | None) -> None:
        tallies.extend([tally] if tally else [])

    def note(drafts: Sequence[Draft]) -> None:
        if has_shadow:
            shadow.note(drafts)

    dispatcher = Dispatcher(
        store=store,
        publisher=publisher,
        projection=Projection(store, publisher, reader),
        plans=book,
        on_decided=note,
    )
    other = replace(book, version="other", defaults=replace(book.defaults, certainty=0.8))
    shadow = ShadowService(
        other,
        in_force=lambda: book,
        is_busy=dispatcher.between_batches().locked,
        behind_s=lambda: 0.0,
        write=keep,
    )
    if has_shadow:
        await shadow.start()
    loop = asyncio.get_running_loop()
    begun_s, begun_at_s = process_time(), loop.time()
    for first in range(0, REPORTS, AT_ONCE):
        at_s = loop.time()
        await dispatcher.handle([log.record_of(one, BEGINS_MS) for one in _reports(first)])
        log.take_decided()
        # The worker acknowledges its batch, and takes the next.
        await asyncio.sleep(loop.time() - at_s if rests else 0)
    cpu_s, wall_s = process_time() - begun_s, loop.time() - begun_at_s
    if has_shadow:
        await shadow.stop()
    compared = sum(one.compared for one in tallies)
    return Run(cpu_s, wall_s, compared, REPORTS - compared)


def _reports(first: int) -> list[ReportIncident]:
    return [_report(number) for number in range(first, first + AT_ONCE)]


def _report(number: int) -> ReportIncident:
    place = somewhere("shadow", number)
    return ReportIncident(
        id=f"c-{number}",
        incident_id=incident_id(ZONE, "op-1", f"shadow-{number}"),
        by="op-1",
        sent_ms=BEGINS_MS,
        type=TYPES[number % len(TYPES)],
        body_digest=f"test:{number:064x}",
        priority=list(Priority)[number % 4],
        area=Area(geometry={"type": "Point", "coordinates": [place.lon, place.lat]}, centre=place),
    )
