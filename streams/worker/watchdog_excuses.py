"""Excuses that make the watchdog tolerate a stall for a while, and its verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TOLERANCE_FACTOR = 4
"""Factor on the limit while there is some progress: the worker retries a batch that timed out, or other partitions are committed
(a long queue is processed unevenly)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StallExcuse:
    """What the worker waits for, until when the excuse holds, and whether the cause is outside the worker."""

    reason: str
    until_s: float
    is_excused: bool


@dataclass(slots=True)
class StallExcuses:
    """Set in the event loop, read in the watchdog's thread. An excuse expires, so that a task which hangs afterwards is
    detected."""

    _current: StallExcuse | None = field(default=None)

    def excused(self, reason: str, *, at_s: float, for_s: float) -> None:
        """The worker waits for something that a restart would not fix: Kafka, Redis, reading the log."""
        self._current = StallExcuse(reason=reason, until_s=at_s + for_s, is_excused=True)

    def trying(self, reason: str, *, at_s: float, for_s: float) -> None:
        """The worker retries something that timed out. Does not replace an excuse that still holds."""
        # Otherwise a retry would hide that Redis or Kafka is unavailable.
        if not (self._current and self._current.is_excused and self._current.until_s > at_s):
            self._current = StallExcuse(reason=reason, until_s=at_s + for_s, is_excused=False)

    def now(self, at_s: float) -> StallExcuse | None:
        """The excuse that holds at this time of the monotonic clock."""
        current = self._current
        return current if current and at_s < current.until_s else None


def verdict(
    still: Mapping[int, float], *, moved_s: float, at_s: float, wait: StallExcuse | None, limit_s: float
) -> str | None:
    """The reason to end the worker, as a message; None while it may continue.

    `still`: seconds without a commit of each partition with work; `moved_s`: when any partition was last committed.
    """
    longest_s = max(still.values(), default=0.0)
    # Excuses that hold reset the count (`watchdog.py`), so what is left here is a retry, or progress elsewhere.
    is_tolerated = wait is not None or at_s - moved_s <= limit_s
    if longest_s <= limit_s * (TOLERANCE_FACTOR if is_tolerated else 1):
        return None
    numbers = ", ".join(str(number) for number, seconds in sorted(still.items()) if seconds == longest_s)
    trying = f", {wait.reason} repeatedly" if wait else ""
    return f"nothing of partition {numbers} was committed for {longest_s:.0f} s although there is work{trying}"
