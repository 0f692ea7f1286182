"""Whether estimates mean what they say: ten bins of stated chances against what happened, and the Brier score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

BINS = 10


class Estimate(Protocol):
    """A stated chance, the true one where it is known, and what happened."""

    @property
    def estimate(self) -> float: ...
    @property
    def truth(self) -> float: ...
    @property
    def is_accepted(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Estimates from `least` to below `least` + 0.1; means are over the bin."""

    least: float
    count: int
    estimated: float
    happened: float
    truth: float


def bins_of(estimates: Sequence[Estimate]) -> list[Bin]:
    """Only bins that hold something, in order; 1 belongs to the last."""
    held: dict[int, list[Estimate]] = {}
    for one in estimates:
        held.setdefault(min(BINS - 1, int(one.estimate * BINS)), []).append(one)
    return [
        Bin(
            least=number / BINS,
            count=len(ones),
            estimated=_mean([one.estimate for one in ones]),
            happened=_mean([float(one.is_accepted) for one in ones]),
            truth=_mean([one.truth for one in ones]),
        )
        for number, ones in sorted(held.items())
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brier:
    """Mean squared error of the chances; lower is better. `ignorant`: of saying the overall share of everybody; `knowing`: of
    the true chances, below which nobody can come."""

    score: float
    ignorant: float
    knowing: float


def brier_of(estimates: Sequence[Estimate]) -> Brier:
    share = _mean([float(one.is_accepted) for one in estimates])
    return Brier(
        score=_mean([(one.estimate - one.is_accepted) ** 2 for one in estimates]),
        ignorant=share * (1.0 - share),
        knowing=_mean([(one.truth - one.is_accepted) ** 2 for one in estimates]),
    )


def gap_of(bins: Sequence[Bin]) -> float:
    """How far apart what was stated and what happened are, on the mean over all estimates."""
    return sum(one.count * abs(one.estimated - one.happened) for one in bins) / max(1, sum(one.count for one in bins))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
