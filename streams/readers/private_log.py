"""What the log itself holds about one subject: the sealed records of an incident, the notices sent to a person.

Complete also when Redis is away or has forgotten the subject: every reference of an incident begins with `incident:<id>`. A read
scans a whole topic or partition, so it serves requests by people and is not to be polled.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from dispatch.model.private_refs import report_ref
from streams import wire
from streams.errors import LogUnavailable
from streams.kafka import partitioner
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.settings import Settings
from streams.topics import NOTICES, PRIVATE, Topic
from streams.wire import NoticeRecord

WITHIN_S = 30.0
MOST_NOTICES = 1000


class PrivateLogReader:
    """Reads on demand, one read at a time."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._lock = asyncio.Lock()

    async def of_incident(self, incident_id: str) -> Mapping[str, bytes | None]:
        """The newest record of each reference of the incident; None for one that has been erased (until compaction).

        Raises:
            LogUnavailable: Kafka did not return them within 30 s.
        """
        report = report_ref(incident_id).encode()
        texts = report + b":"
        newest: dict[str, bytes | None] = {}
        async for records in self._scan(PRIVATE):
            for record in records:
                key = record.key or b""
                if key == report or key.startswith(texts):
                    newest[key.decode("utf-8", "replace")] = record.value
        return newest

    async def notices_of(self, volunteer_id: str) -> list[NoticeRecord]:
        """The notices sent to a person, newest first, at most 1,000. Raises as `of_incident`."""
        key = volunteer_id.encode()
        found: deque[NoticeRecord] = deque(maxlen=MOST_NOTICES)
        async for records in self._scan(NOTICES, key):
            for record in records:
                if record.key == key:
                    with contextlib.suppress(wire.Unreadable):  # its readers report it
                        found.append(wire.decode_notice(record.value))
        return list(reversed(found))

    async def _scan(self, topic: Topic, key: bytes | None = None) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """All records of the topic, or of the partition of the key."""
        async with self._lock:
            reader = LogReader(self._settings, self._client_id)
            try:
                async with asyncio.timeout(WITHIN_S):
                    await reader.start()
                    numbers = await reader.partitions(topic.name)
                    ours = numbers if key is None else [partitioner.partition_of(key, len(numbers))]
                    async for records in reader.read(topic.name, await reader.bounds(topic.name, ours)):
                        yield records
            except (KafkaError, TimeoutError, OSError) as error:
                raise LogUnavailable(f"the log cannot be read: {kafka_reason(error)}") from error
            finally:
                await reader.stop()
