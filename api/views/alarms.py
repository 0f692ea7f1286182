"""Active alarms, in the status and in the stream, and who has heard them."""

from api.views.values import View, time
from streams.monitoring.alarm_board import Alarm
from streams.wire import AlarmAnswer


def alarm_view(alarm: Alarm) -> View:
    """`schemas.status.StandingAlarm`."""
    return {
        "name": alarm.name,
        "severity": alarm.severity,
        "concern": alarm.concern,
        "about": alarm.about,
        "since": time(alarm.since_ms),
        "count": alarm.count,
        "details": list(alarm.details),
    }


def answered(answer: AlarmAnswer) -> View:
    """`schemas.alarms.AlarmAnswered`."""
    return {
        "name": answer.name,
        "ref": answer.ref,
        "acked_by": answer.by,
        "at": time(answer.at_ms),
        "shelved_until": time(answer.shelved_until_ms),
    }


def unanswered(key: str) -> View:
    """As `answered`, for an answer that has ended; `key`: of its record."""
    name, _, ref = key.partition("|")
    return {"name": name, "ref": ref, "acked_by": None, "at": None, "shelved_until": None}
