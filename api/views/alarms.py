"""Active alarms, in the status and in the stream, who has heard them, and how the ways to people do."""

from api.views.values import View, time
from streams.monitoring.alarm_board import Alarm
from streams.store.ways import WayHealth
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


def way_view(way: WayHealth) -> View:
    """`schemas.status.WayStatus`."""
    is_used = way.ok_ms is not None or way.failed_ms is not None
    return {
        "way": way.name,
        "status": "failing" if way.is_failing else "working" if is_used else "unused",
        "taken": way.taken,
        "failed": way.failed,
        "code": way.code,
        "taken_at": time(way.ok_ms),
        "failed_at": time(way.failed_ms),
    }
