"""Every topic, once: name, what its key is, how long it is kept, and who reads it."""

from dataclasses import dataclass

from streams.settings import Settings

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`partitions` None: as the settings say. `compacted` topics keep the newest record of each key."""

    name: str
    key: str
    carries: str
    retention_ms: int | None
    compacted: bool = False
    partitions: int | None = None

    def config(self, settings: Settings) -> dict[str, str]:
        config = {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "min.insync.replicas": str(settings.min_insync),
            "message.timestamp.type": "LogAppendTime",
        }
        if self.retention_ms is not None:
            config["retention.ms"] = str(self.retention_ms)
        if self.compacted:
            config["max.compaction.lag.ms"] = str(_DAY_MS)
            config["min.cleanable.dirty.ratio"] = "0.1"
        return config

    def partition_count(self, settings: Settings) -> int:
        return self.partitions or settings.partitions


INCIDENTS = Topic(
    name="komek.incidents.v1",
    key="zone",
    carries="commands about incidents: the one log that can change an incident",
    retention_ms=7 * _DAY_MS,
)
DECISIONS = Topic(
    name="komek.decisions.v1",
    key="zone",
    carries="the truth: one record per command with all its effects, and why; partition as its command's",
    retention_ms=365 * _DAY_MS,
)
OFFERS = Topic(
    name="komek.offers.v1",
    key="volunteer id",
    carries="every step of every offer, derived from decisions; ids only",
    retention_ms=365 * _DAY_MS,
)
INCIDENT_STATUS = Topic(
    name="komek.incident-status.v1",
    key="incident id",
    carries="the whole state of an incident after each decision; derived",
    retention_ms=None,
    compacted=True,
)
LOCATIONS = Topic(
    name="komek.locations.v1",
    key="volunteer id",
    carries="position fixes",
    retention_ms=_HOUR_MS,
)
VOLUNTEERS = Topic(
    name="komek.volunteers.v1",
    key="volunteer id",
    carries="profile and duty without anything that identifies a person; tombstone on erasure",
    retention_ms=None,
    compacted=True,
)
PRIVATE = Topic(
    name="komek.private.v1",
    key="volunteer:<id>, incident:<id> or incident:<id>:<kind>:<id>",
    carries="what identifies people, AES-256-GCM; tombstone on erasure",
    retention_ms=None,
    compacted=True,
)
DEAD_LETTERS = Topic(
    name="komek.dead-letters.v1",
    key="source topic",
    carries="records that could not be read: bytes, headers, place, reason",
    retention_ms=30 * _DAY_MS,
    partitions=1,
)
AUDIT = Topic(
    name="komek.audit.v1",
    key="actor",
    carries="who saw or did what",
    retention_ms=365 * _DAY_MS,
    partitions=1,
)

PLANS = Topic(
    name="komek.plans.v1",
    key="plans",
    carries="response plans that were applied; the newest is in force, a tombstone goes back to the built-in ones",
    retention_ms=None,
    compacted=True,
    partitions=1,
)

NOTICES = Topic(
    name="komek.notices.v1",
    key="volunteer id",
    carries="what people were told, by which channel, with what outcome; ids only",
    retention_ms=30 * _DAY_MS,
)

TOPICS = (
    INCIDENTS,
    DECISIONS,
    OFFERS,
    INCIDENT_STATUS,
    LOCATIONS,
    VOLUNTEERS,
    PRIVATE,
    DEAD_LETTERS,
    AUDIT,
    PLANS,
    NOTICES,
)
SAME_PARTITIONS = (INCIDENTS, DECISIONS)
"""A command and its decision lie in the partition of the same number."""
