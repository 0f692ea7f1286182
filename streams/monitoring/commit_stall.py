"""Detects a stalled worker: it has lag, and no committed offset of its partitions advances.

Faust's own check compares the fetch position, which advances while an agent is stuck; only committed offsets prove that work was
done. Pure: `streams/worker/watchdog.py` feeds it to end the process, `lag_monitor.py` feeds it for the operator's alarm.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitSample:
    """Offsets of some partitions at one time: the committed offset (-1: none) and the end offset."""

    at_s: float
    committed: Mapping[int, int]
    ends: Mapping[int, int]


class Standstill:
    """How long the committed offset of each partition with lag has not advanced. Feed it samples in order of time."""

    def __init__(self) -> None:
        self._since: dict[int, tuple[int, float]] = {}
        self.moved_s: float | None = None
        """When an offset was last seen to advance, or when counting started."""

    def reset(self) -> None:
        self._since.clear()
        self.moved_s = None

    def look(self, look: CommitSample) -> dict[int, float]:
        """Seconds without a commit, by partition with lag. A partition seen for the first time starts at 0."""
        if self.moved_s is None or any(
            number in self._since and self._since[number][0] != offset for number, offset in look.committed.items()
        ):
            self.moved_s = look.at_s
        # -1 (never committed) counts as 0: then everything in the log is pending work.
        waiting = {
            number: offset for number, offset in look.committed.items() if look.ends.get(number, 0) > max(0, offset)
        }
        self._since = {number: self._mark(number, offset, look.at_s) for number, offset in waiting.items()}
        return {number: look.at_s - since_s for number, (_, since_s) in self._since.items()}

    def _mark(self, number: int, offset: int, at_s: float) -> tuple[int, float]:
        known = self._since.get(number)
        # Another offset, also a lower one after a takeover: the count starts over.
        return known if known and known[0] == offset else (offset, at_s)
