"""How simulated people really answer: more or less willing by nature, less the farther and the later it is.

The truth that no policy sees. It lies inside the published range (17 to 47 % accept) but follows another curve than the start of
Komek's estimates, so that those have something to learn. What a person does with an incident depends on the seed, the person, the
incident and the how-manieth time they are asked there, never on the policy: all policies play with the same chance.
"""

import math
from dataclasses import dataclass
from random import Random

from dispatch.model.vocabulary import Capability
from streams.simulator.answers import MEDIAN_ANSWER_S, SPREAD_OF_ANSWER, Habits, SimulatedAnswer, draw_answer

MIDDLE = -0.45
"""Log odds of a person of middling nature, asked from next door by day."""
NATURE = 0.9
"""Standard deviation of the log odds among people: two thirds lie between 21 and 61 % where the middle is 39."""
PER_DOUBLING = -0.28
"""Of the distance, from 1 km on."""
BY_HOUR = {**dict.fromkeys((0, 1, 2, 3, 4, 5), -0.9), 6: -0.5, 23: -0.5, 8: -0.2, 9: -0.2, 19: 0.2, 20: 0.2, 21: 0.2}
REFUSES_ALOUD = 0.4
"""Share of those who do not accept who say so; the others are silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Temper:
    """A person's own part in the log odds to accept."""

    nature: float

    def chance(self, capability: Capability, distance_m: float | None, hour: int) -> float:
        """To accept at all, however late."""
        odds = MIDDLE + self.nature + BY_HOUR.get(hour, 0.0)
        if capability is Capability.FIELD and distance_m is not None:
            odds += PER_DOUBLING * math.log2(1.0 + distance_m / 1000.0)
        return 1.0 / (1.0 + math.exp(-odds))


def temper_of(seed: int, volunteer_id: str) -> Temper:
    return Temper(nature=Random(f"{seed}:temper:{volunteer_id}").gauss(0.0, NATURE))


def answer_of(chance: float, *, seed: int, volunteer_id: str, incident_id: str, times_asked: int) -> SimulatedAnswer:
    """`times_asked`: by this incident before."""
    rng = Random(f"{seed}:{volunteer_id}:{incident_id}:{times_asked}")
    return draw_answer(rng, Habits(accept=chance, decline=(1.0 - chance) * REFUSES_ALOUD))


def answered_within(seconds: float) -> float:
    """Share of the acceptances that come so soon."""
    if seconds <= 0:
        return 0.0
    return 0.5 * (1.0 + math.erf(math.log(seconds / MEDIAN_ANSWER_S) / (SPREAD_OF_ANSWER * math.sqrt(2.0))))
