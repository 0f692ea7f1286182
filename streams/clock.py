"""The one place that asks the machine for the time, a random identity or chance."""

import time
import uuid
from datetime import UTC, datetime
from functools import lru_cache


def now_ms() -> int:
    """Wall clock, milliseconds since 1970 UTC. For display and producers' headers; decisions use the log's and Redis's."""
    return time.time_ns() // 1_000_000


def monotonic_s() -> float:
    """For durations only; never jumps."""
    return time.monotonic()


def fresh_id() -> str:
    return str(uuid.uuid4())


@lru_cache(maxsize=64)
def rfc3339(at_ms: int) -> str:
    """`2026-11-22T08:00:00.000Z`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
