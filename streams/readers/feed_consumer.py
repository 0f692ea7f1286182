"""The feed's Kafka consumers: reads ranges of the topics that the feed shows, and converts between offsets and cursors."""

from collections import deque
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.kafka import clients
from streams.readers.feed_buffer import weight_of
from streams.readers.feed_records import TOPICS_SHOWN, Arrived, FeedCursor, read
from streams.settings import Settings

READ_AT_ONCE = 100


def new_consumer(settings: Settings, client_id: str) -> AIOKafkaConsumer:
    # `none`: an offset that is no longer in the log must raise, so that the listener is told to load the state again.
    return clients.async_consumer(settings, client_id, auto_offset_reset="none", fetch_max_wait_ms=250)


async def records_between(
    consumer: AIOKafkaConsumer, starts: dict[TopicPartition, int], ends: Mapping[TopicPartition, int], most_bytes: int
) -> list[deque[Arrived]]:
    """The records of each partition from its start to its end. Advances `starts` in place where the bytes exceed the limit."""
    found: dict[TopicPartition, deque[Arrived]] = {part: deque() for part in starts}
    left = {part for part, start in starts.items() if start < ends[part]}
    size = 0
    for part in left:
        consumer.seek(part, starts[part])
    while left:
        for part, records in (await consumer.getmany(*left, timeout_ms=200, max_records=READ_AT_ONCE)).items():
            for arrived in read({part: records}):
                # A fetch may return records behind the end; the caller continues there and reads them itself.
                if arrived.offset < ends[part]:
                    found[part].append(arrived)
                    size += weight_of(arrived.value)
        while size > most_bytes:
            # Dropped from the front of the longest partition: what stays is contiguous up to the end, so `starts` remains a valid
            # cursor.
            fullest = max(found, key=lambda part: len(found[part]))
            dropped = found[fullest].popleft()
            starts[fullest] = dropped.offset + 1
            size -= weight_of(dropped.value)
        # By position and not by record: compaction leaves offsets without a record, also before the end.
        left = {part for part in left if await consumer.position(part) < ends[part]}
    return list(found.values())


def newest_starts(
    starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int], most: int
) -> dict[TopicPartition, int]:
    """Start offsets that leave the newest `most` records, shared in proportion to the partitions' sizes."""
    # Counts offsets; after compaction there are fewer records, so the limit is never exceeded.
    total = sum(max(0, ends[part] - start) for part, start in starts.items())
    if total <= most:
        return dict(starts)
    return {part: end - max(0, end - starts[part]) * most // total for part, end in ends.items()}


def cursor_at(places: Mapping[TopicPartition, int]) -> FeedCursor:
    parts = sorted(places, key=lambda part: part.partition)
    return FeedCursor(*(tuple(places[part] for part in parts if part.topic == topic) for topic in TOPICS_SHOWN))


def offsets_of(cursor: FeedCursor) -> dict[TopicPartition, int]:
    return {TopicPartition(topic, number): at for topic in TOPICS_SHOWN for number, at in enumerate(cursor.of(topic))}
