"""Members and committed offsets of consumer groups, also of a Kafka that has had no group yet.

Its topic of offsets is made when it is first asked for a group, and is there some seconds later.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
)

from streams import clock
from streams.errors import LogUnavailable
from streams.kafka import clients, groups
from streams.kafka.reasons import kafka_reason
from streams.kafka.stopping import stop_consumer
from streams.settings import Settings

WITHIN_S = 30.0
_BETWEEN_S = 0.2
_COMING = (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError)

Answer = TypeVar("Answer")


@asynccontextmanager
async def administration(settings: Settings, client_id: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """Context manager: an admin client. Raises LogUnavailable, also in place of any KafkaError raised inside the block."""
    admin = clients.async_admin(settings, client_id)
    try:
        await admin.start()
        yield admin
    except KafkaError as error:
        raise LogUnavailable(f"consumer groups: {kafka_reason(error)}") from error
    finally:
        await admin.close()


async def committed(admin: AIOKafkaAdminClient, group: str) -> Mapping[TopicPartition, Any]:
    """Raises KafkaError."""
    found: Mapping[TopicPartition, Any] = await _asked(lambda: admin.list_consumer_group_offsets(group))
    return found


async def members(admin: AIOKafkaAdminClient, group: str) -> int | None:
    """Number of live members; None: there is no such group. Raises KafkaError."""
    return await _asked(lambda: groups.members(admin, group))


async def commit(settings: Settings, group: str, offsets: Mapping[TopicPartition, Any]) -> None:
    """Commits for a group without members. Raises LogUnavailable."""
    consumer = clients.async_consumer(settings, group, group_id=group)
    try:
        await consumer.start()
        # Assigned by hand: it commits without being a member, which Kafka allows while the group has none.
        consumer.assign(list(offsets))
        await consumer.commit(dict(offsets))
    except KafkaError as error:
        raise LogUnavailable(f"{group}: {kafka_reason(error)}") from error
    finally:
        await stop_consumer(consumer)


async def _asked(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    deadline = clock.monotonic_s() + WITHIN_S
    while True:
        try:
            return await ask()
        except _COMING:
            if clock.monotonic_s() > deadline:
                raise
            await asyncio.sleep(_BETWEEN_S)
