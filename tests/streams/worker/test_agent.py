"""How the one task of a worker cuts what the agent feeds into batches."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dispatch.ports import StoreUnavailable
from streams import clock
from streams.worker.agent import CommandWorker

WITHIN_S = 60.0


@dataclass
class Message:
    offset: int
    timestamp: float
    topic: str = "commands"
    partition: int = 0
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[()] = ()


@dataclass
class Event:
    message: Message


class Stream:
    """Gives events of a stated age; `pauses[n]` is waited for before event n, as the answers of Kafka are."""

    def __init__(self, count: int, *, age_s: float, pauses: dict[int, Callable[[], Awaitable[Any]]]) -> None:
        now_s = clock.now_ms() / 1000
        self._events = [Event(Message(number, now_s - age_s)) for number in range(count)]
        self._pauses = pauses
        self.acked: list[int] = []

    def noack(self) -> "Stream":
        return self

    async def events(self) -> AsyncIterator[Event]:
        for number, event in enumerate(self._events):
            if number in self._pauses:
                await self._pauses[number]()
            yield event

    async def ack(self, event: Event) -> None:
        self.acked.append(event.message.offset)


@dataclass
class Dispatcher:
    """Notes the batches; the first `troubles` are raised instead."""

    troubles: list[Exception] = field(default_factory=list)
    tried: list[list[int]] = field(default_factory=list)
    handled: asyncio.Event = field(default_factory=asyncio.Event)

    async def catch_up(self, partitions: Any) -> None:
        """Nothing to read."""

    def invalidate(self, partitions: Any) -> None:
        """Nothing is remembered."""

    async def handle(self, records: Sequence[Any]) -> None:
        self.tried.append([record.offset for record in records])
        if self.troubles:
            raise self.troubles.pop(0)
        self.handled.set()


async def run(dispatcher: Dispatcher, stream: Stream, count: int) -> None:
    """Until all are acked."""

    async def rebuild() -> None:
        """Nothing to rebuild."""

    made = CommandWorker(dispatcher=dispatcher, rebuild=rebuild, owned=lambda: {0}, batch=64)  # type: ignore[arg-type]
    async with made, asyncio.timeout(WITHIN_S):
        await made.feed(stream)
        while len(stream.acked) < count:  # noqa: ASYNC110 -- Faust's stream has nothing to wait for either
            await asyncio.sleep(0.005)


async def a_few_turns() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_after_a_standstill_what_waits_is_one_batch() -> None:
    dispatcher = Dispatcher()
    stream = Stream(10, age_s=60, pauses={1: a_few_turns})

    await run(dispatcher, stream, 10)

    assert dispatcher.tried == [list(range(10))]
    assert stream.acked == list(range(10))


async def test_a_fresh_command_waits_for_nobody() -> None:
    dispatcher = Dispatcher()
    stream = Stream(2, age_s=0, pauses={1: dispatcher.handled.wait})

    await run(dispatcher, stream, 2)

    assert dispatcher.tried == [[0], [1]]


async def test_after_redis_was_away_the_rest_is_decided_together_again() -> None:
    dispatcher = Dispatcher(troubles=[StoreUnavailable("away")] * 3)
    stream = Stream(40, age_s=60, pauses={})

    await run(dispatcher, stream, 40)

    assert [len(batch) for batch in dispatcher.tried] == [40, 32, 16, 8, 32]
    assert stream.acked == list(range(40))


async def test_a_batch_too_large_for_its_time_is_followed_by_smaller_ones() -> None:
    dispatcher = Dispatcher(troubles=[TimeoutError()] * 2)
    stream = Stream(64, age_s=60, pauses={})

    await run(dispatcher, stream, 64)

    assert [len(batch) for batch in dispatcher.tried] == [64, 32, 16, 19, 22, 7]
