"""Verified skills: who else says that a person has a skill, and until when. What people say of themselves is a claim."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DAY_MS = 24 * 3_600_000
VOUCHED_FOR_MS = 365 * DAY_MS
"""A profile that an operator or admin writes verifies its skills for this long."""
WARNED_MS = 30 * DAY_MS
"""A verification counts as ending soon for this long before its end."""
EVERY_SKILL = "*"
"""In `Requirement.verified`: no skill counts as a mere claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A verification of one skill. `by`: opaque id of who verified it; `organisation`: opaque id of theirs, None without one."""

    until_ms: int
    by: str
    organisation: str | None = None

    def is_valid(self, now_ms: int) -> bool:
        return now_ms < self.until_ms

    def ends_soon(self, now_ms: int) -> bool:
        """Whether it is valid and ends within `WARNED_MS`."""
        return self.is_valid(now_ms) and self.until_ms - now_ms <= WARNED_MS


def valid_skills(verified: Mapping[str, int], now_ms: float) -> frozenset[str]:
    """The skills whose verification is valid at `now_ms`; `verified` maps a skill to the end of its verification in ms."""
    return frozenset(skill for skill, until_ms in verified.items() if now_ms < until_ms)


def counted(
    wanted: Iterable[str], needing: Iterable[str], claimed: Iterable[str], verified: Iterable[str]
) -> list[str]:
    """The skills of `wanted`, in its order, that a person has for it: claimed, and verified where `needing` lists the skill."""
    needing, claimed, verified = frozenset(needing), frozenset(claimed), frozenset(verified)
    return [
        skill
        for skill in wanted
        if skill in claimed and (skill in verified or not (skill in needing or EVERY_SKILL in needing))
    ]
