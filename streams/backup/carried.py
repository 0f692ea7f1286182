"""The table of exports: each topic with the reason why it is carried or left out, in the order in which the log is cut.

**Cut.** An export is bounded by the end offsets at its start, taken topic by topic in this order: what follows from something is
cut before it. So no offer, status or hint lacks its decision, no decision its command, no command its private texts, no text its
key; what the workers publish again after a rebuild (their last 256 decisions) covers offers that were cut too early. Offsets that
consumers have committed are taken first of all: a restored consumer repeats some records and skips none.

**Offsets.** A decision names its command by partition and offset, an offer its decision, a profile its private record, an audit
entry the one before it. In the topics that are named so, each record gets the offset that it had. In the other compacted topics
only the order counts; their last record keeps its offset and the others close up behind it, so that a month of replaced records
need not be filled. In every topic a new record gets an offset that no record of the export had.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from streams import topics
from streams.kafka import groups
from streams.topics import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """`is_named_by_offset`: records elsewhere state offsets of this topic. A topic that is not compacted has no gaps, so it keeps
    its offsets anyway."""

    topic: Topic
    why: str
    is_named_by_offset: bool = False
    ends_at_its_cut: bool = False
    """Its newest records may speak of decisions that the export does not hold; an older place repeats some and skips none."""

    @property
    def keeps_offsets(self) -> bool:
        return self.is_named_by_offset or not self.topic.compacted


CARRIED: tuple[Carried, ...] = (
    Carried(topic=topics.NOTICES, why="whom the notifier has told: nobody is rung twice after a restore"),
    Carried(topic=topics.DEAD_LETTERS, why="what waits to be replayed, and the reason"),
    Carried(topic=topics.HINTS, why="how good the assistant was; not written anew"),
    Carried(
        topic=topics.OFFERS,
        why="derived, but its order says which offers are valid, and only the last ones are published again",
    ),
    Carried(
        topic=topics.INCIDENT_STATUS, why="derived, but states of incidents that have ended are not published again"
    ),
    Carried(
        topic=topics.WEBHOOKS,
        why="where each webhook goes on in the decisions, and what it still owes",
        ends_at_its_cut=True,
    ),
    Carried(topic=topics.DECISIONS, why="the truth about incidents", is_named_by_offset=True),
    Carried(
        topic=topics.INCIDENTS,
        why="the commands: those without a decision are decided after the restore",
        is_named_by_offset=True,
    ),
    Carried(topic=topics.VOLUNTEERS, why="people and their duty"),
    Carried(topic=topics.VERIFICATIONS, why="which skills count"),
    Carried(topic=topics.MESSAGES, why="messages from the public, and what became of them"),
    Carried(topic=topics.HANDOVERS, why="notes of shifts"),
    Carried(topic=topics.ALARMS, why="which alarms were heard"),
    Carried(topic=topics.ASSISTANT, why="switches of the assistant, and what it has learnt"),
    Carried(topic=topics.PLANS, why="the response plans in force"),
    Carried(topic=topics.SESSIONS, why="who is logged in, and what was revoked"),
    Carried(topic=topics.PRIVATE, why="the sealed texts, as they are sealed", is_named_by_offset=True),
    Carried(topic=topics.KEYS, why="which keys the deployment uses; no keys"),
    Carried(topic=topics.AUDIT, why="who saw or did what; its entries name each other", is_named_by_offset=True),
)
"""In the order in which the log is cut."""

LEFT_OUT: dict[Topic, str] = {
    topics.LOCATIONS: "positions of the last hour: of no use after a restore, and a track of people in every backup",
    topics.SHADOW: "what another book of plans would have decided: a measurement of the deployment that is gone",
}
"""Beside these: Redis (rebuilt from the log), logs and metrics, and what Kafka keeps for itself."""

GROUPS = (
    groups.DISPATCHER,
    groups.PEOPLE,
    groups.VERIFICATIONS,
    groups.NOTIFIER,
    groups.LADDER,
    groups.ASSISTANT,
    groups.JUDGES,
)
"""Whose committed offsets are carried; the group of positions has nothing to go on with."""

ERASING = (topics.VOLUNTEERS, topics.VERIFICATIONS, topics.SESSIONS, topics.PRIVATE)
"""Topics whose tombstones, and revocations, an import applies also where they came after the export (`erasures.py`)."""


def carried(name: str) -> Carried:
    """Raises KeyError: this topic is not carried."""
    return _BY_NAME[name]


def read_on() -> Iterator[Carried]:
    """Topics that are read once more to their end, because compaction may have removed records meanwhile."""
    return (one for one in CARRIED if one.topic.compacted and not one.ends_at_its_cut)


_BY_NAME = {one.topic.name: one for one in CARRIED}
