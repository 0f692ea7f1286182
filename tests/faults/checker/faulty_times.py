"""When something was broken: what is late then is judged by the budget for faults, not by that for health."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

AFTERWARDS_MS = 30_000
"""A system that was hurt is allowed this long to be healthy again (the largest budget of I14)."""
BEFORE_AFTERWARDS_MS = 10_000
"""For so long after a fault of the API or of Kafka an answer that comes late is laid to that fault."""

BEHIND = ("worker", "redis", "notifier")
BEFORE = ("api", "broker", "disk", "burst", "ten times", "load", "overload")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    fault: str
    target: str
    begin_ms: int
    end_ms: int

    @property
    def name(self) -> str:
        """Of its kind: the fault, with what it hits where that is not in the words."""
        what = self.target.partition(" ")[0].rstrip("-0123456789")
        return self.fault if " " in self.fault else f"{self.fault} {what}".strip()

    @property
    def is_behind_intake(self) -> bool:
        """It hurts workers, Redis or the notifier, and leaves alone what stands before them."""
        words = f"{self.fault} {self.target}".lower()
        return any(word in words for word in BEHIND) and not self.is_before

    @property
    def is_before(self) -> bool:
        words = f"{self.fault} {self.target}".lower()
        hurts_kafka = "kafka" in words and "worker" not in words
        return hurts_kafka or any(word in words for word in BEFORE)


class FaultyTimes:
    def __init__(self, lines: Iterable[dict[str, Any]], healed_ms: int) -> None:
        self.faults = _paired(lines, healed_ms)
        self._spans = _joined((one.begin_ms, one.end_ms + AFTERWARDS_MS) for one in self.faults)
        self._begins = [begin for begin, _ in self._spans]

    def until_ms(self, at_ms: int) -> int | None:
        """When the trouble of this moment is over, its aftermath included; None in health."""
        number = bisect_right(self._begins, at_ms) - 1
        if number >= 0 and at_ms <= self._spans[number][1]:
            return self._spans[number][1]
        return None

    def allowed_ms(self, due_ms: int, in_health_ms: int, under_faults_ms: int) -> int:
        """Until when something that is due may happen."""
        until = self.until_ms(due_ms) or self.until_ms(due_ms + in_health_ms)
        return due_ms + in_health_ms if until is None else max(due_ms + under_faults_ms, until)

    def is_only_behind(self, begin_ms: int, end_ms: int) -> bool:
        """Whether something behind intake is hurt at the first moment, and nothing before it is until the last or was a moment
        ago. Filling a disk takes a while before it counts as begun, so what ends in such a fault has met it."""
        hurt = False
        for one in self.faults:
            if one.is_before and one.begin_ms <= end_ms and begin_ms <= one.end_ms + BEFORE_AFTERWARDS_MS:
                return False
            hurt = hurt or (one.is_behind_intake and one.begin_ms <= begin_ms <= one.end_ms)
        return hurt

    def touched_by(self, begin_ms: int, end_ms: int) -> list[Fault]:
        return [one for one in self.faults if one.begin_ms <= end_ms and begin_ms <= one.end_ms]


def _paired(lines: Iterable[dict[str, Any]], healed_ms: int) -> list[Fault]:
    """A fault that was never ended lasts until all was healed."""
    open_since: dict[tuple[str, str], int] = {}
    faults = []
    for line in lines:
        name = (str(line["fault"]), str(line["target"]))
        if line["phase"] == "begin":
            open_since.setdefault(name, int(line["at_ms"]))
        elif name in open_since:
            faults.append(
                Fault(fault=name[0], target=name[1], begin_ms=open_since.pop(name), end_ms=int(line["at_ms"]))
            )
    faults += [
        Fault(fault=fault, target=target, begin_ms=begin_ms, end_ms=max(begin_ms, healed_ms))
        for (fault, target), begin_ms in open_since.items()
    ]
    return sorted(faults, key=lambda one: (one.begin_ms, one.end_ms))


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined
