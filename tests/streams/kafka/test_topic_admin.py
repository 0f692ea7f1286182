"""Topics beside the list: what is missing, what differs, and which differences must keep a worker from starting."""

from dataclasses import replace

import pytest

from streams.errors import BrokerError
from streams.kafka import topic_admin
from streams.kafka.topic_drift import Cure, TopicDrift, TopicState, problems_of
from streams.settings import Settings
from streams.topics import AUDIT, DECISIONS, INCIDENTS, PRIVATE, TOPICS, Topic

SETTINGS = Settings(kafka="127.0.0.1:9092", partitions=4, replication=2, min_insync=1)


def as_stated(topic: Topic) -> TopicState:
    return TopicState(
        name=topic.name, partitions=topic.partition_count(SETTINGS), replication=2, config=topic.config(SETTINGS)
    )


def states(*changed: TopicState) -> dict[str, TopicState]:
    return {topic.name: as_stated(topic) for topic in TOPICS} | {state.name: state for state in changed}


def with_config(topic: Topic, **config: str) -> TopicState:
    state = as_stated(topic)
    return replace(state, config={**state.config, **{name.replace("_", "."): value for name, value in config.items()}})


def dangerous(problems: list[TopicDrift]) -> list[str]:
    return [problem.topic for problem in problems if problem.is_dangerous]


def test_topics_as_stated_are_no_problem() -> None:
    assert problems_of(states(), SETTINGS) == []


def test_a_missing_topic_is_dangerous_and_created() -> None:
    known = states()
    del known[AUDIT.name]

    (problem,) = problems_of(known, SETTINGS)

    assert (problem.topic, problem.cure, problem.is_dangerous) == (AUDIT.name, Cure.CREATE, True)


@pytest.mark.parametrize(
    ("state", "is_dangerous"),
    [
        (with_config(INCIDENTS, retention_ms="1000"), True),  # commands would be gone before they are decided
        (with_config(INCIDENTS, retention_ms="-1"), False),  # kept for ever: space only
        (with_config(INCIDENTS, retention_ms=str(30 * 86_400_000)), False),
        (with_config(INCIDENTS, cleanup_policy="compact"), True),  # one command of each zone would be left
        (with_config(PRIVATE, cleanup_policy="delete"), True),
        (with_config(DECISIONS, message_timestamp_type="CreateTime"), True),  # decisions go by the log's clock
        (with_config(DECISIONS, min_insync_replicas="0"), True),
        (with_config(DECISIONS, min_insync_replicas="2"), False),
        (with_config(PRIVATE, min_cleanable_dirty_ratio="0.5"), False),
    ],
)
def test_configuration_is_dangerous_where_records_or_their_order_in_time_would_be_lost(
    state: TopicState, is_dangerous: bool
) -> None:
    (problem,) = problems_of(states(state), SETTINGS)

    assert (problem.cure, problem.is_dangerous) == (Cure.ALTER, is_dangerous)


def test_fewer_replicas_than_asked_for_are_dangerous_and_not_cured_by_itself() -> None:
    (problem,) = problems_of(states(replace(as_stated(AUDIT), replication=1)), SETTINGS)

    assert (problem.cure, problem.is_dangerous) == (Cure.BY_HAND, True)


def test_more_in_sync_replicas_than_there_are_is_never_altered_since_nothing_could_be_written() -> None:
    asked = replace(SETTINGS, min_insync=3)
    known = states(*(with_config(topic, min_insync_replicas="3") for topic in TOPICS if topic is not AUDIT))

    (problem,) = problems_of(known, asked)

    assert (problem.topic, problem.cure) == (AUDIT.name, Cure.BY_HAND)


def test_incidents_and_decisions_with_unequal_partitions_are_dangerous() -> None:
    problems = problems_of(states(replace(as_stated(DECISIONS), partitions=8)), SETTINGS)

    assert dangerous(problems) == [DECISIONS.name]


def test_the_same_other_number_of_partitions_of_both_keeps_nothing_from_starting() -> None:
    both = [replace(as_stated(topic), partitions=8) for topic in (INCIDENTS, DECISIONS)]

    problems = problems_of(states(*both), SETTINGS)

    assert len(problems) == 2
    assert dangerous(problems) == []
    assert all("KOMEK_PARTITIONS=8" in problem.advice for problem in problems)


def test_no_broker_is_told_within_the_given_patience() -> None:
    with pytest.raises(BrokerError, match="no Kafka broker accepts connections") as raised:
        topic_admin.check_topics(replace(SETTINGS, kafka="127.0.0.1:1"), timeout_s=0.1)

    assert "KOMEK_KAFKA" in raised.value.cure
