"""Escalation ladders of a plan: what is tried next for a requirement that is not met, and when.

Times are seconds since the report (or since a place became open again). `target_s` is the service level: a step is taken early
when the probability to be staffed by then falls below `least_chance`. The last step of every ladder is `end`.
"""

from dataclasses import dataclass

from dispatch.model.requirements import Climb
from dispatch.model.vocabulary import StepAction

MAX_AT_S = 86_400
MAX_FACTOR = 10
MAX_LEVEL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step. `factor` is for `wider_ring`, `level` for `alarm_level`, `partner` (named by the deployment) for `partner`."""

    at_s: int
    action: StepAction
    factor: int = 2
    level: int = 2
    partner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    name: str
    steps: tuple[Step, ...]
    target_s: int = 300
    least_chance: float = 0.5

    def left(self, climb: Climb) -> tuple[int, ...]:
        """Numbers (from 0) of the steps not taken yet, in their order."""
        return tuple(number for number in range(climb.taken, len(self.steps)) if number not in climb.ahead)


FALLBACK = Ladder(
    name="",
    steps=(Step(at_s=180, action=StepAction.OPERATOR), Step(at_s=900, action=StepAction.END)),
)
"""Ladder of requirements whose ladder is unknown: alert the operator after three minutes, end after fifteen."""
