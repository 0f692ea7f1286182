"""Reads `komek.assistant.v1` from the beginning and follows it: which work of the assistant is on, in the shadow or off."""

from collections.abc import Callable, Sequence

import structlog
from aiokafka import ConsumerRecord

from dispatch.assistant.hint_kinds import HintTask
from streams import metrics, wire
from streams.kafka.topic_follower import TopicFollower
from streams.settings import Settings
from streams.topics import ASSISTANT
from streams.wire import Mode, ModeRecord

_ANY = "*"
_STRICTEST = (Mode.OFF, Mode.SHADOW, Mode.ON)
_log = structlog.get_logger(__name__)


def mode_key(task: HintTask | None, language: str | None) -> str:
    """The key of the record of a mode."""
    return f"mode|{task.value if task else _ANY}|{language or _ANY}"


class ModeBook:
    """The modes in memory; no method blocks or raises."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._records: dict[str, ModeRecord] = {}
        self._changed = changed
        self.version = 0
        """Changes with every record, so that live views can tell their pages."""

    def apply(self, key: str, record: ModeRecord | None) -> None:
        """Takes the next record of the log; None is a tombstone."""
        if record is None:
            self._records.pop(key, None)
        else:
            self._records[key] = record
        self.version += 1
        self._changed()

    def record(self, task: HintTask | None = None, language: str | None = None) -> ModeRecord | None:
        """The record of exactly this work and language; None: nobody has set it."""
        return self._records.get(mode_key(task, language))

    def mode(self, task: HintTask, language: str | None = None) -> Mode:
        """The mode in force: the strictest of those for all work, for this work, and for this work in this language."""
        asked = [(None, None), (task, None), *([(task, language), (None, language)] if language else [])]
        found = {record.mode for one in asked if (record := self.record(*one)) is not None}
        return next((mode for mode in _STRICTEST if mode in found), Mode.ON)

    @property
    def is_off(self) -> bool:
        """Whether everything is off: nothing is read then."""
        record = self.record()
        return record is not None and record.mode is Mode.OFF


class AssistantModes:
    """Keeps `book` at the end of the log. Needs no Redis. While Kafka cannot be read, the book stays as it is."""

    def __init__(self, settings: Settings, client_id: str, changed: Callable[[], None] = lambda: None) -> None:
        self.book = ModeBook(changed)
        self._follower = TopicFollower(settings, client_id, ASSISTANT)

    async def start(self) -> None:
        """Returns once the log has been read to its end. Raises LogUnavailable."""
        await self._follower.start(self._take)

    async def stop(self) -> None:
        await self._follower.stop()

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            try:
                key = (record.key or b"").decode("ascii")
                self.book.apply(key, None if record.value is None else wire.decode_mode(record.value))
            except (wire.Unreadable, UnicodeDecodeError):
                metrics.UNREADABLE_SHOWN.labels(topic=ASSISTANT.name).inc()
                _log.error("a record of the assistant's modes is unreadable", offset=record.offset)
