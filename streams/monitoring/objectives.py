"""The objectives of the service (SLO), each stated here once: recording rules and alerts are made from this list.

An objective is a share of events that must be good over `OVER`. Alerts look at the speed at which the error budget is spent, in
a long and a short window at once (Google, *The Site Reliability Workbook*, chapter 5): the long one so that it matters, the
short one so that the alert ends soon after its cause.
"""

from dataclasses import dataclass

OVER = "30d"
FEW_BAD = 2
"""A budget of a quiet night is spent by a single event. Alerts need more bad events than this in their long window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """`bad` and `total` are PromQL; `%(function)s` is `rate` or `increase`, `%(window)s` a duration like 5m."""

    name: str
    about: str
    cure: str
    target: float
    bad: str
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """`times`: how much faster than allowed the budget is spent; it is empty after `OVER` / `times`."""

    long: str
    short: str
    times: float
    severity: str


# 2 % of the budget in an hour, 5 % in six, 10 % in three days.
BURNS = (
    Burn(long="1h", short="5m", times=14.4, severity="critical"),
    Burn(long="6h", short="30m", times=6, severity="critical"),
    Burn(long="3d", short="6h", times=1, severity="warning"),
)
WINDOWS = ("5m", "30m", "1h", "6h", "3d")


def counted(series: str) -> str:
    return f"sum(%(function)s({series}[%(window)s]))"


def none_is_zero(expression: str) -> str:
    """A series that counts failures does not exist before the first one."""
    return f"({expression} or vector(0))"


_OFFERED_IN_5_S = 'komek_report_to_offer_seconds_bucket{le="5.0"}'
_SENT_IN_10_S = 'komek_notice_seconds_bucket{le="10.0"}'
_POSTS = 'route="/v1/incidents",method="POST"'

OBJECTIVES: tuple[Objective, ...] = (
    Objective(
        name="offer",
        about="reports get their first offer later than 5 s after Kafka has them",
        cure="See undecided, worker_missing, redis_away; otherwise workers are too few or Redis is slow.",
        target=0.99,
        bad=f"{counted('komek_report_to_offer_seconds_count')} - {counted(_OFFERED_IN_5_S)}",
        total=counted("komek_report_to_offer_seconds_count"),
    ),
    Objective(
        name="intake",
        about="reports are answered with 5xx: the caller must send them again",
        cure="See kafka_away and kafka_refuses; `komek doctor` says what does not answer.",
        target=0.999,
        bad=none_is_zero(counted(f'komek_http_requests_total{{{_POSTS},status=~"5.."}}')),
        total=counted(f"komek_http_requests_total{{{_POSTS}}}"),
    ),
    Objective(
        name="notices",
        about="notices fail for good, or go out later than 10 s after their cause",
        cure="See way_failing and notifier_missing.",
        target=0.99,
        # What failed for good was never sent, so it is not in the histogram.
        bad=f"{counted('komek_notices_total')} - {none_is_zero(counted(_SENT_IN_10_S))}",
        total=counted("komek_notices_total"),
    ),
)


def recorded(name: str, window: str) -> str:
    """The series of a recording rule: share of bad events of an objective in a window."""
    return f'komek_slo_bad:ratio_rate{window}{{slo="{name}"}}'
