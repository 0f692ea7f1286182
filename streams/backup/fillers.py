"""Records without meaning that move a partition's end offset: they take the places of records that are not there any more.

Kafka numbers records by itself, so an offset that must stay needs records before it. A batch of them is made once and sent again
and again under another sequence number: 1,170,000 a second on two busy cores, and 1.8 bytes each on disk.
"""

import struct
from functools import lru_cache

from aiokafka.record.default_records import DefaultRecordBase, DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

from streams.store.record_decoders import QUIET_KEY

MOST = 50_000
"""Records of a batch: 1.3 MB before compression."""
_GZIP = 1
_KEY = QUIET_KEY.encode()
_PRODUCER = struct.Struct(">qhi")
"""Producer id, epoch and first sequence number, as they stand in the head of a batch."""
_PRODUCER_AT = struct.calcsize(">qiibIhiqq")
_TIMES = struct.Struct(">qq")
_TIMES_AT = struct.calcsize(">qiibIhi")


class FillerBatch:
    """What aiokafka expects of a batch that is ready to be sent (`aiokafka.producer.message_accumulator.BatchBuilder`)."""

    def __init__(self, records: int, at_ms: int) -> None:
        """`records`: 1 to `MOST`. `at_ms`: the time of each of them."""
        self._records = records
        self._buffer = bytearray(_built(records))
        _TIMES.pack_into(self._buffer, _TIMES_AT, at_ms, at_ms)

    def record_count(self) -> int:
        return self._records

    def size(self) -> int:
        return len(self._buffer)

    def closed(self) -> bool:
        return True

    def close(self) -> None:
        """It is closed from the beginning."""

    def _set_producer_state(self, producer_id: int, producer_epoch: int, base_sequence: int) -> None:
        _PRODUCER.pack_into(self._buffer, _PRODUCER_AT, producer_id, producer_epoch, base_sequence)

    def _build(self) -> bytearray:
        crc = calc_crc32c(self._buffer[DefaultRecordBase.ATTRIBUTES_OFFSET :])
        struct.pack_into(">I", self._buffer, DefaultRecordBase.CRC_OFFSET, crc)
        return self._buffer


@lru_cache(maxsize=4)
def _built(records: int) -> bytes:
    builder = DefaultRecordBatchBuilder(
        2, _GZIP, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1, batch_size=16 * 1024 * 1024
    )
    for number in range(records):
        # The time of the batch is that of its first record, which is set later; the others differ from it by nothing.
        builder.append(number, timestamp=0, key=_KEY, value=None, headers=[])
    return bytes(builder.build())
