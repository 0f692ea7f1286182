"""What operators are alarmed about, once: name, how bad, what it concerns, what to do, and when it holds.

Pure: `alarm_watch.py` looks every second and keeps them on the board (`alarm_board.py`); `GET /v1/status`, `/metrics`,
`komek status` and `komek watch` show them, and `alert_rules.py` makes Prometheus' rules of the same list. Details are ids and
numbers, never texts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dispatch.model.vocabulary import AttentionReason
from streams.dead_letters.outcomes import StandingLetter
from streams.errors import RetryLater
from streams.monitoring.lag_monitor import Measured
from streams.store.alarm_facts import AlarmFacts
from streams.store.reads import RebuildState

UNDECIDED_MS = 10_000
"""An accepted command should be decided within milliseconds; after this long somebody must know."""
LATE_MS = 5_000
STUCK_S = 15.0
"""Before the worker's own watchdog ends it (`KOMEK_STALL_S`)."""


class Severity(StrEnum):
    CRITICAL = "critical"  # somebody waits for help, or is in danger
    WARNING = "warning"  # something is late and heals by itself, or should be looked at today


class Concern(StrEnum):
    SYSTEM = "system"  # Komek itself is not well
    FIELD = "field"  # Komek has done what it can: a human must act


class ConditionUnknown(RetryLater):
    """What the condition needs gave no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen in one look; None where nothing answered. `now_ms` is this machine's clock, `pulse.now_ms` Redis'."""

    now_ms: int
    measured: Measured | None = None
    rebuild: RebuildState | None = None
    pulse: AlarmFacts | None = None
    letters: Sequence[StandingLetter] | None = None

    def of_group(self) -> Measured:
        if self.measured is None or self.measured.workers is None:
            raise ConditionUnknown
        return self.measured

    def of_picture(self) -> AlarmFacts:
        if self.pulse is None:
            raise ConditionUnknown
        return self.pulse


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCondition:
    """A condition that holds: of what, and since when if that is known better than by having watched."""

    details: Sequence[str] = ()
    since_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`for_s`: how long it must hold before it alarms."""

    name: str
    severity: Severity
    concern: Concern
    about: str
    cure: str
    holds: Callable[[Observed], AlarmCondition | None]
    for_s: float = 0.0


def _earliest(times: Mapping[str, int]) -> AlarmCondition | None:
    """Ids, the one that waits longest first."""
    if not times:
        return None
    ids = sorted(times, key=lambda one: (times[one], one))
    return AlarmCondition(details=ids, since_ms=times[ids[0]])


def _undecided(seen: Observed) -> AlarmCondition | None:
    measured = seen.of_group()
    found = _earliest({one: at for one, at in measured.undecided.items() if seen.now_ms - at > UNDECIDED_MS})
    if found is None and measured.oldest_ms is not None and seen.now_ms - measured.oldest_ms > UNDECIDED_MS:
        return AlarmCondition(since_ms=measured.oldest_ms)
    return found


def _dead_lettered(seen: Observed) -> AlarmCondition | None:
    if seen.letters is None:
        raise ConditionUnknown
    return _earliest({letter.id: letter.since_ms for letter in seen.letters if letter.is_of_incident})


def _void(seen: Observed) -> AlarmCondition | None:
    return _earliest(seen.of_picture().void)


def _late(seen: Observed) -> AlarmCondition | None:
    return _earliest(seen.of_picture().late)


def _rebuilding(seen: Observed) -> AlarmCondition | None:
    if seen.rebuild is None:
        raise ConditionUnknown
    return None if seen.rebuild.is_ready else AlarmCondition()


def _behind(seen: Observed) -> AlarmCondition | None:
    """Decisions in the log that the picture does not have."""
    if seen.measured is None:
        raise ConditionUnknown
    applied = seen.of_picture().applied
    numbers = [
        number
        for number, (first, end) in sorted(seen.measured.decided.items())
        if max(applied.get(number, -1), first - 1) < end - 1
    ]
    return AlarmCondition(details=list(map(str, numbers))) if numbers else None


def _missing(seen: Observed) -> AlarmCondition | None:
    return None if seen.of_group().workers else AlarmCondition()


def _nobody_tells(seen: Observed) -> AlarmCondition | None:
    notifier = seen.of_group().notifier
    if notifier is None or notifier.count is None:
        raise ConditionUnknown
    return None if notifier.count else AlarmCondition()


def _stuck(seen: Observed) -> AlarmCondition | None:
    """Only while nothing else explains it: no worker at all, Redis away and a rebuild have alarms of their own."""
    measured = seen.of_group()
    if not measured.workers or seen.rebuild is None or not seen.rebuild.is_ready:
        return None
    numbers = [str(number) for number, seconds in sorted(measured.still_s.items()) if seconds > STUCK_S]
    return AlarmCondition(details=numbers) if numbers else None


def _redis_away(seen: Observed) -> AlarmCondition | None:
    return AlarmCondition() if seen.rebuild is None else None


def _kafka_away(seen: Observed) -> AlarmCondition | None:
    return AlarmCondition() if seen.measured is None else None


def _asks(reason: AttentionReason) -> Callable[[Observed], AlarmCondition | None]:
    def holds(seen: Observed) -> AlarmCondition | None:
        times: dict[str, int] = {}
        for entry in seen.of_picture().asking:
            if entry.reason == reason:
                times[entry.incident_id] = min(entry.since_ms, times.get(entry.incident_id, entry.since_ms))
        return _earliest(times)

    return holds


CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING
SYSTEM, FIELD = Concern.SYSTEM, Concern.FIELD

RULES: tuple[Rule, ...] = (
    Rule(
        name="distress",
        severity=CRITICAL,
        concern=FIELD,
        about="somebody who was sent is in danger themself",
        cure="Send help, then settle it: POST /v1/incidents/{id}/attention.",
        holds=_asks(AttentionReason.DISTRESS),
    ),
    Rule(
        name="check_in_overdue",
        severity=CRITICAL,
        concern=FIELD,
        about="somebody on scene gave no sign of life although asked twice",
        cure="Reach them another way; their check-in ends it.",
        holds=_asks(AttentionReason.CHECK_IN_OVERDUE),
    ),
    Rule(
        name="ladder_ended",
        severity=CRITICAL,
        concern=FIELD,
        about="nothing is left to try for a requirement: it stays unfilled unless a human acts",
        cure="Find people another way, lower the need, or settle it: POST /v1/incidents/{id}/attention.",
        holds=_asks(AttentionReason.LADDER_ENDED),
    ),
    Rule(
        name="undecided",
        severity=CRITICAL,
        concern=SYSTEM,
        about="an accepted report or answer has waited for its decision for more than 10 s",
        cure="See worker_missing, worker_stuck, redis_away, rebuild_running; else add workers.",
        holds=_undecided,
    ),
    Rule(
        name="dead_lettered_incident",
        severity=CRITICAL,
        concern=SYSTEM,
        about="a command about an incident could not be read",
        cure="`komek dead-letters show ID`, then `replay` or `dismiss`; act on the incident meanwhile.",
        holds=_dead_lettered,
    ),
    Rule(
        name="void_events",
        severity=CRITICAL,
        concern=SYSTEM,
        about="the order of the log made decisions or offers void in the last day; expected: none",
        cure="Look for two workers with one partition, or Redis lost between claim and decision, at that time.",
        holds=_void,
    ),
    Rule(
        name="worker_missing",
        severity=CRITICAL,
        concern=SYSTEM,
        about="no worker runs; reports are kept and wait",
        cure="Start workers; see why they ended in their logs.",
        holds=_missing,
        for_s=10.0,
    ),
    Rule(
        name="notifier_missing",
        severity=CRITICAL,
        concern=SYSTEM,
        about="no notifier runs; people see their offers only where they look for them",
        cure="Start a notifier (komek notifier); it tells what is still valid from where the last one ended.",
        holds=_nobody_tells,
        for_s=10.0,
    ),
    Rule(
        name="worker_stuck",
        severity=CRITICAL,
        concern=SYSTEM,
        about="there is work, and nothing of these partitions was committed for 15 s",
        cure="The watchdog ends such a worker (exit code 72); if it comes again, see its log.",
        holds=_stuck,
    ),
    Rule(
        name="redis_away",
        severity=CRITICAL,
        concern=SYSTEM,
        about="Redis gives no answer; reports are kept and wait",
        cure="Start Redis; the picture is made anew from the log by itself.",
        holds=_redis_away,
        for_s=3.0,
    ),
    Rule(
        name="kafka_away",
        severity=CRITICAL,
        concern=SYSTEM,
        about="Kafka gives no answer; reports are refused with 503",
        cure="Start the brokers.",
        holds=_kafka_away,
    ),
    Rule(
        name="person_silent",
        severity=WARNING,
        concern=FIELD,
        about="somebody who announced silence should have arrived for long, and did not answer whether they are coming",
        cure="Reach them another way, or take them off: POST /v1/offers/{id}/withdraw. Any sign of theirs ends it.",
        holds=_asks(AttentionReason.PERSON_SILENT),
    ),
    Rule(
        name="change_unconfirmed",
        severity=WARNING,
        concern=FIELD,
        about="somebody who was sent has not confirmed a change of their job, although told twice",
        cure="Reach them another way; their confirmation ends it.",
        holds=_asks(AttentionReason.CHANGE_UNCONFIRMED),
    ),
    Rule(
        name="rebuild_running",
        severity=WARNING,
        concern=SYSTEM,
        about="the picture is made anew from the log: assignment is delayed",
        cure="Wait; components.redis of the status shows how far it is. Without a worker nobody does it.",
        holds=_rebuilding,
    ),
    Rule(
        name="timers_late",
        severity=WARNING,
        concern=SYSTEM,
        about="deadlines are overdue by more than 5 s",
        cure="See undecided and worker_missing; any worker sweeps them.",
        holds=_late,
    ),
    Rule(
        name="projection_behind",
        severity=WARNING,
        concern=SYSTEM,
        about="decisions in the log of these partitions are not in the picture",
        cure="A worker that owns the partition brings them in within seconds; else `komek rebuild`.",
        holds=_behind,
        for_s=5.0,
    ),
)
NAMES = tuple(rule.name for rule in RULES)
