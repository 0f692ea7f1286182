"""The list of topics: name, record key, contents and partitions. How long records are kept stands in `retention/classes.py`."""

from dataclasses import dataclass

from streams.retention.classes import DAY_S, ERASED_S, HOUR_S, DataClass, InTopic, of_topic
from streams.settings import Settings

_QUARTER_HOUR_MS = HOUR_S * 1000 // 4
_DAY_MS = DAY_S * 1000
_SEGMENT_BYTES = 64 * 1024 * 1024
"""At 3 MB/s of positions a segment is full after some minutes; no other topic fills one within `segment.ms`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`partitions` None: `KOMEK_PARTITIONS`. Retention and compaction follow from the table of `retention/classes.py`."""

    name: str
    key: str
    carries: str
    partitions: int | None = None

    @property
    def kept(self) -> DataClass:
        """The row of the table. Raises KeyError when there is none."""
        return of_topic(self.name)

    @property
    def compacted(self) -> bool:
        """Whether Kafka keeps the newest record of each key."""
        return self.kept.is_compacted

    @property
    def retention_ms(self) -> int | None:
        """None: compacted, so the time does not matter to Kafka."""
        return None if self.compacted or self.kept.kept_s is None else self.kept.kept_s * 1000

    @property
    def segment_ms(self) -> int:
        """Kafka deletes and compacts whole segments, never the one that is written: this bounds how much longer records stay."""
        if self.retention_ms is None:
            return _DAY_MS
        return max(_QUARTER_HOUR_MS, min(7 * _DAY_MS, self.retention_ms // 30))

    def config(self, settings: Settings) -> dict[str, str]:
        """The configuration of the topic, as Kafka's names and values."""
        config = {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "min.insync.replicas": str(settings.min_insync),
            # Times of decisions are the log's (DESIGN 8); a client's clock may be wrong.
            "message.timestamp.type": "LogAppendTime",
            "segment.ms": str(self.segment_ms),
            "segment.bytes": str(_SEGMENT_BYTES),
        }
        if self.retention_ms is not None:
            config["retention.ms"] = str(self.retention_ms)
        if self.compacted:
            assert isinstance(self.kept.place, InTopic)
            # A tombstone removes the values before it only by compaction; this bounds the time until then to a day.
            config["max.compaction.lag.ms"] = str(_DAY_MS)
            config["min.compaction.lag.ms"] = str(self.kept.place.hold_ms)
            config["min.cleanable.dirty.ratio"] = "0.1"
            # An older record may come back by a replay of its dead letter: the tombstone must be there to be found.
            config["delete.retention.ms"] = str(ERASED_S * 1000)
        return config

    def partition_count(self, settings: Settings) -> int:
        return self.partitions or settings.partitions


INCIDENTS = Topic(
    name="komek.incidents.v1",
    key="zone",
    carries="commands about incidents; only these change an incident",
)
DECISIONS = Topic(
    name="komek.decisions.v1",
    key="zone",
    carries="one record per command with all its effects and the reasons, in the partition of its command",
)
OFFERS = Topic(
    name="komek.offers.v1",
    key="volunteer id",
    carries="every state change of every offer, derived from decisions; ids only",
)
INCIDENT_STATUS = Topic(
    name="komek.incident-status.v1",
    key="incident id",
    carries="the complete state of an incident after each decision; derived from decisions",
)
LOCATIONS = Topic(
    name="komek.locations.v1",
    key="volunteer id",
    carries="position fixes",
)
VOLUNTEERS = Topic(
    name="komek.volunteers.v1",
    key="volunteer id",
    carries="profile and duty without personal data; tombstone on erasure",
)
VERIFICATIONS = Topic(
    name="komek.verifications.v1",
    key="volunteer id|skill; volunteer id| for the organisation",
    carries="who verified a skill of a person and until when, and the organisation of a person; tombstones on erasure",
)
PRIVATE = Topic(
    name="komek.private.v1",
    key="volunteer:<id>, incident:<id>, incident:<id>:<kind>:<id>, handover:<id> or message:<id>",
    carries="personal data, encrypted with AES-256-GCM; tombstone on erasure",
)
DEAD_LETTERS = Topic(
    name="komek.dead-letters.v1",
    key="source topic",
    carries="records that could not be read: bytes, headers, topic, partition, offset, reason",
    partitions=1,
)
AUDIT = Topic(
    name="komek.audit.v1",
    key="actor",
    carries="audit log: who read or changed what",
    partitions=1,
)

PLANS = Topic(
    name="komek.plans.v1",
    key="plans",
    carries="applied response plans; the newest is in force, a tombstone restores the built-in plans",
    partitions=1,
)

NOTICES = Topic(
    name="komek.notices.v1",
    key="volunteer id",
    carries="notices sent to people, with channel and outcome; ids only",
)

SESSIONS = Topic(
    name="komek.sessions.v1",
    key="session:<id>, code:<digest> or revoked:<what>:<value>:<time>",
    carries="sessions of people, login codes as digests, revocations; a tombstone once they have no effect any more",
    # All API processes must agree on the first of two records.
    partitions=1,
)

ALARMS = Topic(
    name="komek.alarms.v1",
    key="alarm|what it is about",
    carries="which alarms operators have acknowledged or silenced; a tombstone once the alarm has ended",
    partitions=1,
)

HANDOVERS = Topic(
    name="komek.handovers.v1",
    key="note|<id>, read|<note id>|<operator id>",
    carries="notes of a shift for the next one, and who has read them; the texts are in `private`; tombstones after a week",
    partitions=1,
)

MESSAGES = Topic(
    name="komek.messages.v1",
    key="message|<id>, taken|<conversation>, ended|<conversation>",
    carries="messages from the public by SMS and Telegram, who works on them, what became of them; contents are in `private`",
    # All API processes must agree on the first of two records.
    partitions=1,
)

HINTS = Topic(
    name="komek.hints.v1",
    key="incident id",
    carries="what the assistant read out of texts: kinds, spans and probabilities, and what people found out about it; the "
    "values are in `private`",
)

ASSISTANT = Topic(
    name="komek.assistant.v1",
    key="mode|task|language, standing|task|language|version, weights|types",
    carries="which work of the assistant is switched on, and by whom; how good its hints have been; what it has learnt",
    partitions=1,
)

KEYS = Topic(
    name="komek.keys.v1",
    key="key id:step:unique",
    carries="the keys that the deployment uses, with check values: no keys",
    partitions=1,
)

WEBHOOKS = Topic(
    name="komek.webhooks.v1",
    key="place|<subscription>, letter|<subscription>|<event id>",
    carries="how far each webhook has come in `decisions`, and events that were given up: ids, codes and places in the log",
    partitions=1,
)

SHADOW = Topic(
    name="komek.shadow.v1",
    key="difference|<decision id>, tally|<worker>|<time>",
    carries="what another book of plans would have decided, where it differs, and sums; counts, ids of incidents and decisions",
    partitions=1,
)

TOPICS = (
    INCIDENTS,
    DECISIONS,
    OFFERS,
    INCIDENT_STATUS,
    LOCATIONS,
    VOLUNTEERS,
    VERIFICATIONS,
    PRIVATE,
    DEAD_LETTERS,
    AUDIT,
    PLANS,
    NOTICES,
    SESSIONS,
    ALARMS,
    HANDOVERS,
    MESSAGES,
    HINTS,
    ASSISTANT,
    KEYS,
    WEBHOOKS,
    SHADOW,
)
ERASABLE = (PRIVATE, VOLUNTEERS, INCIDENT_STATUS)
"""Compacted topics whose values must be gone soon after their tombstone, also in partitions without traffic."""
SAME_PARTITIONS = (INCIDENTS, DECISIONS)
"""Co-partitioned topics: a command and its decision are in partitions of the same number."""
