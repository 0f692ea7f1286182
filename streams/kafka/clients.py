"""Factories of all Kafka clients, one function per class of the two libraries; a test forbids other constructions.

All clients share the bootstrap servers, protocol and credentials (`streams/kafka/security.py`), bounded timeouts
(`streams/kafka/timeouts.py`) and a metadata refresh every two seconds. `differing` overrides or adds settings by the library's
own names. aiokafka clients are returned unstarted; kafka-python clients connect at once and raise `KafkaError` when no broker
answers.
"""

import os
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient

from streams.kafka import security, timeouts
from streams.settings import Settings

BATCH_LIFETIME_MS = 60_000
"""The producer drops a batch older than this; whether the batch is in the log is then unknown."""


def async_consumer(settings: Settings, client_id: str, *topics: str, **differing: Any) -> AIOKafkaConsumer:
    """A consumer without a group: the caller assigns partitions and seeks."""
    common = {"enable_auto_commit": False, "auto_offset_reset": "earliest", "request_timeout_ms": timeouts.REQUEST_MS}
    consumer = AIOKafkaConsumer(*topics, **{**_aiokafka(settings, client_id), "group_id": None, **common, **differing})
    # Not for members of a group: their JoinGroup is answered only after the rebalance.
    if differing.get("group_id") is None:
        timeouts.limit_single_requests(consumer._client)
    return consumer


def group_member(settings: Settings, group: str, *topics: str, **differing: Any) -> AIOKafkaConsumer:
    """A member of a consumer group. Auto-commit is off: the caller commits."""
    membership = {
        "group_id": group,
        "session_timeout_ms": timeouts.SESSION_MS,
        "heartbeat_interval_ms": timeouts.HEARTBEAT_MS,
        "rebalance_timeout_ms": timeouts.REBALANCE_MS,
        "request_timeout_ms": timeouts.MEMBER_REQUEST_MS,
    }
    return async_consumer(settings, f"{group}-{os.getpid()}", *topics, **membership, **differing)


UNHURRIED: dict[str, Any] = {"fetch_min_bytes": 256 * 1024, "fetch_max_wait_ms": 250}
"""For readers that nobody waits for: they get what came within a quarter of a second at once. With the default of one byte each
record wakes them, at the moment at which a worker decides on it, and on few processors the worker waits for them."""


def async_producer(settings: Settings, client_id: str, **differing: Any) -> AIOKafkaProducer:
    """A producer with `acks=all` and no linger."""
    producer = AIOKafkaProducer(**{**_aiokafka(settings, client_id), "acks": "all", "linger_ms": 0, **differing})
    # In aiokafka `request_timeout_ms` limits both the life of a batch and a single request. A single request gets the
    # shorter limit: it is then retried, with the same sequence number, at the partition's new leader.
    timeouts.limit_single_requests(producer.client)
    return producer


def idempotent_producer(settings: Settings, client_id: str, within_ms: int) -> AIOKafkaProducer:
    """An idempotent producer that drops batches which are not confirmed after `within_ms`."""
    return async_producer(
        settings, client_id, enable_idempotence=True, request_timeout_ms=within_ms, max_batch_size=256 * 1024
    )


def async_admin(settings: Settings, client_id: str) -> AIOKafkaAdminClient:
    """An admin client; the caller starts and closes it."""
    return AIOKafkaAdminClient(**_aiokafka(settings, client_id), request_timeout_ms=timeouts.REQUEST_MS)


def producer(settings: Settings, client_id: str, **differing: Any) -> KafkaProducer:
    """A producer with `acks=all`. Not idempotent: kafka-python's idempotent producer hangs once a batch has expired."""
    return KafkaProducer(
        **{**_kafka_python(settings, client_id), "enable_idempotence": False, "acks": "all", **differing}
    )


def prompt_producer(settings: Settings, client_id: str) -> KafkaProducer:
    """A producer whose sends succeed or fail within two seconds; after a failure the record may still be in the log."""
    return producer(
        settings,
        client_id,
        allow_auto_create_topics=False,
        # `send` itself may block this long for metadata; the default is 60 s.
        max_block_ms=1750,
        request_timeout_ms=1000,
        delivery_timeout_ms=1750,
        retry_backoff_ms=50,
        reconnect_backoff_ms=20,
        reconnect_backoff_max_ms=250,  # reconnect quickly to a restarted broker
        bootstrap_timeout_ms=5000,
        metrics_enabled=False,
    )


def consumer(settings: Settings, client_id: str) -> KafkaConsumer:
    """A consumer without a group: the caller assigns partitions and seeks."""
    common = {"group_id": None, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
    return KafkaConsumer(**_kafka_python(settings, client_id), **common)


def admin(settings: Settings, client_id: str, *, connect_within_ms: int, request_within_ms: int) -> KafkaAdminClient:
    """A kafka-python admin client, which connects at once."""
    return KafkaAdminClient(
        **_kafka_python(settings, client_id),
        bootstrap_timeout_ms=connect_within_ms,
        request_timeout_ms=request_within_ms,
    )


def _aiokafka(settings: Settings, client_id: str) -> dict[str, Any]:
    return {**_common(settings, client_id), **security.of_aiokafka(settings)}


def _kafka_python(settings: Settings, client_id: str) -> dict[str, Any]:
    return {**_common(settings, client_id), **security.of_kafka_python(settings)}


def _common(settings: Settings, client_id: str) -> dict[str, Any]:
    return {
        "bootstrap_servers": settings.require_kafka().split(","),
        "client_id": client_id,
        "metadata_max_age_ms": timeouts.LEADERS_MS,
    }
