"""A group of incidents as counts and times.

Percentiles are by nearest rank. False calls are counted and in no time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil

from api.views.ending import is_ready_to_close
from api.views.values import View
from dispatch.model.incidents import Incident, Times
from dispatch.model.reasons import EndCode


class By(StrEnum):
    """What the incidents are grouped by. `hour`: the local hour of the report, 00 to 23."""

    KIND = "kind"
    DISTRICT = "district"
    HOUR = "hour"


@dataclass(slots=True)
class Group:
    incidents: int = 0
    staffed: int = 0
    shortfall: int = 0
    false_calls: int = 0
    ready_to_close: int = 0
    offered_s: list[float] = field(default_factory=list)
    accepted_s: list[float] = field(default_factory=list)
    arrived_s: list[float] = field(default_factory=list)
    name: View | None = None

    def add(self, state: Incident) -> None:
        self.incidents += 1
        if state.end_code is EndCode.FALSE_CALL:
            self.false_calls += 1
            return
        times = state.times
        self.staffed += times.staffed_ms is not None
        self.shortfall += is_short(state)
        self.ready_to_close += is_ready_to_close(state)
        for held, at_ms in (
            (self.offered_s, times.first_offer_ms),
            (self.accepted_s, times.first_accept_ms),
            (self.arrived_s, times.first_on_scene_ms),
        ):
            if at_ms is not None:
                held.append(waited_s(times, at_ms))

    def view(self, key: str) -> View:
        real = self.incidents - self.false_calls
        return {
            "key": key,
            "name": self.name,
            "incidents": self.incidents,
            "offered_p50_s": percentile(self.offered_s, 0.5),
            "offered_p90_s": percentile(self.offered_s, 0.9),
            "answered_p50_s": percentile(self.accepted_s, 0.5),
            "answered_p90_s": percentile(self.accepted_s, 0.9),
            "arrived_p50_s": percentile(self.arrived_s, 0.5),
            "arrived_p90_s": percentile(self.arrived_s, 0.9),
            "answered": len(self.accepted_s),
            "arrived": len(self.arrived_s),
            "shortfall": self.shortfall,
            "false_calls": self.false_calls,
            "ready_to_close": self.ready_to_close,
            "staffed_share": round(self.staffed / real, 3) if real else None,
        }


def waited_s(times: Times, at_ms: int) -> float:
    """From the report to a step. The time of the report is the caller's word: one that lies after the step counts as none."""
    return max(0, at_ms - times.reported_ms) / 1000


def is_short(state: Incident) -> bool:
    """Whether people are missing, or were never all there when it ended."""
    if state.is_open:
        return any(entry.shortfall is not None for entry in state.requirements)
    return bool(state.requirements) and state.times.staffed_ms is None


def percentile(values: Sequence[float], share: float) -> float | None:
    """By nearest rank; None without values."""
    return sorted(values)[ceil(share * len(values)) - 1] if values else None
