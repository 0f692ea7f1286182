"""The sealed records of one incident, read from the topic `private` itself.

Complete also when Redis is away or has forgotten the incident: every reference of an incident begins with `incident:<id>`. Each
read scans the whole topic, so it serves requests by people and is not to be polled.
"""

import asyncio
from collections.abc import Mapping

from aiokafka.errors import KafkaError

from dispatch.model.private_refs import report_ref
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.settings import Settings
from streams.topics import PRIVATE

WITHIN_S = 30.0


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
        async with self._lock:
            reader = LogReader(self._settings, self._client_id)
            try:
                async with asyncio.timeout(WITHIN_S):
                    await reader.start()
                    bounds = await reader.bounds(PRIVATE.name, await reader.partitions(PRIVATE.name))
                    async for records in reader.read(PRIVATE.name, bounds):
                        for record in records:
                            key = record.key or b""
                            if key == report or key.startswith(texts):
                                newest[key.decode("utf-8", "replace")] = record.value
            except (KafkaError, TimeoutError, OSError) as error:
                raise LogUnavailable(f"the log cannot be read: {error!r}") from error
            finally:
                await reader.stop()
        return newest
