"""Komek's plans against the fixed rules of other systems: the same worlds, the same people, the same luck, in simulated time.

Two worlds for each seed: days of a month of real calls moved to Almaty with 3,000 volunteers (`--calls FILE`; left out without
it), and a city earthquake with 400 reports in twenty minutes and 20,000 volunteers. The dispatcher itself decides, over a picture
and a log in memory (`playing.py`); people answer by a truth that no policy sees (`temperaments.py`). `--seeds` and `--scale` make
a quick look of it. Everything is a function of the seeds: a repeat on the same code gives the same table.
"""

import asyncio
import logging
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog

from dispatch.model.vocabulary import Capability, Priority
from dispatch.plans.book import PlanBook
from streams import clock
from streams.simulator.call_records import read_calls
from tests.benchmarks import policy_worlds
from tests.benchmarks.options import Options
from tests.benchmarks.playing import Play
from tests.benchmarks.policy_books import KOMEK, UNBOUND, books, has_field_work
from tests.benchmarks.policy_figures import NEVER, figures_of, over_seeds
from tests.benchmarks.policy_tally import Estimated
from tests.benchmarks.policy_worlds import PolicyWorld
from tests.benchmarks.reliability import bins_of, brier_of, gap_of
from tests.benchmarks.result import Figure, Result

NAME = "policies"
ABOUT = "Komek's plans against fixed rules of other systems, in simulated time: a replayed month and a surge"

SEEDS = 10
MONTH_DAYS = 0.5
"""Of each seed: a whole month ten times under five policies would take hours."""


@dataclass(slots=True)
class _Results:
    """Of one world: the figures of each play by policy, and what Komek estimated once it was warm."""

    plays: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    estimated: list[Estimated] = field(default_factory=list)
    reports: int = 0
    seconds: float = 0.0


def run(options: Options) -> Result:
    # A play is not a service: what it would log goes nowhere.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    known = books()
    results: dict[str, _Results] = {}
    for world in _worlds(options, known[KOMEK]):
        of_world = results.setdefault(world.name, _Results())
        of_world.reports += len(world.events)
        begun_s = clock.monotonic_s()
        for name, book in known.items():
            if name == UNBOUND and world.name != "month":
                continue  # nobody's budget is spent within the half hour of a surge
            _play(world, name, book, known[KOMEK], of_world)
        of_world.seconds += clock.monotonic_s() - begun_s
        took_s = clock.monotonic_s() - begun_s
        print(f"{world.name}, seed {world.seed}: {len(world.events)} reports, {took_s:.0f} s", flush=True)
    structlog.reset_defaults()
    notes = [] if options.calls else ["no --calls FILE: the month was not played, only the surge"]
    return Result(
        figures=[figure for name, of_world in results.items() for figure in _figures(name, of_world)],
        notes=[*notes, *(line for name, of_world in results.items() for line in _told(name, of_world))],
        details={name: _details(of_world) for name, of_world in results.items()},
    )


def _worlds(options: Options, own: PlanBook) -> Iterator[PolicyWorld]:
    def is_wanted(incident_type: str, priority: Priority | None) -> bool:
        return has_field_work(own, incident_type, priority or own.plan(incident_type).priority)

    calls = read_calls(options.calls) if options.calls else None
    for seed in range(options.seed, options.seed + (options.seeds or SEEDS)):
        if calls is not None:
            yield policy_worlds.month_days(
                calls,
                is_wanted,
                seed=seed,
                days=MONTH_DAYS * options.scale,
                people=options.volunteers or policy_worlds.MONTH_PEOPLE,
            )
        yield policy_worlds.surge(is_wanted, seed=seed, scale=options.scale)


def _play(world: PolicyWorld, name: str, book: PlanBook, own: PlanBook, results: _Results) -> None:
    tally = asyncio.run(Play(world, book, own=own).play())
    people = [person.id for person in world.people if Capability.FIELD in person.capabilities]
    results.plays.setdefault(name, []).append({**figures_of(tally, people), "decisions": tally.decisions})
    if name == KOMEK:
        results.estimated += [one for one in tally.estimated if one.at_ms >= world.halfway_ms]


def _figures(world: str, results: _Results) -> Iterator[Figure]:
    for policy, plays in results.plays.items():
        means = over_seeds(plays)
        for name in ("staffed within the window", "staffed p50, s", "offers per staffed place"):
            value = means[name][0]
            yield Figure(name=f"{world}, {policy}: {name}", value=math.nan if value == NEVER else value)
        doubled = sum(play["double bookings"] for play in plays)
        yield Figure(name=f"{world}, {policy}: double bookings", value=doubled, at_most=0, anywhere=True)
    yield Figure(name=f"{world}: Brier score of the estimates", value=brier_of(results.estimated).score)


def _told(world: str, results: _Results) -> Iterator[str]:
    """The tables as text: one of the policies, one of reliability."""
    policies = list(results.plays)
    seeds = len(results.plays[KOMEK])
    yield ""
    yield f"{world}: {seeds} seeds, {results.reports} reports in all; mean ± standard deviation over the seeds"
    means = {policy: over_seeds(plays) for policy, plays in results.plays.items()}
    names = dict.fromkeys(name for policy in policies for name in means[policy])
    yield f"{'':40}" + "".join(f"{policy:>20}" for policy in policies)
    for name in names:
        yield f"{name:40}" + "".join(f"{_shown(means[policy].get(name)):>20}" for policy in policies)
    brier, bins = brier_of(results.estimated), bins_of(results.estimated)
    yield ""
    yield f"{world}: estimates of {KOMEK}, offers after half of the reports: accepted within the window"
    yield f"{'estimate':>12}{'offers':>10}{'mean':>10}{'happened':>10}{'true chance':>13}"
    for one in bins:
        yield (
            f"{one.least:7.1f}-{one.least + 0.1:.1f}{one.count:12,}{one.estimated:10.3f}{one.happened:10.3f}{one.truth:13.3f}"
        )
    yield (
        f"Brier score {brier.score:.4f} (saying the overall share {brier.ignorant:.4f}, knowing the truth {brier.knowing:.4f}); "
        f"mean gap of the bins {gap_of(bins):.3f}"
    )


def _shown(value: tuple[float, float] | None) -> str:
    mean, spread = value or (0.0, 0.0)
    if math.isnan(mean):
        return "-"
    if mean == NEVER:
        return "never"
    digits = 3 if abs(mean) < 2 else 1
    return f"{mean:.{digits}f} ± {spread:.{digits}f}"


def _details(results: _Results) -> dict[str, Any]:
    return {
        "reports": results.reports,
        "seconds": round(results.seconds, 1),
        "policies": {
            policy: {
                "mean": {name: _finite(mean) for name, (mean, _) in over_seeds(plays).items()},
                "deviation": {name: _finite(spread) for name, (_, spread) in over_seeds(plays).items()},
                "seeds": [{name: _finite(value) for name, value in play.items()} for play in plays],
            }
            for policy, plays in results.plays.items()
        },
        "reliability": [asdict(one) for one in bins_of(results.estimated)],
        "brier": {name: _finite(value) for name, value in asdict(brier_of(results.estimated)).items()},
    }


def _finite(value: float) -> float | None:
    """JSON knows neither infinity (never) nor nan (nothing to say)."""
    return value if math.isfinite(value) else None
