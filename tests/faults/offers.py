"""What `offers` says as it happens, for volunteers who answer and probes that wait: read from the log, past everything else."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from streams.topics import OFFERS

Heard = Callable[[dict[str, Any], int], Awaitable[None]]
"""Given a step of an offer, and when the broker wrote it down. Must not wait long."""


class OfferFeed:
    def __init__(self, kafka: Mapping[str, Any], heard: Heard) -> None:
        self._kafka = kafka
        self._heard = heard

    async def run(self) -> None:
        """From the first record on, until cancelled. After trouble it goes on where it was."""
        reached: dict[Any, int] = {}
        while True:
            consumer = AIOKafkaConsumer(
                OFFERS.name, **self._kafka, auto_offset_reset="earliest", enable_auto_commit=False
            )
            try:
                await consumer.start()
                for part, offset in reached.items():
                    consumer.seek(part, offset)
                while True:
                    for part, records in (await consumer.getmany(timeout_ms=500)).items():
                        for record in records:
                            reached[part] = record.offset + 1
                            await self._heard(json.loads(record.value), record.timestamp)
            except (KafkaError, OSError):
                await asyncio.sleep(0.5)
            finally:
                with suppress(KafkaError):
                    await asyncio.shield(consumer.stop())
