"""The whole way on a Kafka with TLS, users and ACLs, and what each component, and a stranger, may not do there."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import GroupAuthorizationFailedError
from kafka import KafkaProducer
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from dispatch.model.commands import CloseIncident
from dispatch.model.ids import zone_of_incident
from streams import clock, wire
from streams.components import Component
from streams.kafka import acl_admin, acl_review, clients, groups, rights, topic_admin
from streams.kafka.access_rules import Operation, Resource, rights_of
from streams.kafka.acl_review import AclReview, Unseen
from streams.kafka.groups import DISPATCHER, NOTIFIER
from streams.local.keys import write_secret
from streams.topics import (
    AUDIT,
    DEAD_LETTERS,
    DECISIONS,
    INCIDENTS,
    LOCATIONS,
    NOTICES,
    OFFERS,
    PLANS,
    PRIVATE,
    SESSIONS,
    TOPICS,
)
from tests.support.secure_stack import SecureStack, fetch, values, write
from tests.support.town import Town
from tests.support.waiting import until

pytestmark = pytest.mark.stack

API, WORKER, OPERATOR, MONITOR = Component.API, Component.WORKER, Component.OPERATOR, Component.MONITOR
BACKUP = Component.BACKUP
NOTICES_SENDER = Component.NOTIFIER
CLIENT = "komek-test"
PLANS_FILE = Path(__file__).parents[2] / "dispatch" / "plans" / "builtin.toml"


def test_the_whole_way_works_and_no_component_is_denied_anything(
    secure_stack: SecureStack, secure_town: Town, tmp_path: Path
) -> None:
    """Everything that uses Kafka runs once: decisions, notices, dead letters, plans, the rebuild, the board of the operator."""
    before = secure_stack.denials()
    near = secure_town.volunteer("near")
    incident = secure_town.report(caller={"name": "A", "phone": "+77010000000"}, description="түтін")
    offer = until(lambda: secure_town.live(incident).get(near))
    secure_town.answer(offer, "accept")
    until(lambda: secure_town.incident(incident)["status"] == "staffed")
    until(lambda: [notice for notice in values(secure_stack.settings_of(NOTICES_SENDER), NOTICES.name) if notice])
    # What nobody can read becomes a dead letter of its reader.
    write(secure_stack.settings_of(API), INCIDENTS.name, b"no command")
    write(secure_stack.settings_of(WORKER), OFFERS.name, b"no offer")
    letters = until(
        lambda: len(found := json.loads(said(secure_stack, "dead-letters", "list", "--json"))) >= 2 and found
    )
    said(secure_stack, "dead-letters", "dismiss", *[letter["id"] for letter in letters], "--because", "rubbish")
    plans = tmp_path / "plans.toml"
    plans.write_text(PLANS_FILE.read_text("utf-8"), "utf-8")
    said(secure_stack, "plans", "apply", str(plans))
    said(secure_stack, "topics", "check")
    assert incident in said(secure_stack, "board", "--print")
    said(secure_stack, "rebuild")
    secure_town.call("POST", f"/v1/incidents/{incident}/close", "operator", "op-1", {})
    until(lambda: secure_town.incident(incident)["status"] == "closed")

    assert secure_stack.denials() == before


def said(stack: SecureStack, *arguments: str) -> str:
    """A command of the operator, with the settings that `stack.json` states."""
    done = stack.run(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("component", list(Component))
def test_the_broker_lets_each_component_do_what_the_table_says_and_no_more(
    component: Component, secure_stack: SecureStack
) -> None:
    with topic_admin.connected(secure_stack.settings_of(component)) as admin:
        held = rights.held_rights(admin)

    stated: dict[tuple[Resource, str], set[str]] = {place: set() for place in held}
    for right in rights_of(component):
        # Nobody has webhooks here, and brokers describe no group that nobody has joined.
        if right.name == groups.WEBHOOKS:
            continue
        # What it may see of all others is asked for below, by asking.
        if right.resource is Resource.CLUSTER:
            continue
        # Kafka includes DESCRIBE in every other operation.
        stated[right.resource, right.name] |= {right.operation, Operation.DESCRIBE}
    assert {place: set(operations) for place, operations in held.items()} == stated


def test_a_backup_is_made_as_its_own_user_with_an_entry_in_the_audit_and_nothing_is_denied(
    secure_stack: SecureStack, tmp_path: Path
) -> None:
    before, key = secure_stack.denials(), tmp_path / "key"
    write_secret(key, "a secret of the tests, long enough")

    done = secure_stack.run_as(BACKUP, "export", str(tmp_path / "exports"), "--key-file", str(key), "--check")
    kept = secure_stack.run_as(BACKUP, "export", str(tmp_path / "exports"), "--key-file", str(key), "--erasures")

    assert (done.returncode, kept.returncode) == (0, 0), done.stderr + kept.stderr
    assert "not in the audit log" not in done.stderr
    assert secure_stack.denials() == before


@pytest.mark.parametrize("component", list(Component))
def test_the_operator_alone_sees_the_rights_of_all_and_they_are_as_stated(
    component: Component, secure_stack: SecureStack
) -> None:
    with topic_admin.connected(secure_stack.settings_of(component)) as admin:
        found = acl_review.review(admin, acl_admin.usual_principals())

    nothing = AclReview(lacking={}, surplus={}, without_entries=[])
    assert found == (nothing if component is OPERATOR else Unseen.DENIED)


@pytest.mark.parametrize(
    ("component", "topic"),
    [
        # Only workers decide: a decision of somebody else would bind everybody.
        (API, DECISIONS),
        (OPERATOR, DECISIONS),
        (API, OFFERS),
        (NOTICES_SENDER, INCIDENTS),
        # Nobody may cover the tracks of others.
        (WORKER, AUDIT),
        (API, PLANS),
        (OPERATOR, SESSIONS),
        *((MONITOR, topic) for topic in (INCIDENTS, DECISIONS, NOTICES, AUDIT, DEAD_LETTERS)),
        # Whoever takes the secrets of a backup can read everything that it holds, and change nothing of it.
        *((BACKUP, topic) for topic in TOPICS if topic is not AUDIT),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_record_of_somebody_else_is_not_written(component: Component, topic: Any, secure_stack: SecureStack) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        write(secure_stack.settings_of(component), topic.name, b"{}")


@pytest.mark.parametrize(
    ("component", "topic"),
    [
        *((WORKER, AUDIT), (API, LOCATIONS), (NOTICES_SENDER, PRIVATE), (OPERATOR, SESSIONS), (MONITOR, INCIDENTS)),
        # The one topic that no backup holds: a track of people.
        (BACKUP, LOCATIONS),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_what_a_component_does_not_need_is_not_read(
    component: Component, topic: Any, secure_stack: SecureStack
) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        fetch(secure_stack.settings_of(component), topic.name)


@pytest.mark.parametrize(
    ("component", "group"), [(API, DISPATCHER), (WORKER, NOTIFIER), (OPERATOR, DISPATCHER), (BACKUP, DISPATCHER)]
)
async def test_nobody_joins_the_group_of_another_component(
    component: Component, group: str, secure_stack: SecureStack
) -> None:
    """A member of the workers' group would be given commands, and commit them."""
    member = clients.group_member(secure_stack.settings_of(component), group, INCIDENTS.name)

    async def join() -> None:
        await member.start()
        await member.getone()

    try:
        with pytest.raises(GroupAuthorizationFailedError):
            await join()
    finally:
        await member.stop()


def test_a_stranger_cannot_close_an_incident(secure_stack: SecureStack, secure_town: Town) -> None:
    """The command that ended a foreign incident when anybody could write to the log."""
    incident = secure_town.report()
    command = CloseIncident(id=clock.fresh_id(), incident_id=incident, by="stranger", sent_ms=clock.now_ms())
    zone = zone_of_incident(incident)
    assert zone
    given = {"bootstrap_servers": secure_stack.kafka, "bootstrap_timeout_ms": 1500, "max_block_ms": 1500}
    tls = {"security_protocol": "SASL_SSL", "ssl_cafile": str(secure_stack.secrets.authority.ca)}
    scram = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_plain_username": "komek-api"}

    for more in ({}, {**tls, "security_protocol": "SSL"}, {**tls, **scram, "sasl_plain_password": "guessed"}):
        with pytest.raises(KafkaError):
            send_as_stranger({**given, **more}, INCIDENTS.name, zone, wire.encode_command(command))

    # What they sent would have been decided before this.
    secure_town.call("POST", f"/v1/incidents/{incident}/notes", "operator", "op-1", {"text": "бар"})
    until(lambda: "бар" in secure_town.call("GET", f"/v1/incidents/{incident}/timeline", "operator", "op-1").text)
    assert secure_town.incident(incident)["times"]["closed"] is None


def send_as_stranger(given: dict[str, Any], topic: str, key: str, value: bytes) -> None:
    producer = KafkaProducer(**given, enable_idempotence=False)
    try:
        producer.send(topic, key=key.encode(), value=value).get(timeout=5)
    finally:
        producer.close(timeout=0)
