"""Of a receiver that is behind every partition is read at once."""

from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from streams.settings import Settings
from streams.topics import DECISIONS
from streams.webhooks.decision_tail import EACH, DecisionTail

PARTS = [TopicPartition(DECISIONS.name, number) for number in range(4)]


class Behind:
    """As aiokafka's consumer: fills a call from one partition after the other."""

    def __init__(self, held: int) -> None:
        self._held = {part: [_record(part, offset) for offset in range(held)] for part in PARTS}

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(PARTS)

    async def getmany(self, *of: TopicPartition, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Any]]:
        assert not (of and timeout_ms), "nobody waits for a partition without news"
        found = {}
        for part in of or PARTS:
            taken, self._held[part] = self._held[part][:max_records], self._held[part][max_records:]
            if taken:
                found[part] = taken
            max_records -= len(taken)
        return found


def _record(part: TopicPartition, offset: int) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(part.topic, part.partition, offset, 0, 0, b"k", b"no decision", None, 0, 0, ())


@pytest.mark.parametrize("held", [1, EACH, 3 * EACH])
async def test_every_partition_gets_its_part_of_each_batch_and_nothing_is_left_out(held: int) -> None:
    tail = DecisionTail(Settings(), "test")
    tail._consumer = Behind(held)

    batches = [await tail.next() for _ in range(-(-held // EACH))]

    assert [sorted(batch) for batch in batches] == [[0, 1, 2, 3]] * len(batches)
    for part in range(4):
        assert [offset for batch in batches for offset, _ in batch[part]] == list(range(held))
    assert await tail.next() == {}
