"""The consumer groups of Komek, and what the brokers know of a group: its members and its committed offsets."""

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from streams.topics import INCIDENTS

DISPATCHER = "komek-dispatcher"
"""The workers, which decide commands of `incidents`; also the name of their Faust app."""
LOCATIONS = "komek-locations"
"""The workers' position services, which read `locations`."""
PEOPLE = "komek-people"
"""The workers' profile services, which read `volunteers` and `private`."""
VERIFICATIONS = "komek-verifications"
"""The workers' verification services, which read `verifications`."""
NOTIFIER = "komek-notifier"
"""The notifiers, which read `offers`."""
LADDER = "komek-ladder"
"""The notifiers again, for pushes, messages and calls: their steps wait, and must not hold up the group above."""
WEBHOOKS = "komek-webhooks"
"""The notifiers that have a file of webhooks: one of them sends."""
ASSISTANT = "komek-assistant"
"""The assistants, which read `decisions` for the texts that they name."""
JUDGES = "komek-assistant-judges"
"""The assistants again: they read `incident-status` for what people found out about hints."""


async def members(admin: AIOKafkaAdminClient, group: str) -> int | None:
    """Number of live members; None when the broker describes no such group.

    Raises:
        KafkaError: no answer, or the group coordinator is not available.
    """
    for response in await admin.describe_consumer_groups([group]):
        for found in response.groups:
            # error code, group, state, protocol type, protocol, members, ...
            return len(found[5])
    return None


async def committed_commands(admin: AIOKafkaAdminClient) -> dict[TopicPartition, int]:
    """Offsets of `incidents` that the workers have committed; partitions without a commit are left out.

    Raises:
        KafkaError: no answer, or the group coordinator is not available.
    """
    offsets = await admin.list_consumer_group_offsets(DISPATCHER)
    # -1: no commit.
    return {part: entry.offset for part, entry in offsets.items() if part.topic == INCIDENTS.name and entry.offset >= 0}
