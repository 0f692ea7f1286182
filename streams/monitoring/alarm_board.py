"""Which alarms are active, and since when. Pure: fed with observations."""

from dataclasses import dataclass, field

from streams.monitoring.alarm_conditions import AlarmCondition, ConditionUnknown, Observed
from streams.monitoring.alarms import RULES, Concern, Rule, Severity

DETAILS = 20
"""At most this many ids are shown; `count` counts all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    name: str
    severity: Severity
    concern: Concern
    about: str
    since_ms: int
    count: int
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSnapshot:
    """The active alarms of one observation, and the names of alarms whose condition cannot be evaluated."""

    alarms: tuple[Alarm, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class Board:
    """Keeps since when each condition holds."""

    _since_s: dict[str, float] = field(default_factory=dict)

    def update(self, seen: Observed, now_s: float) -> AlarmSnapshot:
        """Evaluates all rules on an observation. `now_s`: a monotonic clock. An alarm is active once it has held for `for_s`."""
        alarms, unknown = [], []
        for rule in RULES:
            try:
                finding = rule.holds(seen)
            except ConditionUnknown:
                # Its start time is kept: a source that is silent for a moment must not make the alarm look new.
                unknown.append(rule.name)
                continue
            if finding is None:
                self._since_s.pop(rule.name, None)
                continue
            held_s = now_s - self._since_s.setdefault(rule.name, now_s)
            if held_s >= rule.for_s:
                # The duration is that of the monotonic clock, so a wall clock that jumps moves only the time that is shown.
                alarms.append(_alarm(rule, finding, seen.now_ms - round(held_s * 1000)))
        return AlarmSnapshot(alarms=tuple(alarms), unknown=tuple(unknown))


def _alarm(rule: Rule, finding: AlarmCondition, seen_since_ms: int) -> Alarm:
    return Alarm(
        name=rule.name,
        severity=rule.severity,
        concern=rule.concern,
        about=rule.about,
        since_ms=seen_since_ms if finding.since_ms is None else finding.since_ms,
        count=len(finding.details),
        details=tuple(finding.details[:DETAILS]),
    )
