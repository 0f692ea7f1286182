"""The `[budget]` table of a plan file: limits on what may be asked of one person. `matching/budget.py` applies them."""

from dataclasses import dataclass

from dispatch.model.local_time import ALMATY
from dispatch.model.vocabulary import Priority

MOST_OFFERS = 200
"""Upper bound of the offer limits: the store keeps at most so many offer times per person."""
MAX_S = 604_800
"""Upper bound of rest times and penalties: seven days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits per person; 0 means no limit. The defaults are judgement, to be replaced by the deploying service.

    Hours are local, of `time_zone`: of the deployment, not of a plan file. `fairness_s` and `critical_fairness_s` are the largest
    ranking penalties for recent work, `beyond_s` is the penalty for asking beyond the budget.
    """

    offers_per_hour: int = 10
    offers_per_day: int = 30
    digital_offers_per_hour: int = 30
    digital_offers_per_day: int = 120
    quiet_from_h: int = 23
    quiet_until_h: int = 7
    """Equal to `quiet_from_h`: no quiet hours."""
    quiet_up_to: Priority = Priority.NORMAL
    """The most urgent priority that respects quiet hours; critical never does."""
    rest_s: int = 1_800
    heavy_rest_s: int = 14_400
    fairness_s: int = 120
    critical_fairness_s: int = 30
    beyond_s: int = 180
    time_zone: str = ALMATY


UNLIMITED = Budget(
    offers_per_hour=0,
    offers_per_day=0,
    digital_offers_per_hour=0,
    digital_offers_per_day=0,
    quiet_until_h=23,
    rest_s=0,
    heavy_rest_s=0,
)
"""For drills and demonstrations, where a day passes in an hour. Fairness still applies."""
