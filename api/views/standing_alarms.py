"""Whether an alarm of an incident stands, by the state of the incident and the time: the same rules as the console's page.

Operators answer alarms that stand (`writes/alarm_answers.py`). The page judges by its own clock, which it sets by the server's;
so where time alone decides, `LENIENCE_MS` are allowed on either side.
"""

from collections.abc import Mapping

from api.views.rows import ABOUT_PLACES, last_left_ms, tally
from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import Priority
from dispatch.safety.distress import TYPE as DISTRESS
from streams.monitoring.alarm_board import AlarmSnapshot

UNANSWERED = "unanswered"
SEVERE = "severe"
UNANSWERED_AFTER_S: Mapping[Priority, int] = {Priority.CRITICAL: 60, Priority.HIGH: 180, Priority.NORMAL: 600}
"""Age from which an incident that nobody has accepted is an alarm; one of low priority never is. `queue/order.ts` has it too."""
SEVERE_FOR_S = 600
"""A critical incident is no news after that. `alarms/standing.ts` has the same."""
LENIENCE_MS = 5_000


def has_ended(name: str, ref: str, state: Incident) -> bool:
    """Whether the alarm is over, however long it stood: by the cause that `ref` names.

    `severe` and `unanswered` replace each other while an incident waits. An answer to either stays until nobody else is needed.
    """
    cause_ms = cause_of(ref)
    if name in ABOUT_PLACES:
        people = tally(state)
        # Somebody has accepted: when they leave, it is a new alarm.
        is_met = not people.is_short or (name == UNANSWERED and people.accepted > 0)
        return is_met or cause_ms != last_left_ms(state)
    if name == state.type == DISTRESS and (not state.is_open or cause_ms is None):
        return not state.is_open
    return not any(one.reason == name and cause_ms in (None, one.since_ms) for one in state.attention)


def stands(name: str, ref: str, state: Incident, now_ms: int) -> bool:
    """Whether the alarm sounds now unless it was answered."""
    if has_ended(name, ref, state):
        return False
    if name not in ABOUT_PLACES:
        return True
    age_ms = now_ms - state.times.reported_ms
    after_s = UNANSWERED_AFTER_S.get(state.priority)
    if after_s is None:
        return False
    if name == UNANSWERED:
        return age_ms >= after_s * 1000 - LENIENCE_MS
    is_waiting = tally(state).accepted > 0 or age_ms < after_s * 1000 + LENIENCE_MS
    return state.priority is Priority.CRITICAL and age_ms < SEVERE_FOR_S * 1000 + LENIENCE_MS and is_waiting


def system_stands(name: str, told: AlarmSnapshot) -> bool:
    """Whether an alarm of the system is active, or cannot be evaluated at the moment."""
    return name in told.unknown or any(alarm.name == name for alarm in told.alarms)


def cause_of(ref: str) -> int | None:
    """Time in ms of the cause that a `ref` names; None: it names the incident alone."""
    _, _, cause_ms = ref.partition(".")
    return int(cause_ms) if cause_ms else None
