"""What faults ask of Kafka itself: who leads, who controls, and a topic that refuses to be written."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError

from streams.topics import DEAD_LETTERS, INCIDENTS

T = TypeVar("T")
TOO_MANY = "7"
"""Replicas in sync that no topic here has: every write with acks=all is refused."""


class BrokerAdmin:
    """A client for each question: brokers come and go."""

    def __init__(self, kafka: Mapping[str, Any], in_sync: int) -> None:
        self._kafka = kafka
        self._in_sync = str(in_sync)

    async def leader(self) -> str:
        """The broker that leads the first partition of `incidents`."""

        def ask(admin: Any) -> int:
            (topic,) = admin.describe_topics([INCIDENTS.name])
            first = min(topic["partitions"], key=lambda entry: int(entry["partition_index"]))
            return int(first["leader_id"])

        return f"kafka-{await self._asked(ask)}"

    async def controller(self) -> str:
        def ask(admin: Any) -> int:
            found = admin.describe_metadata_quorum()
            return int(found["topics"][0]["partitions"][0]["leader_id"])

        return f"kafka-{await self._asked(ask)}"

    async def alive(self) -> int:
        """How many brokers there are, as the others know it."""

        def ask(admin: Any) -> int:
            return sum(not broker["is_fenced"] for broker in admin.describe_cluster()["brokers"])

        return await self._asked(ask)

    async def set_dead_letters_writable(self, writable: bool) -> None:
        wanted = self._in_sync if writable else TOO_MANY

        def ask(admin: Any) -> None:
            config = {"min.insync.replicas": wanted}
            answer = admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, DEAD_LETTERS.name, config)])
            if answer["topic"][DEAD_LETTERS.name] != "OK":
                raise ValueError(f"not altered: {answer}")

        await self._asked(ask)

    async def _asked(self, ask: Callable[[Any], T]) -> T:
        for attempt in range(20):
            try:
                return await asyncio.to_thread(self._once, ask)
            except (KafkaError, OSError, ValueError):
                if attempt == 19:
                    raise
                await asyncio.sleep(1.0)
        raise AssertionError

    def _once(self, ask: Callable[[Any], T]) -> T:
        admin = KafkaAdminClient(**self._kafka, bootstrap_timeout_ms=4000, request_timeout_ms=8000)
        try:
            return ask(admin)
        finally:
            admin.close()
