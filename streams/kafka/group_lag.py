"""Lag and liveness of the notifiers and of the assistants, from the committed offsets and the members of their groups."""

from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from streams.kafka import groups
from streams.topics import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLag:
    """`count`: live members, None if unknown. `lag`: records of the topic that may not have been dealt with."""

    count: int | None
    lag: int


async def look(admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, group: str, topic: Topic) -> GroupLag:
    """Measures the lag of a group that reads `topic`. A partition without a commit counts from its beginning.

    Raises:
        KafkaError: no answer, or the group coordinator is not available yet.
    """
    (described,) = await admin.describe_topics([topic.name])
    parts = [TopicPartition(topic.name, entry["partition"]) for entry in described["partitions"]]
    committed = await admin.list_consumer_group_offsets(group)
    # Read the committed offsets before the ends: the lag may come out slightly too large, but never negative.
    starts, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
    reached = {part: max(starts[part], committed[part].offset if part in committed else 0) for part in parts}
    return GroupLag(
        count=await groups.members(admin, group), lag=sum(max(0, ends[part] - reached[part]) for part in parts)
    )
