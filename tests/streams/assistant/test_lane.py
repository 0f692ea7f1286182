"""One text at a time, the most urgent first."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from streams.assistant.lane import ASKED, MOST_STUCK, Lane, Shed, Unread


@pytest_asyncio.fixture
async def ended() -> AsyncIterator[list[int]]:
    yield []


async def _held(lane: Lane) -> tuple["asyncio.Future[None]", threading.Event]:
    """A text that is being read until the event is set."""
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait()

    running = asyncio.ensure_future(lane.run(0, work))
    await asyncio.to_thread(begun.wait)
    return running, go_on


async def test_the_most_urgent_waits_least_and_equals_keep_their_order() -> None:
    lane = Lane()
    await lane.start()
    running, go_on = await _held(lane)
    order: list[str] = []
    waiting = [
        asyncio.ensure_future(lane.run(rank, lambda name=name: order.append(name)))  # type: ignore[misc]
        for rank, name in ((3, "low"), (0, "critical"), (3, "low too"), (ASKED, "asked"))
    ]
    await asyncio.sleep(0)

    go_on.set()
    await asyncio.gather(running, *waiting)

    assert order == ["asked", "critical", "low", "low too"]
    await lane.stop()


async def test_a_full_lane_sheds_the_least_urgent_and_says_so() -> None:
    lane = Lane(most=2)
    await lane.start()
    running, go_on = await _held(lane)
    low = asyncio.ensure_future(lane.run(3, lambda: "low"))
    others = [asyncio.ensure_future(lane.run(rank, lambda: "read")) for rank in (1, 0)]
    await asyncio.sleep(0)

    with pytest.raises(Shed):
        await low
    go_on.set()

    await running
    assert await asyncio.gather(*others) == ["read", "read"]
    await lane.stop()


async def test_a_text_whose_reading_fails_is_given_up_and_the_next_one_is_read() -> None:
    lane = Lane()
    await lane.start()

    with pytest.raises(Unread):
        await lane.run(0, lambda: 1 // 0)

    assert await lane.run(0, lambda: 7) == 7
    await lane.stop()


async def test_a_text_that_never_ends_is_given_up_and_the_next_one_is_read(ended: list[int]) -> None:
    lane = Lane(stuck_s=0.05, end=ended.append)
    await lane.start()
    go_on = threading.Event()

    with pytest.raises(Unread):
        await lane.run(0, go_on.wait)

    assert await lane.run(0, lambda: "read") == "read"
    assert ended == []
    go_on.set()
    await lane.stop()


async def test_after_several_that_never_end_the_process_ends(ended: list[int]) -> None:
    lane = Lane(stuck_s=0.02, end=ended.append)
    await lane.start()
    go_on = threading.Event()

    for _ in range(MOST_STUCK):
        with pytest.raises(Unread):
            await lane.run(0, go_on.wait)

    assert ended == [71]
    go_on.set()
    await lane.stop()


async def test_what_waits_when_the_lane_stops_is_cancelled() -> None:
    lane = Lane()
    await lane.start()
    running, go_on = await _held(lane)
    waiting = asyncio.ensure_future(lane.run(0, lambda: None))
    await asyncio.sleep(0)

    await lane.stop()
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    running.cancel()
