"""PLAIN, OAUTHBEARER and client certificates on a real broker, through both client libraries."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from streams import clock
from streams.errors import BrokerError
from streams.kafka import clients, topic_admin
from streams.kafka.broker_access import wait_for_broker
from streams.local import processes
from streams.local.folder import Folder
from streams.local.kafka_node import Java, Node
from streams.local.ports import free_ports
from streams.local.secured import secured
from streams.settings import Settings, load
from streams.topics import AUDIT
from tests.support.issuer import Issuer, issuing
from tests.support.stack import running

LOGIN = "org.apache.kafka.common.security"
MORE = {
    "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN,OAUTHBEARER",
    "listener.name.sasl_ssl.plain.sasl.jaas.config": (f'{LOGIN}.plain.PlainLoginModule required user_kafka="hunter2";'),
    # Accepts tokens without a signature: what is tested is how they come to the broker.
    "listener.name.sasl_ssl.oauthbearer.sasl.jaas.config": (
        f'{LOGIN}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="kafka";'
    ),
}


def unsigned(subject: str, expires_s: int) -> str:
    parts = ({"alg": "none"}, {"sub": subject, "iat": clock.now_ms() // 1000, "exp": expires_s})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


@pytest.fixture(scope="module")
def broker(kafka_parts: Java, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings of its administrator. The topics are there; `kafka` may do everything."""
    folder = tmp_path_factory.mktemp("mechanisms")
    secrets = secured(Folder(root=folder))
    broker_port, controller_port, admin_port = free_ports(3)
    node = Node(
        node_id=1,
        broker_port=broker_port,
        controller_port=controller_port,
        folder=folder / "kafka",
        security=secrets.node(admin_port, MORE),
    )
    with running(folder, processes.kafka_part(kafka_parts, node, [node])):
        administrator = load(secrets.administrator(f"127.0.0.1:{admin_port}"))
        topic_admin.apply_topics(administrator)
        yield replace(administrator, kafka=node.bootstrap, kafka_cert=None, kafka_key=None, kafka_security="SASL_SSL")


async def send_by_both(settings: Settings) -> None:
    """Raises KafkaError."""
    blocking = clients.producer(settings, "test")  # a prompt one gives up while a busy broker elects leaders
    try:
        blocking.send(AUDIT.name, key=b"k", value=b"{}").get(timeout=60)
    finally:
        blocking.close()
    producer = clients.async_producer(settings, "test")
    try:
        await producer.start()
        await producer.send_and_wait(AUDIT.name, b"{}", key=b"k")
    finally:
        await producer.stop()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as made:
        yield made


async def test_a_password_over_tls(broker: Settings) -> None:
    settings = replace(broker, kafka_mechanism="PLAIN", kafka_user="kafka", kafka_password="hunter2")

    await send_by_both(settings)

    with pytest.raises(BrokerError, match="does not know the user 'kafka' with this password"):
        wait_for_broker(replace(settings, kafka_password="guessed"))


async def test_a_token_of_an_issuer_serves_both_libraries(broker: Settings, issuer: Issuer) -> None:
    settings = replace(
        broker,
        kafka_mechanism="OAUTHBEARER",
        kafka_token_url=issuer.url,
        kafka_token_client="komek",
        kafka_token_secret="hunter2",
    )
    ends_s = clock.now_ms() // 1000 + 3600
    issuer.gives(unsigned("kafka", ends_s), 3600)

    await send_by_both(settings)

    assert len(issuer.seen) == 1  # one token for every client of the process


def test_a_token_that_has_ended_and_an_issuer_that_refuses_are_told_apart(broker: Settings, issuer: Issuer) -> None:
    settings = replace(
        broker,
        kafka_mechanism="OAUTHBEARER",
        kafka_token_url=issuer.url,
        kafka_token_client="komek",
        kafka_token_secret="another",
    )
    issuer.gives(unsigned("kafka", clock.now_ms() // 1000 - 60), 3600)

    with pytest.raises(BrokerError, match="does not accept the access token of 'komek'"):
        wait_for_broker(settings)

    issuer.answer = (403, {}, b"")
    with pytest.raises(BrokerError, match="gives no token: it answers 403"):
        wait_for_broker(replace(settings, kafka_token_client="stranger"))
