"""How much sooner people could be there if the needs of one batch shared them in the best possible way: a bound, no policy.

Needs that are decided together choose one after the other, the most urgent first. Beside each batch, the same needs get as many
people as they chose, of those that their searches found, such that the sum of all travel times is the least (scipy's assignment).
No joint matching of these needs with these waves and these people can save more. Priorities count for nothing here, so one that
keeps to them saves less. What is decided goes on as it does in the product.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from dispatch.model.offer_events import OfferMade
from dispatch.model.travel import travel_time_s
from dispatch.model.vocabulary import Capability, Priority
from dispatch.plans.book import PlanBook
from streams.worker.drafts import Draft
from tests.benchmarks import policy_worlds
from tests.benchmarks.options import Options
from tests.benchmarks.playing import Play
from tests.benchmarks.policy_books import KOMEK, books, has_field_work
from tests.benchmarks.result import Figure, NotHere, Result

NAME = "joint"
ABOUT = "the most that joint matching of a batch could save of travel, in a surge (needs scipy)"

SEEDS = 2
WINDOWS = {
    "as it is, batches of 0.1 s": (100, 1),
    "as it is, of 1 s": (1_000, 1),
    "a tenth of the people, of 3 s": (3_000, 10),
}
"""Milliseconds of a batch, and one of how many people is there."""
NEVER_S = 1e7
"""The price of somebody whom the search of a need has not found."""


@dataclass(frozen=True, slots=True)
class _Need:
    """`travel_s`: of everybody found, by id; `chosen`: who of them was asked."""

    travel_s: Mapping[str, float]
    chosen: Sequence[str]


@dataclass(slots=True)
class Bound:
    """Sums of seconds: of everybody asked, and of the nearest of each need; as chosen, and at best."""

    needs: int = 0
    shared: int = 0
    """Needs that were decided together with others."""
    all_s: float = 0.0
    best_all_s: float = 0.0
    first_s: float = 0.0
    best_first_s: float = 0.0

    def note(self, drafts: Sequence[Draft]) -> None:
        """Compares the needs of a batch with the best assignment of the same numbers of people."""
        needs = [need for draft in drafts for need in _needs_of(draft)]
        self.needs += len(needs)
        best = _best(needs) if len(needs) > 1 else [[need.travel_s[one] for one in need.chosen] for need in needs]
        self.shared += len(needs) if len(needs) > 1 else 0
        for need, at_best in zip(needs, best, strict=True):
            chosen = [need.travel_s[one] for one in need.chosen]
            self.all_s += sum(chosen)
            self.best_all_s += sum(at_best)
            self.first_s += min(chosen)
            self.best_first_s += min(at_best)


def _needs_of(draft: Draft) -> list[_Need]:
    made = [fact for fact in draft.decision.events if isinstance(fact, OfferMade)] if draft.decision else []
    found = []
    for need in draft.settled.needs:
        if need.requirement.capability is not Capability.FIELD or need.requirement.id not in draft.found:
            continue
        people = draft.found[need.requirement.id].candidates
        travel_s = {one.volunteer_id: travel_time_s(one.distance_m or 0.0, one.travel_mode) for one in people}
        chosen = [fact.volunteer_id for fact in made if fact.requirement_id == need.requirement.id]
        if known := [one for one in chosen if one in travel_s]:
            found.append(_Need(travel_s, known))
    return found


def _best(needs: Sequence[_Need]) -> list[list[float]]:
    """For each need the travel times of as many people as it chose, least in sum over all needs."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    columns = {person: at for at, person in enumerate(dict.fromkeys(one for need in needs for one in need.travel_s))}
    places = [at for at, need in enumerate(needs) for _ in need.chosen]
    prices = np.full((len(places), len(columns)), NEVER_S)
    for row, at in enumerate(places):
        for person, seconds in needs[at].travel_s.items():
            prices[row, columns[person]] = seconds
    best: list[list[float]] = [[] for _ in needs]
    for at, taken, given in zip(places, *linear_sum_assignment(prices), strict=True):
        best[at].append(float(prices[taken, given]))
    return best


def run(options: Options) -> Result:
    """`--seeds`: surges; `--scale`: their size."""
    try:
        import scipy  # noqa: F401 -- asked for before minutes of play
    except ModuleNotFoundError as error:
        raise NotHere("scipy is not installed: pip install scipy") from error
    # A play is not a service: what it would log goes nowhere.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    own = books()[KOMEK]
    seeds = range(options.seed, options.seed + (options.seeds or SEEDS))
    figures = []
    for name, (tick_ms, one_of) in WINDOWS.items():
        bound = Bound()
        for seed in seeds:
            asyncio.run(_play(own, bound, seed=seed, scale=options.scale, tick_ms=tick_ms, one_of=one_of))
        figures += [
            Figure(name=f"{name}: needs decided with others", value=bound.shared / max(1, bound.needs)),
            Figure(name=f"{name}: travel at best / as chosen", value=bound.best_all_s / bound.all_s),
            Figure(name=f"{name}: the nearest at best / as chosen", value=bound.best_first_s / bound.first_s),
        ]
    structlog.reset_defaults()
    return Result(figures=figures, notes=["a bound: priorities, certainty and what comes later are left out of it"])


async def _play(own: PlanBook, bound: Bound, *, seed: int, scale: float, tick_ms: int, one_of: int) -> None:
    def is_wanted(incident_type: str, priority: Priority | None) -> bool:
        return has_field_work(own, incident_type, priority or own.plan(incident_type).priority)

    world = policy_worlds.surge(is_wanted, seed=seed, scale=scale)
    world = replace(world, people=world.people[::one_of])
    await Play(world, own, own=own, tick_ms=tick_ms, on_decided=bound.note).play()
