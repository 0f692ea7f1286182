"""Active alarms, in the status and in the stream."""

from api.views.values import View, time
from streams.monitoring.alarm_board import Alarm


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
