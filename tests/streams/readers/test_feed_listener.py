"""The live view's records in one order: who comes with which cursor gets exactly what is not behind it, each record once."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.readers.feed import Feed
from streams.readers.feed_buffer import FeedBuffer
from streams.readers.feed_listener import Listener
from streams.readers.feed_records import FeedCursor, FeedRecord, ResyncRequired
from streams.settings import Settings
from streams.topics import NOTICES, OFFERS
from tests.support.feeds import PARTITIONS, START, Place, arrived, filled, place_of, step

PEOPLE = ("v-1", "v-2")


@st.composite
def logs(draw: Any) -> list[FeedRecord]:
    """Records of several partitions in the order in which one process read them; offsets may have gaps."""
    found = []
    nexts: dict[tuple[str, int], int] = {}
    for _ in range(draw(st.integers(0, 80))):
        topic = draw(st.sampled_from([OFFERS.name, NOTICES.name]))
        partition = draw(st.integers(0, PARTITIONS - 1))
        offset = nexts.get((topic, partition), 0) + draw(st.sampled_from([0, 0, 0, 3]))
        nexts[topic, partition] = offset + 1
        found.append(step(partition, offset, draw(st.sampled_from(PEOPLE)), topic))
    return found


@st.composite
def cursors(draw: Any, log: list[FeedRecord]) -> FeedCursor:
    """Of a process that read the partitions in another order: any combination of places."""
    cursor = START
    for happening in log:
        if draw(st.booleans()):
            cursor = cursor.after(happening)
    return cursor


async def everything(feed: Feed, cursor: FeedCursor, person: str | None = None) -> list[tuple[Place, FeedCursor]]:
    with feed.listening(cursor, person) as listener:
        return [
            (place_of(one.entry), FeedCursor.parsed(one.id))
            async for batch in listener.batches()
            for one in batch.items
        ]


@given(st.data())
def test_every_cursor_goes_on_exactly_where_it_was(data: Any) -> None:
    log = data.draw(logs())
    cursor = data.draw(cursors(log))
    person = data.draw(st.sampled_from([None, *PEOPLE]))
    wanted = [
        one
        for one in log
        if one.offset >= cursor.next_of(one) and person in (None, getattr(one.record, "volunteer_id", None))
    ]

    found = asyncio.run(everything(filled(log), cursor, person))

    assert [place for place, _ in found] == [place_of(one) for one in wanted]
    _, ids = zip(*found, strict=True) if found else ((), ())
    for number, after in enumerate(ids):  # each id has behind it what came before and nothing of what comes
        assert all(one.offset < after.next_of(one) for one in wanted[: number + 1])
        assert all(one.offset >= after.next_of(one) for one in wanted[number + 1 :])
        assert after.covers(cursor)


@given(st.data())
def test_who_goes_on_from_any_event_misses_nothing_on_another_process(data: Any) -> None:
    """The second process read the same partitions in another order."""
    log = data.draw(logs())
    first = asyncio.run(everything(filled(log), START))
    cut = data.draw(st.integers(0, len(first)))
    other = data.draw(st.permutations(sorted({(one.topic, one.partition) for one in log})))
    other_log = [one for part in other for one in log if (one.topic, one.partition) == part]

    rest = asyncio.run(everything(filled(other_log), first[cut - 1][1] if cut else START))

    places = [place for place, _ in first[:cut]] + [place for place, _ in rest]
    assert sorted(places) == sorted(map(place_of, log))


async def test_whom_nothing_concerns_is_not_cut_off_while_others_are_told_much() -> None:
    """A person's view is woken by what concerns them alone; what they have passed must not be dropped before they know."""
    feed = Feed(Settings(kafka="127.0.0.1:9"), "test", kept=100)
    feed.newest = FeedBuffer(START, most=100, most_bytes=10**9)
    with feed.listening(START, "v-2") as listener:
        waiting = asyncio.ensure_future(listener.next(20))
        for number in range(1_000):
            feed.take(arrived(step(0, number, "v-1")))
            await asyncio.sleep(0.001 if number % 20 == 0 else 0)
        feed.take(arrived(step(0, 1_000, "v-2")))

        batch = await waiting

    assert batch is not None
    assert [one.id for one in batch.items] == ["0.0.0_1001.0.0_0.0.0"]


async def test_a_listener_that_does_not_keep_up_is_cut_off() -> None:
    feed = Feed(Settings(kafka="127.0.0.1:9"), "test", kept=10)
    feed.newest = FeedBuffer(START, most=10, most_bytes=10**9)
    with feed.listening(START) as listener:
        feed.take(arrived(step(0, 0)))
        assert await listener.next(5) is not None
        for number in range(1, 20):
            feed.take(arrived(step(0, number)))

        with pytest.raises(ResyncRequired):
            await listener.next(5)


async def test_listeners_wait_for_each_other_but_the_loop_does_not_wait_for_them() -> None:
    """A thousand listeners with a long way to go: whatever else there is to do comes in between, every few of them."""
    feed = filled([step(0, number) for number in range(320)])
    passes = 0

    async def heartbeat() -> None:
        nonlocal passes
        while True:
            await asyncio.sleep(0)
            passes += 1

    async def reads(listener: Listener) -> int:
        return sum([len(batch.entries) async for batch in listener.batches()])

    beat = asyncio.ensure_future(heartbeat())
    listeners = [Listener(feed, START) for _ in range(1_000)]
    read = await asyncio.gather(*(reads(listener) for listener in listeners))
    beat.cancel()

    assert read == [320] * 1_000
    assert passes > 1_000 * 10 / 8


@pytest.mark.parametrize("person", [None, "v-1"])
async def test_an_interrupted_listener_returns_without_a_record_and_misses_none(person: str | None) -> None:
    feed = filled([])
    feed.has_ended = False
    with feed.listening(START, person) as listener:
        waiting = asyncio.ensure_future(listener.next(60.0))
        await asyncio.sleep(0)
        feed.interrupt_listeners()
        assert await waiting is None

        feed.take(arrived(step(0, 0)))
        batch = await listener.next(60.0)

    assert batch is not None
    assert [place_of(entry) for entry in batch.entries] == [(OFFERS.name, 0, 0)]


async def test_an_interruption_comes_after_the_records_that_are_there() -> None:
    feed = filled([step(0, 0)])
    feed.has_ended = False
    with feed.listening(START) as listener:
        feed.interrupt_listeners()

        assert await listener.next(60.0) is not None
        assert await listener.next(60.0) is None
