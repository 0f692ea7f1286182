"""The only module that reads the machine's clocks and its source of random ids."""

import time
import uuid
from datetime import UTC, datetime
from functools import lru_cache


def now_ms() -> int:
    """Wall clock, ms since the Unix epoch. For display and record headers; decisions use the clocks of Kafka and Redis."""
    return time.time_ns() // 1_000_000


def now_ns() -> int:
    """Wall clock, ns since the Unix epoch. For traces alone."""
    return time.time_ns()


def monotonic_s() -> float:
    """Monotonic clock in seconds, for durations only."""
    return time.monotonic()


def fresh_id() -> str:
    return str(uuid.uuid4())


# The records of a batch have few different times.
@lru_cache(maxsize=64)
def rfc3339(at_ms: int) -> str:
    """Formats ms since the Unix epoch in UTC, like `2026-11-22T08:00:00.000Z`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
