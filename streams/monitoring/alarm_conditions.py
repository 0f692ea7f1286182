"""The conditions of the alarms, one function each, and the observation that they are evaluated on.

Pure. A condition returns what it found, or None while it does not hold.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.model.reasons import AttentionReason
from streams.dead_letters.outcomes import StandingLetter
from streams.errors import RetryLater
from streams.monitoring.lag_monitor import Measured
from streams.store.alarm_facts import AlarmFacts
from streams.store.reads import RebuildState
from streams.store.ways import WayHealth

UNDECIDED_MS = 10_000
"""An accepted command is normally decided within milliseconds; after this time operators are alarmed."""
LATE_MS = 5_000
"""A deadline is late when it is overdue by this; any worker sends due ones every quarter of a second."""
UNREAD_MS = 120_000
"""A message from the public is read within two minutes, or the shift is told."""
MOST_UNREAD = 50
"""Conversations that the alarm names; the queue has the others."""
STUCK_S = 15.0
"""Shorter than `KOMEK_STALL_S`, after which the watchdog ends the worker."""


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
    token_keys_are_refused: bool = False
    data_keys_missing: tuple[str, ...] = ()
    data_keys_are_refused: bool = False
    kafka_refuses: bool = False
    audit_waiting: int = 0
    audit_is_reliable: bool = True
    ways: Sequence[WayHealth] | None = None
    assistant_is_off: bool = False
    """An operator has switched it off."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """Conversations with the public that nobody has worked on for too long, the earliest first, with their beginning."""
    below_floor: Sequence[str] = ()
    """Work and language for which the assistant has gone to the shadow by itself."""

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


def _earliest(times: Mapping[str, int]) -> AlarmCondition | None:
    """A condition on these ids, the earliest first; None when there are none."""
    if not times:
        return None
    # The id breaks ties, so that the order does not change between two evaluations.
    ids = sorted(times, key=lambda one: (times[one], one))
    return AlarmCondition(details=ids, since_ms=times[ids[0]])


def undecided(seen: Observed) -> AlarmCondition | None:
    measured = seen.of_group()
    found = _earliest({one: at for one, at in measured.undecided.items() if seen.now_ms - at > UNDECIDED_MS})
    # A command that names no incident (unreadable, so soon a dead letter) has no id to show but waits as well.
    if found is None and measured.oldest_ms is not None and seen.now_ms - measured.oldest_ms > UNDECIDED_MS:
        return AlarmCondition(since_ms=measured.oldest_ms)
    return found


def dead_lettered(seen: Observed) -> AlarmCondition | None:
    if seen.letters is None:
        raise ConditionUnknown
    return _earliest({letter.id: letter.since_ms for letter in seen.letters if letter.is_of_incident})


def message_unread(seen: Observed) -> AlarmCondition | None:
    return _earliest(seen.unread)


def void_events(seen: Observed) -> AlarmCondition | None:
    return _earliest(seen.of_redis().void)


def timers_late(seen: Observed) -> AlarmCondition | None:
    return _earliest(seen.of_redis().late)


def rebuild_running(seen: Observed) -> AlarmCondition | None:
    if seen.rebuild is None:
        raise ConditionUnknown
    return None if seen.rebuild.is_ready else AlarmCondition()


def projection_behind(seen: Observed) -> AlarmCondition | None:
    """Partitions whose decisions are not all applied to Redis."""
    if seen.measured is None:
        raise ConditionUnknown
    applied = seen.of_redis().applied
    numbers = [
        number
        for number, (first, end) in sorted(seen.measured.decided.items())
        # What retention has deleted (before `first`) counts as applied: it cannot be applied any more.
        if max(applied.get(number, -1), first - 1) < end - 1
    ]
    return AlarmCondition(details=list(map(str, numbers))) if numbers else None


def worker_missing(seen: Observed) -> AlarmCondition | None:
    return None if seen.of_group().workers else AlarmCondition()


def notifier_missing(seen: Observed) -> AlarmCondition | None:
    notifier = seen.of_group().notifier
    if notifier is None or notifier.count is None:
        raise ConditionUnknown
    return None if notifier.count else AlarmCondition()


def assistant_missing(seen: Observed) -> AlarmCondition | None:
    assistant = seen.of_group().assistant
    if assistant is None or assistant.count is None:
        raise ConditionUnknown
    return None if assistant.count or seen.assistant_is_off else AlarmCondition()


def assistant_below_floor(seen: Observed) -> AlarmCondition | None:
    return AlarmCondition(details=seen.below_floor) if seen.below_floor else None


def worker_stuck(seen: Observed) -> AlarmCondition | None:
    """Not evaluated while another alarm explains it: no worker, Redis unavailable, or a rebuild."""
    measured = seen.of_group()
    # These have alarms of their own: worker_missing, redis_away, rebuild_running.
    if not measured.workers or seen.rebuild is None or not seen.rebuild.is_ready:
        return None
    numbers = [str(number) for number, seconds in sorted(measured.still_s.items()) if seconds > STUCK_S]
    return AlarmCondition(details=numbers) if numbers else None


def redis_away(seen: Observed) -> AlarmCondition | None:
    return AlarmCondition() if seen.rebuild is None else None


def kafka_refuses(seen: Observed) -> AlarmCondition | None:
    return AlarmCondition() if seen.kafka_refuses else None


def kafka_away(seen: Observed) -> AlarmCondition | None:
    return AlarmCondition() if seen.measured is None else None


def token_keys_refused(seen: Observed) -> AlarmCondition | None:
    return AlarmCondition() if seen.token_keys_are_refused else None


def data_keys_refused(seen: Observed) -> AlarmCondition | None:
    return AlarmCondition() if seen.data_keys_are_refused else None


def data_key_missing(seen: Observed) -> AlarmCondition | None:
    """The details are ids of keys."""
    return AlarmCondition(details=list(seen.data_keys_missing)) if seen.data_keys_missing else None


def audit_unwritten(seen: Observed) -> AlarmCondition | None:
    """The detail is the number of entries that Kafka has not confirmed."""
    is_late = seen.audit_waiting > 0 or not seen.audit_is_reliable
    return AlarmCondition(details=[str(seen.audit_waiting)]) if is_late else None


def way_failing(seen: Observed) -> AlarmCondition | None:
    """The details name each way with the code of its newest failure."""
    if seen.ways is None:
        raise ConditionUnknown
    failing = [way for way in seen.ways if way.is_failing]
    return AlarmCondition(details=[f"{way.name} {way.code or ''}".rstrip() for way in failing]) if failing else None


def attention(reason: AttentionReason) -> Callable[[Observed], AlarmCondition | None]:
    def holds(seen: Observed) -> AlarmCondition | None:
        times: dict[str, int] = {}
        for entry in seen.of_redis().asking:
            if entry.reason == reason:
                # One detail per incident, however many people or requirements ask; the earliest of them counts.
                times[entry.incident_id] = min(entry.since_ms, times.get(entry.incident_id, entry.since_ms))
        return _earliest(times)

    return holds
