"""What people are told when Kafka refuses a process: by `komek doctor`, by the process that does not start, and by the alarm
`kafka_refuses`, whose page is drilled here: the stack of the other drills has no users."""

import json
import subprocess
import time
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
from streams.local.acl_checks import acl_checks
from streams.local.certificates import Authority
from streams.local.stack_checks import kafka_access
from streams.topics import AUDIT, DEAD_LETTERS, INCIDENTS
from tests.support.drills import keep
from tests.support.runbook import PAGES, commands
from tests.support.secure_stack import SecureStack, write
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import COMMAND

pytestmark = pytest.mark.stack

API, WORKER, OPERATOR, MONITOR = Component.API, Component.WORKER, Component.OPERATOR, Component.MONITOR
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
        own, of_all = kafka_access(settings), list(acl_checks(secure_stack.settings_of(OPERATOR)))
    finally:
        given = acl_admin.apply_acls(secure_stack.administrator, everything)

    assert f"does not let the user 'komek-{component}' do what {component} needs: {right}" in refused
    assert [list(taken.removed), list(given.granted)] == [[acl_admin.Grant(name, right)]] * 2
    # The doctor says so to whoever has the settings of this component, and to the operator, who sees the rights of all.
    assert (own.level, f"what {component} needs: {right}" in own.found) == ("fail", True)
    assert [(check.level, check.found) for check in of_all] == [("fail", f"{name} may not: {right}")]
    until(lambda: not refusal())


@pytest.mark.parametrize("command", ["worker", "notifier", "api"])
def test_a_process_with_a_wrong_password_ends_with_a_sentence(
    command: str, secure_stack: SecureStack, tmp_path: Path
) -> None:
    guessed = tmp_path / "password"
    guessed.write_text("guessed")
    guessed.chmod(0o600)

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


def found_by(secure_stack: SecureStack, component: Component) -> tuple[int, dict[str, str]]:
    """Exit code, and what is red, of the doctor as the user of a component."""
    done = secure_stack.run_as(component, "doctor", "--json")
    checks = json.loads(done.stdout)
    return done.returncode, {check["name"]: check["found"] for check in checks if check["level"] == "fail"}


@pytest.mark.soak
def test_a_right_that_is_taken_alarms_and_its_page_gives_it_back(secure_stack: SecureStack, secure_town: Town) -> None:
    """The drill of `deploy/runbook/kafka_refuses.md`: each of its commands is run, and the last one mends the cause."""
    everything = acl_admin.grants(acl_admin.usual_principals())
    lacking = acl_admin.Grant(acl_admin.usual_principals()[API], Right(Resource.GROUP, DISPATCHER, Operation.DESCRIBE))
    assert lacking in everything

    def is_on() -> bool:
        told = secure_town.call("GET", "/v1/status", "monitor", "m-1").json()["alarms"]
        return "kafka_refuses" in {alarm["name"] for alarm in told}

    until(lambda: not is_on())
    began_s = time.monotonic()
    acl_admin.apply_acls(secure_stack.administrator, [one for one in everything if one != lacking])
    try:
        until(is_on)
        took_s = time.monotonic() - began_s
        by_api, by_operator, by_worker = (found_by(secure_stack, one) for one in (API, OPERATOR, WORKER))
        ran = {" ".join(words): run_from_the_page(secure_stack, words) for words in commands(PAGES["kafka_refuses"])}
        until(lambda: not is_on())
    finally:
        acl_admin.apply_acls(secure_stack.administrator, everything)
    keep("kafka_refuses", took_s, {"doctor": by_api[0], **ran})

    # Whoever lacks the right is told, and so is the operator, who sees the rights of everybody.
    assert by_api[0] == by_operator[0] == 1
    assert "does not let the user 'komek-api' do what api needs" in by_api[1]["Kafka access"]
    assert by_operator[1]["Kafka ACLs"] == f"User:komek-api may not: {lacking.right}"
    assert by_worker == (0, {})
    assert ran.pop("doctor --deployment") in (0, 1)
    assert ran == {"doctor": 1, "topics acls": 0, "topics acls --apply": 0}


def run_from_the_page(secure_stack: SecureStack, words: list[str]) -> int:
    """The exit code. What changes rights is run as the administrator, as the page says."""
    if "--apply" not in words:
        return secure_stack.run_as(API, *words).returncode
    lines = (secure_stack.data / "administrator.env").read_text("utf-8").splitlines()
    own = {name: value for name, value in secure_stack.command_environ().items() if not name.startswith("KOMEK_KAFKA")}
    done = subprocess.run(
        [*COMMAND, *words],
        env=own | dict(line.split("=", 1) for line in lines),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode
