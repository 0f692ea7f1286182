"""Keeps a small topic in memory. A record that cannot be read is counted, told and without effect."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import structlog
from aiokafka import ConsumerRecord

from streams import metrics, wire
from streams.kafka.topic_follower import TopicFollower
from streams.settings import Settings
from streams.topics import Topic

_log = structlog.get_logger(__name__)


class RecordFollower(ABC):
    """Calls `_apply` for each record of a topic, from its beginning on. Needs no Redis. While Kafka cannot be read, nothing
    changes."""

    def __init__(self, settings: Settings, client_id: str, topic: Topic) -> None:
        self._follower = TopicFollower(settings, client_id, topic)

    async def start(self) -> None:
        """Returns once the log has been read to its end. Raises LogUnavailable."""
        await self._follower.start(self.take)

    async def stop(self) -> None:
        await self._follower.stop()

    async def take(self, records: Sequence[ConsumerRecord]) -> None:
        """Takes the next records of the log."""
        for record in records:
            applied(record, self._apply)

    @abstractmethod
    def _apply(self, key: str, value: bytes | None) -> None:
        """Takes one record; None is a tombstone. Raises wire.Unreadable."""


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
