"""Real brokers: what they refuse, and that their folders survive crashes and other ports."""

import os
import shutil
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError

from streams.local import kafka_node, processes
from streams.local.certificates import Authority
from streams.local.kafka_node import ExtraListener, Java, Node, server_properties
from streams.local.node_security import NodeSecurity
from streams.local.ports import free_ports
from streams.local.process import Part
from tests.support.stack import running


def a_node(folder: Path, node_id: int = 1, heap_mb: int = 256) -> Node:
    broker_port, controller_port = free_ports(2)
    return Node(
        node_id=node_id, broker_port=broker_port, controller_port=controller_port, folder=folder, heap_mb=heap_mb
    )


def make_topic(bootstrap: str, name: str, copies: int = 1) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=copies)])
    finally:
        admin.close()


def produce(bootstrap: str, topic: str, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=False, max_block_ms=20_000)
    try:
        producer.send(topic, value).get(timeout=60)
    finally:
        producer.close()


def consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=30_000
    )
    try:
        return [next(consumer).value for _ in range(count)]
    finally:
        consumer.close()


def test_everything_listens_on_this_machine_only(tmp_path: Path) -> None:
    node = a_node(tmp_path)

    properties = server_properties(node, [node])

    for listener in (*properties["listeners"].split(","), *properties["advertised.listeners"].split(",")):
        assert listener.partition("://")[2].startswith("127.0.0.1:")


@pytest.mark.parametrize(("count", "copies", "in_sync"), [(1, "1", "1"), (3, "3", "2")])
def test_a_cluster_keeps_as_many_copies_as_it_can(count: int, copies: str, in_sync: str, tmp_path: Path) -> None:
    nodes = [a_node(tmp_path, number) for number in range(1, count + 1)]

    properties = server_properties(nodes[0], nodes)

    assert properties["offsets.topic.replication.factor"] == copies
    assert properties["min.insync.replicas"] == in_sync


def test_another_way_to_a_node_is_told_by_the_port_of_its_proxy(tmp_path: Path) -> None:
    node = replace(
        a_node(tmp_path), ways=(ExtraListener(name="PEER", port=2001, advertised_port=2002),), brokers_by="PEER"
    )

    properties = server_properties(node, [node])

    assert properties["listeners"].endswith("PEER://127.0.0.1:2001")
    assert properties["advertised.listeners"].endswith("PEER://127.0.0.1:2002")
    assert properties["inter.broker.listener.name"] == "PEER"
    assert "PEER:PLAINTEXT" in properties["listener.security.protocol.map"]


def test_a_secure_node_has_no_listener_without_tls_and_denies_what_no_rule_allows(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    security = NodeSecurity(ca=authority.ca, certificate=authority.server("kafka"), admin_port=2005)
    ways = (
        ExtraListener(name="PEER", port=2001, advertised_port=2002),
        ExtraListener(name="API", port=2003, advertised_port=2004),
    )
    alone = replace(a_node(tmp_path), security=security)

    properties = server_properties(replace(alone, ways=ways, brokers_by="PEER"), [alone])

    assert sorted(properties["listener.security.protocol.map"].split(",")) == [
        "ADMIN:SSL",
        "API:SASL_SSL",
        "CONTROLLER:SSL",
        "PEER:SSL",
        "SASL_SSL:SASL_SSL",
    ]
    for name in ("admin", "controller", "peer"):
        assert properties[f"listener.name.{name}.ssl.client.auth"] == "required"
    assert properties["allow.everyone.if.no.acl.found"] == "false"
    assert properties["super.users"] == "User:kafka;User:komek-admin"
    assert server_properties(alone, [alone])["inter.broker.listener.name"] == "ADMIN"


def test_a_topic_that_nobody_made_is_not_made_by_asking(kafka: str) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka, max_block_ms=1500)
    try:
        with pytest.raises(KafkaError):
            producer.send("no-such-topic", b"x").get(timeout=60)
    finally:
        producer.close()


@pytest.mark.soak
def test_the_log_survives_a_crash_and_a_start_on_other_ports(kafka_parts: Java, tmp_path: Path) -> None:
    first = a_node(tmp_path)
    with running(tmp_path, processes.kafka_part(kafka_parts, first, [first])) as supervisor:
        make_topic(first.bootstrap, "kept")
        produce(first.bootstrap, "kept", b"before the crash")
        os.kill(supervisor.pids()["kafka"], signal.SIGKILL)

    second = a_node(tmp_path)
    with running(tmp_path, processes.kafka_part(kafka_parts, second, [second])):
        produce(second.bootstrap, "kept", b"after it")

        assert consume(second.bootstrap, "kept", 2) == [b"before the crash", b"after it"]


def test_a_folder_whose_preparation_was_cut_short_is_prepared_again(kafka_parts: Java, tmp_path: Path) -> None:
    node = a_node(tmp_path)
    kafka_node.format_storage(kafka_parts, node, [node])
    (tmp_path / "formatted").unlink()
    shutil.rmtree(tmp_path / "log" / "__cluster_metadata-0")

    with running(tmp_path, processes.kafka_part(kafka_parts, node, [node])):
        make_topic(node.bootstrap, "made")


@pytest.mark.soak
def test_three_nodes_make_one_cluster(kafka_parts: Java, tmp_path: Path) -> None:
    ports = free_ports(6)
    nodes = [
        Node(
            node_id=number + 1,
            broker_port=ports[number],
            controller_port=ports[number + 3],
            folder=tmp_path / str(number),
            heap_mb=256,
        )
        for number in range(3)
    ]

    with running(tmp_path, *_cluster(kafka_parts, nodes)):
        make_topic(nodes[0].bootstrap, "copied", copies=3)
        produce(nodes[1].bootstrap, "copied", b"in three places")

        assert consume(nodes[2].bootstrap, "copied", 1) == [b"in three places"]


def _cluster(java: Java, nodes: Sequence[Node]) -> list[Part]:
    return [processes.kafka_part(java, node, list(nodes), name=f"kafka-{node.node_id}") for node in nodes]
