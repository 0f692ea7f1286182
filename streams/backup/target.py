"""The deployment into which an export is imported: empty topics, that nobody uses, set so that records keep their times.

During an import the topics differ from what is stated: times are those of the records (`CreateTime`), and nothing is deleted or
compacted. Both are differences with which no process of Komek starts (`topic_drift.py`), so nobody decides on half a log. What
import is under way stands in the committed offset of a group of its own, so that a repeat knows its own half.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata
from kafka import TopicPartition as AdminPartition
from kafka.admin import AlterConfigOp, ConfigResource, ConfigResourceType

from streams.backup import cut, group_offsets
from streams.backup.carried import CARRIED, GROUPS
from streams.backup.documents import Committed, Manifest
from streams.backup.faults import NotImportable
from streams.kafka import groups, topic_admin
from streams.kafka.log_reader import LogReader
from streams.settings import Settings
from streams.topics import KEYS, TOPICS, Topic

GROUP = "komek-import"
"""Its committed offset has the name of the import that is under way as metadata."""
_MARK = TopicPartition(KEYS.name, 0)
_OPEN = {"cleanup.policy": "delete", "retention.ms": "-1", "message.timestamp.type": "CreateTime"}


async def check(settings: Settings, manifest: Manifest, name: str, reader: LogReader) -> None:
    """Whether the topics, which exist, are empty or hold the beginning of the import of this name, and nobody uses them.

    Raises:
        NotImportable: says what is in the way.
        LogUnavailable: Kafka did not answer.
    """
    await _check_groups(settings)
    partitions = (await asyncio.to_thread(cut.log_state, settings)).partitions
    counts = {one.topic.name: partitions[one.topic.name] for one in CARRIED}
    for topic, count in counts.items():
        carried = sum(one.topic == topic for one in manifest.ranges)
        if count != carried:
            stated = "KOMEK_PARTITIONS" if _topic(topic).partitions is None else "the list of topics"
            raise NotImportable(
                f"{topic} has {count} partitions here and {carried} in the export: every record has its partition",
                f"Delete the topics, set {stated} to {carried}, and repeat.",
            )
    under_way = await marked(settings)
    if under_way == name:
        return
    if under_way is not None:
        raise NotImportable(
            f"half of another import was made here: {under_way}",
            "Go on with that export and that list of erasures, or delete the topics and begin anew.",
        )
    for topic, count in counts.items():
        ends = await reader.ends(topic, range(count))
        if any(ends.values()):
            raise NotImportable(
                f"this deployment is not empty: {topic} has had {sum(ends.values()):,} records",
                "An export is imported into a new Kafka, or after its topics were deleted. Nothing was changed.",
            )


async def _check_groups(settings: Settings) -> None:
    async with group_offsets.administration(settings, "komek-import-groups") as admin:
        for group in (*GROUPS, groups.LOCATIONS):
            if count := await group_offsets.members(admin, group):
                raise NotImportable(
                    f"{count} processes of {group} are running on this Kafka",
                    "End all processes of Komek, then repeat.",
                )


def open_topics(settings: Settings) -> None:
    """Sets the topics for an import. Raises BrokerError."""
    with topic_admin.connected(settings) as admin:
        topic_admin.set_configs(admin, {one.topic.name: _OPEN for one in CARRIED})


def close_topics(settings: Settings) -> None:
    """Sets the topics as they are stated: processes may start now. Raises BrokerError."""
    with topic_admin.connected(settings) as admin:
        kept = [one.topic.name for one in CARRIED if one.topic.retention_ms is None]
        # What is not stated is not compared, but should not stay either.
        unset = {"retention.ms": (AlterConfigOp.DELETE, None)}
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, unset) for name in kept])
    topic_admin.apply_topics(settings)


def begin_at(settings: Settings, firsts: Mapping[tuple[str, int], int]) -> None:
    """Removes the records before these offsets. Raises BrokerError."""
    wanted = {AdminPartition(topic, number): first for (topic, number), first in firsts.items() if first}
    if wanted:
        with topic_admin.connected(settings) as admin:
            admin.delete_records(wanted)


async def commit(settings: Settings, committed: Iterable[Committed]) -> None:
    """Commits these offsets for their groups. Raises LogUnavailable."""
    by_group: dict[str, dict[TopicPartition, Any]] = {}
    for one in committed:
        place = TopicPartition(one.topic, one.partition)
        by_group.setdefault(one.group, {})[place] = OffsetAndMetadata(one.offset, one.metadata)
    for group, offsets in by_group.items():
        await group_offsets.commit(settings, group, offsets)


async def mark(settings: Settings, name: str) -> None:
    """Notes which import is under way; an empty name: none. Raises LogUnavailable."""
    await group_offsets.commit(settings, GROUP, {_MARK: OffsetAndMetadata(0, name)})


async def marked(settings: Settings) -> str | None:
    """The name of the import that is under way. Raises LogUnavailable."""
    async with group_offsets.administration(settings, "komek-import-mark") as admin:
        found = (await group_offsets.committed(admin, GROUP)).get(_MARK)
    return (found.metadata or None) if found is not None and found.offset >= 0 else None


def _topic(name: str) -> Topic:
    return next(topic for topic in TOPICS if topic.name == name)
