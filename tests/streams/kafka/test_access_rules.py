"""The table of who may do what in Kafka: complete, without wildcards, and with the separations that the rest relies on."""

import pytest

from streams import topics
from streams.backup.carried import CARRIED, GROUPS, LEFT_OUT
from streams.components import Component
from streams.kafka import groups, rights
from streams.kafka.access_rules import GROUP_RULES, TOPIC_RULES, Operation, Resource, Right, rights_of
from streams.kafka.acl_admin import Grant, grants, usual_principals
from streams.topics import TOPICS

API, WORKER, NOTIFIER = Component.API, Component.WORKER, Component.NOTIFIER
OPERATOR, MONITOR, BACKUP = Component.OPERATOR, Component.MONITOR, Component.BACKUP


def writers(topic: topics.Topic) -> set[Component]:
    return {who for who in Component if Right(Resource.TOPIC, topic.name, Operation.WRITE) in rights_of(who)}


def readers(topic: topics.Topic) -> set[Component]:
    return {who for who in Component if Right(Resource.TOPIC, topic.name, Operation.READ) in rights_of(who)}


def test_every_topic_has_one_row_with_a_writer_and_a_reader() -> None:
    """A new topic gets its row in `streams/kafka/access_rules.py`: by what the code of each component does with it."""
    assert sorted(rule.topic.name for rule in TOPIC_RULES) == sorted(topic.name for topic in TOPICS)
    assert [rule.topic.name for rule in TOPIC_RULES if not rule.reads or not rule.writes] == []


def test_every_group_has_one_row_and_one_component_as_its_member() -> None:
    named = {value for name, value in vars(groups).items() if name.isupper() and isinstance(value, str)}

    assert {rule.group for rule in GROUP_RULES} == named
    assert [rule.group for rule in GROUP_RULES if len(rule.members) != 1 or rule.members & rule.observers] == []


def test_only_workers_decide_and_only_the_operator_changes_plans() -> None:
    assert writers(topics.DECISIONS) == writers(topics.OFFERS) == writers(topics.INCIDENT_STATUS) == {WORKER}
    assert writers(topics.PLANS) == {OPERATOR}
    assert writers(topics.NOTICES) == {API, WORKER, NOTIFIER}


def test_a_monitor_reads_no_record_and_writes_none() -> None:
    assert {right.operation for right in rights_of(MONITOR)} == {Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS}


def test_notifier_and_monitor_see_nothing_of_private_and_a_worker_nothing_of_the_audit() -> None:
    assert not {NOTIFIER, MONITOR} & (readers(topics.PRIVATE) | readers(topics.LOCATIONS) | readers(topics.VOLUNTEERS))
    assert (readers(topics.SESSIONS), writers(topics.SESSIONS)) == ({API, BACKUP}, {API})
    assert WORKER not in readers(topics.AUDIT) | writers(topics.AUDIT)


def test_a_backup_reads_what_an_export_carries_and_writes_nothing_but_that_it_did() -> None:
    """`streams/backup/carried.py` says what an export carries."""
    read = {topic for topic in TOPICS if BACKUP in readers(topic)}
    seen = {right.name for right in rights_of(BACKUP) if right.resource is Resource.GROUP}

    assert read == {one.topic for one in CARRIED} == set(TOPICS) - set(LEFT_OUT)
    assert [topic for topic in TOPICS if BACKUP in writers(topic)] == [topics.AUDIT]
    assert seen == set(GROUPS)
    assert {right.operation for right in rights_of(BACKUP) if right.resource is Resource.GROUP} == {Operation.DESCRIBE}


@pytest.mark.parametrize("component", list(Component))
def test_rights_are_of_full_names_and_stated_once(component: Component) -> None:
    stated = rights_of(component)

    assert len(stated) == len(set(stated))
    assert {right.name for right in stated if right.resource is Resource.TOPIC} == {topic.name for topic in TOPICS}
    assert all(right.name.isascii() and "*" not in right.name for right in stated)


def test_components_with_one_principal_share_their_rights() -> None:
    one = grants({**usual_principals(), API: "User:both", WORKER: "User:both"})

    assert {grant.right for grant in one if grant.principal == "User:both"} == {*rights_of(API), *rights_of(WORKER)}
    assert Grant("User:komek-api", rights_of(API)[0]) not in one


def test_what_the_brokers_do_not_tell_is_not_missing() -> None:
    decisions = (Resource.TOPIC, topics.DECISIONS.name)

    assert rights.missing_rights({}, WORKER) == []
    assert rights.missing_rights({decisions: {"READ", "DESCRIBE_CONFIGS"}}, WORKER) == [
        Right(Resource.TOPIC, topics.DECISIONS.name, Operation.WRITE)
    ]
