"""The buffer of the live feed is bounded by count and by bytes."""

from dataclasses import replace

from streams.readers.feed_buffer import WEIGHT_OF_ENTRY, FeedBuffer
from tests.support.feeds import START, step


def test_what_is_kept_is_bounded_by_count_and_by_bytes() -> None:
    by_count = FeedBuffer(START, most=5, most_bytes=10**9)
    by_bytes = FeedBuffer(START, most=10**9, most_bytes=3 * (60 + WEIGHT_OF_ENTRY))
    for number in range(2_000):
        for buffer in (by_count, by_bytes):
            buffer.append(step(0, number, f"v-{number}"), bytes(30))

    assert (by_count.first, by_count.end) == (1_995, 2_000)
    assert (by_bytes.first, by_bytes.end) == (1_997, 2_000)
    assert by_bytes.start == replace(START, offers=(1_997, 0, 0))
    assert [entry.offset for entry in by_bytes.entries(1_997, 2_000)] == [1_997, 1_998, 1_999]
    assert list(by_bytes.numbers_of("v-1999", 0)) == [1_999]
    assert list(by_bytes.numbers_of("v-3", 0)) == []
    assert len(by_bytes._of_person) == 3
    assert len(by_bytes._entries) < 600


def test_a_record_larger_than_all_that_may_be_kept_is_not_kept() -> None:
    buffer = FeedBuffer(START, most=5, most_bytes=100)

    buffer.append(step(0, 0), bytes(10**6))

    assert (buffer.first, buffer.end) == (1, 1)
    assert buffer.start == buffer.heads == replace(START, offers=(1, 0, 0))
