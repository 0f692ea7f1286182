"""Local time. Kazakhstan has had one time zone since 2024-03-01: UTC+5, without daylight saving time."""

from datetime import UTC, datetime

OFFSET_MS = 5 * 3_600_000
_HOUR_MS = 3_600_000
DAY_MS = 24 * _HOUR_MS


def local_hour(at_ms: int) -> int:
    """Local hour, 0 to 23."""
    return (at_ms + OFFSET_MS) % DAY_MS // _HOUR_MS


def local_day(at_ms: int) -> str:
    """The local date: `2026-11-27`."""
    return datetime.fromtimestamp((at_ms + OFFSET_MS) / 1000, UTC).date().isoformat()


def last_time_it_was(hour: int, now_ms: int) -> int:
    """The latest time, at most `now_ms`, at which this local hour began."""
    # Integer arithmetic on UTC milliseconds: the result does not depend on the time zone of the machine.
    midnight_ms = (now_ms + OFFSET_MS) // DAY_MS * DAY_MS - OFFSET_MS
    began_ms = midnight_ms + hour * _HOUR_MS
    return began_ms if began_ms <= now_ms else began_ms - DAY_MS
