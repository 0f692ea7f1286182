"""Topics on a real broker: made once, put right, and never changed where that would part an incident's commands."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from streams.kafka import topic_admin
from streams.kafka.topic_admin import TopicResult
from streams.kafka.topic_drift import Cure
from streams.settings import Settings
from streams.topics import AUDIT, DEAD_LETTERS, TOPICS
from tests.support.waiting import until


@pytest.fixture
def settings(kafka: str) -> Iterator[Settings]:
    """As whoever used the broker first has made the topics."""
    rows = topic_admin.apply_topics(Settings(kafka=kafka))
    settings = Settings(kafka=kafka, partitions=rows[0].partitions)
    topic_admin.apply_topics(settings)
    yield settings
    topic_admin.apply_topics(settings)


def change(settings: Settings, topic: str, **config: str) -> None:
    named = {name.replace("_", "."): value for name, value in config.items()}
    with topic_admin.connected(settings) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, named)])


def standings(settings: Settings) -> dict[str, TopicResult]:
    return {row.topic: row.standing for row in topic_admin.apply_topics(settings)}


def test_a_second_apply_changes_nothing(settings: Settings) -> None:
    assert set(standings(settings).values()) == {TopicResult.AS_STATED}
    assert topic_admin.check_topics(settings) == []


def test_a_missing_topic_is_told_and_made(settings: Settings) -> None:
    with topic_admin.connected(settings) as admin:
        admin.delete_topics([DEAD_LETTERS.name])

    # The broker forgets a deleted topic some milliseconds after it confirmed that it would.
    until(lambda: bool(topic_admin.check_topics(settings)), within_s=10)
    assert [problem.cure for problem in topic_admin.check_topics(settings)] == [Cure.CREATE]
    assert standings(settings)[DEAD_LETTERS.name] is TopicResult.CREATED
    assert topic_admin.check_topics(settings) == []


def test_a_shorter_retention_is_dangerous_and_altered_back(settings: Settings) -> None:
    change(settings, AUDIT.name, retention_ms="3600000")

    (problem,) = topic_admin.check_topics(settings)
    assert "retention.ms is 3600000" in problem.what
    assert standings(settings)[AUDIT.name] is TopicResult.ALTERED
    assert topic_admin.check_topics(settings) == []


def test_other_numbers_of_partitions_are_named_and_left_alone(settings: Settings) -> None:
    asked = replace(settings, partitions=settings.partitions + 1)

    rows = {row.topic: row for row in topic_admin.apply_topics(asked)}

    refused = {topic for topic, row in rows.items() if row.standing is TopicResult.REFUSED}
    assert refused == {"komek.incidents.v1", "komek.decisions.v1"}
    assert all(rows[topic.name].partitions == topic.partition_count(settings) for topic in TOPICS)


def test_more_replicas_than_there_are_brokers_keep_everything_from_starting(settings: Settings) -> None:
    problems = topic_admin.check_topics(replace(settings, replication=3))

    assert {problem.topic for problem in problems} == {topic.name for topic in TOPICS}
    assert {problem.cure for problem in problems} == {Cure.BY_HAND}
