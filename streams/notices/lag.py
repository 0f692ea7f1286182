"""How the notifier is doing, seen from outside: by what its group has committed, and who is in it."""

from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from streams.kafka import groups
from streams.topics import OFFERS


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifierLag:
    """`count`: notifiers that are alive; `lag`: steps of offers of which not everything is known to be told."""

    count: int | None
    lag: int


async def look(admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> NotifierLag:
    """
    Raises:
        KafkaError: no answer, or the coordinator of groups is not there yet.
    """
    (described,) = await admin.describe_topics([OFFERS.name])
    parts = [TopicPartition(OFFERS.name, entry["partition"]) for entry in described["partitions"]]
    committed = await admin.list_consumer_group_offsets(groups.NOTIFIER)
    # What is committed is read first: a lag that is a moment too large passes, one below nothing would be nonsense.
    starts, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
    reached = {part: max(starts[part], committed[part].offset if part in committed else 0) for part in parts}
    return NotifierLag(
        count=await groups.members(admin, groups.NOTIFIER),
        lag=sum(max(0, ends[part] - reached[part]) for part in parts),
    )
