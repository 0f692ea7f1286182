"""The list of alarms: name, severity, concern, description, remedy and condition of each.

Pure: `alarm_watch.py` evaluates the conditions every second on an `alarm_board.Board`. `GET /v1/status`, `/metrics`, `komek
status` and `komek watch` show the result, and `streams/codegen/alert_rules.py` generates Prometheus rules from the list. Details
of an alarm are ids and numbers, never text that people wrote.
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
"""An accepted command is normally decided within milliseconds; after this time operators are alarmed."""
LATE_MS = 5_000
STUCK_S = 15.0
"""Shorter than `KOMEK_STALL_S`, after which the watchdog ends the worker."""


class Severity(StrEnum):
    CRITICAL = "critical"  # people wait for help or are in danger
    WARNING = "warning"  # a delay that recovers by itself, or something to look into today


class Concern(StrEnum):
    SYSTEM = "system"  # Komek itself is impaired
    FIELD = "field"  # Komek has done what it can: an operator must act


class ConditionUnknown(RetryLater):
    """The source that the condition needs did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The inputs of all conditions; None for a source that did not answer.

    `now_ms` is this machine's clock, `facts.now_ms` the clock of Redis.
    """

    now_ms: int
    measured: Measured | None = None
    rebuild: RebuildState | None = None
    facts: AlarmFacts | None = None
    letters: Sequence[StandingLetter] | None = None

    def of_group(self) -> Measured:
        """The measurement with the state of the consumer groups. Raises ConditionUnknown without it."""
        if self.measured is None or self.measured.workers is None:
            raise ConditionUnknown
        return self.measured

    def of_redis(self) -> AlarmFacts:
        """What Redis holds. Raises ConditionUnknown without it."""
        if self.facts is None:
            raise ConditionUnknown
        return self.facts


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCondition:
    """A condition that holds. `details`: ids or numbers concerned. `since_ms` None: since it was first observed."""

    details: Sequence[str] = ()
    since_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`about`: what is wrong; `cure`: what to do. `holds` raises ConditionUnknown. `for_s`: how long it must hold before it
    alarms."""

    name: str
    severity: Severity
    concern: Concern
    about: str
    cure: str
    holds: Callable[[Observed], AlarmCondition | None]
    for_s: float = 0.0


def _earliest(times: Mapping[str, int]) -> AlarmCondition | None:
    """A condition on these ids, the earliest first; None when there are none."""
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
    return _earliest(seen.of_redis().void)


def _late(seen: Observed) -> AlarmCondition | None:
    return _earliest(seen.of_redis().late)


def _rebuilding(seen: Observed) -> AlarmCondition | None:
    if seen.rebuild is None:
        raise ConditionUnknown
    return None if seen.rebuild.is_ready else AlarmCondition()


def _behind(seen: Observed) -> AlarmCondition | None:
    """Partitions whose decisions are not all applied to Redis."""
    if seen.measured is None:
        raise ConditionUnknown
    applied = seen.of_redis().applied
    numbers = [
        number
        for number, (first, end) in sorted(seen.measured.decided.items())
        if max(applied.get(number, -1), first - 1) < end - 1
    ]
    return AlarmCondition(details=list(map(str, numbers))) if numbers else None


def _missing(seen: Observed) -> AlarmCondition | None:
    return None if seen.of_group().workers else AlarmCondition()


def _no_notifier(seen: Observed) -> AlarmCondition | None:
    notifier = seen.of_group().notifier
    if notifier is None or notifier.count is None:
        raise ConditionUnknown
    return None if notifier.count else AlarmCondition()


def _stuck(seen: Observed) -> AlarmCondition | None:
    """Not evaluated while another alarm explains it: no worker, Redis unavailable, or a rebuild."""
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
        for entry in seen.of_redis().asking:
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
        about="a person who was sent is in danger",
        cure="Send help, then settle it: POST /v1/incidents/{id}/attention.",
        holds=_asks(AttentionReason.DISTRESS),
    ),
    Rule(
        name="check_in_overdue",
        severity=CRITICAL,
        concern=FIELD,
        about="a person on scene did not respond to two check-in requests",
        cure="Contact them another way; their check-in ends the alarm.",
        holds=_asks(AttentionReason.CHECK_IN_OVERDUE),
    ),
    Rule(
        name="ladder_ended",
        severity=CRITICAL,
        concern=FIELD,
        about="the ladder of a requirement has ended: it stays unfilled unless an operator acts",
        cure="Find people another way, reduce the requirement, or settle it: POST /v1/incidents/{id}/attention.",
        holds=_asks(AttentionReason.LADDER_ENDED),
    ),
    Rule(
        name="undecided",
        severity=CRITICAL,
        concern=SYSTEM,
        about="an accepted command has waited for its decision for more than 10 s",
        cure="Check worker_missing, worker_stuck, redis_away and rebuild_running; otherwise add workers.",
        holds=_undecided,
    ),
    Rule(
        name="dead_lettered_incident",
        severity=CRITICAL,
        concern=SYSTEM,
        about="a command about an incident could not be read and is a dead letter",
        cure="`komek dead-letters show ID`, then `replay` or `dismiss`; handle the incident by hand meanwhile.",
        holds=_dead_lettered,
    ),
    Rule(
        name="void_events",
        severity=CRITICAL,
        concern=SYSTEM,
        about="decisions or offers became void by the order of the log in the last day; expected: none",
        cure="Check for two workers on one partition, or a loss of Redis between claim and decision, at that time.",
        holds=_void,
    ),
    Rule(
        name="worker_missing",
        severity=CRITICAL,
        concern=SYSTEM,
        about="no worker is running; reports are accepted and wait in Kafka",
        cure="Start workers; their logs tell why they ended.",
        holds=_missing,
        for_s=10.0,
    ),
    Rule(
        name="notifier_missing",
        severity=CRITICAL,
        concern=SYSTEM,
        about="no notifier is running; people get no notices and see offers only when they look for them",
        cure="Start a notifier (komek notifier); it resumes at the last committed offset and skips notices no longer valid.",
        holds=_no_notifier,
        for_s=10.0,
    ),
    Rule(
        name="worker_stuck",
        severity=CRITICAL,
        concern=SYSTEM,
        about="these partitions have lag, and no offset was committed for 15 s",
        cure="The watchdog ends such a worker (exit code 72); if the alarm returns, see its log.",
        holds=_stuck,
    ),
    Rule(
        name="redis_away",
        severity=CRITICAL,
        concern=SYSTEM,
        about="Redis does not answer; reports are accepted and wait in Kafka",
        cure="Start Redis; a worker rebuilds it from the log.",
        holds=_redis_away,
        for_s=3.0,
    ),
    Rule(
        name="kafka_away",
        severity=CRITICAL,
        concern=SYSTEM,
        about="Kafka does not answer; reports are refused with 503",
        cure="Start the brokers.",
        holds=_kafka_away,
    ),
    Rule(
        name="person_silent",
        severity=WARNING,
        concern=FIELD,
        about="a person who announced silence is overdue and did not answer whether they are coming",
        cure="Contact them another way, or withdraw the offer: POST /v1/offers/{id}/withdraw. Any sign of life ends the alarm.",
        holds=_asks(AttentionReason.PERSON_SILENT),
    ),
    Rule(
        name="change_unconfirmed",
        severity=WARNING,
        concern=FIELD,
        about="a person who was sent has not confirmed a change of their job after two notices",
        cure="Contact them another way; their confirmation ends the alarm.",
        holds=_asks(AttentionReason.CHANGE_UNCONFIRMED),
    ),
    Rule(
        name="rebuild_running",
        severity=WARNING,
        concern=SYSTEM,
        about="Redis is being rebuilt from the log: assignment is delayed",
        cure="Wait; components.redis in the status shows the progress. Workers do the rebuild, so one must be running.",
        holds=_rebuilding,
    ),
    Rule(
        name="timers_late",
        severity=WARNING,
        concern=SYSTEM,
        about="deadlines are overdue by more than 5 s",
        cure="Check undecided and worker_missing; any worker processes overdue deadlines.",
        holds=_late,
    ),
    Rule(
        name="projection_behind",
        severity=WARNING,
        concern=SYSTEM,
        about="decisions of these partitions are not applied to Redis",
        cure="The worker that owns the partition applies them within seconds; otherwise run `komek rebuild`.",
        holds=_behind,
        for_s=5.0,
    ),
)
NAMES = tuple(rule.name for rule in RULES)
