"""What a benchmark gives back: figures, each with its unit and, where there is one, its budget."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


class NotHere(Exception):
    """This benchmark cannot run here and now; the message says what is missing. Not a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`at_most`/`at_least`: the budget. `anywhere` true: it must hold on any machine, however busy (ratios of the same run,
    counts of what must never happen); false: it is meant for a quiet machine."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    anywhere: bool = False

    @property
    def is_kept(self) -> bool | None:
        """None without a budget."""
        if self.at_most is None and self.at_least is None:
            return None
        too_much = self.at_most is not None and self.value > self.at_most
        too_little = self.at_least is not None and self.value < self.at_least
        return not (too_much or too_little)

    @property
    def is_broken(self) -> bool:
        return self.anywhere and self.is_kept is False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    figures: Sequence[Figure]
    notes: Sequence[str] = ()
    details: dict[str, Any] = field(default_factory=dict)
    """For the JSON only."""

    @property
    def is_broken(self) -> bool:
        return any(figure.is_broken for figure in self.figures)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed; nan of none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -int(-share * len(ordered) // 1) - 1))]


def spread(
    name: str, values_ms: Sequence[float], *, p50: float | None = None, p99: float | None = None
) -> list[Figure]:
    """p50, p95 and p99 of durations in milliseconds; `p50` and `p99` are budgets for a quiet machine."""
    middle = median(values_ms) if values_ms else float("nan")
    return [
        Figure(name=f"{name} p50", value=middle, unit="ms", at_most=p50),
        Figure(name=f"{name} p95", value=percentile(values_ms, 0.95), unit="ms"),
        Figure(name=f"{name} p99", value=percentile(values_ms, 0.99), unit="ms", at_most=p99),
    ]
