"""Every client of Kafka is made in one place, and every one of them looks for new leaders every two seconds."""

import ast
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from streams.kafka import clients, timeouts, token_source
from streams.local.certificates import Authority
from streams.settings import Settings
from tests.support.syntax import faulty, tree_of

ROOT = Path(__file__).parents[3]
FACTORY = ROOT / "streams" / "kafka" / "clients.py"
SOURCES = sorted(path for package in ("dispatch", "streams", "api") for path in (ROOT / package).rglob("*.py"))
CLASSES = {
    "AIOKafkaConsumer",
    "AIOKafkaProducer",
    "AIOKafkaAdminClient",
    "KafkaConsumer",
    "KafkaProducer",
    "KafkaAdminClient",
}
SETTINGS = Settings(kafka="127.0.0.1:1,127.0.0.1:2")


def constructed(source: str) -> Iterator[tuple[int, str]]:
    """Line and class of every client that a source makes, by whatever path it names the class."""
    tree = tree_of(source)
    names = {alias.asname or alias.name: alias.name for node in _imports(tree) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if names.get(called, called) in CLASSES:
                yield node.lineno, names.get(called, called)


def _imports(tree: ast.AST) -> Iterator[ast.ImportFrom]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))


def test_no_client_is_made_outside_the_factory() -> None:
    assert faulty([path for path in SOURCES if path != FACTORY], constructed) == {}


def test_the_factory_makes_each_class_once_and_would_be_found() -> None:
    found = [name for _, name in constructed(FACTORY.read_text(encoding="utf-8"))]

    assert sorted(found) == sorted(CLASSES)


@pytest.mark.parametrize(
    "source",
    [
        "KafkaProducer(acks='all')",
        "aiokafka.AIOKafkaConsumer()",
        "from kafka import KafkaConsumer as Reader\nReader()",
    ],
)
def test_a_client_is_recognised_under_any_name(source: str) -> None:
    assert len(list(constructed(source))) == 1


class Made:
    """Stands for a client class of either library: keeps what it was made with."""

    def __init__(self, *topics: str, **config: Any) -> None:
        self.topics = topics
        self.config = config
        self._client = self.client = self
        self._request_timeout_ms = config.get("request_timeout_ms")


@pytest.fixture(autouse=True)
def _no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clients of kafka-python connect when they are made."""
    for name in CLASSES:
        monkeypatch.setattr(clients, name, Made)


MAKERS: list[Callable[[Settings], Any]] = [
    lambda settings: clients.async_consumer(settings, "c", auto_offset_reset="none"),
    lambda settings: clients.group_member(settings, "g", "topic"),
    lambda settings: clients.async_producer(settings, "c", request_timeout_ms=10_000),
    lambda settings: clients.idempotent_producer(settings, "c", 60_000),
    lambda settings: clients.async_admin(settings, "c"),
    lambda settings: clients.producer(settings, "c"),
    lambda settings: clients.prompt_producer(settings, "c"),
    lambda settings: clients.consumer(settings, "c"),
    lambda settings: clients.admin(settings, "c", connect_within_ms=1, request_within_ms=1),
]


@pytest.mark.parametrize("make", MAKERS)
def test_every_client_asks_all_brokers_and_for_leaders_every_two_seconds(make: Callable[[Settings], Any]) -> None:
    config = make(SETTINGS).config

    assert config["metadata_max_age_ms"] == 2_000
    assert config["bootstrap_servers"] == ["127.0.0.1:1", "127.0.0.1:2"]
    assert config["security_protocol"] == "PLAINTEXT"


@pytest.mark.parametrize("make", MAKERS)
def test_every_client_authenticates_over_tls_and_verifies_the_host(
    make: Callable[[Settings], Any], tmp_path: Path
) -> None:
    secure = replace(
        SETTINGS,
        kafka_security="SASL_SSL",
        kafka_ca=Authority(tmp_path).ca,
        kafka_user="komek-api",
        kafka_password="hunter2",
    )

    config = make(secure).config

    given = [config[f"sasl_{name}"] for name in ("mechanism", "plain_username", "plain_password")]
    assert [config["security_protocol"], *given] == ["SASL_SSL", "SCRAM-SHA-512", "komek-api", "hunter2"]
    context = config["ssl_context"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("make", MAKERS)
def test_every_client_asks_one_source_for_its_token(make: Callable[[Settings], Any], tmp_path: Path) -> None:
    secure = replace(
        SETTINGS,
        kafka_security="SASL_SSL",
        kafka_mechanism="OAUTHBEARER",
        kafka_ca=Authority(tmp_path).ca,
        kafka_token_url="https://issuer.example/token",
        kafka_token_client="komek-api",
        kafka_token_secret="hunter2",
    )

    config = make(secure).config

    assert config["sasl_oauth_token_provider"].source is token_source.source_of(secure)
    assert "sasl_plain_password" not in config


def test_a_batch_lives_long_while_its_requests_end_early() -> None:
    producer = clients.idempotent_producer(SETTINGS, "c", 60_000)

    assert producer.config["request_timeout_ms"] == 60_000
    assert producer.client._request_timeout_ms == timeouts.REQUEST_MS


def test_a_member_of_a_group_waits_for_the_rebalance() -> None:
    member = clients.group_member(SETTINGS, "g", "topic", fetch_max_wait_ms=250)

    assert member.topics == ("topic",)
    assert member.config["group_id"] == "g"
    assert member._client._request_timeout_ms == timeouts.MEMBER_REQUEST_MS > timeouts.REBALANCE_MS
    assert member.config["fetch_max_wait_ms"] == 250


def test_no_client_of_kafka_python_is_idempotent() -> None:
    """Its idempotent producer wedges for ever once a batch has expired."""
    assert not clients.producer(SETTINGS, "c").config["enable_idempotence"]
    assert not clients.prompt_producer(SETTINGS, "c").config["enable_idempotence"]
