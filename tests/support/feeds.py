"""Live feeds filled by hand, and their records."""

from streams import wire
from streams.readers.feed import Feed
from streams.readers.feed_buffer import BufferedRecord, FeedBuffer
from streams.readers.feed_records import Arrived, FeedCursor, FeedRecord
from streams.settings import Settings
from streams.topics import OFFERS
from tests.support.builders import offer_step

PARTITIONS = 3
START = FeedCursor((0,) * PARTITIONS, (0,) * PARTITIONS, (0,) * PARTITIONS)


def step(partition: int, offset: int, person: str = "v-1", topic: str = OFFERS.name) -> FeedRecord:
    """`topic` notices: what its record says does not matter here, only whom it concerns."""
    return FeedRecord(topic, partition, offset, offer_step(volunteer_id=person, id=f"o-{partition}-{offset}"))


def filled(happenings: list[FeedRecord], most: int = 10_000) -> Feed:
    feed = Feed(Settings(kafka="127.0.0.1:9"), "test")
    feed.newest = FeedBuffer(START, most=most, most_bytes=10**9)
    for happening in happenings:
        feed.newest.append(happening, b"10 bytes")
    feed.end_listeners()
    return feed


def arrived(happening: FeedRecord) -> Arrived:
    return Arrived(0, *place_of(happening), wire.encode(happening.record))


Place = tuple[str, int, int]


def place_of(one: FeedRecord | BufferedRecord) -> Place:
    return one.topic, one.partition, one.offset
