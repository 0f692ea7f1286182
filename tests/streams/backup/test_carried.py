"""Every topic is carried by an export, or left out for a reason; the log is cut in an order in which nothing lacks its cause."""

import pytest

from streams.backup.carried import CARRIED, ERASING, GROUPS, LEFT_OUT, carried
from streams.kafka.access_rules import GROUP_RULES
from streams.kafka.groups import LOCATIONS
from streams.kafka.groups import WEBHOOKS as WEBHOOKS_TURN
from streams.topics import (
    AUDIT,
    DECISIONS,
    HANDOVERS,
    HINTS,
    INCIDENT_STATUS,
    INCIDENTS,
    KEYS,
    OFFERS,
    PRIVATE,
    TOPICS,
    VOLUNTEERS,
    WEBHOOKS,
    Topic,
)

ORDER = [one.topic for one in CARRIED]


def test_each_topic_has_its_row() -> None:
    assert {*ORDER, *LEFT_OUT} == set(TOPICS)
    assert len(ORDER) == len(set(ORDER))
    assert not LEFT_OUT.keys() & set(ORDER)


def test_each_group_that_goes_on_is_carried() -> None:
    assert {rule.group for rule in GROUP_RULES} == {*GROUPS, LOCATIONS, WEBHOOKS_TURN}


@pytest.mark.parametrize(
    ("effect", "cause"),
    [
        (OFFERS, DECISIONS),
        (INCIDENT_STATUS, DECISIONS),
        (WEBHOOKS, DECISIONS),
        (HINTS, PRIVATE),
        (DECISIONS, INCIDENTS),
        (INCIDENTS, PRIVATE),
        (VOLUNTEERS, PRIVATE),
        (HANDOVERS, PRIVATE),
        (PRIVATE, KEYS),
        (PRIVATE, AUDIT),
    ],
    ids=lambda topic: topic.name,
)
def test_what_follows_from_something_is_cut_before_it(effect: Topic, cause: Topic) -> None:
    assert ORDER.index(effect) < ORDER.index(cause)


@pytest.mark.parametrize("topic", [INCIDENTS, DECISIONS, OFFERS, PRIVATE, AUDIT], ids=lambda topic: topic.name)
def test_what_is_named_by_its_offset_keeps_it(topic: Topic) -> None:
    assert carried(topic.name).keeps_offsets


def test_what_can_be_erased_is_carried() -> None:
    assert set(ERASING) <= set(ORDER)
