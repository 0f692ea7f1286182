"""One secure Komek for all tests about who may do what (`komek up --secure`); as a pytest plugin.

    secure_stack    Kafka with TLS, a user for each component and ACLs
    secure_town     people and incidents on it

They come last, when the shared stack is needed no more: two stacks at once are slow.
"""

import subprocess
import time
from collections.abc import Iterator

import pytest
from kafka import TopicPartition

from streams import redis_keys
from streams.components import Component
from streams.kafka import clients
from streams.local.folder import Folder
from streams.local.secured import Secured, secured
from streams.settings import Settings, load, overridden
from streams.store.redis_connections import blocking_client
from streams.store.redis_target import target_of
from tests.support.shared_stack import Lender
from tests.support.town import Town
from tests.support.whole_stack import COMMAND, WholeStack


class SecureStack(WholeStack):
    """A stack with users; tests connect as any of them."""

    @property
    def secrets(self) -> Secured:
        return secured(Folder(root=self.data), has_redis=True)

    def environ_of(self, component: Component) -> dict[str, str]:
        """The environment of a process of the component, with every other setting of the stack."""
        return {**self.command_environ(), **self.secrets.environ_of(component)}

    def settings_of(self, component: Component) -> Settings:
        return load(self.environ_of(component))

    def run_as(self, component: Component, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """A process of the component, with these settings changed."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=overridden(self.environ_of(component), environ),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    @property
    def administrator(self) -> Settings:
        lines = (self.data / "administrator.env").read_text("utf-8").splitlines()
        return load(dict(line.split("=", 1) for line in lines))

    def denials(self) -> list[str]:
        """What Kafka has denied so far, one line for each."""
        log = (self.logs / "kafka.log").read_text("utf-8", "replace")
        return [line for line in log.splitlines() if " is Denied " in line]


class SecureTown(Town):
    """A town that looks into Redis as the operator's commands do."""

    def __init__(self, komek: SecureStack) -> None:
        super().__init__(komek)
        self._target = target_of(komek.settings_of(Component.OPERATOR))

    def is_known(self, person: str) -> bool:
        with blocking_client(self._target, timeout_s=5.0) as client:
            return None not in client.hmget(redis_keys.volunteer(person), "v", "x")


CLIENT = "komek-test"


def write(settings: Settings, topic: str, value: bytes) -> None:
    """Raises KafkaError."""
    producer = clients.producer(settings, CLIENT)
    try:
        producer.send(topic, key=b"8320e5", value=value).get(timeout=60)
    finally:
        producer.close(timeout=0)


def values(settings: Settings, topic: str) -> list[bytes | None]:
    """All records of a topic. Raises KafkaError."""
    consumer = clients.consumer(settings, CLIENT)
    try:
        parts = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends = consumer.end_offsets(parts)
        found: list[bytes | None] = []
        deadline = time.monotonic() + 10
        while any(consumer.position(part) < ends[part] for part in parts) and time.monotonic() < deadline:
            found += [record.value for records in consumer.poll(timeout_ms=200).values() for record in records]
        return found
    finally:
        consumer.close()


def fetch(settings: Settings, topic: str) -> None:
    consumer = clients.consumer(settings, CLIENT)
    try:
        consumer.assign([TopicPartition(topic, 0)])
        consumer.seek(TopicPartition(topic, 0), 0)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            consumer.poll(timeout_ms=200)
    finally:
        consumer.close()


@pytest.fixture(scope="session")
def secure_stack(lender: Lender, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureStack]:
    lender.end()
    with SecureStack(tmp_path_factory.mktemp("secure-komek"), workers=1, secure=True, environ={}) as running:
        yield running


@pytest.fixture
def secure_town(secure_stack: SecureStack) -> Iterator[Town]:
    made = SecureTown(secure_stack)
    yield made
    made.http.close()
