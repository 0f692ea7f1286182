"""When a worker stands still: it has work, and no committed offset of its partitions moves.

Faust's own check compares the position of fetching, which goes on while an agent is stuck; only what is committed tells that
work was done. Pure: `watchdog.py` looks and ends the process, `monitor.py` looks for the operator's alarm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PATIENT = 4
"""So many times longer may it last where something still happens: the worker tries again what did not end in its time, or other
partitions move while one waits (a long queue is worked off unevenly)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What Kafka says of some partitions: the committed offset (-1: none), and where the next record will stand."""

    at_s: float
    committed: Mapping[int, int]
    ends: Mapping[int, int]


class Standstill:
    """For how long the committed offset of each partition with work has not moved. Fed with looks, in the order of time."""

    def __init__(self) -> None:
        self._since: dict[int, tuple[int, float]] = {}
        self.moved_s: float | None = None
        """When an offset was last seen to have moved, or the count began anew."""

    def begin_anew(self) -> None:
        self._since.clear()
        self.moved_s = None

    def look(self, look: Look) -> dict[int, float]:
        """Seconds by partition; only those with work. What is seen for the first time begins at 0."""
        if self.moved_s is None or any(
            number in self._since and self._since[number][0] != offset for number, offset in look.committed.items()
        ):
            self.moved_s = look.at_s
        waiting = {
            number: offset for number, offset in look.committed.items() if look.ends.get(number, 0) > max(0, offset)
        }
        self._since = {number: self._mark(number, offset, look.at_s) for number, offset in waiting.items()}
        return {number: look.at_s - since_s for number, (_, since_s) in self._since.items()}

    def _mark(self, number: int, offset: int, at_s: float) -> tuple[int, float]:
        known = self._since.get(number)
        return known if known and known[0] == offset else (offset, at_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a worker says that it waits for, until when it may be believed, and whether that is somebody else's fault."""

    reason: str
    until_s: float
    is_excused: bool


@dataclass(slots=True)
class Waits:
    """Said in the event loop, heard in the watchdog's thread. What is said ends by itself, so that a task that hangs right after
    it is found all the same."""

    _said: Wait | None = field(default=None)

    def excused(self, reason: str, *, at_s: float, for_s: float) -> None:
        """Kafka or Redis is in trouble, or the log is being read: nothing that a restart would cure."""
        self._said = Wait(reason=reason, until_s=at_s + for_s, is_excused=True)

    def trying(self, reason: str, *, at_s: float, for_s: float) -> None:
        """Something did not end in its time and is tried again. Does not hide an excuse that still holds."""
        if not (self._said and self._said.is_excused and self._said.until_s > at_s):
            self._said = Wait(reason=reason, until_s=at_s + for_s, is_excused=False)

    def now(self, at_s: float) -> Wait | None:
        said = self._said
        return said if said and at_s < said.until_s else None


def verdict(
    still: Mapping[int, float], *, moved_s: float, at_s: float, wait: Wait | None, limit_s: float
) -> str | None:
    """Why a worker has to end, in words; None while it may go on."""
    longest_s = max(still.values(), default=0.0)
    is_patient = wait is not None or at_s - moved_s <= limit_s
    if longest_s <= limit_s * (PATIENT if is_patient else 1):
        return None
    numbers = ", ".join(str(number) for number, seconds in sorted(still.items()) if seconds == longest_s)
    trying = f", {wait.reason} again and again" if wait else ""
    return f"nothing of partition {numbers} was committed for {longest_s:.0f} s though there is work{trying}"
