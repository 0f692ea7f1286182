"""Lag and liveness of the notifiers, from the committed offsets and the members of their consumer group."""

from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from streams.kafka import groups
from streams.topics import OFFERS


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifierLag:
    """`count`: live notifiers, None if unknown. `lag`: records of `offers` whose notices may not all have been sent."""

    count: int | None
    lag: int


async def look(admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> NotifierLag:
    """Measures the lag.

    Raises:
        KafkaError: no answer, or the group coordinator is not available yet.
    """
    (described,) = await admin.describe_topics([OFFERS.name])
    parts = [TopicPartition(OFFERS.name, entry["partition"]) for entry in described["partitions"]]
    committed = await admin.list_consumer_group_offsets(groups.NOTIFIER)
    # Read the committed offsets before the ends: the lag may come out slightly too large, but never negative.
    starts, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
    reached = {part: max(starts[part], committed[part].offset if part in committed else 0) for part in parts}
    return NotifierLag(
        count=await groups.members(admin, groups.NOTIFIER),
        lag=sum(max(0, ends[part] - reached[part]) for part in parts),
    )
