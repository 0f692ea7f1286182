"""A consumer that hangs while it stops is stopped nevertheless, or left behind in time."""

import ast
import asyncio
import contextlib
from pathlib import Path

import pytest

from streams.kafka.stopping import stop_consumer
from tests.support.syntax import tree_of

STREAMS = Path(__file__).parents[3] / "streams"


class Fetching:
    """As aiokafka's consumer: `stop` cancels its task once and waits for it. The first `swallows` cancellations are lost."""

    def __init__(self, swallows: int) -> None:
        self._swallows = swallows
        self._task = asyncio.ensure_future(self._run())
        self.is_closed = False

    async def _run(self) -> None:
        for _ in range(self._swallows + 1):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    async def end(self) -> None:
        while not self._task.done():
            self._task.cancel()
            await asyncio.sleep(0)

    async def stop(self) -> None:
        await asyncio.sleep(0)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self.is_closed = True


@pytest.mark.parametrize("swallows", [0, 1, 2])
async def test_a_stop_that_loses_its_cancellation_is_helped(swallows: int) -> None:
    consumer = Fetching(swallows)
    await asyncio.sleep(0)

    await stop_consumer(consumer, within_s=0.05)

    assert consumer.is_closed


async def test_one_that_never_stops_is_left_behind() -> None:
    consumer = Fetching(50)
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await stop_consumer(consumer, within_s=0.02)

    assert not consumer.is_closed
    await consumer.end()


async def test_an_error_of_the_stop_is_the_callers() -> None:
    class Failing:
        async def stop(self) -> None:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await stop_consumer(Failing())


async def test_a_cancelled_caller_does_not_break_the_stop_off() -> None:
    go_on = asyncio.Event()
    stopped: list[bool] = []

    class Slow:
        async def stop(self) -> None:
            await go_on.wait()
            stopped.append(True)

    caller = asyncio.ensure_future(stop_consumer(Slow(), within_s=30))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)

    go_on.set()
    await asyncio.sleep(0.01)

    assert stopped == [True]


def test_no_consumer_is_stopped_in_another_way() -> None:
    found = [
        f"{file.relative_to(STREAMS)}:{node.lineno}"
        for file in sorted(STREAMS.rglob("*.py"))
        if file.name != "stopping.py"
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "stop"
        and ast.unparse(node.func.value).endswith("consumer")
    ]

    assert found == []
