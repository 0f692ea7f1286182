"""Single decisions are read whatever their number, as long as Kafka answers; if it does not, that is said soon."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams import clock
from streams.errors import LogUnavailable
from streams.readers import decisions
from streams.readers.decisions import CLOSE, DecisionReader
from streams.settings import Settings

RUNS = 12
PLACES = [(3, number * (CLOSE + 1)) for number in range(RUNS)]
"""An incident among many: each of its decisions is a run of its own."""


class Consumer:
    """Returns the record at its position after `pause_s`, as often as it `answers`."""

    def __init__(self, pause_s: float, answers: Callable[[int], bool] = lambda _: True) -> None:
        self.pause_s, self.answers = pause_s, answers
        self.asked = 0
        self.at = 0

    def assign(self, _: list[TopicPartition]) -> None:
        pass

    def seek(self, _: TopicPartition, offset: int) -> None:
        self.at = offset

    async def getmany(self, part: TopicPartition, **_: int) -> dict[TopicPartition, list[Any]]:
        self.asked += 1
        await asyncio.sleep(self.pause_s if self.answers(self.asked) else 60)
        self.at += 1
        return {part: [SimpleNamespace(partition=part.partition, offset=self.at - 1, value=b"unreadable")]}

    async def position(self, _: TopicPartition) -> int:
        return self.at


def reader_of(consumer: Consumer) -> DecisionReader:
    made = DecisionReader(Settings(), "test")
    made._consumer = consumer
    return made


@pytest.fixture(autouse=True)
def within_s(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(decisions, "WITHIN_S", 1.0)
    return 1.0


async def test_many_runs_take_longer_than_one_may_stand_still(within_s: float) -> None:
    consumer = Consumer(1.5 * within_s / RUNS)

    await reader_of(consumer).read(PLACES)

    assert consumer.asked == RUNS


async def test_whoever_waits_for_a_long_read_gets_its_turn(within_s: float) -> None:
    consumer = Consumer(1.5 * within_s / RUNS)
    reader = reader_of(consumer)

    await asyncio.gather(reader.read(PLACES), reader.read(PLACES[:1]))

    assert consumer.asked == RUNS + 1


async def test_a_log_that_stands_still_is_said_to_all_who_wait() -> None:
    reader = reader_of(Consumer(0.0, lambda asked: asked < 3))
    began_s = clock.monotonic_s()

    failed = await asyncio.gather(*(reader.read(PLACES) for _ in range(3)), return_exceptions=True)

    assert [type(one) for one in failed] == [LogUnavailable] * 3
    # Not one after the other: the second and third begin when the first has ended.
    assert clock.monotonic_s() - began_s < decisions.WHOLE_S


async def test_no_read_takes_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "WHOLE_S", 0.2)

    with pytest.raises(LogUnavailable):
        await reader_of(Consumer(0.1)).read(PLACES)
