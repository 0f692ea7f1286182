"""Older records of the live feed, read from Kafka again for listeners whose cursor is behind the buffer of newest records."""

import asyncio
from collections.abc import Callable
from heapq import merge
from operator import attrgetter

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from streams import clock
from streams.errors import LogUnavailable
from streams.kafka.reasons import kafka_reason
from streams.kafka.stopping import stop_consumer
from streams.readers.feed_buffer import KEPT_BYTES, FeedBuffer
from streams.readers.feed_consumer import cursor_at, new_consumer, offsets_of, records_between
from streams.readers.feed_records import FeedCursor, FeedRecord, ResyncRequired, feed_record_of
from streams.settings import Settings

REREAD_WITHIN_S = 10.0
OLDER_KEPT_S = 30.0
"""Older records that were read again stay in memory this long after their last use."""


class OlderRecords:
    """Older records: one consumer for all waiting listeners, and one shared buffer of at most `most` records.

    A listener that is further behind gets `ResyncRequired` at once.
    """

    def __init__(self, settings: Settings, client_id: str, most: int, mark: Callable[[FeedRecord], FeedRecord]) -> None:
        self._settings = settings
        self._client_id = client_id
        self._most = most
        self._mark = mark
        self._lock = asyncio.Lock()
        self._waiting: list[FeedCursor] = []
        self._buffer: FeedBuffer | None = None
        self._used_s = 0.0
        self._consumer: AIOKafkaConsumer | None = None

    async def reaching(self, cursor: FeedCursor, newest: FeedBuffer) -> FeedBuffer:
        """A buffer with the records from the cursor to the start of `newest`.

        Raises:
            ResyncRequired: more than `most` records, or some are no longer in the log.
            LogUnavailable: Kafka did not return them in time.
        """
        # Before anything is read: a listener that cannot be served costs nothing. Compaction makes the distance an upper bound.
        if cursor.distance(newest.start) > self._most:
            raise ResyncRequired("too far behind")
        # Before the lock is taken: whoever reads next reads for all who wait.
        self._waiting.append(cursor)
        try:
            async with asyncio.timeout(REREAD_WITHIN_S), self._lock:
                # While this listener waited for the lock, another one may have read what it needs.
                if self._buffer is None or not _leads_forward(self._buffer, cursor):
                    self._buffer = await self._read(self._common_start(cursor, newest.start), newest.start)
                    if not _leads_forward(self._buffer, cursor):
                        raise ResyncRequired("too far behind")
                self._used_s = clock.monotonic_s()
                return self._buffer
        except OffsetOutOfRangeError as error:
            raise ResyncRequired("no longer in the log") from error
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"live view: {kafka_reason(error)}") from error
        finally:
            self._waiting.remove(cursor)

    def drop_unused(self) -> None:
        """Frees the buffer when it was not used for `OLDER_KEPT_S`."""
        if self._buffer is not None and clock.monotonic_s() - self._used_s > OLDER_KEPT_S:
            self._buffer = None

    async def stop(self) -> None:
        if self._consumer is not None:
            await stop_consumer(self._consumer)

    def _common_start(self, cursor: FeedCursor, end: FeedCursor) -> FeedCursor:
        """The start cursor for this listener and for as many of the other waiting ones as the limit allows."""
        for other in self._waiting:
            both = cursor.met(other)
            if both.distance(end) <= self._most:
                cursor = both
        return cursor.met(end)

    async def _read(self, start: FeedCursor, end: FeedCursor) -> FeedBuffer:
        if self._consumer is None:
            consumer = new_consumer(self._settings, self._client_id)
            try:
                await consumer.start()
            # Also on cancellation: a consumer that is not stopped keeps its connections.
            except BaseException:
                await stop_consumer(consumer)
                raise
            self._consumer = consumer
        starts, ends = offsets_of(start), offsets_of(end)
        wanted = {part: at for part, at in starts.items() if at < ends[part]}
        self._consumer.assign(list(wanted))
        begun = await self._consumer.beginning_offsets(list(wanted))
        if any(at < begun[part] for part, at in wanted.items()):
            raise ResyncRequired("no longer in the log")
        parts = await records_between(self._consumer, wanted, ends, KEPT_BYTES)
        # `records_between` has advanced `wanted` where the records exceeded the limit in bytes.
        buffer = FeedBuffer(cursor_at(starts | wanted), most=self._most, most_bytes=KEPT_BYTES)
        for arrived in merge(*parts, key=attrgetter("at_ms")):
            if (record := feed_record_of(arrived)) is not None:
                buffer.append(self._mark(record), arrived.value)
        # The range may end with offsets that have no readable record; the listener must reach `newest.start` all the same.
        buffer.skip_to(end)
        # An assigned consumer would go on fetching records into memory.
        self._consumer.assign([])
        return buffer


def _leads_forward(buffer: FeedBuffer, cursor: FeedCursor) -> bool:
    """Whether reading the buffer from the cursor brings a listener closer to the newest records."""
    return cursor.covers(buffer.start) and not cursor.covers(buffer.heads)
