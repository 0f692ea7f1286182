"""Dead-letters the unreadable records of a batch that a service of the worker consumes."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog

from streams.kafka.records import Consumed
from streams.store.record_decoders import Rejected

log = structlog.get_logger(__name__)

DeadLetter: TypeAlias = Callable[[Consumed, str], Awaitable[None]]
"""Returns after the broker confirmed the letter; raises `LogUnavailable` when that is not certain."""


async def dead_letter_all(rejected: Rejected, dead_letter: DeadLetter) -> None:
    """Writes one dead letter per record, in order.

    Raises:
        LogUnavailable: a letter is not confirmed; the batch is consumed again.
    """
    for record, reason in rejected:
        log.error("record is unreadable", topic=record.topic, partition=record.partition, offset=record.offset)
        await dead_letter(record, reason)
