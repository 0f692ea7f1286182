"""Each second: what the workers have committed."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams import clock
from streams.kafka import groups
from streams.topics import INCIDENTS
from tests.faults.artefacts import Folder

EVERY_S = 1.0
ANSWER_WITHIN_S = 5.0


class Sampler:
    def __init__(self, kafka: Mapping[str, Any], folder: Folder) -> None:
        self._kafka = kafka
        self._folder = folder
        self.committed: dict[int, int] = {}

    async def run(self) -> None:
        """Until cancelled; a second in which Kafka gives no answer has no sample."""
        while True:
            admin = AIOKafkaAdminClient(**self._kafka, request_timeout_ms=4000)
            try:
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await admin.start()
                while True:
                    async with asyncio.timeout(ANSWER_WITHIN_S):
                        await self._sample(admin)
                    await asyncio.sleep(EVERY_S)
            except (KafkaError, TimeoutError, OSError):
                await asyncio.sleep(EVERY_S)
            finally:
                with suppress(KafkaError, OSError):
                    await admin.close()

    async def _sample(self, admin: AIOKafkaAdminClient) -> None:
        offsets = await admin.list_consumer_group_offsets(groups.DISPATCHER)
        at_ms = clock.now_ms()  # after the answer: what it says was true by then
        for part, entry in offsets.items():
            if part.topic == INCIDENTS.name and entry.offset >= 0:
                self.committed[part.partition] = entry.offset
                line = {
                    "group": groups.DISPATCHER,
                    "topic": part.topic,
                    "partition": part.partition,
                    "committed": entry.offset,
                }
                self._folder.samples.write({"at_ms": at_ms, **line})
