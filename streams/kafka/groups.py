"""The consumer groups of Komek, and what the brokers say about a group: its members and its committed offsets."""

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from streams.topics import INCIDENTS


async def members(admin: AIOKafkaAdminClient, group: str) -> int | None:
    for response in await admin.describe_consumer_groups([group]):
        for found in response.groups:
            # error code, group, state, protocol type, protocol, members, ...
            return len(found[5])
    return None


GROUP = "komek-dispatcher"
"""The consumer group of the workers: the name of their Faust app (`app.py`)."""


async def _committed(admin: AIOKafkaAdminClient) -> dict[TopicPartition, int]:
    offsets = await admin.list_consumer_group_offsets(GROUP)
    return {part: entry.offset for part, entry in offsets.items() if part.topic == INCIDENTS.name and entry.offset >= 0}
