"""A consumer that hangs while it stops is stopped nevertheless, or left behind in time."""

import ast
import asyncio
import contextlib
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError

from streams.kafka.stopping import cancellations_of_its_own, stop_consumer
from streams.notices.notifier import Notifier, Reading
from streams.settings import Settings
from tests.support.syntax import tree_of
from tests.support.waiting import eventually

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


async def test_a_cancellation_that_a_client_passes_on_is_an_error_of_kafka_and_that_of_the_task_its_end() -> None:
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    lost.cancel()

    async def wait(on: asyncio.Future[None]) -> None:
        with cancellations_of_its_own():
            await on

    with pytest.raises(KafkaError):
        await wait(lost)
    task = asyncio.ensure_future(wait(asyncio.get_running_loop().create_future()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_every_loop_that_goes_on_after_errors_of_kafka_tells_whose_cancellation_it_is() -> None:
    """A `while` loop that survives a KafkaError and waits for a client within."""
    found = [
        f"{file.relative_to(STREAMS)}:{attempt.lineno}"
        for file in sorted(STREAMS.rglob("*.py"))
        for loop in ast.walk(tree_of(file))
        if isinstance(loop, ast.While)
        for attempt in loop.body
        if isinstance(attempt, ast.Try)
        and any("KafkaError" in ast.unparse(one.type or ast.Constant("")) for one in attempt.handlers)
        and not any(isinstance(inside, ast.Raise) for one in attempt.handlers for inside in ast.walk(one))
        and "cancellations_of_its_own" not in ast.unparse(attempt)
    ]

    assert found == []


async def test_a_notifier_reads_on_after_a_cancellation_that_nobody_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = []

    async def follow(self: Reading, _: object) -> None:
        readings.append(self)
        lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # A future of the client that the client itself has given up.
        lost.cancel()
        await lost

    monkeypatch.setattr(Reading, "follow", follow)
    monkeypatch.setattr("streams.notices.notifier.clients.group_member", lambda *_, **__: None)
    notifier = Notifier(Settings(), channels=list)
    monkeypatch.setattr(notifier.ledger, "start", nothing)
    monkeypatch.setattr(notifier.ledger, "stop", nothing)

    async with notifier:
        await eventually(lambda: len(readings) > 1)


async def nothing() -> None:
    """Instead of a connection."""
