"""Why the watchdog tolerates for a while that nothing is committed, and its verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field

PATIENT = 4
"""So many times longer may it last where something still happens: the worker tries again what did not end in its time, or other
partitions move while one waits (a long queue is worked off unevenly)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StallExcuse:
    """What a worker says that it waits for, until when it may be believed, and whether that is somebody else's fault."""

    reason: str
    until_s: float
    is_excused: bool


@dataclass(slots=True)
class StallExcuses:
    """Said in the event loop, heard in the watchdog's thread. What is said ends by itself, so that a task that hangs right after
    it is found all the same."""

    _said: StallExcuse | None = field(default=None)

    def excused(self, reason: str, *, at_s: float, for_s: float) -> None:
        """Kafka or Redis is in trouble, or the log is being read: nothing that a restart would cure."""
        self._said = StallExcuse(reason=reason, until_s=at_s + for_s, is_excused=True)

    def trying(self, reason: str, *, at_s: float, for_s: float) -> None:
        """Something did not end in its time and is tried again. Does not hide an excuse that still holds."""
        if not (self._said and self._said.is_excused and self._said.until_s > at_s):
            self._said = StallExcuse(reason=reason, until_s=at_s + for_s, is_excused=False)

    def now(self, at_s: float) -> StallExcuse | None:
        said = self._said
        return said if said and at_s < said.until_s else None


def verdict(
    still: Mapping[int, float], *, moved_s: float, at_s: float, wait: StallExcuse | None, limit_s: float
) -> str | None:
    """Why a worker has to end, in words; None while it may go on."""
    longest_s = max(still.values(), default=0.0)
    is_patient = wait is not None or at_s - moved_s <= limit_s
    if longest_s <= limit_s * (PATIENT if is_patient else 1):
        return None
    numbers = ", ".join(str(number) for number, seconds in sorted(still.items()) if seconds == longest_s)
    trying = f", {wait.reason} again and again" if wait else ""
    return f"nothing of partition {numbers} was committed for {longest_s:.0f} s though there is work{trying}"
