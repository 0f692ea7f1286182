"""What a panel of a dashboard says, without the form that Grafana wants (`grafana_json.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """As Grafana names them."""

    NUMBER = "short"
    SECONDS = "s"
    BYTES = "bytes"
    EACH_SECOND = "ops"
    SHARE = "percentunit"
    TIMES = "none"
    CORES = "none"


class Kind(StrEnum):
    NOW = "stat"
    """The last value, large."""
    LINES = "timeseries"
    STATES = "state-timeline"
    """0, 1 and NaN of each series over time."""
    BY_SERIES = "bargauge"
    """The last value of each series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """`legend`: how a series is named; {{label}} stands for its value."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`about`: what is normal, and what it means when it is not. `page`: of the runbook. `width`: of 24. `amber_from` and
    `red_from`: thresholds. `nothing`: shown where there is no series."""

    title: str
    about: str
    queries: tuple[Query, ...]
    kind: Kind = Kind.LINES
    unit: Unit = Unit.NUMBER
    width: int = 8
    page: str | None = None
    amber_from: float | None = None
    red_from: float | None = None
    nothing: str = "0"
    pages: tuple[str, ...] = ()
    """Series that are named like a page of the runbook, and lead to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    name: str
    about: str
    rows: tuple[Row, ...]


def one(title: str, about: str, expr: str, legend: str = "", **rest: object) -> Panel:
    """A panel with one query."""
    return Panel(title=title, about=about, queries=(Query(expr=expr, legend=legend),), **rest)  # type: ignore[arg-type]


def rates(metric: str, *by: str, where: str = "") -> str:
    """Events a second."""
    grouped = f" by ({', '.join(by)})" if by else ""
    return f"sum{grouped} (rate({metric}{where}[$__rate_interval]))"


def in_an_hour(metric: str, *by: str) -> str:
    """Number of events in the last hour."""
    grouped = f" by ({', '.join(by)})" if by else ""
    return f"sum{grouped} (increase({metric}[1h]))"


def quantile(share: float, histogram: str, *by: str) -> str:
    return (
        f"histogram_quantile({share:g}, sum by ({', '.join((*by, 'le'))}) (rate({histogram}_bucket[$__rate_interval])))"
    )


def quantiles(histogram: str, shares: Sequence[float] = (0.5, 0.95, 0.99)) -> tuple[Query, ...]:
    return tuple(Query(expr=quantile(share, histogram), legend=f"p{share * 100:g}") for share in shares)
