"""The table of retention: every topic and every key in Redis has a row, and topics are configured by it."""

import re
from collections.abc import Callable

import pytest

from streams import redis_keys
from streams.retention import classes
from streams.retention.classes import CLASSES, DAY_S, HOUR_S, DataClass, Ending, InRedis, InTopic, in_redis, of_topic
from streams.settings import Settings
from streams.topics import LOCATIONS, PRIVATE, TOPICS, VOLUNTEERS, Topic

PLAIN = {name: value for name, value in vars(redis_keys).items() if name.isupper() and name != "PREFIX"}
MADE: dict[str, Callable[..., str]] = {
    name: make for name, make in vars(redis_keys).items() if callable(make) and make.__module__ == redis_keys.__name__
}
KEYS: dict[str, str | Callable[..., str]] = {**PLAIN, **MADE}


def rows(place: type[InTopic] | type[InRedis]) -> list[DataClass]:
    return [row for row in CLASSES if isinstance(row.place, place)]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_has_a_row(topic: Topic) -> None:
    assert of_topic(topic.name).why


def test_every_row_of_a_topic_has_its_topic() -> None:
    named = [row.place.name for row in CLASSES if isinstance(row.place, InTopic)]

    assert sorted(named) == sorted(topic.name.split(".")[1] for topic in TOPICS)


@pytest.mark.parametrize("name", KEYS)
def test_every_key_in_redis_has_exactly_one_row(name: str) -> None:
    pattern = in_redis(KEYS[name], None, Ending.REMOVAL, "").place

    assert isinstance(pattern, InRedis)
    assert [row for row in rows(InRedis) if isinstance(row.place, InRedis) and row.place.pattern == pattern.pattern], (
        f"redis_keys.{name}: add a row to streams/retention/classes.py"
    )


def test_no_place_has_two_rows() -> None:
    places = [str(row.place) for row in CLASSES]

    assert len(set(places)) == len(places)
    assert len(rows(InRedis)) == len(KEYS)


@pytest.mark.parametrize("row", CLASSES, ids=lambda row: str(row.place))
def test_a_row_says_why_and_a_row_that_ends_by_time_says_when(row: DataClass) -> None:
    assert row.why
    if row.ending in (Ending.EXPIRY, Ending.RETENTION) and isinstance(row.place, InTopic | InRedis):
        assert row.kept_s


def test_a_topic_without_a_row_is_refused_with_the_place_to_add_it() -> None:
    with pytest.raises(KeyError, match=re.escape("komek.unheard-of.v1: add a row to streams/retention/classes.py")):
        of_topic("komek.unheard-of.v1")


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_segment_is_closed_long_before_its_records_must_go(topic: Topic) -> None:
    config = topic.config(Settings())

    # Kafka neither deletes nor compacts the segment that it writes: with the default of seven days an hour would be a week.
    assert int(config["segment.ms"]) <= (topic.retention_ms or 4 * DAY_S * 1000) / 4
    assert int(config["segment.bytes"]) <= 1 << 30


def test_positions_are_gone_at_most_a_quarter_of_an_hour_after_their_hour() -> None:
    assert (LOCATIONS.retention_ms, LOCATIONS.segment_ms) == (HOUR_S * 1000, HOUR_S * 250)


@pytest.mark.parametrize("topic", [VOLUNTEERS, PRIVATE])
def test_a_tombstone_outlives_every_dead_letter_that_could_bring_its_person_back(topic: Topic) -> None:
    letters_s = of_topic("komek.dead-letters.v1").kept_s

    assert letters_s is not None
    assert int(topic.config(Settings())["delete.retention.ms"]) > letters_s * 1000


def test_the_duty_of_the_last_hours_is_in_the_log_for_a_rebuild() -> None:
    config = VOLUNTEERS.config(Settings())

    assert int(config["min.compaction.lag.ms"]) > HOUR_S * 1000
    assert int(config["min.compaction.lag.ms"]) < int(config["max.compaction.lag.ms"])


def test_no_search_runs_after_the_first_place_has_expired() -> None:
    assert classes.READY_S < classes.PLACES_S
