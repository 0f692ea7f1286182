"""The deployment into which an export is imported: empty topics, that nobody uses, set so that records keep their times.

During an import the topics differ from what is stated: times are those of the records (`CreateTime`), and nothing is deleted or
compacted. That is the mark of an import that has not ended (`topic_drift.IMPORTING`): no process of Komek starts, and `komek
topics apply` changes nothing, so nobody decides on half a log. Which import it is stands in the committed offset of a group of
its own, so that a repeat knows its own half; it counts only beside the mark. Kafka forgets offsets of such groups after a week.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata
from kafka import TopicPartition as AdminPartition
from kafka.admin import AlterConfigOp, ConfigResource, ConfigResourceType

from dispatch.model.counted import counted
from streams.backup import cut, group_offsets
from streams.backup.carried import CARRIED, GROUPS
from streams.backup.documents import Committed, Manifest
from streams.backup.faults import HalfLog, NotImportable
from streams.kafka import groups, topic_admin
from streams.kafka.log_reader import LogReader
from streams.kafka.topic_drift import FINISH, IMPORTING, UNFINISHED, is_importing
from streams.settings import Settings
from streams.topics import KEYS, TOPICS, Topic

GROUP = "komek-import"
"""Its committed offset has the name of the import that is under way as metadata."""
_MARK = TopicPartition(KEYS.name, 0)


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
                f"{topic} has {counted(count, 'partition')} here and {carried} in the export: every record has its partition",
                f"Import into an empty Kafka whose topics have as many: set {stated} to {carried} for it. Nothing was changed.",
            )
    under_way, is_open = await marked(settings), await asyncio.to_thread(_is_open, settings)
    if is_open and under_way == name:
        return
    if is_open and under_way is not None:
        raise NotImportable(
            f"half of another import was made here: {under_way}",
            "Go on with that export and list of erasures, or delete Komek's topics, which hold nothing else, and begin anew.",
        )
    for topic, count in counts.items():
        ends = await reader.ends(topic, range(count))
        if any(ends.values()):
            held = f"{topic} has had {counted(sum(ends.values()), 'record')}"
            if is_open:
                raise NotImportable(
                    f"half of an import was made here, of which export is not known any more: {held}",
                    "Delete Komek's topics, which hold nothing that the export lacks, and begin anew. Nothing was changed.",
                )
            if under_way == name:
                raise NotImportable(
                    f"this export was imported here already, or the topics were changed by hand meanwhile: {held}",
                    "If it had ended, start the processes, or leave them running. Nothing was changed.",
                )
            raise NotImportable(
                f"this deployment is not empty: {held}",
                "Import into a new, empty Kafka. Nothing was changed, and nothing here is to be deleted.",
            )


async def _check_groups(settings: Settings) -> None:
    async with group_offsets.administration(settings, "komek-import-groups") as admin:
        for group in (*GROUPS, groups.LOCATIONS):
            if count := await group_offsets.members(admin, group):
                raise NotImportable(
                    f"{counted(count, 'process', 'processes')} of {group} {'is' if count == 1 else 'are'} running on this Kafka",
                    "End all processes of Komek, then repeat.",
                )


def open_topics(settings: Settings) -> None:
    """Sets the topics for an import. Raises BrokerError."""
    with topic_admin.connected(settings) as admin:
        topic_admin.set_configs(admin, {one.topic.name: IMPORTING for one in CARRIED})


def close_topics(settings: Settings) -> None:
    """Sets the topics as they are stated: processes may start now. Raises BrokerError."""
    with topic_admin.connected(settings) as admin:
        topic_admin.set_configs(admin, {one.topic.name: one.topic.config(settings) for one in CARRIED})
        kept = [one.topic.name for one in CARRIED if one.topic.retention_ms is None]
        # What is not stated is not compared, but should not stay either. After the rest: with the policy `delete` and the
        # retention of the broker, old records would be removed.
        unset = {"retention.ms": (AlterConfigOp.DELETE, None)}
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, unset) for name in kept])
    topic_admin.apply_topics(settings)


def require_whole(settings: Settings) -> None:
    """Raises HalfLog: an import has begun and not ended. Raises BrokerError."""
    if _is_open(settings):
        raise HalfLog(UNFINISHED, f"End it: {FINISH}.")


def _is_open(settings: Settings) -> bool:
    """Whether an import has begun and not ended. Raises BrokerError."""
    with topic_admin.connected(settings) as admin:
        return any(map(is_importing, topic_admin.read_states(admin).values()))


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
