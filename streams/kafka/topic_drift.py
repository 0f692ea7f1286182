"""Compares the topics on the broker with those stated in `topics.py`, and marks dangerous differences. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dispatch.model.counted import counted
from streams.settings import Settings
from streams.topics import SAME_PARTITIONS, TOPICS, Topic

APPLY = "run `komek topics apply`"
IMPORTING = {"cleanup.policy": "delete", "retention.ms": "-1", "message.timestamp.type": "CreateTime"}
"""How `komek import` sets topics until it has ended (`streams/backup/target.py`); no topic is stated so. It is the mark of an
import that has not ended: whoever looks at the topics sees it, on any machine, with the rights that it has anyway."""
UNFINISHED = "an import (`komek import`) has begun on this Kafka and has not ended: its log is not whole"
FINISH = (
    "run the same `komek import` again, it goes on where it was; or delete Komek's topics (they hold nothing that the export "
    "lacks) and import anew"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """A topic as the broker describes it. `replication` is the lowest of all its partitions."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]


class Cure(StrEnum):
    CREATE = "create"
    ALTER = "alter"
    BY_HAND = "by hand"
    END_IMPORT = "end the import"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDrift:
    """One difference between a topic and its statement. If `is_dangerous`, no worker or API may start before it is fixed."""

    topic: str
    what: str
    cure: Cure
    advice: str
    is_dangerous: bool
    config: tuple[str, str] | None = None

    def __str__(self) -> str:
        # An import is about all topics: it is said once (`told`).
        where = "" if self.cure is Cure.END_IMPORT else f"{self.topic}: "
        return f"{where}{self.what}: {self.advice}"


def told(problems: Iterable[TopicDrift]) -> str:
    """One line for each."""
    return "\n".join(dict.fromkeys(map(str, problems)))


def is_importing(state: TopicState) -> bool:
    """Whether the topic is set for an import that has not ended."""
    return IMPORTING.items() <= dict(state.config).items()


def problems_of(states: Mapping[str, TopicState], settings: Settings) -> list[TopicDrift]:
    """All differences, in the order of `TOPICS`."""
    found: list[TopicDrift] = []
    for topic in TOPICS:
        state = states.get(topic.name)
        found += [_missing(topic)] if state is None else _differences(topic, state, settings)
    return found + _unequal(states)


def _missing(topic: Topic) -> TopicDrift:
    return TopicDrift(topic=topic.name, what="does not exist", cure=Cure.CREATE, advice=APPLY, is_dangerous=True)


def _differences(topic: Topic, state: TopicState, settings: Settings) -> Iterator[TopicDrift]:
    if is_importing(state):
        yield TopicDrift(topic=topic.name, what=UNFINISHED, cure=Cure.END_IMPORT, advice=FINISH, is_dangerous=True)
        return
    yield from _partition_differences(topic, state, settings)
    if state.replication < settings.replication:
        yield TopicDrift(
            topic=topic.name,
            what=f"has {counted(state.replication, 'replica')}, KOMEK_REPLICATION asks for {settings.replication}",
            cure=Cure.BY_HAND,
            advice="move its partitions with kafka-reassign-partitions, or lower KOMEK_REPLICATION",
            is_dangerous=True,
        )
    for name, wanted in topic.config(settings).items():
        # Only stated settings are compared: an operator may tune all others.
        held = state.config.get(name)
        if held == wanted:
            continue
        # With more in-sync replicas required than there are replicas, no record could be confirmed.
        impossible = name == "min.insync.replicas" and int(wanted) > state.replication
        yield TopicDrift(
            topic=topic.name,
            what=f"{name} is {held}, stated is {wanted}",
            cure=Cure.BY_HAND if impossible else Cure.ALTER,
            advice="there are too few replicas; lower KOMEK_MIN_INSYNC" if impossible else APPLY,
            is_dangerous=_endangers(name, held, wanted),
            config=(name, wanted),
        )


def _partition_differences(topic: Topic, state: TopicState, settings: Settings) -> Iterator[TopicDrift]:
    wanted = topic.partition_count(settings)
    if state.partitions == wanted:
        return
    source = "the list of topics" if topic.partitions else "KOMEK_PARTITIONS"
    yield TopicDrift(
        topic=topic.name,
        what=f"has {counted(state.partitions, 'partition')}, {source} says {wanted}",
        cure=Cure.BY_HAND,
        advice=(
            f"set KOMEK_PARTITIONS={state.partitions}; to have {wanted}, stop intake, let the workers finish, and "
            "begin with new topics: a change in place would send an incident's commands to two workers"
            if topic in SAME_PARTITIONS
            else "harmless; `kafka-topics --alter` adds partitions, none can be taken away"
        ),
        is_dangerous=False,
    )


def _unequal(states: Mapping[str, TopicState]) -> list[TopicDrift]:
    counts = {topic.name: states[topic.name].partitions for topic in SAME_PARTITIONS if topic.name in states}
    # A decision is written to the partition with the number of its command (DESIGN 1), so these topics need equal counts.
    if len(set(counts.values())) < 2:
        return []
    listed = ", ".join(f"{name} has {count}" for name, count in counts.items())
    return [
        TopicDrift(
            topic=SAME_PARTITIONS[-1].name,
            what=f"must have as many partitions as {SAME_PARTITIONS[0].name}: {listed}",
            cure=Cure.BY_HAND,
            advice="stop Komek and add partitions to the smaller with `kafka-topics --alter`, if it is still empty; "
            "otherwise begin with new topics",
            is_dangerous=True,
        )
    ]


def _endangers(name: str, held: str | None, wanted: str) -> bool:
    """Whether this difference can lose records or change decisions; other differences only cost space or time."""
    # Compaction of the wrong topic loses commands; with CreateTime the clocks of clients would decide (DESIGN 8).
    if name in ("cleanup.policy", "message.timestamp.type"):
        return True
    if name == "retention.ms":
        return held is None or 0 <= int(held) < int(wanted)  # -1 keeps for ever
    # With fewer in-sync replicas an acknowledged record can be lost with one broker.
    return name == "min.insync.replicas" and (held is None or int(held) < int(wanted))
