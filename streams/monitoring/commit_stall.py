"""When a worker stands still: it has work, and no committed offset of its partitions moves.

Faust's own check compares the position of fetching, which goes on while an agent is stuck; only what is committed tells that
work was done. Pure: `watchdog.py` looks and ends the process, `lag_monitor.py` looks for the operator's alarm.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitSample:
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

    def look(self, look: CommitSample) -> dict[int, float]:
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
