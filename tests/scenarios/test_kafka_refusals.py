"""What people are told when Kafka refuses a process: by `komek doctor`, and by the process that does not start."""

from dataclasses import replace
from pathlib import Path

import pytest
from kafka.admin import UserScramCredentialUpsertion
from kafka.errors import TopicAuthorizationFailedError

from streams.components import Component
from streams.errors import BrokerError
from streams.kafka import acl_admin, topic_admin
from streams.kafka.access_rules import Operation, Resource, Right
from streams.kafka.groups import DISPATCHER
from streams.local.certificates import Authority
from streams.local.stack_checks import kafka_access
from streams.topics import AUDIT, DEAD_LETTERS, INCIDENTS
from tests.support.secure_stack import SecureStack, write
from tests.support.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

API, WORKER, MONITOR = Component.API, Component.WORKER, Component.MONITOR
NOTICES_SENDER = Component.NOTIFIER


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kafka_password": "guessed"}, "does not know the user 'komek-api' with this password"),
        ({"kafka_user": "nobody"}, "does not know the user 'nobody' with this password"),
        ({"kafka_mechanism": "PLAIN"}, "does not offer the mechanism PLAIN"),
        ({"kafka_security": "SSL"}, "closes the connection of a client without credentials"),
        ({"kafka_security": "PLAINTEXT"}, "closes the connection of a client without credentials"),
        ({"kafka_security": "SASL_PLAINTEXT"}, "closes the connection of the user 'komek-api'"),
        ({"kafka": "localhost:9"}, "no Kafka broker accepts connections"),
    ],
)
def test_doctor_says_in_a_sentence_why_a_broker_refuses(
    change: dict[str, str], said: str, secure_stack: SecureStack
) -> None:
    finding = kafka_access(replace(secure_stack.settings_of(API), **change))  # type: ignore[arg-type]

    assert finding.level == "fail"
    assert said in finding.found
    assert finding.cure


def test_doctor_says_that_a_ca_is_unknown_and_that_rights_are_missing(
    secure_stack: SecureStack, tmp_path: Path
) -> None:
    settings = secure_stack.settings_of(MONITOR)
    with topic_admin.connected(secure_stack.administrator) as admin:
        admin.alter_user_scram_credentials([UserScramCredentialUpsertion("without-rights", "SCRAM_SHA_512", "known")])
    of_nobody = replace(settings, kafka_user="without-rights", kafka_password="known")

    unknown = kafka_access(replace(settings, kafka_ca=Authority(tmp_path).ca))
    powerless = until(lambda: "without-rights' do what" in (found := kafka_access(of_nobody)).found and found)

    assert "is not accepted: unable to get local issuer certificate" in unknown.found
    assert "KOMEK_KAFKA_CA" in unknown.cure
    assert "describe topic komek.incidents.v1" in powerless.found
    assert "komek topics acls" in powerless.cure


@pytest.mark.parametrize(
    ("component", "right"),
    [
        (API, Right(Resource.TOPIC, AUDIT.name, Operation.WRITE)),
        (WORKER, Right(Resource.TOPIC, DEAD_LETTERS.name, Operation.WRITE)),
        (NOTICES_SENDER, Right(Resource.TOPIC, DEAD_LETTERS.name, Operation.WRITE)),
        (MONITOR, Right(Resource.GROUP, DISPATCHER, Operation.DESCRIBE)),
    ],
)
def test_a_component_without_one_of_its_rights_does_not_start(
    component: Component, right: Right, secure_stack: SecureStack
) -> None:
    everything = acl_admin.grants(acl_admin.usual_principals())
    name = acl_admin.usual_principals()[component]
    settings = secure_stack.settings_of(component)

    def refusal() -> str:
        try:
            topic_admin.check_topics(settings, needs=component)
        except BrokerError as error:
            return str(error)
        return ""

    taken = acl_admin.apply_acls(
        secure_stack.administrator, [one for one in everything if one != acl_admin.Grant(name, right)]
    )
    try:
        refused = until(refusal)
    finally:
        given = acl_admin.apply_acls(secure_stack.administrator, everything)

    assert f"does not let the user 'komek-{component}' do what {component} needs: {right}" in refused
    assert [list(taken.removed), list(given.granted)] == [[acl_admin.Grant(name, right)]] * 2
    until(lambda: not refusal())


@pytest.mark.parametrize("command", ["worker", "notifier", "api"])
def test_a_process_with_a_wrong_password_ends_with_a_sentence(
    command: str, secure_stack: SecureStack, tmp_path: Path
) -> None:
    guessed = tmp_path / "password"
    guessed.write_text("guessed")

    done = secure_stack.run_as(Component(command), command, KOMEK_KAFKA_PASSWORD_FILE=str(guessed))

    assert done.returncode == 3
    assert f"does not know the user 'komek-{command}' with this password" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_certificate_is_a_user_too(secure_stack: SecureStack) -> None:
    """On a listener that asks for one. Its common name is the principal, so the same ACLs count."""
    own = secure_stack.secrets.authority.client("komek-monitor")
    settings = replace(secure_stack.administrator, kafka_cert=own.certificate, kafka_key=own.key)

    assert topic_admin.check_topics(settings, needs=MONITOR) == []
    with pytest.raises(TopicAuthorizationFailedError):
        write(settings, INCIDENTS.name, b"{}")
