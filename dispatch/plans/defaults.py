"""Values that apply where a plan states none."""

from dataclasses import dataclass

from dispatch.model.requirements import Policy
from dispatch.model.vocabulary import Skill
from dispatch.plans import digital_work

FALLBACK_TYPE = "information"
"""Type whose plan serves unknown types: an incident is never refused because it has no plan."""

VERIFIED_SKILLS: tuple[str, ...] = (Skill.DOCTOR, Skill.NURSE, Skill.RESCUE, Skill.FIREFIGHTING)
"""Skills that count only if verified, in plan files that state no `verified`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    window_s: int = 90
    digital_window_s: int = 120
    certainty: float = 0.95
    policy: Policy | None = None
    max_distance_m: int = 50_000
    retry_s: int = 20
    digital_lease_s: int = digital_work.LEASE_S
    ladder: str = ""
    """Default ladder of field work; empty: `ladders.FALLBACK`."""
    digital_ladder: str = ""
