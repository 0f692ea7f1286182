"""Local time where Komek works. Kazakhstan has one time zone since 2024-03-01: UTC+5, without summer time."""

OFFSET_MS = 5 * 3_600_000
_HOUR_MS = 3_600_000
DAY_MS = 24 * _HOUR_MS


def local_hour(at_ms: int) -> int:
    """Hour of the local day, 0 to 23."""
    return (at_ms + OFFSET_MS) % DAY_MS // _HOUR_MS


def last_time_it_was(hour: int, now_ms: int) -> int:
    """The latest moment, now included, at which the local clock struck this hour."""
    midnight_ms = (now_ms + OFFSET_MS) // DAY_MS * DAY_MS - OFFSET_MS
    struck_ms = midnight_ms + hour * _HOUR_MS
    return struck_ms if struck_ms <= now_ms else struck_ms - DAY_MS
