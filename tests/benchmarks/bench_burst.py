"""Thousands of incidents at one moment, one worker; beside it the least that any dispatcher must do for them."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import redis

from dispatch.model.commands import ReportIncident
from dispatch.model.offer_events import OfferMade
from dispatch.model.requirements import RequirementSpec
from dispatch.model.staffing_events import ShortfallFound
from dispatch.model.vocabulary import Capability
from dispatch.plans.book import BUILT_IN
from streams import wire
from streams.simulator.people import SimulatedPerson
from tests.benchmarks import bare_topics, burst
from tests.benchmarks.bare_batch import OFFERS_EACH, PEOPLE
from tests.benchmarks.burst import BARE_FAUST, BARE_GETMANY, KOMEK, Burst, Way
from tests.benchmarks.crowd import first_aiders, load, reports
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result
from tests.benchmarks.servers import Process, Servers, process, servers, worker
from tests.faults.checker import double_bookings

NAME = "burst"
ABOUT = "5,000 incidents at once, 20,000 volunteers, one worker; beside it the bare batch path"

WARM_UP = 200
THREE_FIRST_AIDERS = (RequirementSpec(capability=Capability.FIELD, skill="first_aid", count=OFFERS_EACH),)


def run(options: Options) -> Result:
    with servers() as at:
        return asyncio.run(_run(options, at))


async def _run(options: Options, at: Servers) -> Result:
    count = options.incidents or 5000
    people = first_aiders(options.volunteers or 20_000, options.seed)
    bare_topics.create(at.settings)
    _index(at, people)
    with worker(at, environ={"KOMEK_PLANS": str(one_offer_per_place(at.folder))}) as decider:
        loaded_s = await load(at, people, [decider])
        await _warm_up(at, KOMEK, decider, options.seed + 1)
        before = await _bare(at, options, count)
        komek = await burst.burst(at, KOMEK, _reports(count, options.seed), decider)
    after = await _bare(at, options, count)
    report = double_bookings.judge(double_bookings.read(at.kafka))
    return Result(
        figures=[*_figures(komek, [*before, *after]), *_made(komek), *_found(report)],
        notes=[
            f"{len(people):,} volunteers were in Redis {loaded_s:.1f} s after the first was sent",
            "bare: two trips to Redis, one decision and three offers for each command; before and after, the mean of both",
        ],
    )


async def _bare(at: Servers, options: Options, count: int) -> list[Burst]:
    """Each bare way once, in a process of its own that is gone afterwards."""
    bursts = []
    for way, source in ((BARE_FAUST, "faust"), (BARE_GETMANY, "getmany")):
        with process(at, f"bare-{source}", "tests.benchmarks.bare_batch", source) as decider:
            await _warm_up(at, way, decider, options.seed + 1)
            bursts.append(await burst.burst(at, way, _reports(count, options.seed), decider))
    return bursts


async def _warm_up(at: Servers, way: Way, decider: Process, seed: int) -> None:
    first, *others = _reports(WARM_UP, seed)
    await burst.join(at, way, first, decider)
    await burst.burst(at, way, others, decider)


def _reports(count: int, seed: int) -> list[ReportIncident]:
    return reports(count, seed, types=["medical.other"], requirements=THREE_FIRST_AIDERS)


def one_offer_per_place(folder: Path) -> Path:
    """The built-in plans, but as many offers as places: three for each incident here, as on the bare path."""
    text = re.sub(r"(?m)^\[defaults\]$", "[defaults]\npolicy = { offers_per_place = 1.0 }", BUILT_IN.read_text("utf-8"))
    file = folder / "plans.toml"
    file.write_text(text, "utf-8")
    return file


def _index(at: Servers, people: Sequence[SimulatedPerson]) -> None:
    """The same people for the bare path, in an index of their own."""
    with redis.Redis.from_url(at.redis) as client:
        for first in range(0, len(people), 5000):
            entries = [(p.home.lon, p.home.lat, p.id) for p in people[first : first + 5000]]
            client.geoadd(PEOPLE, [value for entry in entries for value in entry])


def _figures(komek: Burst, bare: Sequence[Burst]) -> list[Figure]:
    rates = {way: mean(entry.per_second for entry in bare if entry.way is way) for way in (BARE_FAUST, BARE_GETMANY)}
    figures = [
        Figure(name="decided per second", value=komek.per_second, unit="1/s", at_least=1000),
        Figure(name="bare, faust", value=rates[BARE_FAUST], unit="1/s"),
        Figure(name="bare, getmany", value=rates[BARE_GETMANY], unit="1/s"),
        Figure(name="ratio to bare, faust", value=komek.per_second / rates[BARE_FAUST], at_least=0.5, anywhere=True),
        Figure(name="ratio to bare, getmany", value=komek.per_second / rates[BARE_GETMANY]),
        # Other work on the machine disturbs a rate more than it does processor time.
        Figure(
            name="ratio to bare, faust, of processor time",
            value=mean(entry.all_cpu_us for entry in bare if entry.way is BARE_FAUST) / komek.all_cpu_us,
        ),
        Figure(name="seconds as seen from outside", value=komek.wall_s, unit="s"),
        Figure(name="worker's processor time a command", value=komek.cpu_us, unit="µs"),
    ]
    for way in (BARE_FAUST, BARE_GETMANY):
        of_way = [entry.cpu_us for entry in bare if entry.way is way]
        figures.append(Figure(name=f"processor time a command, {way.name}", value=mean(of_way), unit="µs"))
    figures.append(Figure(name="Redis' processor time a command", value=komek.redis_us, unit="µs"))
    of_bare = mean(entry.redis_us for entry in bare)
    return [*figures, Figure(name="Redis' processor time a command, bare", value=of_bare, unit="µs")]


def _made(komek: Burst) -> list[Figure]:
    decisions = [wire.decode_decision(entry.value) for entry in komek.decisions]
    kinds = Counter(type(fact) for decision in decisions for fact in decision.events)
    lost = komek.sent - len({decision.cause.command_id for decision in decisions})
    sizes = [len(entry.value or b"") for entry in komek.decisions]
    return [
        Figure(name="commands without a decision", value=lost, at_most=0, anywhere=True),
        Figure(name="offers made", value=kinds[OfferMade]),
        Figure(name="requirements short of people", value=kinds[ShortfallFound]),
        Figure(name="bytes of a decision", value=mean(sizes or [0]), unit="B"),
    ]


def _found(report: double_bookings.Report) -> list[Figure]:
    return [
        Figure(name="records the checker read", value=report.records),
        *(
            Figure(name=kind.replace("_", " "), value=count, at_most=0, anywhere=True)
            for kind, count in report.counts.items()
        ),
        Figure(name="void offers", value=report.void_offers, at_most=0, anywhere=True),
    ]
