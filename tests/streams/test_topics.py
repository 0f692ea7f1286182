"""The list of topics: what is promised about keys, partitions and how long records are kept."""

import re

import pytest

from streams import topics
from streams.settings import Settings
from streams.topics import TOPICS, Topic

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
SETTINGS = Settings(partitions=12, min_insync=2)


def test_the_list_holds_every_topic_once() -> None:
    defined = [value for value in vars(topics).values() if isinstance(value, Topic)]

    assert sorted(defined, key=lambda topic: topic.name) == sorted(TOPICS, key=lambda topic: topic.name)
    assert len({topic.name for topic in TOPICS}) == len(TOPICS) == 21


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_has_a_versioned_name_and_says_what_it_carries(topic: Topic) -> None:
    assert re.fullmatch(r"komek\.[a-z]+(-[a-z]+)*\.v1", topic.name)
    assert topic.key
    assert topic.carries


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_time_is_the_logs_in_every_topic(topic: Topic) -> None:
    config = topic.config(SETTINGS)

    assert config["message.timestamp.type"] == "LogAppendTime"
    assert config["min.insync.replicas"] == "2"


@pytest.mark.parametrize(
    ("topic", "retention_ms"),
    [
        (topics.INCIDENTS, 7 * DAY_MS),
        (topics.DECISIONS, 365 * DAY_MS),
        (topics.OFFERS, 365 * DAY_MS),
        (topics.LOCATIONS, HOUR_MS),  # where people were is nobody's business after that
        (topics.DEAD_LETTERS, 30 * DAY_MS),
        (topics.AUDIT, 365 * DAY_MS),
        (topics.NOTICES, 30 * DAY_MS),
    ],
)
def test_records_are_kept_as_long_as_promised(topic: Topic, retention_ms: int) -> None:
    config = topic.config(SETTINGS)

    assert (config["cleanup.policy"], config["retention.ms"]) == ("delete", str(retention_ms))
    assert "max.compaction.lag.ms" not in config


@pytest.mark.parametrize("topic", [topics.INCIDENT_STATUS, topics.VOLUNTEERS, topics.PRIVATE])
def test_of_compacted_topics_the_newest_record_stays_and_an_older_one_goes_within_a_day(topic: Topic) -> None:
    config = topic.config(SETTINGS)

    assert config["cleanup.policy"] == "compact"
    assert int(config["max.compaction.lag.ms"]) <= DAY_MS
    assert "retention.ms" not in config


def test_a_command_and_its_decision_lie_in_partitions_of_the_same_number() -> None:
    assert set(topics.SAME_PARTITIONS) == {topics.INCIDENTS, topics.DECISIONS}
    assert {topic.partition_count(SETTINGS) for topic in topics.SAME_PARTITIONS} == {12}


def test_what_a_few_people_read_in_order_lies_in_one_partition() -> None:
    assert [topic for topic in TOPICS if topic.partition_count(SETTINGS) == 1] == [
        topics.DEAD_LETTERS,
        topics.AUDIT,
        topics.PLANS,
        topics.SESSIONS,
        topics.ALARMS,
        topics.HANDOVERS,
        topics.MESSAGES,
        topics.ASSISTANT,
        topics.KEYS,
        topics.WEBHOOKS,
        topics.SHADOW,
    ]


def test_a_second_claim_of_a_login_code_removes_the_first_only_after_everybody_has_read_it() -> None:
    assert int(topics.SESSIONS.config(SETTINGS)["min.compaction.lag.ms"]) >= HOUR_MS
