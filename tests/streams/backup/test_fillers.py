"""A batch of records without meaning is one that Kafka's clients read."""

import pytest
from aiokafka.record.default_records import DefaultRecordBatch

from streams.backup.fillers import FillerBatch
from streams.store.record_decoders import QUIET_KEY

AT_MS = 1_700_000_000_000


@pytest.mark.parametrize("records", [1, 2, 1_000])
def test_it_holds_so_many_records_at_one_time(records: int) -> None:
    made = FillerBatch(records, AT_MS)
    made._set_producer_state(7, 1, 40)

    read = DefaultRecordBatch(bytes(made._build()))

    assert read.validate_crc()
    assert (read.producer_id, read.producer_epoch, read.base_sequence) == (7, 1, 40)
    assert (read.last_offset_delta, made.record_count()) == (records - 1, records)
    found = list(read)
    assert {(one.key, one.value, one.timestamp) for one in found} == {(QUIET_KEY.encode(), None, AT_MS)}
    assert [one.offset for one in found] == list(range(records))


def test_another_of_the_same_size_has_a_time_of_its_own() -> None:
    first, second = FillerBatch(3, AT_MS), FillerBatch(3, AT_MS + 1)

    assert [one.timestamp for one in DefaultRecordBatch(bytes(second._build()))] == [AT_MS + 1] * 3
    assert [one.timestamp for one in DefaultRecordBatch(bytes(first._build()))] == [AT_MS] * 3
