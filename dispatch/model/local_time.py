"""Local time of a deployment, by the name of its time zone in the IANA database.

Kazakhstan has had one time zone since 2024-03-01: UTC+5, without daylight saving time. Its names stand here and not in the
database of the machine, which may be older than that.
"""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

ALMATY = "Asia/Almaty"
OFFSET_MS = 5 * 3_600_000
"""Of Kazakhstan."""
_KAZAKHSTAN = frozenset(
    {ALMATY, "Asia/Aqtau", "Asia/Aqtobe", "Asia/Atyrau", "Asia/Oral", "Asia/Qostanay", "Asia/Qyzylorda"}
)
_HOUR_MS = 3_600_000
DAY_MS = 24 * _HOUR_MS


def local_hour(at_ms: int, time_zone: str = ALMATY) -> int:
    """Local hour, 0 to 23."""
    return _local_ms(at_ms, time_zone) % DAY_MS // _HOUR_MS


def local_minute(at_ms: int, time_zone: str = ALMATY) -> int:
    """Minute of the local day, 0 to 1439."""
    return _local_ms(at_ms, time_zone) % DAY_MS // 60_000


def local_day(at_ms: int, time_zone: str = ALMATY) -> str:
    """The local date: `2026-11-27`."""
    return datetime.fromtimestamp(_local_ms(at_ms, time_zone) / 1000, UTC).date().isoformat()


def last_time_it_was(hour: int, now_ms: int, time_zone: str = ALMATY) -> int:
    """The latest time, at most `now_ms`, at which this local hour began."""
    # Integer arithmetic on UTC milliseconds: the result does not depend on the time zone of the machine.
    began_local_ms = _local_ms(now_ms, time_zone) // DAY_MS * DAY_MS + hour * _HOUR_MS
    began_ms = _utc_ms(began_local_ms, time_zone)
    return began_ms if began_ms <= now_ms else _utc_ms(began_local_ms - DAY_MS, time_zone)


def _local_ms(at_ms: int, time_zone: str) -> int:
    return at_ms + _offset_ms(at_ms, time_zone)


def _utc_ms(local_ms: int, time_zone: str) -> int:
    """The UTC time of a local one; of an hour that a change of the clocks skips, the hour after it."""
    at_ms = local_ms - _offset_ms(local_ms, time_zone)
    return local_ms - _offset_ms(at_ms, time_zone)


def _offset_ms(at_ms: int, time_zone: str) -> int:
    if time_zone in _KAZAKHSTAN:
        return OFFSET_MS
    offset = datetime.fromtimestamp(at_ms / 1000, _zone_info(time_zone)).utcoffset()
    assert offset is not None  # of a time with a zone
    return round(offset.total_seconds() * 1000)


@cache
def _zone_info(name: str) -> ZoneInfo:
    return ZoneInfo(name)
