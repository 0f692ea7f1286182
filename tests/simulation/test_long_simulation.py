"""The simulation at length: other seeds than `test_simulation.py` plays, and longer runs (`make soak`, SEEDS= and MINUTES=)."""

import pytest

from tests.simulation.mutations import MUTATIONS, hunted
from tests.simulation.play import Play
from tests.simulation.weather import CLIMATES
from tests.support.soak import Budget

pytestmark = pytest.mark.soak
FIRST_SEED = 100
STEPS = 20_000


@pytest.mark.parametrize("climate", CLIMATES)
def test_whatever_fails_nothing_is_lost_and_nobody_booked_twice(climate: str, budget: Budget) -> None:
    for seed in budget.play(FIRST_SEED):
        outcome = Play(seed=seed, climate=climate, steps=STEPS).run()

        assert (seed, outcome.findings) == (seed, ())


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_rule_that_is_left_out_is_noticed_whatever_the_seed(name: str) -> None:
    """By one of 20 seeds that were never looked for: what notices it is no chance of one seed."""
    finding, _ = hunted(name, range(FIRST_SEED, FIRST_SEED + 20))

    assert finding is not None
