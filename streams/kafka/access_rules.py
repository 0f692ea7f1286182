"""Who may do what in Kafka: one row per topic and one per consumer group, by component of Komek.

The only list. `komek topics acls` prints and applies it, processes check at start that they have what it says, `komek doctor`
names what is missing, and a secure local stack runs by it. A topic without a row fails a test. Each component has what its code
does and no more: a worker cannot read `audit`, the API cannot write `decisions`, a monitor writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from streams import topics
from streams.components import Component
from streams.kafka import groups
from streams.topics import Topic


class Resource(StrEnum):
    TOPIC = "topic"
    GROUP = "group"
    CLUSTER = "cluster"


class Operation(StrEnum):
    """Names of Kafka. READ of a group is membership and commits. READ and WRITE include DESCRIBE."""

    READ = "READ"
    WRITE = "WRITE"
    DESCRIBE = "DESCRIBE"
    DESCRIBE_CONFIGS = "DESCRIBE_CONFIGS"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    topic: Topic
    reads: frozenset[Component]
    writes: frozenset[Component]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRule:
    """`members` join and commit; `observers` read members and committed offsets."""

    group: str
    members: frozenset[Component]
    observers: frozenset[Component] = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One operation on one resource by its full name: there are no prefixes and no wildcards."""

    resource: Resource
    name: str
    operation: Operation

    def __str__(self) -> str:
        return f"{self.operation.lower()} {self.resource} {self.name}"


API, WORKER, NOTIFIER, ASSISTANT = Component.API, Component.WORKER, Component.NOTIFIER, Component.ASSISTANT
OPERATOR, MONITOR, BACKUP = Component.OPERATOR, Component.MONITOR, Component.BACKUP


NOT_BACKED_UP = (topics.LOCATIONS, topics.SHADOW)
"""As `streams/backup/carried.py` leaves them out; a test compares."""


def _rule(topic: Topic, *, reads: tuple[Component, ...] = (), writes: tuple[Component, ...] = ()) -> TopicRule:
    backup = () if topic in NOT_BACKED_UP else (BACKUP,)
    return TopicRule(topic=topic, reads=frozenset((*reads, *backup)), writes=frozenset(writes))


TOPIC_RULES: tuple[TopicRule, ...] = (
    # The API reads the oldest undecided command of each partition; workers order follow-up commands.
    _rule(topics.INCIDENTS, reads=(API, WORKER, OPERATOR), writes=(API, WORKER, OPERATOR)),
    _rule(topics.DECISIONS, reads=(API, WORKER, NOTIFIER, ASSISTANT, OPERATOR), writes=(WORKER,)),
    _rule(topics.OFFERS, reads=(API, WORKER, NOTIFIER, OPERATOR), writes=(WORKER,)),
    # Workers read it to end the states of incidents that ended long ago, the assistant to judge its hints.
    _rule(topics.INCIDENT_STATUS, reads=(API, WORKER, ASSISTANT, OPERATOR), writes=(WORKER,)),
    # The operator's rights to write these four are those of `simulate`, `replay` and `dead-letters replay`.
    _rule(topics.LOCATIONS, reads=(WORKER, OPERATOR), writes=(API, OPERATOR)),
    _rule(topics.VOLUNTEERS, reads=(WORKER, OPERATOR), writes=(API, WORKER, OPERATOR)),
    _rule(topics.VERIFICATIONS, reads=(WORKER, OPERATOR), writes=(API, OPERATOR)),
    # The API reads it once: the first process of an older deployment looks for a record that opens with its keys.
    # The assistant reads texts from Redis, and writes what it read out of them.
    _rule(topics.PRIVATE, reads=(API, WORKER, OPERATOR), writes=(API, WORKER, ASSISTANT, OPERATOR)),
    _rule(topics.DEAD_LETTERS, reads=(API, OPERATOR), writes=(WORKER, NOTIFIER, ASSISTANT, OPERATOR)),
    # The operator's commands name the newest entry in each of theirs, and verify the log. An export is a read of everything, so
    # the one thing that a backup writes is the entry about it.
    _rule(topics.AUDIT, reads=(API, OPERATOR), writes=(API, OPERATOR, BACKUP)),
    _rule(topics.PLANS, reads=(API, WORKER, OPERATOR), writes=(OPERATOR,)),
    # Who starts first declares its keys. The notifier has none.
    _rule(topics.KEYS, reads=(API, WORKER, ASSISTANT, OPERATOR), writes=(API, WORKER, OPERATOR)),
    # The API writes what people say about their notices: seen, delivered, a test; workers tell that a duty ends.
    _rule(topics.NOTICES, reads=(API, NOTIFIER), writes=(API, WORKER, NOTIFIER)),
    # What operators have heard; the API ends it too.
    _rule(topics.ALARMS, reads=(API,), writes=(API,)),
    # What a shift leaves for the next one. The API ends it too.
    _rule(topics.HANDOVERS, reads=(API,), writes=(API,)),
    # What the public sends, and what operators do about it.
    _rule(topics.MESSAGES, reads=(API,), writes=(API,)),
    _rule(topics.HINTS, reads=(ASSISTANT, OPERATOR), writes=(ASSISTANT, API)),
    # Operators switch by the API; the assistant switches itself to shadow where it is not good enough.
    _rule(topics.ASSISTANT, reads=(API, ASSISTANT), writes=(API, ASSISTANT)),
    # The notifier sends; `komek webhooks` orders another attempt.
    _rule(topics.WEBHOOKS, reads=(NOTIFIER, OPERATOR), writes=(NOTIFIER, OPERATOR)),
    # Workers write what another book would have decided; `komek shadow` reads it.
    _rule(topics.SHADOW, reads=(OPERATOR,), writes=(WORKER,)),
    # Nobody but the API can log somebody in, not even with every other key; an export holds digests of what was logged in with.
    _rule(topics.SESSIONS, reads=(API,), writes=(API,)),
)
# A backup holds committed offsets: a restored consumer repeats some records and skips none.
GROUP_RULES: tuple[GroupRule, ...] = (
    GroupRule(
        group=groups.DISPATCHER, members=frozenset({WORKER}), observers=frozenset({API, OPERATOR, MONITOR, BACKUP})
    ),
    GroupRule(group=groups.LOCATIONS, members=frozenset({WORKER}), observers=frozenset({MONITOR})),
    GroupRule(group=groups.PEOPLE, members=frozenset({WORKER}), observers=frozenset({MONITOR, BACKUP})),
    GroupRule(group=groups.VERIFICATIONS, members=frozenset({WORKER}), observers=frozenset({MONITOR, BACKUP})),
    GroupRule(group=groups.NOTIFIER, members=frozenset({NOTIFIER}), observers=frozenset({API, MONITOR, BACKUP})),
    GroupRule(group=groups.ASSISTANT, members=frozenset({ASSISTANT}), observers=frozenset({API, MONITOR, BACKUP})),
    GroupRule(group=groups.JUDGES, members=frozenset({ASSISTANT}), observers=frozenset({MONITOR, BACKUP})),
    GroupRule(group=groups.WEBHOOKS, members=frozenset({NOTIFIER}), observers=frozenset({MONITOR})),
    GroupRule(group=groups.LADDER, members=frozenset({NOTIFIER}), observers=frozenset({MONITOR, BACKUP})),
)


CLUSTER_READERS = frozenset({OPERATOR})
"""Who may read what the cluster says of itself, and nothing in it: with it `komek doctor` sees the ACLs of every component."""
THE_CLUSTER = "kafka-cluster"
"""As Kafka names it in ACLs."""


def rights_of(component: Component) -> list[Right]:
    """Every right of a component, in the order of the tables."""
    cluster = [Right(Resource.CLUSTER, THE_CLUSTER, Operation.DESCRIBE)] if component in CLUSTER_READERS else []
    return [*_topic_rights(component), *_group_rights(component), *cluster]


def _topic_rights(component: Component) -> Iterator[Right]:
    for rule in TOPIC_RULES:
        uses = [
            operation
            for operation, allowed in ((Operation.READ, rule.reads), (Operation.WRITE, rule.writes))
            if component in allowed
        ]
        # Everybody compares partitions and configuration of all topics at start (`topic_admin.check_topics`).
        for operation in (*(uses or [Operation.DESCRIBE]), Operation.DESCRIBE_CONFIGS):
            yield Right(Resource.TOPIC, rule.topic.name, operation)


def _group_rights(component: Component) -> Iterator[Right]:
    for rule in GROUP_RULES:
        if component in rule.members:
            yield Right(Resource.GROUP, rule.group, Operation.READ)
        elif component in rule.observers:
            yield Right(Resource.GROUP, rule.group, Operation.DESCRIBE)
