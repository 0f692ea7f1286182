"""Where an export begins and ends: the offsets of every partition, taken in the order of `carried.CARRIED`."""

import asyncio
import dataclasses
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from streams import clock
from streams.backup import group_offsets
from streams.backup.backup_key import BackupKey
from streams.backup.carried import CARRIED, GROUPS
from streams.backup.documents import Committed, Plan, Range
from streams.errors import LogUnavailable
from streams.kafka import topic_admin
from streams.kafka.log_reader import LogReader
from streams.settings import Settings
from streams.topics import PRIVATE, TOPICS

DEPOSED_S = 1.5
"""A broker that was deposed while it stood still answers as a leader for some hundred milliseconds more (DESIGN 72)."""
ATTEMPTS = 10
STATED = (
    "partitions",
    "private_days",
    "position_ttl_s",
    "time_zone",
    "exercise",
    "tokens",
    "budget",
    "replication",
    "min_insync",
)
"""Settings that a restored deployment should have as well; no secrets, no addresses."""


async def plan_of(settings: Settings, key: BackupKey, reader: LogReader) -> Plan:
    """The plan of a new export. Takes some two seconds.

    Raises:
        LogUnavailable: Kafka did not answer, or its leaders did not stay the same.
        BrokerError: no broker, or a topic is missing.
    """
    for _ in range(ATTEMPTS):
        before = await asyncio.to_thread(log_state, settings)
        groups = await _committed(settings)
        cuts = await _cuts(reader, before.partitions)
        await asyncio.sleep(DEPOSED_S)
        if (await asyncio.to_thread(log_state, settings)) == before:
            break
    else:
        raise LogUnavailable("the leaders of partitions keep changing: look at the brokers")
    begun_ms = clock.now_ms()
    return Plan(
        id=f"{clock.rfc3339(begun_ms)[:19].replace('-', '').replace(':', '')}Z-{clock.fresh_id()[:6]}",
        version=version("komek"),
        lineage=before.lineage,
        begun_ms=begun_ms,
        salt=key.salt.hex(),
        check=key.check,
        settings={name: _stated(getattr(settings, name)) for name in STATED},
        cuts=cuts,
        groups=groups,
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """`lineage`: the id that Kafka gave the topic of private records when it was created: another log has another one.
    `leaders`: by topic, of each partition in the order of their numbers."""

    lineage: str
    leaders: Mapping[str, tuple[int, ...]]

    @property
    def partitions(self) -> dict[str, int]:
        return {topic: len(leaders) for topic, leaders in self.leaders.items()}


def log_state(settings: Settings) -> LogState:
    """Raises BrokerError."""
    names = [topic.name for topic in TOPICS]
    with topic_admin.connected(settings) as admin:
        described: dict[str, Any] = {entry["name"]: entry for entry in admin.describe_topics(names)}
    leaders = {name: tuple(part["leader_id"] for part in _parts(entry)) for name, entry in described.items()}
    return LogState(lineage=str(described[PRIVATE.name]["topic_id"]), leaders=leaders)


def _parts(described: Mapping[str, Any]) -> list[Any]:
    return sorted(described["partitions"], key=lambda part: part["partition_index"])


async def _cuts(reader: LogReader, partitions: Mapping[str, int]) -> tuple[Range, ...]:
    found: list[Range] = []
    for one in CARRIED:
        name = one.topic.name
        if not partitions[name]:
            raise LogUnavailable(f"{name} does not exist")
        bounds = await reader.bounds(name, range(partitions[name]))
        found += [Range(topic=name, partition=at, first=first, end=end) for at, (first, end) in sorted(bounds.items())]
    return tuple(found)


async def _committed(settings: Settings) -> tuple[Committed, ...]:
    names = {one.topic.name for one in CARRIED}
    async with group_offsets.administration(settings, "komek-export-groups") as admin:
        found = [(group, await group_offsets.committed(admin, group)) for group in GROUPS]
    return tuple(
        Committed(
            group=group, topic=part.topic, partition=part.partition, offset=entry.offset, metadata=entry.metadata or ""
        )
        for group, offsets in found
        for part, entry in sorted(offsets.items())
        if part.topic in names and entry.offset >= 0
    )


def _stated(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
