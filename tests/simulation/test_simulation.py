"""The shell and the core on a log, a store and clocks that fail: some 10^5 steps, fixed seeds, each kind of fault alone and all
at once. A step is one command decided, one fault, or one call of a port (`weather.py`).

More seeds and longer runs: `make soak` (`test_long_simulation.py`), or `.venv/bin/python -m tests.simulation --seeds 20`.
"""

from typing import Any

import pytest

from dispatch.model.people import Hold
from tests.simulation.mutations import MUTATIONS, hunted
from tests.simulation.play import Play
from tests.simulation.redis import Proceed, Redis
from tests.simulation.weather import CLIMATES

SEED = 1
STEPS = 5_600


@pytest.mark.parametrize("climate", CLIMATES)
def test_whatever_fails_nothing_is_lost_and_nobody_booked_twice(climate: str) -> None:
    outcome = Play(seed=SEED, climate=climate, steps=STEPS).run()

    assert outcome.findings == ()
    assert outcome.steps >= STEPS


def test_the_same_seed_gives_the_same_run() -> None:
    first, again = (Play(seed=7, climate="storm", steps=600).run() for _ in range(2))

    assert first == again
    assert first.faults


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_rule_that_is_left_out_is_noticed(name: str) -> None:
    """By the seed that is known to notice it soonest; when a change of the core has made that another, by any of the first 20."""
    finding, _ = hunted(name)

    assert finding is not None


async def _sweeps_nothing(_: Redis, __: Proceed, ___: tuple[Any, ...]) -> list[Hold]:
    return []


@pytest.mark.parametrize(("climate", "seed"), [("handovers", 5), ("deaf store", 5), ("deaf log", 3), ("clocks", 5)])
def test_claims_that_no_decision_uses_are_given_back_though_nothing_sweeps(climate: str, seed: int) -> None:
    """Nobody dies in these climates, so who claimed gives back: what another worker decided, what a later attempt chose anew."""
    outcome = Play(seed=seed, climate=climate, steps=2_000, altered={"sweep_pending": _sweeps_nothing}).run()

    assert outcome.findings == ()
