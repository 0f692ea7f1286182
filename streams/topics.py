"""The list of topics: name, record key, contents, retention and partitions."""

from dataclasses import dataclass

from streams.settings import Settings

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`retention_ms` None: unlimited. `partitions` None: `KOMEK_PARTITIONS`. `compacted`: keeps the newest record of each key."""

    name: str
    key: str
    carries: str
    retention_ms: int | None
    compacted: bool = False
    partitions: int | None = None

    def config(self, settings: Settings) -> dict[str, str]:
        """The configuration of the topic, as Kafka's names and values."""
        config = {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "min.insync.replicas": str(settings.min_insync),
            # Times of decisions are the log's (DESIGN 8); a client's clock may be wrong.
            "message.timestamp.type": "LogAppendTime",
        }
        if self.retention_ms is not None:
            config["retention.ms"] = str(self.retention_ms)
        if self.compacted:
            # A tombstone removes the values before it only by compaction; this bounds the time until then to a day.
            config["max.compaction.lag.ms"] = str(_DAY_MS)
            config["min.cleanable.dirty.ratio"] = "0.1"
        return config

    def partition_count(self, settings: Settings) -> int:
        return self.partitions or settings.partitions


INCIDENTS = Topic(
    name="komek.incidents.v1",
    key="zone",
    carries="commands about incidents; only these change an incident",
    retention_ms=7 * _DAY_MS,
)
DECISIONS = Topic(
    name="komek.decisions.v1",
    key="zone",
    carries="one record per command with all its effects and the reasons, in the partition of its command",
    retention_ms=365 * _DAY_MS,
)
OFFERS = Topic(
    name="komek.offers.v1",
    key="volunteer id",
    carries="every state change of every offer, derived from decisions; ids only",
    retention_ms=365 * _DAY_MS,
)
INCIDENT_STATUS = Topic(
    name="komek.incident-status.v1",
    key="incident id",
    carries="the complete state of an incident after each decision; derived from decisions",
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
    carries="profile and duty without personal data; tombstone on erasure",
    retention_ms=None,
    compacted=True,
)
PRIVATE = Topic(
    name="komek.private.v1",
    key="volunteer:<id>, incident:<id> or incident:<id>:<kind>:<id>",
    carries="personal data, encrypted with AES-256-GCM; tombstone on erasure",
    retention_ms=None,
    compacted=True,
)
DEAD_LETTERS = Topic(
    name="komek.dead-letters.v1",
    key="source topic",
    carries="records that could not be read: bytes, headers, topic, partition, offset, reason",
    retention_ms=30 * _DAY_MS,
    partitions=1,
)
AUDIT = Topic(
    name="komek.audit.v1",
    key="actor",
    carries="audit log: who read or changed what",
    retention_ms=365 * _DAY_MS,
    partitions=1,
)

PLANS = Topic(
    name="komek.plans.v1",
    key="plans",
    carries="applied response plans; the newest is in force, a tombstone restores the built-in plans",
    retention_ms=None,
    compacted=True,
    partitions=1,
)

NOTICES = Topic(
    name="komek.notices.v1",
    key="volunteer id",
    carries="notices sent to people, with channel and outcome; ids only",
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
"""Co-partitioned topics: a command and its decision are in partitions of the same number."""
