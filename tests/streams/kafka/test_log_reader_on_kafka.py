"""Reading a stretch of a real Kafka's log."""

import pytest

from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.topics import INCIDENTS
from tests.support.desk import Desk


async def test_a_stretch_that_a_broker_does_not_have_is_not_replaced_by_the_whole_log(desk: Desk) -> None:
    """As when a broker that is behind is asked for what only its successor has: Kafka's client begins anew, from the first."""
    *_, record = await desk.send(desk.report())
    reader = LogReader(desk.settings, "test-stretch")
    await reader.start()
    try:
        end = await reader.end(INCIDENTS.name, record.partition)
        with pytest.raises(LogUnavailable, match="read again from"):
            async for _ in reader.read(INCIDENTS.name, {record.partition: (end + 5, end + 9)}):
                pass
        read = [one async for chunk in reader.read(INCIDENTS.name, {record.partition: (end - 1, end)}) for one in chunk]
    finally:
        await reader.stop()

    assert [one.offset for one in read] == [end - 1]
