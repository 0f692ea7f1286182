"""Reads `komek.sessions.v1` from the beginning and follows it, into a `SessionBook`."""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from streams import metrics, wire
from streams.errors import LogUnavailable
from streams.kafka.reasons import kafka_reason
from streams.kafka.topic_follower import PROMPT_MS, TopicFollower
from streams.sessions.book import SessionBook
from streams.settings import Settings
from streams.topics import SESSIONS

START_WITHIN_S = 60.0
"""100,000 records take 2 s."""
READ_BACK_WITHIN_S = 2.0
_log = structlog.get_logger(__name__)


class SessionFollower:
    """Keeps `book` at the end of the log. Needs no Redis.

    `on_ended` is called after records that may have ended the validity of live views. While Kafka cannot be read, the book stays
    as it is, and a warning is logged each second.
    """

    def __init__(self, settings: Settings, client_id: str, book: SessionBook, on_ended: Callable[[], None]) -> None:
        self._follower = TopicFollower(settings, client_id, SESSIONS, wait_ms=PROMPT_MS)
        self._book = book
        self._on_ended = on_ended
        self._moved = asyncio.Event()
        self._ends = asyncio.Lock()
        self._ends_asked = 0
        self._ends_answered = 0
        self._end_offset = 0

    async def start(self) -> None:
        """Returns once the log has been read to its end: no request may be admitted whose token was revoked before.

        Raises:
            LogUnavailable: this took more than a minute, or Kafka does not answer.
        """
        await self._follower.start(self._take, START_WITHIN_S)
        _log.info("sessions are read", records=len(self._book))

    async def stop(self) -> None:
        await self._follower.stop()

    async def reached(self, offset: int, within_s: float = READ_BACK_WITHIN_S) -> None:
        """Waits until the record at this offset is in the book.

        Raises:
            LogUnavailable: it was not read in time.
        """
        try:
            async with asyncio.timeout(within_s):
                while self._follower.next_offset <= offset:
                    # Taken before the wait: `_take` sets the event and puts a new one in its place.
                    await self._moved.wait()
        except TimeoutError as error:
            raise LogUnavailable(f"{SESSIONS.name}: the record was not read back") from error

    async def caught_up(self) -> None:
        """Waits until everything that is in the log now is in the book. Raises LogUnavailable."""
        before = self._ends_asked
        try:
            async with asyncio.timeout(READ_BACK_WITHIN_S), self._ends:
                # Those who wait share the next question, which began after they came: invented codes ask Kafka one at a time.
                if self._ends_answered <= before:
                    self._ends_asked += 1
                    self._end_offset = await self._follower.end()
                    self._ends_answered = self._ends_asked
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{SESSIONS.name}: {kafka_reason(error)}") from error
        await self.reached(self._end_offset - 1)

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        has_ended = [self._apply(record) for record in records]
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        metrics.SESSION_RECORDS.set(len(self._book))
        if any(has_ended):
            self._on_ended()

    def _apply(self, record: "ConsumerRecord[bytes, bytes]") -> bool:
        try:
            key = (record.key or b"").decode("ascii")
            return self._book.apply(key, None if record.value is None else wire.decode_session(record.value))
        except (wire.Unreadable, UnicodeDecodeError):
            # Without its text, which may name a person. What it says has no effect here: an alarm for the operator of Komek.
            metrics.UNREADABLE_SHOWN.labels(topic=SESSIONS.name).inc()
            _log.error("a record of sessions is unreadable", offset=record.offset)
            return False
