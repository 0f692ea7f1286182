"""Applies the records of a small topic that is kept in memory; one that cannot be read is counted, told and without effect."""

from collections.abc import Callable

import structlog
from aiokafka import ConsumerRecord

from streams import metrics, wire

_log = structlog.get_logger(__name__)


def applied(record: ConsumerRecord, apply: Callable[[str, bytes | None], object]) -> bool:
    """Calls `apply` with key and value. False: the record is unreadable, as `apply` says by `wire.Unreadable`."""
    try:
        apply((record.key or b"").decode(), record.value)
    except (wire.Unreadable, UnicodeDecodeError):
        metrics.UNREADABLE_SHOWN.labels(topic=record.topic).inc()
        # Without its text, which may name a person.
        _log.error("a record is unreadable and has no effect", topic=record.topic, offset=record.offset)
        return False
    return True
