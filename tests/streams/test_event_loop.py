"""Turns on the event loop: in order, a few in each pass."""

import asyncio

from structlog.testing import capture_logs

from streams import event_loop
from streams.event_loop import Turns


async def test_turns_are_given_in_order_and_so_many_in_one_pass() -> None:
    turns = Turns(2)
    order: list[tuple[int, int]] = []
    passed = 0

    async def piece(name: int) -> None:
        await turns.take()
        order.append((passed, name))

    pieces = [asyncio.ensure_future(piece(name)) for name in range(6)]
    await asyncio.sleep(0)
    pieces[2].cancel()
    while len(order) < 5:
        await asyncio.sleep(0)
        passed += 1
    in_pass = [[name for at, name in order if at == one] for one in sorted({at for at, _ in order})]

    assert [name for _, name in order] == [0, 1, 3, 4, 5]
    assert max(map(len, in_pass)) == 2


async def test_a_cancelled_task_has_ended_when_the_call_returns() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("work")

    task = asyncio.ensure_future(work())
    await asyncio.sleep(0)

    await event_loop.cancel(task)
    await event_loop.cancel(None)

    assert (task.cancelled(), ended) == (True, ["work"])


async def test_what_a_task_raised_by_itself_is_logged_and_ends_no_clean_up() -> None:
    async def work() -> None:
        raise ValueError("a bug")

    task = asyncio.ensure_future(work())
    await asyncio.sleep(0)

    with capture_logs() as logged:
        await event_loop.cancel(task)

    assert [entry["cause"] for entry in logged] == ["ValueError('a bug')"]
