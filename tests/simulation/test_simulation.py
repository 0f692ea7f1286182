"""The shell and the core on a log, a store and clocks that fail: 10^5 steps with fixed seeds, each kind of fault alone and all at
once. A step is one command decided, one fault, or one call of a port (`weather.py`); the quiet phase comes on top.

More seeds: `.venv/bin/python -m tests.simulation --seeds 20 --steps 20000`.
"""

import pytest

from tests.simulation.mutations import MUTATIONS, hunted
from tests.simulation.play import Play
from tests.simulation.weather import CLIMATES

SEEDS = (1, 2)
STEPS = 5_600


def test_the_runs_come_to_a_hundred_thousand_steps() -> None:
    assert len(CLIMATES) * len(SEEDS) * STEPS >= 100_000


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("climate", CLIMATES)
def test_whatever_fails_nothing_is_lost_and_nobody_booked_twice(climate: str, seed: int) -> None:
    outcome = Play(seed=seed, climate=climate, steps=STEPS).run()

    assert outcome.findings == ()
    assert outcome.steps >= STEPS


def test_the_same_seed_gives_the_same_run() -> None:
    first, again = (Play(seed=7, climate="storm", steps=600).run() for _ in range(2))

    assert first == again
    assert first.faults


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_rule_that_is_left_out_is_noticed(name: str) -> None:
    finding, _ = hunted(name)

    assert finding is not None
