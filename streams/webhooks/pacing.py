"""When a receiver in trouble is asked again: exponential back-off with jitter, never before it says so itself."""

from collections.abc import Callable
from dataclasses import dataclass

FIRST_S = 1.0
LONGEST_S = 300.0
GIVE_UP_MS = 24 * 3_600_000
"""An event that is older is given up after one more attempt: it gets a letter, and the next one is tried."""
REFUSED_ATTEMPTS = 3
"""Of an event that the receiver refuses though it takes others."""


@dataclass(slots=True)
class Pacing:
    """Of one receiver, shared by all that is sent to it. `chance`: from 0 to 1."""

    chance: Callable[[], float]
    failures: int = 0
    until_s: float = 0.0

    def failed(self, now_s: float, retry_after_s: int | None = None) -> float:
        """Counts a failure and returns the pause. Half of it is chance: many senders do not come back at the same moment."""
        span = min(LONGEST_S, FIRST_S * 2.0 ** min(self.failures, 20))
        self.failures += 1
        pause = max(span * (0.5 + 0.5 * self.chance()), float(retry_after_s or 0))
        self.until_s = max(self.until_s, now_s + pause)
        return pause

    def worked(self) -> None:
        self.failures, self.until_s = 0, 0.0

    def pause_s(self, now_s: float) -> float:
        return max(0.0, self.until_s - now_s)
